"""``urw``: uniform random walk (Zhao et al., ASPLOS 2025): every interleaving is about as likely.

Where ``random`` gives every thread the same chance at every choice, so that a long thread is nearly always behind a
short one, here the chance of a thread is the number of steps that it has still to make. If that number is exact and
nobody ever waits, all interleavings are equally likely. ``surw`` applies this to the steps that matter only.

Deviations from the paper: the number is the mean over earlier executions of this exploration, not one dry run, so the
first execution is a plain random walk, and an execution depends on those before it (``pct`` takes its k likewise);
threads are told by their path of spawn. A thread that yields or looks in vain lets another one go
(:class:`~._pending.Fairness`).
"""

from __future__ import annotations

from _random import Random  # the generator alone: seeding it costs half of what random.Random costs
from typing import Any

from duckrace.kernel import START, SimThread
from duckrace.kernel.looks import LOOKS

from ._pending import Fairness
from ._profile import Left, Profile
from ._strategy import seed_of


class Urw:
    name = "urw"

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._random = Random()
        self._fairness = Fairness()
        self._profile = Profile()

    def begin(self, execution: int) -> bool:
        self._random.seed(seed_of(self._seed, execution))
        self._fairness.begin()
        self._profile.begin(execution)
        self._left = Left(self._profile.of.get(None))
        return True

    @property
    def recorder(self) -> Urw:
        """It counts the steps."""
        return self

    def choose(self, ready: list[SimThread], running: SimThread) -> SimThread:
        candidates = ready
        if running.op in LOOKS and self._fairness.gives_way(running):
            candidates = [thread for thread in ready if thread is not running]
        of = self._left.of
        weights = [max(1.0, of(thread.path)) for thread in candidates]
        drawn = self._random.random() * sum(weights)
        for thread, weight in zip(candidates, weights, strict=True):
            drawn -= weight
            if drawn < 0.0:
                return thread
        return candidates[-1]  # of a rounding error

    def step(self, thread: SimThread, op: str, obj: Any) -> None:
        path = thread.path
        if self._profile.learns:
            self._profile.saw(path, None, True)
        self._left.done(path)
        if op is START:
            self._left.started(path, (*path, thread.spawned + 1))

    def wrote(self, event: Any) -> None:
        pass

    def touched(self, access: Any) -> None:
        pass

    def end(self, choices: int) -> None:
        self._profile.end()
