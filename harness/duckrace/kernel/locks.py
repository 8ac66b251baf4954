"""Simulated locks: what ``_thread`` offers, and the quiet lock that ``threading`` uses for itself.

Each visible operation is one schedule point: acquire (enabled while the lock is free), release, a
failed or successful try.  A try on a lock that the thread itself holds is none: it is
``Condition``'s ownership probe (exploration.md, E.3).

It knows the machine; it must not know ``threading`` or how code is loaded.
"""

from __future__ import annotations

from typing import Any, Final

from .machine import machine
from .simthread import SimThread
from .waiting import FOREVER

ACQUIRE: Final = "acquire"
RELEASE: Final = "release"
TRY: Final = "try acquire"
LOCKED: Final = "locked?"
WAIT: Final = "wait"

TIMEOUT_MAX: Final = 9223372036.0

_m = machine


def checked_timeout(blocking: bool, timeout: float) -> float:
    """The limit of a wait in seconds, -1 = none; raises what ``_thread`` raises."""
    if timeout == -1:
        return -1
    if not blocking:
        raise ValueError("can't specify a timeout for a non-blocking call")
    if timeout != timeout:
        raise ValueError("Invalid value NaN (not a number)")
    if timeout < 0:
        raise ValueError("timeout value must be a non-negative number")
    if timeout > TIMEOUT_MAX:
        raise OverflowError("timeout value is too large")
    return timeout


class Lock:
    """``_thread.lock``.  ``owner`` is the thread that took it last; ``waiting`` are the threads whose
    pending operation is to take it, ready as long as it is free."""

    __slots__ = ("__weakref__", "creator", "number", "owner", "waiting")

    def __init__(self) -> None:
        self.owner: object = None
        self.waiting: list[SimThread] = []
        self.creator = me = _m.current
        if me is not None:
            me.objects += 1
            self.number = me.objects
        else:
            self.number = 0

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        me = _m.current
        if me is None:
            return self._acquire_unscheduled(blocking)
        waiting = self.waiting
        if blocking and timeout == -1:
            if self.owner is not None:
                _m.ready.remove(me)
            waiting.append(me)
            _m.point(me, ACQUIRE, self)
            waiting.remove(me)
        elif (not blocking and self.owner is me) or not self._acquire_limited(me, blocking, timeout):
            return False
        self.owner = me
        if waiting:
            ready = _m.ready
            for other in waiting:
                ready.remove(other)
        return True

    __enter__ = acquire

    def _acquire_limited(self, me: SimThread, blocking: bool, timeout: float) -> bool:
        """A try or a timed acquire, up to the point where the lock is free for `me`."""
        timeout = checked_timeout(blocking, timeout)
        if not blocking or timeout == 0:
            _m.point(me, TRY, self)
            return self.owner is None
        if _m.free and timeout < FOREVER:
            deadline = _m.limit_wait(me, timeout)
            _m.point(me, TRY, self)
            return _m.in_time(me, deadline, self.owner is None)
        waiting = self.waiting
        if self.owner is not None:
            _m.ready.remove(me)
        waiting.append(me)
        _m.set_timer(me, timeout, waiting)
        _m.point(me, ACQUIRE, self)
        if _m.cut_timer(me):
            return False
        waiting.remove(me)
        return True

    def _acquire_unscheduled(self, blocking: bool) -> bool:
        if _m.unwinding:
            raise _m.refuse("take a lock")
        if self.owner is None:
            self.owner = _m.thread or _m
            for other in self.waiting:  # those of a dead execution are no longer ready
                if other in _m.ready:
                    _m.ready.remove(other)
            return True
        if not blocking:
            return False
        raise _m.refuse("wait for a lock")

    def release(self) -> None:
        me = _m.current
        if me is not None:
            _m.point(me, RELEASE, self)
        elif _m.unwinding:
            self.owner = None
            return
        if self.owner is None:
            raise RuntimeError("release unlocked lock")
        self.owner = None
        if self.waiting:
            _m.idle_rounds = 0
            _m.ready.extend(self.waiting)

    def __exit__(self, *exc: object) -> None:
        self.release()

    def locked(self) -> bool:
        me = _m.current
        if me is not None and self.owner is not me:
            _m.point(me, LOCKED, self)
        return self.owner is not None

    acquire_lock = acquire
    release_lock = release
    locked_lock = locked

    @property
    def there(self) -> bool:
        """Can it be taken?"""
        return self.owner is None

    def reset(self) -> None:
        """As new: between executions, for locks that live in modules."""
        self.owner = None
        self.waiting.clear()

    _at_fork_reinit = reset

    def __reduce__(self) -> Any:
        raise TypeError("cannot pickle '_thread.lock' object")

    def __repr__(self) -> str:
        state = "unlocked" if self.owner is None else "locked"
        return f"<{state} _thread.lock object {label(self)}>"


