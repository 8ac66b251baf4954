"""Minimise: a failing schedule, reduced until no single step less still fails in the same way.

Tried are, largest parts first: to let a thread go on where it was preempted (Zeller and Hildebrandt's ddmin over
preemptions), to do without a collection or a time-out that came early, to leave out runs of a thread (its steps are
made later, or not at all), to move a run to an earlier or later one of its thread, and to do without a thread. A
candidate is a plan, followed as far as it can be; what counts is the execution that it makes. It is taken if it fails
in the same way and costs less (see ``_shape``), so this ends. Schedules with fewer preemptions than were reached are
then searched one by one from the program's start, for as long as the budget lasts: of a small program the result has
the fewest preemptions that there are.

Nothing here is drawn or timed: the same failure ends in the same schedule. The budget is counted in executions and in
their steps.

It knows shapes of executions and a function that runs one; it must not know what failing is, nor reports.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from ._shape import NONE, Bounded, Chances, Guided, Path, Repeated, Segment, Shape, Shaping

__all__ = ["Budget", "Enough", "Minimal", "Repeated", "Run", "Shape", "Shaping", "minimise"]

SEARCH: Final = 0.6  # the part of the budget after which schedules with fewer preemptions are no longer searched
MOVES: Final = 24  # runs of a thread that one is tried to be moved to, nearest first

Run: TypeAlias = Callable[[Shaping, Callable[[], bool]], Shape | None]
"""Executes with this strategy. The shape, if it fails in the same way and the function says that it is worth it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How much may be tried. Of an execution longer than a fifth of `steps`, five more are tried all the same."""

    executions: int = 2_000
    steps: int = 250_000  # of all executions


@dataclass(frozen=True, slots=True, kw_only=True)
class Minimal:
    """What came out."""

    shape: Shape
    fixpoint: bool  # no single step less fails: the budget was enough to know
    executions: int


class Enough(Exception):
    """The budget is used up, or there is another reason to stop; raised by `run`, too."""


def minimise(start: Shape, run: Run, budget: Budget) -> Minimal:
    """The least that still fails, from the failing execution `start` on.

    `run` may raise :class:`Enough`: what was reached by then is returned. Other exceptions come through.
    """
    return _Minimiser(start, run, budget.executions, max(budget.steps, 5 * start.steps)).minimal()


class _Minimiser:
    """Invariant: `best` fails in the same way as the execution that it all began with, and costs no more."""

    def __init__(self, start: Shape, run: Run, executions: int, steps: int) -> None:
        self.best = start
        self._run = run
        self._most = executions, steps
        self._executions = self._steps = 0
        self._tried: set[tuple[tuple[Segment, ...], Chances]] = set()
        self._search = Bounded()

    def minimal(self) -> Minimal:
        fixpoint = False
        try:
            self._reduce()
            while self._searched():
                self._reduce()
            fixpoint = True
        except Enough:
            pass
        return Minimal(shape=self.best, fixpoint=fixpoint, executions=self._executions)

    # -- one candidate ------------------------------------------------------------------------------------

    def _better(self, strategy: Shaping) -> bool:
        """Does this execution fail in the same way, for less? Then it is the best one. Raises Enough."""
        if self._executions >= self._most[0] or self._steps >= self._most[1]:
            raise Enough
        self._executions += 1
        cost = self.best.cost
        found = self._run(strategy, lambda: strategy.shape().cost < cost)
        self._steps += strategy.steps
        if found is None:
            return False
        self.best = found
        self._tried.clear()
        return True

    def _fails(self, plan: Sequence[Segment], chances: Chances | None = None) -> bool:
        """`chances`: those that are taken; None: the same as in the best one."""
        key = tuple(plan), self.best.chances if chances is None else chances
        if key in self._tried:
            return False
        self._tried.add(key)
        return self._better(Guided(plan, self.best.places(), key[1]))

    # -- what is tried --------------------------------------------------------------------------------------

    def _reduce(self) -> None:
        """To the fixpoint: every candidate was tried on the best one, and none is better."""
        self._fails([])
        while self._without_preemptions() | self._without_chances() | self._without_runs() | self._moved():
            pass

    def _without_preemptions(self) -> bool:
        """Let threads go on where they were preempted: many at once first, then each alone."""
        return self._chunks(
            lambda: [i for i, segment in enumerate(self.best.segments) if segment.preempted],
            lambda chosen: [replace(s, upto=None) if i in chosen else s for i, s in enumerate(_plan(self.best))],
        )

    def _without_chances(self) -> bool:
        """All at once, then each alone."""
        found = self._fails(_plan(self.best), NONE)
        while any(self._fails(_plan(self.best), self.best.chances - {one}) for one in sorted(self.best.chances)):
            found = True
        return found

    def _without_runs(self) -> bool:
        """Leave runs out: many at once first, then each alone."""
        return self._chunks(
            lambda: list(range(1, len(self.best.segments))),
            lambda chosen: [s for i, s in enumerate(_plan(self.best)) if i not in chosen],
        )

    def _chunks(self, places: Callable[[], list[int]], plan: Callable[[frozenset[int]], list[Segment]]) -> bool:
        """Try `plan` without each part of `places`, halves first; after a success go on from what came out."""
        found = False
        size = len(places())
        while size:
            at = 0
            while at < len(there := places()):
                if self._fails(plan(frozenset(there[at : at + size]))):
                    found = True
                else:
                    at += size
            size = min(size // 2, len(places()))
        return found

    def _moved(self) -> bool:
        """Move one run, or do without a thread or the rest of one; begins anew after each success."""
        found = False
        while any(self._fails(plan) for plan in _moves(self.best)):
            found = True
        return found

    def _searched(self) -> bool:
        """Is there a schedule with fewer preemptions? Looks at all of them, within its part of the budget."""
        most = self.best.preemptions - 1
        while self._search.bound <= most and self._search.again(most):
            if self._executions >= SEARCH * self._most[0] or self._steps >= SEARCH * self._most[1]:
                return False
            if self._better(self._search):
                return True
        return False


def _plan(shape: Shape) -> list[Segment]:
    """How to make it again: where a thread had to wait, ended or was left by itself, let it go as far as it can."""
    return [s if s.preempted else replace(s, upto=None) for s in shape.segments]


def _moves(shape: Shape) -> Iterator[list[Segment]]:
    plan = _plan(shape)
    threads: list[Path] = list(dict.fromkeys(segment.path for segment in plan))
    for path in reversed(threads[1:]):
        yield [segment for segment in plan if segment.path != path]
    for at, segment in enumerate(plan):
        before = [i for i in range(at) if plan[i].path == segment.path]
        for i in before[: -MOVES - 1 : -1]:  # right after an earlier one of the same thread
            yield [*plan[:i], segment, *plan[i + 1 : at], *plan[at + 1 :]]
        for i in range(at - 1, max(-1, at - MOVES - 1), -1):  # right before any other one
            yield [*plan[:i], segment, *plan[i:at], *plan[at + 1 :]]
        if segment.path:  # from here on, as late as it can be
            yield [s for i, s in enumerate(plan) if i < at or s.path != segment.path]
