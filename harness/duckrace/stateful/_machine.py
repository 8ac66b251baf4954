"""`ParallelMachine`: a user's object, a model of it, and threads that call it at once.

In the spirit of Hypothesis' ``RuleBasedStateMachine``, whose rules, bundles, preconditions and invariants it takes as
they are. Where that one calls rules one after another, this one makes a program of them, runs it in threads under the
simulated machine, and asks whether one order of the model's steps explains what the rules returned.
"""

from __future__ import annotations

import sys
import unittest
from collections.abc import Iterator
from typing import Any, ClassVar, Final

from hypothesis import event, settings

from duckrace._errors import CheckFailed, UsageError
from duckrace._scenario import SEPARATOR, Reference, resolve
from duckrace._settings import GRANULARITIES, TIMEOUTS, one_of
from duckrace.kernel import machine
from duckrace.search import Strategy

from ._drawing import Drawing
from ._hunt import HEALTHY, Hunt
from ._rules import BOTH, Rules, RulesTrial
from ._rules_written import written
from ._schedule import Switches
from ._trial import Seen, Stopped
from ._values import Case, Program

SAMPLES: Final = 10
UNSEEN: Final = "granularity sync: no switch between a read and a write of the same variable"


class _TestCase:
    """``MyMachine.TestCase``: what unittest and pytest collect."""

    def __get__(self, obj: object, kind: type[ParallelMachine]) -> type[unittest.TestCase]:
        made = kind.__dict__.get("_duckrace_test_case")
        if made is None:
            made = _test_case(kind)
            kind._duckrace_test_case = made
        return made


class ParallelMachine:
    """Derive from it, define rules, name a model; ``TestX = MyMachine.TestCase`` is the test.

    A rule calls the object under test and returns what that answered. Its name and its arguments are what the model is
    asked about: ``step(state, name, arguments)`` (`duckrace.linearizable`). `__init__` makes the object, anew for each
    execution; its file is loaded in the simulated world. Locks, threads and time are simulated there, so rules may
    block: who is still blocked when nobody can go on must be blocked in the model as well.

    ``@initialize`` rules come first, one after another. ``@precondition`` is asked just before the rule; where it is
    false the step is left out. ``@invariant`` holds whenever nobody can go on: before the threads start, and after.
    A bundle has what earlier steps of the same thread, or before the threads, have returned.
    """

    model: ClassVar[Any] = None
    """A class, or an object, with ``initial()`` and ``step(state, name, arguments)``."""
    threads: ClassVar[int] = 3
    """At most so many at once, at least 2."""
    operations: ClassVar[int] = 3
    """Steps of a thread, at most."""
    around: ClassVar[int] = 2
    """Steps before the threads start, and after they have ended, at most."""
    samples: ClassVar[int] = SAMPLES
    """Schedules of each program besides the one that Hypothesis draws with it."""
    granularity: ClassVar[str] = "sync"
    """Where threads switch: "sync", "gil" or "access". At "sync" not between a read and a write of a variable."""
    timeouts: ClassVar[str] = "idle"
    """When timers fire: "idle", "free", or "both": in some of the programs freely."""
    modules: ClassVar[tuple[str, ...] | None] = None
    """The packages to load in the simulated world (None: every pure-Python one)."""
    TestCase: ClassVar[Any] = _TestCase()
    _duckrace_test_case: ClassVar[Any] = None

    def teardown(self) -> None:
        """Called after each execution that was right."""


def _test_case(kind: type[ParallelMachine]) -> type[unittest.TestCase]:
    class ParallelTestCase(unittest.TestCase):
        settings = settings(deadline=None, suppress_health_check=HEALTHY)

        def runTest(self) -> None:
            run_parallel_machine_as_test(kind, settings=self.settings)

    ParallelTestCase.runTest.is_hypothesis_test = True  # type: ignore[attr-defined]
    ParallelTestCase.__name__ = f"{kind.__name__}.TestCase"
    ParallelTestCase.__qualname__ = f"{kind.__qualname__}.TestCase"
    ParallelTestCase.__module__ = kind.__module__
    return ParallelTestCase


def run_parallel_machine_as_test(kind: type[ParallelMachine], *, settings: settings | None = None) -> None:
    """Draw programs of `kind`, run each, and raise CheckFailed for the smallest that fails, with its schedule.

    `settings`: of Hypothesis; None: those of ``kind.TestCase``. Raises UsageError for a machine that cannot be used.
    """
    options = kind.TestCase.settings if settings is None else settings
    _look_at(kind)
    hunted = _Hunted(kind)
    hunted.run(options)


