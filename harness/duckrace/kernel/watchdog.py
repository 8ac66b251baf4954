"""Notices what the machine cannot control: a real lock, a C call that blocks, a loop that never comes back.

Simulated threads share one OS thread, so a real wait stops all of them.  When no schedule point was
passed for `limit` seconds of wall-clock time the running code is interrupted with :class:`Stalled`: by
a signal where the main thread runs the exploration, else the process ends with status 3 after its
report is written, since nothing can interrupt another thread.

It knows the machine's progress; it must not know what is explored.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import types
from collections.abc import Callable

from . import frames
from .machine import Stop, machine

LIMIT = 10.0  # seconds without a schedule point


class Stalled(Stop):
    """Raised where the program stands still; the message says where that is."""


class Watchdog:
    """A context manager around an exploration.  `progress` counts what shows that it is alive."""

    def __init__(self, progress: Callable[[], object], limit: float = LIMIT) -> None:
        self._progress = progress
        self._limit = limit
        self._last: object = None
        self._stale = 0
        self._done = threading.Event()
        self._main = threading.current_thread() is threading.main_thread()
        self._signal = self._main and signal.getitimer(signal.ITIMER_REAL)[0] == 0

    def __enter__(self) -> Watchdog:
        if self._signal:
            self._before = signal.signal(signal.SIGALRM, self._on_signal)
            signal.setitimer(signal.ITIMER_REAL, self._limit / 4, self._limit / 4)
            return self
        if self._main:  # somebody else uses the timer: be woken by a thread instead
            self._before = signal.signal(signal.SIGUSR2, self._on_signal)
        self._thread = threading.Thread(target=self._watch, name="duckrace watchdog", daemon=True)
        self._ident = threading.get_ident()
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        if self._signal:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, self._before)
            return
        self._done.set()
        self._thread.join()
        if self._main:
            signal.signal(signal.SIGUSR2, self._before)

    def _stalled(self) -> bool:
        now = (self._progress(), machine.steps)
        self._stale = self._stale + 1 if now == self._last else 0
        self._last = now
        return self._stale >= 4

    def _on_signal(self, number: int, frame: types.FrameType | None) -> None:
        if machine.running() is not None and self._stalled():
            self._stale = 0
            text = stall_text(frame, self._limit)
            if machine.current is not None:
                machine.stop(text)  # away from here at once: the program could catch an exception
            raise Stalled(text)

    def _watch(self) -> None:
        while not self._done.wait(self._limit / 4):
            if self._main:
                signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGUSR2)
            elif machine.running() is not None and self._stalled():
                text = stall_text(sys._current_frames().get(self._ident), self._limit)
                os.write(2, f"duckrace: UNCONTROLLED: {text}\n".encode())
                os._exit(3)


def stall_text(frame: types.FrameType | None, limit: float) -> str:
    """What stands still and where."""
    thread = machine.running()
    who = thread.name if thread is not None else "the program"
    stack = [f for f in frames.back(frame) if not frames.is_ours(f)]
    own = next((f for f in stack if not frames.is_library(f)), stack[0] if stack else None)
    where = f" at {frames.describe(own)}" if own is not None else ""
    return (
        f"{who!r} passed no schedule point for {limit:g} s{where}: it waits for something real (a lock or thread "
        "made outside, a C extension, a socket, a process) or computes for long"
    )
