"""What is possible at every step, but seldom wanted: time-outs that fire freely, and collections.

A sampler that takes a waiting thread for one like any other lets its time run out long before anybody could serve it.
So at each choice its time may run out with a certain chance only, which is drawn anew for every execution, between 1
and 1/32, since nobody knows how many steps the one must stay away that the time-out is to meet. Each time-out makes
the next one less likely: a loop that polls lets others go on. The same holds of the collector.

It wraps any sampler, which never sees the collector; it must not know what the sampler does.
"""

from __future__ import annotations

from _random import Random

from duckrace.kernel import SimThread
from duckrace.kernel.simthread import COLLECTOR, Recorder, runs_out

from ._strategy import Strategy, seed_of

LEAST = 5  # the chance is 1/2 to the power of 0 to so much
TIRES = 0.9  # by what it is multiplied with each time that it came true


class Patience:
    def __init__(self, inner: Strategy, seed: int) -> None:
        self._inner = inner
        self._seed = seed
        self._random = Random()
        self._draw = self._random.random
        self.name = inner.name

    @property
    def member(self) -> Strategy:
        """Whose choices these are."""
        member: Strategy = getattr(self._inner, "member", self._inner)
        return member

    @property
    def recorder(self) -> Recorder | None:
        """Who is told of the steps."""
        return getattr(self._inner, "recorder", None)

    def begin(self, execution: int) -> bool:
        if not self._inner.begin(execution):
            return False
        self._random.seed(seed_of(self._seed, execution))
        self._chance = 0.5 ** (LEAST * self._draw())
        self._ask = self._inner.choose
        self._choices = 0
        return True

    def choose(self, ready: list[SimThread], running: SimThread) -> SimThread:
        going_on = [thread for thread in ready if thread.n != COLLECTOR and not runs_out(thread)]
        if len(going_on) < len(ready):
            happens = self._draw() < self._chance
            if happens and ready[-1].n == COLLECTOR:
                self._chance *= TIRES
                return ready[-1]
            if going_on and not happens:
                ready = going_on
            elif ready[-1].n == COLLECTOR:
                ready = ready[:-1]
            if len(ready) == 1:
                return ready[0]
        self._choices += 1
        chosen = self._ask(ready, running)
        if going_on and runs_out(chosen):
            self._chance *= TIRES
        return chosen

    def end(self, choices: int) -> None:
        self._inner.end(self._choices)
