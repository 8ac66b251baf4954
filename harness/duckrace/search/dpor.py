"""``dpor``: every order of dependent steps once (Abdulla, Aronis, Jonsson and Sagonas, "Optimal dynamic partial order
reduction", POPL 2014 and JACM 2017).

The nodes of the search have wakeup trees: whole sequences are left to be done, so that what reverses a race is followed
to where it is reversed. No trace is explored twice, and no execution ends because all threads sleep; both are counted
all the same.
"""

from __future__ import annotations

from ._order import Accesses
from ._reduction import Reduction
from ._wakeup import Step, insert, weakly_initial


class Dpor(Reduction):
    name = "dpor"

    def _add(self, tree: list[Step], sequence: list[Step]) -> None:
        insert(tree, sequence)

    def _leads(self, sequence: list[Step], tid: int, accesses: Accesses) -> bool:
        return weakly_initial(sequence, tid, accesses)
