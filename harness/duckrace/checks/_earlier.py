"""The kept failures of row ``conformance``: programs that Hypothesis drew in earlier runs.

What is kept of one is its token, and in it the list of calls. It is replayed before anything is drawn. It knows
tokens and explorations; it must not know how programs are drawn.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeAlias

from duckrace._corpus import Fate, Kept, key_of
from duckrace._data import Failure
from duckrace._exploration import Exploration
from duckrace._scenario import Reference
from duckrace._session import Session
from duckrace._settings import Settings
from duckrace._token import decode
from duckrace.search import Replay

from ._run import Run

Failing: TypeAlias = tuple[int | None, tuple[tuple[Any, ...], ...], list[int]]
"""The capacity, the calls, and the decisions that show it."""


class Earlier:
    """What the corpus has for this row, if there is one."""

    def __init__(self, run: Run, reference: Reference, settings: Settings) -> None:
        """`reference` is the program without its calls: what it is kept under."""
        self._run = run
        self._reference = reference
        self._settings = settings
        self._fates: list[tuple[Kept, Fate]] = []

    def failing(self) -> Failing | None:
        """The first kept program that still fails; those that do not are dropped."""
        corpus = self._run.corpus
        if corpus is None:
            return None
        kept, _ = corpus.kept(key_of(self._reference), self._settings)
        found: Failing | None = None
        for one in kept:
            if self._run.cut:
                break
            found = self._replayed(one)
            if found is not None:
                break
        if found is None:
            self.keep(None)
        return found

    def _replayed(self, one: Kept) -> Failing | None:
        channel = self._reference.arguments
        calls = one.token.arguments[len(channel) :]
        if len(calls) != 2:
            self._fates.append((one, Fate.UNCLEAR))  # of a release with other arguments
            return None
        capacity, steps = calls[0], tuple(tuple(step) for step in calls[1])
        reference = replace(self._reference, arguments=(*channel, capacity, steps))
        with Session(reference, self._settings) as session:
            exploration = Exploration(session, self._settings, Replay(()), alone=True)
            exploration.again([one], keep_going=False)
        self._fates += exploration.fates
        failure = exploration.result(1).failure
        if failure is None or not any(fate is Fate.FAILS for _, fate in exploration.fates):
            return None
        return capacity, steps, decode(failure.schedule).threads()

    def keep(self, failure: Failure | None) -> None:
        """Tell the corpus what came out of the row."""
        corpus = self._run.corpus
        if corpus is not None:
            name = f"{self._reference.text} with {self._run.subject.name}"
            corpus.settle(key_of(self._reference), name, self._fates, [failure] if failure is not None else [])
            self._fates = []
