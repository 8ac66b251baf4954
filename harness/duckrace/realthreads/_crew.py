"""Threads that begin at one instant, and a watchdog that ends the wait for those that do not end.

It knows threads, frames and the time that a thread has used the processor; it must not know what the threads do.
"""

from __future__ import annotations

import faulthandler
import os
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Final

from duckrace._data import ThreadState

HERE: Final = os.path.dirname(os.path.abspath(__file__)) + os.sep
LIBRARY: Final = os.path.dirname(os.path.abspath(threading.__file__)) + os.sep
LOOK: Final = 0.25
"""Seconds for which it is seen whether a thread uses the processor."""
LAST_RESORT: Final = 3
"""So many times the patience with a hang, and a call that lets no other thread run ends the process."""


@dataclass(slots=True)
class Stuck:
    """What had not ended."""

    threads: tuple[ThreadState, ...]
    names: tuple[str, ...]
    busy: bool
    """One of them used the processor while it was looked at: it is slow, or it spins."""


@dataclass(slots=True)
class Crew:
    """Functions, each on a thread of its own, that are let go at one instant."""

    work: dict[str, Callable[[], None]]
    errors: list[tuple[str, BaseException]] = field(default_factory=list)
    threads: list[threading.Thread] = field(default_factory=list)
    begun: float = 0.0
    """When they were let go, on the clock of time.perf_counter."""
    _ended: threading.Event = field(default_factory=threading.Event)
    _left: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def start(self) -> None:
        self._left = len(self.work)
        barrier = threading.Barrier(len(self.work) + 1)

        def run(name: str, function: Callable[[], None]) -> None:
            barrier.wait()
            try:
                function()
            except BaseException as error:
                self.errors.append((name, error))
            finally:
                with self._lock:
                    self._left -= 1
                    last = not self._left
                if last:
                    self._ended.set()

        for name, function in self.work.items():
            # Daemons: one that never ends must not keep the process.
            thread = threading.Thread(target=run, args=(name, function), name=name, daemon=True)
            self.threads.append(thread)
            thread.start()
        self.begun = time.perf_counter()
        barrier.wait()

    def wait(self, progress: Callable[[], object], patience: float, watch: Watch) -> Stuck | None:
        """Until all have ended. What is left when nothing has changed in `progress` for `patience` seconds."""
        last, since = progress(), time.monotonic()
        while not self._ended.wait(min(patience / 4, 0.5)):
            watch.alive()
            now = progress()
            if now != last:
                last, since = now, time.monotonic()
            elif time.monotonic() - since >= (min(patience, 1.0) if self.errors else patience):
                left = [thread for thread in self.threads if thread.is_alive()]
                stuck = look(left)
                if progress() == last:
                    return stuck
        for thread in self.threads:
            thread.join()
        return None


@dataclass(slots=True)
class Watch:
    """The last resort against a call that neither returns nor lets another thread run: the process ends with status 1,
    and Python says on stderr where its threads are. Only for a process that is ours."""

    patience: float
    ours: bool = False

    def alive(self) -> None:
        if self.ours:
            faulthandler.dump_traceback_later(LAST_RESORT * self.patience, exit=True)

    def over(self) -> None:
        if self.ours:
            faulthandler.cancel_dump_traceback_later()


@contextmanager
def switching(interval: float) -> Iterator[None]:
    """Threads that have the GIL are asked for it so often, in seconds."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(interval)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


def look(threads: Sequence[threading.Thread]) -> Stuck:
    """Where threads are, and whether they use the processor."""
    before = {thread: _used(thread) for thread in threads}
    time.sleep(LOOK)
    frames = sys._current_frames()
    states, busy = [], False
    for number, thread in enumerate(threads, 1):
        used = _used(thread)
        runs = used is not None and used - (before[thread] or 0) > LOOK / 10
        busy = busy or runs
        states.append(_state(thread, number, frames.get(thread.ident or 0), runs))
    return Stuck(tuple(states), tuple(thread.name for thread in threads), busy)


def _used(thread: threading.Thread) -> float | None:
    """Seconds of processor time of a thread; None where nobody says."""
    try:
        text = Path(f"/proc/self/task/{thread.native_id}/schedstat").read_text(encoding="ascii")
    except (OSError, ValueError):
        return None
    return int(text.split()[0]) / 1e9


def _state(thread: threading.Thread, number: int, frame: FrameType | None, runs: bool) -> ThreadState:
    found = [
        (os.path.abspath(inner.f_code.co_filename), line, inner.f_code.co_qualname)
        for inner, line in ([] if frame is None else traceback.walk_stack(frame))
    ]
    # Down to the call that we made, and without the thread's own beginning.
    while found and (found[-1][0].startswith(HERE) or found[-1][0] == os.path.abspath(threading.__file__)):
        found.pop()
    stack = tuple(f"{_path(file)}:{line} in {name}" for file, line, name in found)
    own = [text for text, (file, _, _) in zip(stack, found, strict=True) if not file.startswith(LIBRARY)]
    innermost = found[0][2] if found else ""
    if runs:
        waits_for = f"runs in {innermost}" if innermost else "runs"
    else:
        waits_for = f"waits in {innermost}" if innermost else "waits"
    return ThreadState(
        name=thread.name,
        path=(number,),
        state="runnable" if runs else "blocked",
        waits_for=waits_for,
        where=(own or [*stack, ""])[0],
        stack=stack,
        daemon=False,
    )


def _path(file: str) -> str:
    relative = os.path.relpath(file)
    return file if relative.startswith("..") else relative


def told(error: BaseException) -> tuple[str, str]:
    """An exception in one sentence, and its traceback without our frames."""
    said = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    whole = traceback.TracebackException(type(error), error, error.__traceback__)
    whole.stack[:] = [frame for frame in whole.stack if not frame.filename.startswith(HERE)]
    return said, "".join(whole.format())
