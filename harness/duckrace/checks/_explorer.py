"""Explores one program of the checks after another in one world: to load a world costs more than to explore a little.

What :func:`duckrace.explore` does for one program; between executions a world is restored, so that a program finds it
as new, and its token replays in a world of its own. It knows sessions; it must not know rows.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace

from duckrace import search
from duckrace._corpus import Corpus, key_of
from duckrace._data import Kind, Result
from duckrace._exploration import Exploration, settled
from duckrace._minimising import CHECKS
from duckrace._scenario import Reference, found_in, scenario_in
from duckrace._session import Session
from duckrace._settings import Settings
from duckrace.plugins._load import Subject

from ._run import Run

STRATEGY = "portfolio"


class Explorer:
    """A context manager. Programs that share a file and settings share a world."""

    def __init__(self, subject: Subject, seed: int) -> None:
        self._subject = subject
        self._seed = seed
        self._stack = ExitStack()
        self._session: Session | None = None
        self._settings = Settings()

    def __enter__(self) -> Explorer:
        return self

    def __exit__(self, *exc: object) -> None:
        self._stack.close()

    def explore(
        self,
        reference: Reference,
        *,
        executions: int,
        strategy: str = STRATEGY,
        thread_exceptions: str = "fail",
        keep_going: bool = False,
        deadline: float | None = None,
        corpus: Corpus | None = None,
        expected: Kind | None = None,
    ) -> Result:
        """As :func:`duckrace.explore`. `expected`: a hang that is no failure to be kept."""
        settings = Settings(modules=self._subject.modules, thread_exceptions=thread_exceptions)
        session, chooser = self._session_for(reference, settings), search.make(strategy, self._seed)
        exploration = Exploration(session, settings, chooser, alone=True, minimize=CHECKS, exact=True)
        key = key_of(reference)
        if corpus is not None:
            with session.outside():
                kept, _ = corpus.kept(key, settings)
            exploration.again(kept, keep_going, deadline, expected)
        exploration.run(executions, keep_going, deadline, None)
        result = exploration.result(executions)
        if corpus is not None and (exploration.fates or result.failures):
            with session.outside():
                settled(corpus, key, exploration, result, expected)
        return replace(result, strategy=strategy, seed=self._seed, granularity=settings.granularity)

    def tell(self, run: Run, row: str, done: int, total: int) -> None:
        """Tell how far it is, in the host's surroundings: a world is kept active between programs."""
        if self._session is None:
            run.tell(row, done, total)
            return
        with self._session.outside():
            run.tell(row, done, total)

    def sources(self) -> dict[str, str]:
        """The files under test that the world has loaded, by module."""
        return dict(self._session.world.sources) if self._session is not None else {}

    def _session_for(self, reference: Reference, settings: Settings) -> Session:
        session = self._session
        if session is not None and settings == self._settings and reference.path == session.reference.path:
            modules = session.world.modules
            session.reference = reference
            session.scenario = scenario_in(
                modules[reference.module],
                reference,
                [found_in(modules[a.module], a) if isinstance(a, Reference) else a for a in reference.arguments],
            )
            return session
        self._session = None
        self._stack.close()
        session = self._stack.enter_context(Session(reference, settings))
        self._stack.enter_context(session.held())
        self._session, self._settings = session, settings
        return session