class QuietLock(Lock):
    """A lock that ``threading`` makes for its own plumbing, such as a waiter of a ``Condition``:
    only a wait that blocks is a schedule point (the order is decided by the lock around it).
    ``freed`` is the count of steps when it was released last: what was done before it happened before
    the end of a wait for it."""

    __slots__ = ("freed",)

    def __init__(self) -> None:
        self.owner = None
        self.freed = 0
        self.waiting = []
        self.creator = None
        self.number = 0

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        me = _m.current
        if me is None:
            return self._acquire_unscheduled(blocking)
        if self.owner is not None:
            if not blocking or timeout == 0:
                return False
            if _m.free and 0 < timeout < FOREVER:
                return self._acquire_in_time(me, checked_timeout(True, timeout))
            _m.ready.remove(me)
            self.waiting.append(me)
            if timeout > 0:
                _m.set_timer(me, checked_timeout(True, timeout), self.waiting)
            _m.point(me, WAIT, self)
            if timeout > 0 and _m.cut_timer(me):
                return False
            self.waiting.remove(me)
        self.owner = me
        if self.waiting:
            for other in self.waiting:
                _m.ready.remove(other)
        return True

    __enter__ = acquire

    def _acquire_in_time(self, me: SimThread, timeout: float) -> bool:
        """A wait for a notification that races with the end of its time."""
        me.limited += 1
        self.creator, self.number = me, me.limited
        deadline = _m.limit_wait(me, timeout)
        _m.point(me, WAIT, self)
        there = self.owner is None
        if there:
            self.owner = me
        return _m.in_time(me, deadline, there)

    def release(self) -> None:
        if self.owner is None and not _m.unwinding:
            raise RuntimeError("release unlocked lock")
        self.owner = None
        self.freed = _m.steps
        if self.number and _m.recorder is not None:
            _m.recorder.wrote(self)
        if self.waiting and not _m.unwinding:
            _m.idle_rounds = 0
            _m.ready.extend(self.waiting)

    def locked(self) -> bool:
        return self.owner is not None


class RLock:
    """``_thread.RLock``: taking it again and giving back all but the last hold is no event."""

    __slots__ = ("__weakref__", "_block", "_count")

    def __init__(self) -> None:
        self._block = Lock()
        self._count = 0

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        if self._block.owner is not None and self._block.owner is (_m.current or _m.thread or _m):
            self._count += 1
            return True
        if self._block.acquire(blocking, timeout):
            self._count = 1
            return True
        return False

    __enter__ = acquire

    def release(self) -> None:
        if self._block.owner is not (_m.current or _m.thread or _m):
            if _m.unwinding:
                return
            raise RuntimeError("cannot release un-acquired lock")
        if self._count == 1:
            self._block.release()
            self._count = 0
        else:
            self._count -= 1

    def __exit__(self, *exc: object) -> None:
        self.release()

    def _is_owned(self) -> bool:
        return self._block.owner is not None and self._block.owner is (_m.current or _m.thread or _m)

    def _recursion_count(self) -> int:
        return self._count if self._is_owned() else 0

    def locked(self) -> bool:
        return self._block.locked()

    def _release_save(self) -> int:
        if not self._is_owned():
            if _m.unwinding:
                return 1
            raise RuntimeError("cannot release un-acquired lock")
        count = self._count
        self._block.release()
        return count

    def _acquire_restore(self, count: int) -> None:
        self._block.acquire()
        self._count = count

    def reset(self) -> None:
        self._block.reset()
        self._count = 0

    _at_fork_reinit = reset

    def __reduce__(self) -> Any:
        raise TypeError("cannot pickle '_thread.RLock' object")

    def __repr__(self) -> str:
        state = "unlocked" if self._block.owner is None else "locked"
        return f"<{state} _thread.RLock object count={self._count} {label(self._block)}>"


def label(lock: Lock) -> str:
    """``lock#2``: second lock made by the main thread; ``lock#1.3``: third one made by its first child."""
    path = lock.creator.path if lock.creator is not None else ()
    where = "".join(f"{step}." for step in path)
    return f"lock#{where}{lock.number}"
