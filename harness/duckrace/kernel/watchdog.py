"""Notices what the machine cannot control: a real lock, a C call that blocks, a loop that never comes back.

Simulated threads share one OS thread, so a real wait stops all of them.  When no schedule point was
passed for `limit` seconds of wall-clock time the running code is interrupted with :class:`Stalled`: by
a signal where the main thread runs the exploration, else the process ends with status 3 after its
report is written, since nothing can interrupt another thread. So does a C call that no signal
interrupts, after PATIENCE times as long. An import may take IMPORT times as long.

It knows the machine's progress; it must not know what is explored.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import types
from collections.abc import Callable
from typing import NoReturn

from . import frames
from .machine import machine
from .simthread import Stop

LIMIT = 10.0  # seconds without a schedule point
CHECKS = 4  # within that time
IMPORT = 3
PATIENCE = 6


class Stalled(Stop):
    """Raised where the program stands still; the message says where that is."""


class Watchdog:
    """A context manager around an exploration.  `progress` counts what shows that it is alive."""

    def __init__(
        self, progress: Callable[[], object], loading: Callable[[], bool] = lambda: False, limit: float = LIMIT
    ) -> None:
        self._progress = progress
        self._loading = loading
        self._limit = limit
        self._signals = 0
        self._last: object = None
        self._stale = 0
        self._done = threading.Event()
        self._main = threading.current_thread() is threading.main_thread()
        self._signal = self._main and signal.getitimer(signal.ITIMER_REAL)[0] == 0

    def __enter__(self) -> Watchdog:
        if self._signal:
            self._before = signal.signal(signal.SIGALRM, self._on_signal)
            signal.setitimer(signal.ITIMER_REAL, self._limit / CHECKS, self._limit / CHECKS)
        elif self._main:  # somebody else uses the timer: be woken by a thread instead
            self._before = signal.signal(signal.SIGUSR2, self._on_signal)
        self._ident = threading.get_ident()
        self._thread = threading.Thread(target=self._watch, name="duckrace watchdog", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        if self._signal:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, self._before)
        self._done.set()
        self._thread.join()
        if self._main and not self._signal:
            signal.signal(signal.SIGUSR2, self._before)

    def _stalled(self) -> bool:
        now = (self._progress(), machine.steps)
        self._stale = self._stale + 1 if now == self._last else 0
        self._last = now
        return self._stale >= CHECKS * (IMPORT if self._loading() else 1)

    def _watched(self) -> bool:
        return machine.running() is not None or self._loading()

    def _on_signal(self, number: int, frame: types.FrameType | None) -> None:
        self._signals += 1
        if self._watched() and self._stalled():
            self._stale = 0
            text = self._text(frame)
            if machine.current is not None:
                machine.stop(text)  # away from here at once: the program could catch an exception
            raise Stalled(text)

    def _text(self, frame: types.FrameType | None) -> str:
        return stall_text(frame, self._limit * (IMPORT if self._loading() else 1))

    def _watch(self) -> None:
        unanswered, answered = 0, self._signals
        while not self._done.wait(self._limit / CHECKS):
            if self._main:
                if not self._signal:
                    signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGUSR2)
                unanswered = unanswered + 1 if self._signals == answered and self._watched() else 0
                answered = self._signals
                if unanswered >= CHECKS * PATIENCE:
                    self._end()
            elif self._watched() and self._stalled():
                self._end()

    def _end(self) -> NoReturn:
        text = self._text(sys._current_frames().get(self._ident))
        os.write(2, f"duckrace: UNCONTROLLED: {text}. Nothing can interrupt it: this process ends.\n".encode())
        os._exit(3)


def stall_text(frame: types.FrameType | None, limit: float) -> str:
    """What stands still and where."""
    thread = machine.running()
    who = f"{thread.name!r} passed no schedule point" if thread is not None else "the import did not go on"
    stack = [f for f in frames.back(frame) if not frames.is_ours(f)]
    own = next((f for f in stack if not frames.is_library(f)), stack[0] if stack else None)
    where = f" at {frames.describe(own)}" if own is not None else ""
    return (
        f"{who} for {limit:g} s{where}: it waits for something real (a lock or thread "
        "made outside, a C extension, a socket, a process) or computes for long"
    )
