"""``random``: at every choice, each runnable thread is equally likely.

The baseline of the field.  Strong where many orders fail, weak where one thread must stay away for long
(the chance halves with every step); that is what ``pct`` is for.
"""

from __future__ import annotations

from _random import Random  # the generator alone: seeding it costs half of what random.Random costs

from duckrace.kernel import SimThread

from ._strategy import seed_of


class RandomWalk:
    name = "random"

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._random = Random()
        self._draw = self._random.random

    def begin(self, execution: int) -> bool:
        self._random.seed(seed_of(self._seed, execution))
        return True

    def choose(self, ready: list[SimThread], running: SimThread) -> SimThread:
        return ready[int(self._draw() * len(ready))]

    def end(self, choices: int) -> None:
        pass
