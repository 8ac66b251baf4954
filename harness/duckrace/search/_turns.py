"""Whose turn it is where every schedule is tried: fair scheduling by yields (Musuvathi and Qadeer, PLDI 2008).

A search that follows all schedules would also follow those in which a loop that waits spins for ever and nobody else
goes. So a thread that looks in vain falls behind every thread that could have gone all the time since it looked last,
or that it kept from going, and did not go; it stays behind until that one has gone. No schedule that ends is lost by
that but those in which somebody goes on looking.

Deviation from the paper: that begins with the PATIENT-th look in vain of a thread in an execution, so that programs
that try a few times are searched in full.

It knows which threads are ready and what they do in vain; it must not know which schedules are left.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Final

from duckrace.kernel import SimThread, machine
from duckrace.kernel.looks import LOOKS, in_vain

PATIENT: Final = 8


class Turns:
    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Another execution."""
        self._looks: dict[int, int] = {}  # by thread: its looks in vain so far
        self._waiting: dict[int, set[int]] = {}  # by thread: who has not gone since it looked, and could have
        self._kept: dict[int, set[int]] = {}  # by thread: who could not go any more after a step of it, since it looked
        self._behind: dict[int, set[int]] = {}  # by thread: who has to go first
        self._last: tuple[int, set[int]] | None = None  # the step before: who made it, who was ready

    def allowed(self, ready: list[SimThread]) -> list[SimThread]:
        """Those of `ready` that nobody else must precede; never none."""
        if not self._behind:
            return ready
        numbers = {thread.n for thread in ready}
        return [thread for thread in ready if not numbers & self._behind.get(thread.n, set())] or ready

    def state(self) -> Hashable:
        """All that what it says from here on depends on, apart from what the threads do."""
        near = [n for n, count in self._looks.items() if count >= PATIENT - 1]  # their next look in vain counts
        if not near:
            return None
        last = self._last and (self._last[0], frozenset(self._last[1]))
        by_thread = [
            (n, frozenset(self._waiting[n]), frozenset(self._kept[n]), frozenset(self._behind.get(n, ())))
            for n in sorted(near)
        ]
        return last, tuple(by_thread)

    def step(self, thread: SimThread) -> None:
        """The thread goes."""
        looks = thread.op in LOOKS and in_vain(thread)
        if not looks and not self._looks:
            return
        me, ready = thread.n, {other.n for other in machine.ready}
        if self._last is not None:
            before, were = self._last
            if before in self._kept:
                self._kept[before] |= were - ready
        self._last = me, ready
        for n in self._looks:
            self._waiting[n] &= ready
            self._waiting[n].discard(me)
            self._kept[n].discard(me)
        for behind in self._behind.values():
            behind.discard(me)
        if looks:
            self._looks[me] = count = self._looks.get(me, 0) + 1
            if count >= PATIENT:
                self._behind.setdefault(me, set()).update(self._waiting[me], self._kept[me])
            self._waiting[me] = ready - {me}
            self._kept[me] = set()
