"""Schedules of a program that are part of it: where a thread is left in the middle of a step, and for whom.

By itself a thread goes on until it can go no further, and then the first one that can goes on; where timers fire
freely, one does by itself when nobody else can go on, the earliest first. A `Switch` of a step
says otherwise: at this choice of the step (the first is 0) that thread goes on. Every schedule can be written like
this, and what is written stays with its step: a program without a step loses that step's switches and keeps the others.
This is why Hypothesis can make program and schedule smaller at once.

It knows the machine; it must not know what steps do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple, TypeAlias

from duckrace.kernel import SimThread, machine
from duckrace.kernel.looks import LOOKS
from duckrace.kernel.simthread import runs_out
from duckrace.search import Strategy
from duckrace.search._pending import Fairness

CHOICES: Final = 128
"""Of one step, to which switches can be written down; a step that makes more is left alone after that."""


class Switch(NamedTuple):
    """Leave the thread that would go on, at this choice of its step, for the n-th of the others that can go on."""

    choice: int
    other: int


Switches: TypeAlias = Mapping[tuple[int, int], Sequence[Switch]]
"""By thread and step."""


class Place:
    """Where each thread of the program is: its step, and how many choices that step has made."""

    def __init__(self) -> None:
        self._steps: dict[int, tuple[int, int]] = {}  # by the machine's number of a thread
        self._choices: dict[int, int] = {}
        self.made: dict[tuple[int, int], int] = {}  # by step: its choices so far

    def begins(self, thread: int, step: int) -> None:
        """The running thread, which the program calls `thread`, begins a step."""
        running = machine.current
        if running is not None:
            self._steps[running.n] = (thread, step)
            self._choices[running.n] = 0

    def next(self, running: SimThread) -> tuple[tuple[int, int] | None, int]:
        """The step of a thread, and the number of the choice that it makes now; None: it is in none."""
        choice = self._choices.get(running.n, 0)
        self._choices[running.n] = choice + 1
        step = self._steps.get(running.n)
        if step is not None:
            self.made[step] = choice + 1
        return step, choice


class Written:
    """The schedule that `switches` write."""

    def __init__(self, switches: Switches, place: Place) -> None:
        self._switches = {step: dict(reversed(list(these))) for step, these in switches.items() if these}
        self._place = place
        self._fairness = Fairness()
        self._fairness.begin()
        self.taken = 0  # switches that could be made

    def choose(self, ready: list[SimThread], running: SimThread) -> SimThread:
        by_itself = self.by_itself(ready, running)
        step, choice = self._place.next(running)
        if step is None:
            return by_itself
        wanted = self._switches.get(step)
        other = wanted.get(choice) if wanted is not None else None
        if other is None:
            return by_itself
        self.taken += 1
        others = [thread for thread in ready if thread is not by_itself]
        return sorted(others, key=_number)[other % len(others)]

    def by_itself(self, ready: list[SimThread], running: SimThread) -> SimThread:
        """Who goes on where nothing is written. Who looks in vain gives way: it may wait for what others do."""
        if machine.free:
            ready = [thread for thread in ready if not runs_out(thread)] or [min(ready, key=_time)]
        if running.op in LOOKS and self._fairness.gives_way(running):
            later = [thread for thread in ready if thread.n > running.n]
            return min(later or ready, key=_number)
        return running if running in ready else min(ready, key=_number)


class Sampled:
    """What a strategy chooses, written down as it goes."""

    def __init__(self, strategy: Strategy, place: Place) -> None:
        self._strategy = strategy
        self._default = Written({}, place)
        self._place = place
        self.switches: dict[tuple[int, int], list[Switch]] = {}
        self.written = True  # all of it could be
        self._in_vain = 0  # choices where nobody could go on, but that a timer fires

    def choose(self, ready: list[SimThread], running: SimThread) -> SimThread:
        by_itself = self._default.by_itself(ready, running)
        step, choice = self._place.next(running)
        if step is None:  # the main thread starts the others, all of them
            return by_itself
        if machine.free and all(map(runs_out, ready)):
            self._in_vain += 1
            if self._in_vain % 2:  # who polls shall not keep others from it
                return by_itself
        chosen = self._strategy.choose(ready, running)
        if chosen is not by_itself:
            others = sorted((thread for thread in ready if thread is not by_itself), key=_number)
            self.switches.setdefault(step, []).append(Switch(choice, others.index(chosen)))
            self.written &= choice < CHOICES
        return chosen


def _number(thread: SimThread) -> int:
    return thread.n


def _time(thread: SimThread) -> tuple[int, int]:
    """When the time of one who waits is up."""
    return thread.deadline, thread.n
