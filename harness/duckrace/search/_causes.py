"""Which moments of a failing execution matter: those that can have led to its end.

A thread that is stuck depends on what happened before its last step, and on whatever was done to the object that it
waits for, also later: the step that would have woken it is missing there. An exception depends on what happened before
it. All other steps have no part in it, as far as locks, queues, events, threads and shared memory order them. Where
accesses to memory are not seen (granularity `sync`), any step may have left there what an exception came of: then only
starts, joins and ends of threads have no part in one. A join of a thread that is stuck, too, says nothing of its own;
nor does an access to memory that one thread has for itself, or that is only read once it is shared.

It knows happens-before; it must not know how a moment is shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from duckrace.kernel import JOIN, SimThread, frames
from duckrace.kernel.locks import WAIT
from duckrace.kernel.shared import READ, WRITE, Location, locations
from duckrace.kernel.simthread import BEGIN, END, EXIT, RUN, START, STARTED

from ._order import Order

LIVES: Final = frozenset({START, STARTED, BEGIN, END, EXIT, JOIN})


class Cell:
    """What one execution does with a location."""

    __slots__ = ("counts", "owner", "shared")

    def __init__(self, owner: tuple[int, ...]) -> None:
        self.owner = owner  # the thread that touched it first
        self.shared = False  # another one has touched it
        self.counts = False  # it is written, and shared by then


class Causes:
    """A recorder; asked while the threads are still parked. A *moment* is a step, or an access as a part of one."""

    def __init__(self) -> None:
        self._order = Order()
        self._moments: list[tuple[int, list[Cell] | None]] = []  # step; cells, if all it does is to touch them
        self._cells: dict[Location, Cell] = {}
        self._works: list[int] = []  # steps that are more than the beginning or end of a thread
        self._path: tuple[int, ...] = ()  # of the thread that made the last step

    def step(self, thread: SimThread, op: str, obj: Any) -> None:
        self._path = thread.path
        cells = self._touch(obj) if op is READ or op is WRITE else [] if op is RUN else None
        self._order.step(thread, op, obj)
        self._order.redo.clear()  # is of no use here, and would keep alive what the collector is to find
        index = len(self._order.tid) - 1
        self._moments.append((index, cells))
        if op not in LIVES:
            self._works.append(index)

    def wrote(self, event: Any) -> None:
        self._order.wrote(event)

    def touched(self, access: Any) -> None:
        self._order.touched(access)
        self._moments.append((len(self._order.tid) - 1, self._touch(access)))

    def _touch(self, access: Any) -> list[Cell]:
        found = []
        for location, writes in access.touched():
            cell = self._cells.get(location)
            if cell is None:
                cell = self._cells[location] = Cell(self._path)
            cell.shared |= cell.owner != self._path
            cell.counts |= cell.shared and writes
            found.append(cell)
        return found

    # -- afterwards ----------------------------------------------------------------------------------------

    def of_hang(self, stuck: Sequence[SimThread]) -> list[bool]:
        """By moment: does it matter for these threads being stuck?"""
        order = self._order
        past: dict[int, int] = {}
        waiting = [t for t in stuck if not (t.op is JOIN and t.obj in stuck)] or stuck
        for thread in waiting:
            self._include_last(past, thread)
            keys = self._waited_for(thread)
            for index, accesses in enumerate(order.accesses):
                if any(key in keys for key, _ in accesses):
                    self._include(past, index)
        return self._within(past)

    def of_exception(self, thread: SimThread) -> list[bool]:
        """By moment: does it matter for what this thread does after its last step?"""
        past: dict[int, int] = {}
        self._include_last(past, thread)
        if not (locations.points or locations.calls):
            for index in self._works:
                self._include(past, index)
        return self._within(past)

    def _include(self, past: dict[int, int], index: int) -> None:
        """Step `index` and all before it matter; `past`: how many steps of each thread do."""
        for thread, count in enumerate(self._order.clock[index]):
            past[thread] = max(past.get(thread, 0), count)

    def _include_last(self, past: dict[int, int], thread: SimThread) -> None:
        number = self._order.thread(thread)
        last = max((index for index, tid in enumerate(self._order.tid) if tid == number), default=None)
        if last is not None:
            self._include(past, last)

    def _within(self, past: dict[int, int]) -> list[bool]:
        tid, clock = self._order.tid, self._order.clock
        return [
            clock[index][tid[index]] <= past.get(tid[index], 0) and (cells is None or any(c.counts for c in cells))
            for index, cells in self._moments
        ]

    def _waited_for(self, thread: SimThread) -> set[int]:
        if thread.op is WAIT:
            lock = frames.condition_lock(frames.frames_of(thread))
            return {self._order.key(lock)} if lock is not None else set()
        return {key for key, _ in self._order.pending(thread)[1]}
