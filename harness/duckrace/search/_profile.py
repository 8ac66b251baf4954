"""What earlier executions of an exploration did: how many steps of each thread touched what.

Threads and objects are told by names that are the same in every execution (exploration.md D.1): the path of spawn, and
who made an object as which of theirs. Counts are means over the executions that were seen to their end; one that hit
the limit of steps is not learned from, or a loop that span once would count for ever. After LEARNS executions only
every eighth one is looked at: it takes time, and changes little.

It knows counts; it must not know what is done with them.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Final, TypeAlias

from duckrace.kernel import machine

Path: TypeAlias = tuple[int, ...]

LEARNS: Final = 64


class Counts:
    """How often each thread did something, on average."""

    __slots__ = ("executions", "own", "written")

    def __init__(self) -> None:
        self.executions = 0
        self.own: dict[Path, int] = {}  # sums over executions
        self.written = False

    def add(self, seen: dict[Path, int]) -> None:
        """Another execution."""
        self.executions += 1
        own = self.own
        for path, count in seen.items():
            own[path] = own.get(path, 0) + count

    def mean(self) -> float:
        """Per execution, over all threads."""
        return sum(self.own.values()) / self.executions

    def contended(self) -> bool:
        """Do several threads use it, and one of them not only to look?"""
        return self.written and len(self.own) > 1


class Left:
    """How much of it each thread has still to do in the execution that runs, what threads will do that it has not
    started yet included. At least zero."""

    __slots__ = ("_whole", "by_path")

    def __init__(self, counts: Counts | None) -> None:
        self._whole: dict[Path, float] = {}  # what a thread and all that descend from it do
        if counts is not None:
            for path, count in counts.own.items():
                share = count / counts.executions
                for length in range(len(path) + 1):
                    above = path[:length]
                    self._whole[above] = self._whole.get(above, 0.0) + share
        self.by_path: dict[Path, float] = {(): self._whole.get((), 0.0)}

    def of(self, path: Path) -> float:
        return self.by_path.get(path, 0.0)

    def done(self, path: Path) -> None:
        """The thread did it once."""
        self.by_path[path] = max(0.0, self.by_path.get(path, 0.0) - 1.0)

    def started(self, parent: Path, child: Path) -> float:
        """A thread starts another one; returns the part of what it had left that is now the other's."""
        before, moved = self.of(parent), self._whole.get(child, 0.0)
        self.by_path[child] = moved
        self.by_path[parent] = max(0.0, before - moved)
        return min(1.0, moved / before) if before else 0.0


class Profile:
    """Counts by object, gathered one execution after another."""

    def __init__(self) -> None:
        self.of: dict[Hashable, Counts] = {}  # in the order in which they were first seen
        self.begin(0)

    def begin(self, execution: int) -> None:
        """Another execution; what was seen since the last :meth:`end` is forgotten. `learns`: steps are to be told."""
        self.learns = execution < LEARNS or execution % 8 == 0
        self._seen: dict[Hashable, dict[Path, int]] = {}
        self._written: set[Hashable] = set()

    def saw(self, path: Path, name: Hashable, writes: bool) -> None:
        """A thread did something with it."""
        seen = self._seen.get(name)
        if seen is None:
            seen = self._seen[name] = {}
        seen[path] = seen.get(path, 0) + 1
        if writes:
            self._written.add(name)

    def end(self) -> None:
        """The execution is over."""
        if machine.over == "limit":
            return
        for name, seen in self._seen.items():
            counts = self.of.get(name)
            if counts is None:
                counts = self.of[name] = Counts()
            counts.add(seen)
            counts.written |= name in self._written
