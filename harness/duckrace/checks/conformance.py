"""Row ``conformance``: is the implementation, one call after another, what its model says?

Hypothesis draws the calls (``_drawn``); the simulated machine runs a whole program at once and compares
(``programs/conformance``). Where the model says "blocks", the simulated thread must really be blocked; where it lets a
call return, the call must have returned just that. What fails is shrunk by Hypothesis, told as a list of calls, and
replayed by its token.

The calls of one program run one after another. What threads do to each other is for the other rows.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from typing import Final

from duckrace._data import Failure, Kind, Row, Verdict
from duckrace._exploration import Exploration
from duckrace._scenario import resolve
from duckrace._session import Session
from duckrace._settings import Settings
from duckrace._words import many
from duckrace.kernel import SimThread, machine
from duckrace.search import Replay

from ._broken import of_calls
from ._earlier import Earlier
from ._run import Run
from ._shorter import shorter
from ._suite import PROGRAMS, not_claimed

NAME: Final = "conformance"
SHRINKS: Final = 150  # programs that Hypothesis may run once one has failed
NEEDS: Final = ("unbounded", "bounded", "rendezvous", "clone", "try_send", "timeouts", "drop", "refcount_drop")

Steps = tuple[tuple[object, ...], ...]


class Enough(KeyboardInterrupt):
    """The deadline, or Ctrl-C: Hypothesis lets it through."""


class Differs(Exception):
    """The channel is not what its model says: Hypothesis looks for a shorter program that shows it."""


def check(run: Run) -> Row:
    """Draw programs, run each, tell the shortest that fails."""
    from hypothesis import errors

    from ._drawn import draw

    started = time.perf_counter()
    total = run.profile.examples
    trial = Trial(run)
    again = Earlier(run, trial.reference, trial.settings)
    trial.failing = again.failing()
    with trial.session():
        try:
            if trial.failing is None:
                draw(run.subject, run.profile, run.seed, trial)
            ending = "all" if trial.failing is None else "failed"
        except (Differs, errors.Flaky):
            if trial.failing is None:
                raise
            ending = "failed"
        except KeyboardInterrupt as why:
            run.interrupted |= not isinstance(why, Enough)
            ending = "cut"
        trial.shorten()
    run.tell(NAME, total if ending == "all" else min(trial.done, total), total)
    failure = None
    if ending == "all":
        verdict = Verdict(kind=Kind.PASSED, detail=f"sampled {trial.done:,}")
    elif trial.failing is None:
        verdict = run.out_of_budget(f"{trial.done:,} of {many(total, 'program')}")
    else:
        verdict, failure = trial.told()
        again.keep(failure)
    return Row(
        name=NAME,
        verdict=verdict,
        covered=f"{many(trial.done, 'program')}, {many(trial.calls, 'call')} compared with the model",
        executions=trial.done,
        seconds=time.perf_counter() - started,
        failure=failure,
        program=failure.output.rstrip() if failure is not None else "",
        skipped=not_claimed(run.subject, NEEDS),
        statements=of_calls(failure.message) if failure is not None else (),
    )


class Trial:
    """Runs programs in one session, and keeps the last one that failed: Hypothesis ends with the shortest."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.settings = Settings(modules=run.subject.modules)
        self.reference = replace(resolve(f"{PROGRAMS}.conformance::run"), arguments=(run.subject.reference,))
        self.done = self.calls = 0
        self.failing: tuple[int | None, Steps, list[int]] | None = None
        self.shrinks = 0
        self.stalled = False  # it waits for something real, and would again: one wait is enough

    def session(self) -> ExitStack:
        """The surroundings of :meth:`__call__`."""
        stack = ExitStack()
        self._session = stack.enter_context(Session(self.reference, self.settings))
        return stack

    def __call__(self, capacity: int | None, steps: Steps) -> None:
        """One program. Raises Differs if it fails, Enough if there is no time for more."""
        run = self.run
        self.shrinks += self.failing is not None
        if run.cut or self.shrinks > SHRINKS:
            raise Enough
        failed = self._fails(capacity, steps)
        gc.collect(0)  # what Hypothesis makes is many and young; the session's own collections look at everything
        if failed:
            raise Differs
        if self.done % 25 == 0:
            with self._session.outside():
                run.tell(NAME, min(self.done, run.profile.examples), run.profile.examples)

    def shorten(self) -> None:
        """Leave out of the failing program what it does not need."""
        if self.failing is not None and not self.run.cut and not self.stalled:
            try:
                shorter(self.run.subject, *self.failing[:2], self._fails)
            except Enough:
                pass

    def _fails(self, capacity: int | None, steps: Steps) -> bool:
        """Run one program; if it fails, it is the one to tell. Raises Enough for Ctrl-C, and where it stands still."""
        why = self._executed(capacity, steps)
        if why == "interrupt" or machine.interrupted:
            self.run.interrupted = True
            raise Enough
        self.done += 1
        self.calls += len(steps)
        if why == "end":
            return False
        self.failing = capacity, steps, list(machine.decisions)
        if why == "stop":
            self.stalled = True
            raise Enough
        return True

    def _executed(self, capacity: int | None, steps: Steps) -> str:
        session = self._session
        while True:
            program: Callable[..., object] = session.scenario  # called with the plug-in; a new one in every world
            why: str = session.execute(workers_first, scenario=partial(program, capacity, steps))
            if not session.grown():
                return why
            session.regrow()

    def told(self) -> tuple[Verdict, Failure | None]:
        """The failing program, run once more to be told."""
        assert self.failing is not None
        capacity, steps, decisions = self.failing
        reference = replace(self.reference, arguments=(*self.reference.arguments, capacity, steps))
        with Session(reference, self.settings) as session:
            exploration = Exploration(session, self.settings, Replay(decisions))
            exploration.once(decisions)
        failure = exploration.result(1).failure
        if failure is None:
            return Verdict(kind=Kind.NONDETERMINISM, detail="a program that failed does not fail again"), None
        if failure.kind is not Kind.FAILED:
            return Verdict(kind=failure.kind), failure
        message = failure.message.removeprefix("AssertionError: ").rpartition(" in MainThread")[0]
        return Verdict(kind=failure.kind, detail="model mismatch"), replace(failure, message=message or failure.message)


def workers_first(ready: list[SimThread], running: SimThread) -> SimThread:
    """A thread that makes a call goes before the main thread, and on until it can go no further."""
    if running.path and running in ready:
        return running
    return next((thread for thread in ready if thread.path), ready[0])
