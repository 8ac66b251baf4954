"""Runs programs on a channel, in one session, and judges what the threads saw.

It knows sessions and histories; it must not know who draws programs.
"""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final, Literal

from duckrace._data import Failure, Kind
from duckrace._endings import ending
from duckrace._exploration import Exploration
from duckrace._scenario import Reference, resolve
from duckrace._session import Session
from duckrace._settings import Settings
from duckrace.histories import Judgement
from duckrace.kernel import machine
from duckrace.kernel.machine import Choose
from duckrace.plugins._load import Subject
from duckrace.search import Replay

from ._schedule import Place, Written
from ._values import Case, Program

PROGRAM: Final = "duckrace.stateful.programs.channel::run"
REMEMBERED: Final = 50_000  # judgements: schedules of one program often come to the same history


class Stopped(KeyboardInterrupt):
    """Ctrl-C, or something that cannot be simulated: Hypothesis lets it through."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What one execution came to."""

    kind: Literal["right", "wrong", "unknown"]
    why: str = ""
    judgement: Judgement | None = None


RIGHT: Final = Seen(kind="right")


class Trial:
    """A context manager. `waits`: who waits at the end must be right to; what is returned is looked at in any case."""

    def __init__(self, subject: Subject, *, waits: bool) -> None:
        self.subject = subject
        self.waits = waits
        self.settings = Settings(modules=subject.modules)
        self.reference = replace(resolve(PROGRAM), arguments=(subject.reference, waits))
        self.executions = 0
        self.operations = 0
        self.waiting = 0  # calls that were right to wait
        self.undecided: Counter[str] = Counter()  # histories, by reason
        self.last: Case | None = None  # that was run, under the schedule that goes with it
        self.session: Session
        self._stack = ExitStack()
        self._known: dict[Any, Judgement] = {}

    def __enter__(self) -> Trial:
        self.session = self._stack.enter_context(Session(self.reference, self.settings))
        return self

    def __exit__(self, *exc: object) -> None:
        self._stack.close()
        self._stack = ExitStack()

    def case(self, case: Case) -> Seen:
        """Run a program under the schedule that goes with it."""
        place = Place()
        self.last = case
        return self.execute(case.program, Written(case.switches, place).choose, place)

    def execute(self, program: Program, choose: Choose, place: Place) -> Seen:
        """Run a program once. Raises Stopped."""
        session = self.session
        while True:
            module = session.world.modules["duckrace.stateful.programs.channel"]
            scenario: Any = session.scenario  # `run`, called with the plug-in and `waits`
            performed: Callable[[], object] = partial(
                module.performed, scenario.args[0], program.capacity, program.senders, program.parts, place.begins
            )
            told = session.execute(choose, inspect=lambda: ending(session), scenario=performed)
            if not session.grown():
                break
            session.regrow()
        if machine.over in ("interrupt", "stop") or machine.interrupted:
            raise Stopped
        self.executions += 1
        if self.executions % 200 == 0:
            gc.collect(0)  # what Hypothesis makes is many and young; the session's own collections look at everything
        if told is None:
            return self._judged(machine.value)
        if told.kind.exit_status == 3:
            self.undecided[told.message] += 1
            return Seen(kind="unknown", why=told.message)
        if told.kind is Kind.FAILED and self.waits:  # an error where an answer should be: that is for the other row
            return RIGHT
        return Seen(kind="wrong", why=told.message)

    def _judged(self, on: Any) -> Seen:
        journal = on.journal
        events, stops = tuple(journal.events), tuple(journal.stops)
        self.operations += (len(events) + len(journal.inside)) // 2
        if self.waits:
            self.waiting += len(stops[-1][1])
        key = (journal.capacity, journal.senders, events, stops)
        found = self._known.get(key)
        if found is None:
            judged = self.session.world.modules["duckrace.stateful.programs._watched"].judged
            if len(self._known) > REMEMBERED:
                self._known.clear()
            found = judged(*key, False)
            if self.waits:  # what is wrong without anybody's waiting is for the other row
                found = judged(*key, True) if found.kind == "linearizable" else judged(*key[:2], (), ((0, ()),), True)
            self._known[key] = found
        if found.kind == "linearizable":
            return RIGHT
        if found.kind == "unknown":
            self.undecided[found.why] += 1
            return Seen(kind="unknown", why=found.why, judgement=found)
        return Seen(kind="wrong", why=str(found), judgement=found)

    def reference_of(self, program: Program) -> Reference:
        """The scenario that runs this program."""
        return replace(
            self.reference,
            arguments=(*self.reference.arguments, program.capacity, program.senders, *program.parts),
        )

    def told(self, case: Case) -> Failure | None:
        """The case, run once more to be told with its token; None if it does not fail again. Outside of the session."""
        with self:
            self.case(case)
            decisions = list(machine.decisions)
        reference = self.reference_of(case.program)
        with Session(reference, self.settings) as session:
            exploration = Exploration(session, self.settings, Replay(decisions))
            exploration.once(decisions)
        return exploration.result(1).failure
