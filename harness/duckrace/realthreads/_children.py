"""The same program in child processes: each thread of a plan is a process, started anew ("spawn").

Handles go to a child when it is started, which is when `multiprocessing` hands over what it can hand over. A child runs
its part on a thread, so that its main thread can say how far it is, and where, when the part hangs.

The order of events is that of the clock: ``time.perf_counter_ns`` reads the system's monotonic clock, as
``time.monotonic_ns`` does, and that is one for all processes. It is refused where that is not so.

It knows the plan and processes; it must not know what a history means.
"""

from __future__ import annotations

import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Any, Final

from duckrace._data import ThreadState
from duckrace._errors import UsageError
from duckrace.histories import ThreadLog

from ._crew import Stuck, Watch, look, switching
from ._plan import Part, Plan
from ._work import receive, send

START: Final = 60.0
"""Seconds within which a child has imported what it needs."""
ANSWER: Final = 2.0
"""Seconds within which a child that is asked says where it is."""


class ChildError(Exception):
    """What a part raised in its process: the message is the traceback there."""


def one_clock() -> None:
    """Raises UsageError unless the clock of a log is the system's."""
    ours, theirs = time.get_clock_info("perf_counter"), time.get_clock_info("monotonic")
    if ours.implementation != theirs.implementation:
        raise UsageError(
            f"On this system time.perf_counter is {ours.implementation} and no clock that processes share, so what "
            "they saw cannot be put in one order: use processes=False (--no-processes)."
        )


def child(
    part: Part, plan: Plan, box: list[Any], handle: int, link: Connection, interval: float, path: list[str]
) -> None:
    """The main function of a child. It is told: go, look. It says: ready, at (so many events), where, done."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends this
    sys.path[:] = path
    log = ThreadLog("clock")
    buffer = log.thread(part.name)
    errors: list[str] = []
    ended = threading.Event()
    mine = [box.pop()]

    def run() -> None:
        try:
            if part.sends:
                send(part, mine, handle, buffer, None, ())
            else:
                receive(plan, mine, handle, buffer, ())
        except BaseException:
            errors.append(traceback.format_exc())
        finally:
            ended.set()

    thread = threading.Thread(target=run, name=part.name, daemon=True)
    link.send(("ready", 0))
    with switching(interval):
        try:
            if link.recv() != "go":
                return
            thread.start()
            while not ended.wait(0.05):
                if link.poll():
                    if link.recv() != "look":
                        return
                    link.send(("where", look([thread]).threads, buffer.events()))
                else:
                    link.send(("at", len(buffer)))
        except (EOFError, OSError):
            return  # the parent is gone
    link.send(("done", errors, buffer.events()))
    link.poll(START)  # until the parent has read that


class Children:
    """The processes of a plan. `log` gets their events when they have ended, or when they are given up."""

    def __init__(self, plan: Plan, handles: list[tuple[Part, list[Any], int]], log: ThreadLog, interval: float) -> None:
        self.log = log
        self.errors: list[tuple[str, BaseException]] = []
        self.begun = 0.0
        self._context = get_context("spawn")
        self._plan, self._handles, self._interval = plan, handles, interval
        self._links: dict[Connection, str] = {}
        self._processes: list[SpawnProcess] = []
        self._at: dict[str, int] = {}
        self._states: list[ThreadState] = []
        self._busy = False

    def start(self) -> None:
        """Start all, wait until all are ready, let them go. The handles are theirs then: this process drops its own.

        Raises UsageError: one does not start.
        """
        try:
            self._start()
        except BaseException:
            self.stop()
            raise

    def _start(self) -> None:
        for part, box, number in self._handles:
            ours, theirs = self._context.Pipe()
            given = (part, self._plan, box, number, theirs, self._interval, list(sys.path))
            process = self._context.Process(target=child, args=given, name=part.name, daemon=True)
            process.start()
            theirs.close()
            self._processes.append(process)
            self._links[ours] = part.name
            _close(box.pop())
        for link, name in list(self._links.items()):
            try:
                if not link.poll(START):
                    raise UsageError(f"The process for {name} did not start within {START:g} seconds.")
                link.recv()
            except EOFError:
                raise UsageError(
                    f"The process for {name} did not start. It imports the script that called duckrace.stress, which "
                    'has to do so under `if __name__ == "__main__":`; or use processes=False (--no-processes).'
                ) from None
        self.begun = time.perf_counter()
        for link in self._links:
            link.send("go")

    def wait(self, patience: float, watch: Watch) -> Stuck | None:
        """As that of a crew."""
        since = time.monotonic()
        left = dict(self._links)
        try:
            while left:
                watch.alive()
                for link in wait(list(left), timeout=min(patience / 4, 0.5)):
                    assert isinstance(link, Connection)
                    try:
                        kind, *rest = link.recv()
                    except (EOFError, OSError):
                        name = left.pop(link)
                        self.errors.append((name, ChildError(f"the process of {name} ended without a word")))
                        continue
                    if kind == "done":
                        self._done(left.pop(link), *rest)
                        since = time.monotonic()
                    elif self._at.get(left[link]) != rest[0]:
                        self._at[left[link]] = rest[0]
                        since = time.monotonic()
                if left and time.monotonic() - since >= (min(patience, 1.0) if self.errors else patience):
                    for link, name in left.items():
                        self._ask(link, name)
                    return Stuck(tuple(self._states), tuple(left.values()), self._busy)
            return None
        finally:
            self.stop()

    def _done(self, name: str, errors: list[str], events: Any) -> None:
        self.log.add(name, events)
        self.errors += [(name, ChildError(error)) for error in errors]

    def _ask(self, link: Connection, name: str) -> None:
        """Where a child hangs, and what it had done until then."""
        try:
            link.send("look")
            ends = time.monotonic() + ANSWER
            while link.poll(max(0.0, ends - time.monotonic())):
                kind, *rest = link.recv()
                if kind == "where":
                    states, events = rest
                    self._states += states
                    self._busy = self._busy or any(state.state == "runnable" for state in states)
                    self.log.add(name, events)
                    return
                if kind == "done":
                    self._done(name, *rest)
                    return
        except (EOFError, OSError):
            pass  # it died: that is what is said of it now
        self._states.append(
            ThreadState(
                name=name, path=(), state="blocked", waits_for="lets no other thread of its process run",
                where="", stack=(),
            )
        )  # fmt: skip

    def stop(self) -> None:
        for link in self._links:
            link.close()
        for process in self._processes:
            process.join(0.5)
            if process.is_alive():
                process.terminate()
                process.join(ANSWER)
            if process.is_alive():
                process.kill()
                process.join()


def _close(handle: Any) -> None:
    """Give up this process's copy of a handle that another one has now: no drop, which would be the channel's."""
    close: Callable[[], object] | None = getattr(handle, "handed_over", None)
    if close is not None:
        close()
