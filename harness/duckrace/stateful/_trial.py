"""Runs programs in one session, under schedules that go with them or that a strategy chooses.

It knows sessions and endings; what a program is run on, and how what was seen is judged, is for those who derive.
"""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, Final, Literal, Self

from duckrace._endings import ending
from duckrace._scenario import Reference
from duckrace._session import Session
from duckrace._settings import Settings
from duckrace.hangs import Diagnosis
from duckrace.kernel import machine
from duckrace.kernel.simthread import Choose
from duckrace.search import Strategy

from ._schedule import Place, Sampled, Written
from ._values import Case, Program

YOUNG: Final = 200  # executions between two collections of what Hypothesis has made: that is many and young


class Stopped(KeyboardInterrupt):
    """Ctrl-C, or something that cannot be simulated: Hypothesis lets it through."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What one execution came to."""

    kind: Literal["right", "wrong", "unknown"]
    why: str = ""
    judgement: Any = None
    """What was found out about the history, if it is that which is wrong or unknown."""


RIGHT: Final = Seen(kind="right")


class Trial:
    """A context manager."""

    def __init__(self, reference: Reference, settings: Settings) -> None:
        self.reference = reference
        self.settings = settings
        self.executions = 0
        self.undecided: Counter[str] = Counter()  # executions, by reason
        self.stopped: tuple[Program, list[int]] | None = None  # what could not go on, and its decisions
        self.place = Place()  # of the last case: where its threads came to
        self.session: Session
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        self.session = self._stack.enter_context(Session(self.reference, self.settings))
        return self

    def __exit__(self, *exc: object) -> None:
        self._stack.close()
        self._stack = ExitStack()

    def scenario(self, program: Program, place: Place) -> Callable[[], object]:
        """What an execution runs: called for each world that is made. It tells `place` of the steps that begin."""
        raise NotImplementedError

    def judged(self, value: Any) -> Seen:
        """What the scenario returned, judged."""
        raise NotImplementedError

    def failed(self, told: Diagnosis) -> Seen:
        """An execution that ended in another way than by its end."""
        return Seen(kind="wrong", why=told.message)

    def case(self, case: Case) -> Seen:
        """Run a program under the schedule that goes with it."""
        self.place = place = Place()
        return self.execute(case.program, Written(case.switches, place).choose, place)

    def sampled(self, program: Program, strategy: Strategy, samples: int) -> tuple[Case, Seen] | None:
        """Run a program under schedules of a strategy: the first case that fails and can be written down."""
        with self.session.held():
            for number in range(samples):
                strategy.begin(number)
                place = Place()
                sampled = Sampled(strategy, place)
                seen = self.execute(program, sampled.choose, place)
                strategy.end(len(machine.decisions))
                if seen.kind == "wrong" and sampled.written:
                    return Case(program=program, switches=sampled.switches), seen
        return None

    def execute(self, program: Program, choose: Choose, place: Place) -> Seen:
        """Run a program once. Raises Stopped."""
        session = self.session
        machine.time_freely(program.timeouts == "free")
        while True:
            told = session.execute(
                choose,
                inspect=lambda: ending(session),
                scenario=self.scenario(program, place),
                every=self.settings.granularity != "sync",  # the choices of a case must not depend on earlier ones
            )
            if not session.grown():
                break
            session.regrow()
        if machine.over in ("interrupt", "stop") or machine.interrupted:
            self.stopped = program, list(machine.decisions)
            raise Stopped
        self.executions += 1
        if self.executions % YOUNG == 0:
            gc.collect(0)
        if told is None:
            seen = self.judged(machine.value)
        elif told.kind.exit_status == 3:
            seen = Seen(kind="unknown", why=told.message)
        else:
            seen = self.failed(told)
        if seen.kind == "unknown":
            self.undecided[seen.why] += 1
        return seen
