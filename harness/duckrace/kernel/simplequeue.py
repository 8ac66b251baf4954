"""``SimpleQueue`` as one primitive: one event per put and per get.

Its pure-Python twin in ``queue`` is not re-entrant as the real one is (contract 79), so it is
simulated instead of executed.  A put never blocks and may happen inside a get of the same thread.

It knows the machine; nothing else.
"""

from __future__ import annotations

import types
from _queue import Empty  # the exception that host code and world code share
from collections import deque
from typing import Any, Final

from .machine import machine
from .simthread import SimThread
from .waiting import FOREVER

PUT: Final = "put"
GET: Final = "get"
SIZE: Final = "size?"

_m = machine


class SimpleQueue:
    """An unbounded FIFO queue.  ``waiting``: threads whose next operation is to take an item, ready
    while there is one."""

    __slots__ = ("__weakref__", "_items", "creator", "number", "waiting")

    def __class_getitem__(cls, item: Any) -> types.GenericAlias:
        return types.GenericAlias(cls, item)

    def __init__(self) -> None:
        self._items: deque[Any] = deque()
        self.waiting: list[SimThread] = []
        self.creator = me = _m.current
        if me is not None:
            me.objects += 1
        self.number = me.objects if me is not None else 0

    def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:
        me = _m.current
        if me is not None:
            _m.point(me, PUT, self)
        self._items.append(item)
        if self.waiting and len(self._items) == 1 and not _m.unwinding:
            _m.idle_rounds = 0
            _m.ready.extend(self.waiting)

    def put_nowait(self, item: Any) -> None:
        self.put(item)

    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        if block and timeout is not None and timeout < 0:
            raise ValueError("'timeout' must be a non-negative number")
        me = _m.current
        items, waiting = self._items, self.waiting
        if me is None:
            if items:
                item = items.popleft()
                for other in waiting if not items else ():
                    _m.ready.remove(other)
                return item
            if not block:
                raise Empty
            raise _m.refuse("wait for an item of a SimpleQueue")
        if not block or timeout == 0:
            _m.point(me, GET, self)
            if not items:
                raise Empty
        elif _m.free and timeout is not None and timeout < FOREVER:
            deadline = _m.limit_wait(me, timeout)
            _m.point(me, GET, self)
            if not _m.in_time(me, deadline, bool(items)):
                raise Empty
        else:
            if not items:
                _m.ready.remove(me)
            waiting.append(me)
            if timeout is not None:
                _m.set_timer(me, timeout, waiting)
            _m.point(me, GET, self)
            if timeout is not None and _m.cut_timer(me):
                raise Empty
            waiting.remove(me)
        item = items.popleft()
        if not items:
            for other in waiting:
                _m.ready.remove(other)
        return item

    def get_nowait(self) -> Any:
        return self.get(False)

    def empty(self) -> bool:
        return self.qsize() == 0

    def qsize(self) -> int:
        me = _m.current
        if me is not None:
            _m.point(me, SIZE, self)
        return len(self._items)

    @property
    def there(self) -> bool:
        """Is there an item to take?"""
        return bool(self._items)

    def reset(self) -> None:
        """As new: between executions, for queues that live in modules."""
        self._items.clear()
        self.waiting.clear()


def queue_module() -> types.ModuleType:
    """A new simulated ``_queue`` for one world."""
    module = types.ModuleType("_queue")
    vars(module).update({"SimpleQueue": SimpleQueue, "Empty": Empty})
    return module
