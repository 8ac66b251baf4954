"""A failing execution, minimised: what it means that another one fails in the same way.

The same is: a hang of the same kind in which the same threads wait for the same things; an exception of the same type
at the same place, whose text differs in numbers at most (`exact`: not at all).

It knows sessions and endings; it must not know which candidates are tried, nor reports.
"""

from __future__ import annotations

import re
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final, TypeAlias

from ._data import Failure, Kind
from ._endings import ending
from ._session import Session
from ._settings import Settings
from .kernel import SimThread, frames, machine
from .kernel.locks import Lock
from .search.minimise import Budget, Enough, Minimal, Repeated, Shape, Shaping, minimise

CHECKS: Final = Budget(executions=200, steps=10_000)
"""For a program of the checks, of which many may fail, and each is small."""

COLLECTING: Final = 10
"""So many executions take the time of one in which the collector may run: the heap is collected before each."""

SLACK: Final = 100  # steps that a candidate may make beyond twice those of the failure, before it is given up

Signature: TypeAlias = tuple[object, ...]


class Minimising:
    """One failure of one session."""

    def __init__(
        self, session: Session, *, exact: bool, ends: float | None, tell: Callable[[int], None] | None = None
    ) -> None:
        """`ends`: when no more may be tried, on the clock of time.perf_counter. `tell` is called with the number of
        executions before each."""
        self._session = session
        self._tell = tell
        self._tried = 0
        self._exact = exact
        self._ends = ends
        self._same: Signature | None = None
        self._failure: Failure

    def minimal(self, failure: Failure, decisions: Sequence[int], budget: Budget) -> Minimal | None:
        """The least that fails like `failure`, which these decisions show; None if it does not do so again."""
        self._failure = failure
        limit, start = self._session.max_steps, Repeated(decisions)
        try:
            shape = self._execute(start, lambda: True)
            if shape is None:
                return None
            self._session.max_steps = min(limit, 2 * shape.steps + SLACK)
            return minimise(shape, self._run, budget)
        except Enough:
            return None
        finally:
            self._session.max_steps = limit

    def _run(self, strategy: Shaping, worth: Callable[[], bool]) -> Shape | None:
        if self._ends is not None and time.perf_counter() > self._ends:
            raise Enough
        if self._tell is not None:
            self._tell(self._tried)
        self._tried += 1
        return self._execute(strategy, worth)

    def _execute(self, strategy: Shaping, worth: Callable[[], bool]) -> Shape | None:
        found: Shape | None = self._session.execute(
            strategy.choose,
            recorder=strategy,
            inspect=lambda: strategy.shape() if self._alike(worth) else None,
            every=True,
            watch=self._failure.kind is Kind.LIVELOCK,
        )
        if machine.over in ("interrupt", "stop") or machine.interrupted:
            raise Enough
        return found

    def _alike(self, worth: Callable[[], bool]) -> bool:
        """Looked at while threads are parked. The whole diagnosis is made only of what passes all else."""
        signature = self._signature()
        if self._same is None:
            self._same = signature
        if signature is None or signature != self._same or not worth():
            return False
        told, failure = ending(self._session), self._failure
        if told is None or told.kind is not failure.kind:
            return False
        return told.message == failure.message if self._exact else True

    def _signature(self) -> Signature | None:
        if machine.over == "hang":
            return ("hang", frozenset((thread.path, _wait(thread)) for thread in machine.stuck))
        error = machine.error
        if machine.over != "exception" or error is None:
            return (machine.over,)
        own = [
            (frame.f_code.co_filename, line)
            for frame, line in traceback.walk_tb(error.__traceback__)
            if not frames.is_ours(frame) and not frames.is_library(frame)
        ]
        text = frames.without_addresses(str(error))
        return (type(error).__qualname__, own[-1:], text if self._exact else re.sub(r"\d+", "0", text))


def _wait(thread: SimThread) -> str:
    """What it waits for. A lock that it has made and taken itself, to be woken by its release, is told by the place:
    its number says how often it has waited before."""
    lock, stack = thread.obj, frames.frames_of(thread)
    if isinstance(lock, Lock) and thread is lock.owner and thread is lock.creator:
        return f"{thread.op} at {' '.join(map(frames.place, stack))}"
    return frames.operation_text(thread.op, lock, stack)


def affordable(budget: Budget, settings: Settings) -> Budget:
    """As much as fits into the time that `budget` is meant for. Counted, not timed, so that a run can be repeated."""
    if settings.gc != "scheduled":
        return budget
    return replace(budget, executions=-(-budget.executions // COLLECTING), steps=-(-budget.steps // COLLECTING))


def can_be(failure: Failure) -> bool:
    """Is it a fault that a schedule shows? What is a limit, or cannot be repeated, is not minimised."""
    return failure.kind.exit_status == 1 and failure.kind is not Kind.LIVELOCK and bool(failure.schedule)
