"""pytest-timeout's limit for a test, kept: the exploration ends a little before it, and tells what it covered.

Left alone, pytest-timeout would raise its failure inside of a simulated thread, or end the process.  So the
time that is left becomes the deadline of the exploration and shortens its watchdog; if its signal comes all the
same (a single execution that is very long), the exploration ends at the next schedule point.  Outside of an
execution its own handler stays in charge.

It knows signals and the machine; it must not know tests.
"""

from __future__ import annotations

import signal
import threading
import time
import types
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from duckrace._data import Kind, Result, Verdict
from duckrace._errors import UsageError
from duckrace.kernel import machine
from duckrace.kernel.watchdog import LIMIT

SHARE: Final = 0.8  # of the time that is left goes to the exploration, the rest to telling what it found
WATCHDOG: Final = 8  # times that the watchdog may bark within the time that is left
LEAST: Final = 1.0  # seconds; less would take a busy machine for a stalled program


class TimeLimit:
    """A context manager around an exploration; `timer`: seconds, and when they began (None: no limit)."""

    def __init__(self, timer: tuple[float, float] | None) -> None:
        self.passed = False
        self._seconds = timer[0] if timer is not None else 0.0
        self._left = max(timer[1] + timer[0] - time.monotonic(), 0.0) if timer is not None else None
        self._deadline: float | None = None  # the one given, if it is the limit's
        self._before: Callable[[int, types.FrameType | None], Any] | int | None = None

    def __enter__(self) -> TimeLimit:
        if (
            self._left is not None
            and threading.current_thread() is threading.main_thread()
            and signal.getitimer(signal.ITIMER_REAL)[0] > 0
        ):
            self._before = signal.signal(signal.SIGALRM, self._on_signal)
        return self

    def __exit__(self, kind: object, error: BaseException | None, *rest: object) -> None:
        if self._before is not None:
            signal.signal(signal.SIGALRM, self._before)
        if self.passed and isinstance(error, KeyboardInterrupt):
            raise UsageError(f"{self._words} passed while a failing execution was repeated") from error

    def _on_signal(self, number: int, frame: types.FrameType | None) -> None:
        if machine.running() is None and callable(self._before):
            self._before(number, frame)
            return
        self.passed = True
        machine.interrupted = True
        machine.limit = 0

    def applied_to(self, settings: dict[str, Any]) -> dict[str, Any]:
        """The settings of an exploration that keeps the limit; they always say `watchdog`."""
        watchdog: float = settings.get("watchdog", LIMIT)
        if self._left is None:
            return settings | {"watchdog": watchdog}
        deadline = settings.get("deadline")
        if deadline is None or deadline > self._left * SHARE:
            self._deadline = deadline = round(self._left * SHARE, 2)
        barks = max(self._left / WATCHDOG, LEAST)
        return settings | {"deadline": deadline, "watchdog": min(watchdog, barks) if watchdog else 0}

    def told(self, result: Result) -> Result:
        """`result`, saying so if it was this limit that ended it."""
        cut = result.verdict.kind is Kind.BUDGET and result.failure is None
        if not cut or (self._deadline is None and not self.passed):
            return result
        covered = result.verdict.detail.rpartition("; ")[2]
        note = (
            f"pytest-timeout allows this test {self._seconds:g} s, so the exploration ended before that. "
            "Raise the limit, or ask for fewer executions."
        )
        verdict = Verdict(kind=Kind.BUDGET, detail=f"{self._words}; {covered}")
        return replace(result, verdict=verdict, notes=(*result.notes, note))

    @property
    def _words(self) -> str:
        return f"the {self._seconds:g} s that pytest-timeout allows this test"
