"""The shape of an execution: which thread ran from where to where, and why it was left.

A *segment* is the run of one thread up to a switch. It was *preempted* if its thread could have gone on; a switch away
from a thread that yields is none (yielding asks for it), nor is one that a wait or an end forces. A *chance* is what
seldom happens and did: the collector ran, or the time of a wait ran out although others could go on. What an execution
costs a reader, most important first: preemptions, chances, other switches, threads that ran, steps.

It knows which threads are ready and who ran; it must not know what an execution ended with.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from duckrace.kernel import YIELD, SimThread, machine
from duckrace.kernel.simthread import COLLECTOR, runs_out
from duckrace.kernel.waiting import BOOT

Path: TypeAlias = tuple[int, ...]
Cost: TypeAlias = tuple[int, int, int, int, int]
Moment: TypeAlias = tuple[Path, int]  # a thread, and how many steps it has made
Chances: TypeAlias = frozenset[Moment]

NONE: Final[Chances] = frozenset()


@dataclass(frozen=True, slots=True)
class Segment:
    """A thread runs until it has made `upto` steps since its start, or (None) for as long as it can."""

    path: Path
    upto: int | None
    preempted: bool = False


@dataclass(frozen=True, slots=True)
class Shape:
    """One execution."""

    segments: tuple[Segment, ...]
    decisions: tuple[int, ...]
    steps: int
    chances: Chances = NONE

    @property
    def preemptions(self) -> int:
        return sum(segment.preempted for segment in self.segments)

    @property
    def cost(self) -> Cost:
        threads = len({segment.path for segment in self.segments})
        switches = len(self.segments) - 1 - self.preemptions
        return self.preemptions, len(self.chances), switches, threads, self.steps

    def places(self) -> dict[Moment, int]:
        """The segment in which a thread makes its next step."""
        made: dict[Path, int] = {}
        found: dict[Moment, int] = {}
        for position, segment in enumerate(self.segments):
            assert segment.upto is not None
            for step in range(made.get(segment.path, 0), segment.upto):
                found[segment.path, step] = position
            made[segment.path] = segment.upto
        return found


class Shaping:
    """A strategy and recorder that notes the shape of what it makes; a subclass says who goes next.

    How many steps a thread has made stands in its ``rank``.
    """

    name = "minimise"

    def __init__(self, chances: Chances = NONE) -> None:
        """`chances`: those that are taken, of all that there are."""
        self._chances = chances
        self._taken: set[Moment] = set()
        self._ran: list[Segment] = []
        self._last: SimThread | None = None
        self._preempting = False
        self._now = BOOT  # when the last step was made: if time has passed since, nobody could go on
        self.steps = 0

    def choose(self, ready: list[SimThread], running: SimThread) -> SimThread:
        last = machine.current
        if ready[-1].n == COLLECTOR:
            moment = (running.path, int(running.rank))
            if self.takes(moment, COLLECTOR):
                self._taken.add(moment)
                return ready[-1]
            ready = ready[:-1]
        sure = [thread for thread in ready if not runs_out(thread)]
        if len(sure) < len(ready):
            ready = [t for t in ready if t in sure or self.takes((t.path, int(t.rank)), t.n)] or ready
        could = last is not None and last in ready and last.op is not YIELD
        could = could and (machine.free or machine.now == self._now)
        chosen = self.wanted(ready, last, could)
        if sure and chosen not in sure:
            self._taken.add((chosen.path, int(chosen.rank)))
        self._preempting = could and last in sure and chosen is not last
        return chosen

    def takes(self, moment: Moment, number: int) -> bool:
        """Is this chance taken: a collection on this thread, or the end of its time?"""
        return moment in self._chances

    def wanted(self, ready: list[SimThread], last: SimThread | None, could: bool) -> SimThread:
        """Who goes next; `last` made the last step, and `could` go on."""
        raise NotImplementedError

    def entered(self, thread: SimThread) -> None:
        """There was a switch to `thread`, asked for or forced."""

    def step(self, thread: SimThread, op: str, obj: object) -> None:
        last = self._last
        if last is not thread:
            if last is not None:
                self._ran.append(Segment(last.path, int(last.rank), self._preempting))
            self._last = thread
            self.entered(thread)
        self._preempting = False
        self._now = machine.now
        thread.rank += 1
        self.steps += 1

    def wrote(self, event: object) -> None:
        pass

    def touched(self, access: object) -> None:
        pass

    def shape(self) -> Shape:
        """Of the execution so far."""
        last = self._last
        ran = [*self._ran, Segment(last.path, int(last.rank))] if last is not None else self._ran
        return Shape(tuple(ran), tuple(machine.decisions), self.steps, frozenset(self._taken))


class Repeated(Shaping):
    """The execution of these decisions, again; as far as they fit."""

    def __init__(self, decisions: Sequence[int]) -> None:
        super().__init__()
        self._decisions = decisions

    def takes(self, moment: Moment, number: int) -> bool:
        position = len(machine.decisions)
        return position < len(self._decisions) and self._decisions[position] == number

    def wanted(self, ready: list[SimThread], last: SimThread | None, could: bool) -> SimThread:
        position = len(machine.decisions)
        number = self._decisions[position] if position < len(self._decisions) else -1
        found = next((thread for thread in ready if thread.n == number), None)
        return found or (last if could and last is not None else ready[0])


class Guided(Shaping):
    """Follows a plan, a list of segments, as far as that can be done, and never preempts on its own.

    A segment whose thread cannot go is left out. A thread that runs outside of the plan (because no other could) goes
    on until it cannot; where the plan has ended, the next is the one whose step came first in the execution that the
    plan was made from.
    """

    def __init__(self, plan: Sequence[Segment], places: dict[Moment, int], chances: Chances) -> None:
        super().__init__(chances)
        self._plan = plan
        self._places = places
        self._at = 0  # in the plan
        self._on = False  # the last step was one of that segment

    def wanted(self, ready: list[SimThread], last: SimThread | None, could: bool) -> SimThread:
        plan = self._plan
        if self._on:
            upto = plan[self._at].upto
            if last in ready and (could if upto is None else last.rank < upto):
                return last
            self._at += 1
            self._on = False
        elif could:
            return last  # type: ignore[return-value]
        while self._at < len(plan):
            segment = plan[self._at]
            for thread in ready:
                if thread.path == segment.path and (segment.upto is None or thread.rank < segment.upto):
                    self._on = True
                    return thread
            self._at += 1
        if could:
            return last  # type: ignore[return-value]
        others = [thread for thread in ready if thread is not last] or ready
        return min(others, key=self._rank)

    def _rank(self, thread: SimThread) -> tuple[int, int]:
        return self._places.get((thread.path, int(thread.rank)), len(self._places)), thread.n

    def entered(self, thread: SimThread) -> None:
        plan = self._plan
        if self._on and plan[self._at].path != thread.path:  # nobody was asked: no other could go
            self._at += 1
            self._on = False
        if not self._on and self._at < len(plan):
            self._on = plan[self._at].path == thread.path


class Bounded(Shaping):
    """Schedules with at most so many preemptions, from the first to the last, fewest first, none of them by chance.

    One object runs them all: :meth:`again` gets ready for the next one, and says whether there is one.
    """

    def __init__(self) -> None:
        super().__init__()
        self.bound = 0
        self._prefix: list[int] = []
        self._left: list[list[int]] = []  # by decision: threads that are still to be chosen there
        self._cut = False  # the bound forbade a choice
        self._first = True

    def again(self, most: int) -> bool:
        """With at most so many preemptions."""
        first, self._first = self._first, False
        if not first and not self._next(most):
            return False
        super().__init__()
        self._made = 0
        return True

    def _next(self, most: int) -> bool:
        while self._left:
            if self._left[-1]:
                self._prefix = [*self._prefix[: len(self._left) - 1], self._left[-1].pop(0)]
                return True
            self._left.pop()
        if not self._cut or self.bound >= most:
            return False
        self.bound += 1
        self._cut = False
        self._prefix = []
        return True

    def wanted(self, ready: list[SimThread], last: SimThread | None, could: bool) -> SimThread:
        position = len(machine.decisions)
        if position < len(self._prefix):
            number = self._prefix[position]
            chosen = next((thread for thread in ready if thread.n == number), ready[0])
        else:
            chosen = next((t for t in ready if (t is last) == could), ready[0])
            others = [thread.n for thread in ready if thread is not chosen]
            if could and self._made >= self.bound:
                self._cut |= bool(others)
                others = []
            self._left.append(others)
            self._prefix.append(chosen.n)
        self._made += could and chosen is not last
        return chosen
