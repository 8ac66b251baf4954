"""Steps that get a thread nowhere: what loops that wait without blocking are made of.

It knows the operations of the kernel; it must not know strategies or verdicts.
"""

from __future__ import annotations

from typing import Any, Final

from .locks import LOCKED, TRY
from .simplequeue import GET, SIZE
from .simthread import YIELD, SimThread
from .threads import ALIVE, IS_SET

LOOKS: Final = frozenset({YIELD, TRY, LOCKED, IS_SET, ALIVE, GET, SIZE})


def in_vain(thread: SimThread) -> bool:
    """Would the next step of a thread find nothing changed? A yield, a try of a lock that is taken, a look at a flag
    that is not set, at a thread that lives, at a queue that is empty; False for all that is not in LOOKS."""
    op = thread.op
    obj: Any = thread.obj
    if op is TRY or op is LOCKED:  # the most frequent, by far: a condition asks for its lock in this way
        return obj.owner is not None
    if op is YIELD:
        return True
    if op is IS_SET:
        return not obj._flag
    if op is ALIVE:
        return not obj.done
    return (op is GET or op is SIZE) and thread not in obj.waiting and not obj._items
