"""``pos``: partial order sampling (Yuan, Yang and Gu, CAV 2018).

Every pending step gets a random priority of its own and the highest one goes. Then the thread that made it draws anew,
and so does every thread whose pending step races with it: which of two racing steps comes first does not depend on how
the earlier ones came out.

Deviations from the paper: a step that yields, or looks for something in vain again and again, has the lowest priority
(:class:`~._pending.Fairness`).
"""

from __future__ import annotations

from _random import Random  # the generator alone: seeding it costs half of what random.Random costs

from duckrace.kernel import SimThread
from duckrace.kernel.looks import LOOKS

from ._pending import Fairness, racing
from ._strategy import seed_of


class Pos:
    name = "pos"

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._random = Random()
        self._draw = self._random.random
        self._fairness = Fairness()

    def begin(self, execution: int) -> bool:
        self._random.seed(seed_of(self._seed, execution))
        self._fairness.begin()
        self._lowest = 0.0
        return True

    def choose(self, ready: list[SimThread], running: SimThread) -> SimThread:
        draw = self._draw
        if running.op in LOOKS and self._fairness.gives_way(running):
            self._lowest -= 1.0
            running.rank = self._lowest
        else:
            running.rank = 1.0 + draw()
        best = None
        highest = 0.0
        for thread in ready:
            rank = thread.rank
            if rank == 0.0:  # a new thread
                rank = thread.rank = 1.0 + draw()
            if best is None or rank > highest:
                best, highest = thread, rank
        assert best is not None
        for thread in ready:
            if thread is not best and racing(best, thread):
                thread.rank = 1.0 + draw()
        return best

    def end(self, choices: int) -> None:
        pass