class _Hunted:
    """What a hunt runs programs on."""

    def __init__(self, kind: type[ParallelMachine]) -> None:
        self.kind = kind
        self.reference = _reference(kind)
        self.trial = RulesTrial(self.reference, kind.modules, kind.granularity)
        self.failing: tuple[Case, Seen] | None = None
        self._rules: Rules | None = None

    def run(self, options: settings) -> None:
        def prepare(test: Any) -> None:
            kind: Any = self.kind
            key = f"duckrace {kind.__module__}.{kind.__qualname__}"
            if (kind.granularity, kind.timeouts) != ("sync", "idle"):  # other choices, and other failures
                key += f" {kind.granularity} {kind.timeouts}"
            test._hypothesis_internal_database_key = key.encode()
            for name in ("_hypothesis_internal_use_seed", "_hypothesis_internal_use_reproduce_failure"):
                setattr(test, name, getattr(kind, name, None))

        with self.trial:
            Rules(self.trial.kind)  # what is wrong with it is said at once
            try:
                Hunt(self, samples=self.kind.samples).run(options, prepare)
            except Stopped:
                error = _stopped(self)
                raise error from None
        if self.trial.undecided:
            why, count = self.trial.undecided.most_common(1)[0]
            raise CheckFailed(f"BUDGET: of {self.trial.executions:,} executions {count:,} are not decided: {why}")

    def draw(self, drawing: Drawing) -> Program:
        if self.kind.granularity == "sync":
            event(UNSEEN)  # in the statistics of the test, which is all that a pass shows
        kind = self.trial.kind
        if self._rules is None or self._rules.kind is not kind:  # a world that was loaded anew has classes of its own
            self._rules = Rules(kind)
        return self._rules(drawing)

    def check(self, case: Case) -> None:
        seen = self.trial.case(case)
        if seen.kind == "wrong":
            self.failing = case, seen
            raise CheckFailed(f"{seen.why}\n\n{self.told(case)}")

    def sampled(self, program: Program, strategy: Strategy, samples: int) -> Case | None:
        found = self.trial.sampled(program, strategy, samples)
        return None if found is None else found[0]

    def in_time(self) -> bool:
        return True

    def told(self, case: Case) -> str:
        """The program as a file, and where its threads are left."""
        parts = [written(case.program, self.reference, self.kind.granularity)]
        if case.count:
            parts.append("Threads go on until they have to wait, except:\n" + "\n".join(_switched(case.switches)))
        return "\n".join(parts)


def _switched(switches: Switches) -> Iterator[str]:
    for (thread, step), found in sorted(switches.items()):
        times = "once" if len(found) == 1 else f"{len(found)} times"
        yield f"  thread {thread} is left {times} in the middle of its step {step + 1}"


def _stopped(hunted: _Hunted) -> BaseException:
    if machine.over == "stop":
        return CheckFailed(f"UNCONTROLLED: {machine.error}")
    return KeyboardInterrupt()


def _look_at(kind: type[ParallelMachine]) -> None:
    name = kind.__name__
    if kind.model is None:
        raise UsageError(f"{name} has no model: set model = a class with initial() and step(state, name, arguments).")
    for what, least in (("threads", 2), ("operations", 1), ("around", 0), ("samples", 0)):
        value = getattr(kind, what)
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            raise UsageError(f"{name}.{what} is a whole number from {least} on, not {value!r}.")
    one_of(f"{name}.granularity", kind.granularity, GRANULARITIES)
    one_of(f"{name}.timeouts", kind.timeouts, (*TIMEOUTS, BOTH))


def _reference(kind: type[ParallelMachine]) -> Reference:
    """Where the class is defined: the world loads its file anew."""
    name = kind.__qualname__
    if "<locals>" in name:
        raise UsageError(
            f"The machine {name!r} is defined inside a function: the simulated world loads its file anew and cannot "
            "find it there. Define it at the top level of a module."
        )
    path = getattr(sys.modules.get(kind.__module__), "__file__", None)
    if path is None:
        raise UsageError(f"The machine {name!r} has no source file (typed at a prompt?): put it into one.")
    return resolve(f"{path}{SEPARATOR}{name}")
