"""What a thread that stands at a schedule point is about to touch, and whether it has to let others go first.

It knows the operations of the kernel; it must not know strategies, nor which executions there are.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, Final, TypeAlias

from duckrace.kernel import YIELD, SimThread, machine
from duckrace.kernel.locks import ACQUIRE, LOCKED, RELEASE, TRY
from duckrace.kernel.looks import in_vain
from duckrace.kernel.shared import READ, WRITE
from duckrace.kernel.simplequeue import GET, PUT, SIZE
from duckrace.kernel.simthread import END
from duckrace.kernel.threads import ALIVE, IS_SET

from ._order import lock_of

Names: TypeAlias = tuple[tuple[Hashable, bool], ...]  # objects, and whether they are written

_ACCESSES: Final = frozenset({READ, WRITE})
_OF_LOCKS: Final = frozenset({ACQUIRE, RELEASE, TRY, LOCKED})
_OF_QUEUES: Final = frozenset({PUT, GET, SIZE})
_NOTHING: Final[Names] = ()


def racing(one: SimThread, other: SimThread) -> bool:
    """Do the next steps of two threads, both of which could go on, touch one object, and one of them writes it?

    A lock is written by whoever takes, tries or frees it, the flag of an Event by whoever takes its lock.
    """
    op, other_op = one.op, other.op
    mine: Any = one.obj
    theirs: Any = other.obj
    if op in _ACCESSES:
        if other_op not in _ACCESSES or (op is READ and other_op is READ and mine is theirs):
            return False
        for place, writes in mine.touched():
            for other_place, other_writes in theirs.touched():
                if place is other_place and (writes or other_writes):
                    return True
        return False
    if op is IS_SET:
        return other_op is not IS_SET and other_op in _OF_LOCKS and lock_of(mine) is theirs
    if other_op is IS_SET:
        return op in _OF_LOCKS and lock_of(theirs) is mine
    if mine is not theirs:
        return False
    if op in _OF_LOCKS:
        return op is not LOCKED or other_op is not LOCKED
    if op in _OF_QUEUES:
        return op is not SIZE or other_op is not SIZE
    return (op is END and other_op is ALIVE) or (op is ALIVE and other_op is END)


def names(op: str, obj: Any) -> Names:
    """The objects whose order of use decides something, by names that are the same in every execution.

    Freeing a lock is left out: it cannot come anywhere but after taking it.
    """
    if op in _ACCESSES:
        return obj.touched()  # type: ignore[no-any-return]  # locations are the same objects in all executions
    if op is ACQUIRE or op is TRY:
        return ((_name(obj), True),)
    if op is IS_SET:
        return ((_name(lock_of(obj)), False),)
    if op in _OF_QUEUES:
        return ((_name(obj), op is not SIZE),)
    if op is LOCKED:
        return ((_name(obj), False),)
    return _NOTHING


def _name(obj: Any) -> Hashable:
    """Who made it, and as which of theirs; what a module made is one object in all executions."""
    creator = obj.creator
    return obj if creator is None else (creator.path, obj.number)


class Fairness:
    """Tells who has to let others go: fair scheduling by yields (Musuvathi and Qadeer, PLDI 2008).

    A thread that yields gives way at once. One that looks for something in vain may do so once; who does it again, and
    nobody else has gone in between, gives way too. That is the paper's rule (a thread falls behind those that could
    have gone all the time since it yielded last, and did not), with all looks in vain as yields.
    """

    def __init__(self) -> None:
        self._since: dict[int, int] = {}  # by thread: decisions that were made before its last look in vain

    def begin(self) -> None:
        """Another execution."""
        if self._since:
            self._since = {}

    def gives_way(self, thread: SimThread) -> bool:
        """Must the thread, which is about to do one of LOOKS, fall behind the others that can go on?"""
        if thread.op is YIELD:
            return True
        if not in_vain(thread):
            return False
        me, decisions = thread.n, machine.decisions
        since = self._since.get(me)
        self._since[me] = len(decisions)
        if since is None:
            return False
        mine = decisions[since:]
        return mine.count(me) == len(mine)
