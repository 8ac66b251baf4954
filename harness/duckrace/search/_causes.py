"""Which steps of an execution that hangs matter: those that can have led to it.

A thread that is stuck depends on what happened before its last step, and on whatever was done to the object that it
waits for, also later: the step that would have woken it is missing there. All other steps have no part in it, as far as
locks, queues, events and threads order them. A join of a thread that is stuck, too, says nothing of its own.

It knows happens-before; it must not know how a step is shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from duckrace.kernel import JOIN, SimThread, frames
from duckrace.kernel.locks import WAIT

from ._order import Order


class Causes:
    """A recorder; asked while the threads are still parked."""

    def __init__(self) -> None:
        self._order = Order()

    def step(self, thread: SimThread, op: str, obj: Any) -> None:
        self._order.step(thread, op, obj)

    def wrote(self, event: Any) -> None:
        self._order.wrote(event)

    def touched(self, access: Any) -> None:
        self._order.touched(access)

    def of(self, stuck: Sequence[SimThread]) -> list[bool]:
        """By step: does it matter for these threads being stuck?"""
        order = self._order
        past: dict[int, int] = {}  # thread -> how many of its steps matter

        def include(index: int) -> None:
            for thread, count in enumerate(order.clock[index]):
                past[thread] = max(past.get(thread, 0), count)

        lasts = {thread: index for index, thread in enumerate(order.tid)}
        waiting = [t for t in stuck if not (t.op is JOIN and t.obj in stuck)] or stuck
        for thread in waiting:
            last = lasts.get(order.thread(thread.path))
            if last is not None:
                include(last)
            keys = self._waited_for(thread)
            for index, accesses in enumerate(order.accesses):
                if any(key in keys for key, _ in accesses):
                    include(index)
        return [number < past.get(tid, 0) for tid, number in zip(order.tid, order.number, strict=True)]

    def _waited_for(self, thread: SimThread) -> set[int]:
        order = self._order
        if thread.op is WAIT:
            lock = frames.condition_lock(frames.frames_of(thread))
            return {order._key(lock)} if lock is not None else set()
        return {key for key, _ in order.pending(thread)[1]}
