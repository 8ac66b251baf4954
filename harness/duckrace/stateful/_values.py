"""A parallel program as plain data, and one with the schedule that goes with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from ._schedule import Switches

Step: TypeAlias = tuple[Any, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """What is done before the threads start, by each thread, and after nobody could go on. Each part has threads of
    its own, numbered through: `before` is 0, the threads are 1 to n, `after` is n + 1."""

    before: tuple[Step, ...] = ()
    threads: tuple[tuple[Step, ...], ...] = ()
    after: tuple[Step, ...] = ()
    capacity: int | None = None
    """Of the channel, if it is a program on one."""
    senders: tuple[str, ...] = ()
    """The sender handles that there are from the start."""
    timeouts: str = "idle"
    """When timers fire while it runs, as in `Settings`: it can take a time-out at a bad moment to see a mistake."""

    @property
    def parts(self) -> tuple[tuple[Step, ...], tuple[tuple[Step, ...], ...], tuple[Step, ...]]:
        return self.before, self.threads, self.after

    @property
    def workers(self) -> tuple[tuple[Step, ...], ...]:
        return (self.before, *self.threads, self.after)

    @property
    def operations(self) -> int:
        return sum(map(len, self.workers))

    def without(self, *left_out: tuple[int, int]) -> Program:
        """The same without some steps (their thread and place). The threads stay, if with nothing to do."""
        workers = [
            tuple(step for place, step in enumerate(steps) if (number, place) not in left_out)
            for number, steps in enumerate(self.workers)
        ]
        found = replace(self, before=workers[0], threads=tuple(workers[1:-1]), after=workers[-1])
        if not self.senders:
            return found
        used = set(found.handles())
        return replace(found, senders=tuple(name for name in self.senders if name in used) or self.senders[:1])

    def handles(self) -> Iterator[str]:
        """Every handle that a step uses."""
        for steps in self.workers:
            for step in steps:
                yield step[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A program and one schedule of it."""

    program: Program
    switches: Switches

    @property
    def count(self) -> int:
        """Switches that are written down."""
        return sum(map(len, self.switches.values()))
