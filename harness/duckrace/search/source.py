"""``source``: source sets and sleep sets (Abdulla, Aronis, Jonsson and Sagonas, "Optimal dynamic partial order
reduction", POPL 2014, algorithm 1).

The nodes of the search know which threads are left to go first, not how they would go on. Every trace is seen once, as
by ``dpor``, in less memory and with less analysis; but executions may end up where all threads sleep. These are
redundant, counted as such, and can be many more than the others. The cross-check of ``dpor``.
"""

from __future__ import annotations

from ._order import Accesses
from ._reduction import Reduction
from ._wakeup import Step, goes_first


class Source(Reduction):
    name = "source"
    whole = False

    def _add(self, tree: list[Step], sequence: list[Step]) -> None:
        if not any(goes_first(sequence, branch.tid) for branch in tree):
            tree.append(sequence[0])

    def _leads(self, sequence: list[Step], tid: int, accesses: Accesses) -> bool:
        # Not if it has no part in the sequence: what a node leads to is only known to begin with the right thread.
        return goes_first(sequence, tid)
