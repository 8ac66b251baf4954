"""``pct``: probabilistic concurrency testing (Burckhardt et al., ASPLOS 2010).

Every thread gets a random priority and the highest runnable one goes; at ``depth - 1`` random change
points the running thread falls below all others.  A bug that needs `depth` ordered steps among n threads
and k choices is found with probability at least 1 / (n · k^(depth-1)) per execution.

Deviations from the paper: only choices count as steps (forced steps are none, as in Fray); k is the
longest execution seen; a thread that yields (``sleep(0)``, a spinning loop) falls below all others, or a
spinning thread of high priority would run for ever.
"""

from __future__ import annotations

from _random import Random  # the generator alone: seeding it costs half of what random.Random costs

from duckrace.kernel import YIELD, SimThread

from ._strategy import seed_of

DEPTH = 3
FIRST_GUESS = 32  # choices in an execution, before one was seen


class Pct:
    name = "pct"

    def __init__(self, seed: int, depth: int = DEPTH) -> None:
        self._seed = seed
        self._depth = depth
        self._random = Random()
        self._longest = 0

    def begin(self, execution: int) -> bool:
        self._random.seed(seed_of(self._seed, execution))
        longest = self._longest or FIRST_GUESS
        self._changes = {int(self._random.random() * longest) for _ in range(self._depth - 1)}
        self._choices = 0
        self._lowest = 0.0
        return True

    def choose(self, ready: list[SimThread], running: SimThread) -> SimThread:
        if self._choices in self._changes or running.op is YIELD:
            self._lowest -= 1.0
            running.rank = self._lowest
        self._choices += 1
        best = None
        highest = 0.0
        for thread in ready:
            rank = thread.rank
            if rank == 0.0:  # a new thread enters at a random place of the order
                rank = thread.rank = 1.0 + self._random.random()
            if best is None or rank > highest:
                best, highest = thread, rank
        assert best is not None
        return best

    def end(self, choices: int) -> None:
        self._longest = max(self._longest, choices)
