"""``pct``: probabilistic concurrency testing (Burckhardt et al., ASPLOS 2010).

Every thread gets a random priority and the highest runnable one goes; at ``depth - 1`` random change
points the running thread falls below all others.  A bug that needs `depth` ordered steps among n threads
and k choices is found with probability at least 1 / (n · k^(depth-1)) per execution.

Deviations from the paper: only choices count as steps (forced steps are none, as in Fray); k is the
longest execution seen to its end; a thread that yields or looks for something in vain (:class:`~._pending.Fairness`)
falls below all others, and so does the running one where HOGS choices pass without a change point, or a spinning
thread of high priority would run for ever.
"""

from __future__ import annotations

from _random import Random  # the generator alone: seeding it costs half of what random.Random costs

from duckrace.kernel import SimThread, machine
from duckrace.kernel.looks import LOOKS

from ._pending import Fairness
from ._strategy import HOGS, seed_of

DEPTH = 3
FIRST_GUESS = 32  # choices in an execution, before one was seen


class Pct:
    name = "pct"

    def __init__(self, seed: int, depth: int = DEPTH) -> None:
        self._seed = seed
        self._depth = depth
        self._random = Random()
        self._longest = 0
        self._fairness = Fairness()

    def begin(self, execution: int) -> bool:
        self._random.seed(seed_of(self._seed, execution))
        longest = self._longest or FIRST_GUESS
        self._changes = sorted({int(self._random.random() * longest) for _ in range(self._depth - 1)}, reverse=True)
        self._choices = 0
        self._next = -1
        self._plan()
        self._lowest = 0.0
        self._fairness.begin()
        return True

    def _plan(self) -> None:
        """The next change point."""
        after = self._next + HOGS
        self._next = self._changes.pop() if self._changes and self._changes[-1] <= after else after

    def choose(self, ready: list[SimThread], running: SimThread) -> SimThread:
        changes = self._choices == self._next
        if changes:
            self._plan()
        if changes or (running.op in LOOKS and self._fairness.gives_way(running)):
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
        if machine.over != "limit":
            self._longest = max(self._longest, choices)
