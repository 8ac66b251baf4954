"""The transitions of state graphs, covered one after another by driving a channel along walks.

It ends at the first thing that the channel does and must not, with a script that is as short as it can be and shows it.
It knows walks, scripts and the driver; it must not know how a row looks.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Final

from duckrace._data import Kind, Verdict
from duckrace._words import many
from duckrace.formal._graph import Menu
from duckrace.formal._transitions import Transitions
from duckrace.hangs import Diagnosis
from duckrace.kernel import machine

from ._run import Run
from ._scripts import Script, script
from ._steering import Driver, places
from ._walks import Walk, Walks
from .programs._allowed import Event, Wrong, judged

VARIANTS: Final = 3  # ways to a transition that are tried
DEEPEST: Final = 60  # schedule points of one call, at which it is held
OFTEN: Final = 50  # executions between two words about progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Failing:
    """What the channel did and must not."""

    menu: Menu
    script: Script
    wrong: Wrong | None  # None: the execution did not come to its end
    decisions: list[int]
    events: tuple[Event, ...] = ()


class Ended(Exception):
    """The row has its verdict."""


@dataclass(slots=True)
class Covering:
    """All of it. :meth:`go` works; the rest is what came out."""

    name: str  # of the row
    run: Run
    driver: Driver
    graphs: dict[str, Transitions]
    total: int = 0
    covered: int = 0
    options: int = 0  # optional ones
    taken: int = 0
    walks: int = 0
    stood: bool = False  # was somebody held in the midst of a call, in the last execution?
    missing: list[tuple[str, int]] = field(default_factory=list)  # configuration, and number of the step
    verdict: Verdict = field(default_factory=lambda: Verdict(kind=Kind.PASSED, detail="every transition"))
    failing: Failing | None = None

    def go(self) -> None:
        """Cover one configuration after the other. Raises Ended."""
        for name, graph in self.graphs.items():
            self._cover(name, graph)
        if self.missing:
            left = self.total - self.covered
            detail = f"{many(left, 'transition')} not reached"
            self.verdict = Verdict(kind=Kind.BUDGET, detail=detail)

    def _cover(self, name: str, graph: Transitions) -> None:
        walks, required = Walks(graph), graph.required()
        wanted = dict.fromkeys(range(len(graph.steps)))
        for least, variants in ((True, VARIANTS), (False, 1)):
            for target in range(len(graph.steps)):
                if target in wanted and (target in required) is least:
                    self._reach(walks, target, variants, wanted, required)
        self.missing += [(name, number) for number in wanted if number in required]

    def _reach(
        self, walks: Walks, target: int, variants: int, wanted: dict[int, None], required: Collection[int]
    ) -> None:
        """Drive walks through this step, up to one that the channel follows. Raises Ended."""
        for variant in range(variants):
            walk = walks.through(target, wanted, variant)
            if not self._followed(walks.graph, walk):
                continue
            self.walks += 1
            for number in walks.covered(walk):
                if number in wanted:
                    del wanted[number]
                    self.covered += number in required
                    self.taken += number not in required
            return

    def _followed(self, graph: Transitions, walk: Walk) -> bool:
        """Drive a walk in the ways that there are. Raises Ended."""
        followed = False
        for one in self._scripts(graph, walk):
            if not followed or one.holds:
                followed |= self._drive(graph.menu, one)
        return followed

    def _scripts(self, graph: Transitions, walk: Walk) -> Iterator[Script]:
        """A walk with those who must wait, then without; and with calls held at each of their schedule points."""
        before = None
        for eager in (True, False):
            found = script(graph, walk, eager=eager, depth=0)
            if found is not None and found != before:
                yield found
            before = found
        for depth in range(1, DEEPEST):
            found = script(graph, walk, eager=True, depth=depth)
            if found is None or not found.holds:
                return
            yield found
            if not self.stood:
                return

    def _drive(self, menu: Menu, one: Script) -> bool:
        """Does the channel follow? Raises Ended."""
        run = self.run
        if run.cut:
            self._cut()
        seen, steering = self.driver.drive(menu, one)
        self.stood = steering.stood
        if self.driver.executions % OFTEN == 0:
            with self.driver.session.outside():
                run.tell(self.name, self.covered, self.total)
        if not isinstance(seen, tuple):
            self._stopped(menu, one, seen)
            return False
        wrong = judged(menu.capacity, places(menu)[0], one.lines, seen)
        if wrong is not None:
            self._wrong(menu, one, wrong)
        return ends_by_line(seen) == {n: g.ends for n, g in enumerate(one.guidance) if g.ends}

    def _cut(self) -> None:
        covered = f"{self.covered:,} of {many(self.total, 'transition')}"
        self.verdict = self.run.out_of_budget(covered)
        raise Ended

    def _stopped(self, menu: Menu, one: Script, told: Diagnosis | None) -> None:
        """The execution did not come to its end. Raises Ended."""
        if told is None:
            self.run.interrupted = True
            self._cut()
        assert told is not None
        self.verdict = Verdict(kind=told.kind)
        self.failing = Failing(menu=menu, script=one, wrong=None, decisions=list(machine.decisions))
        raise Ended

    def _wrong(self, menu: Menu, one: Script, wrong: Wrong) -> None:
        """Make the script as short as it can be and shows the same. Raises Ended."""
        one = self._same(menu, _first(one, wrong.line + 1), wrong) or one
        before = 0
        while len(one.lines) != before:  # what was needed for another line may go when that has gone
            before = number = len(one.lines)
            number -= 1  # the last line gives time: others can go because of it
            while number > 0:
                number = min(number, len(one.lines) - 1) - 1
                one = self._same(menu, _without(one, number), wrong) or one
        one = self._same(menu, _without(one, len(one.lines) - 1), wrong) or one
        seen, _ = self.driver.drive(menu, one)
        found = judged(menu.capacity, places(menu)[0], one.lines, seen) if isinstance(seen, tuple) else None
        self.verdict = Verdict(kind=Kind.FAILED, detail="not in the spec")
        self.failing = Failing(
            menu=menu,
            script=one,
            wrong=found or wrong,
            decisions=list(machine.decisions),
            events=seen if isinstance(seen, tuple) else (),
        )
        raise Ended

    def _same(self, menu: Menu, one: Script, wrong: Wrong) -> Script | None:
        """The script, if it shows the same."""
        seen, _ = self.driver.drive(menu, one)
        if not isinstance(seen, tuple):
            return None
        found = judged(menu.capacity, places(menu)[0], one.lines, seen)
        return one if found is not None and found.message == wrong.message else None


def ends_by_line(events: tuple[Event, ...]) -> dict[int, tuple[tuple[str, str], ...]]:
    """By line, the calls that ended in it, and what they came to."""
    found: dict[int, list[tuple[str, str]]] = defaultdict(list)
    line = 0
    for kind, caller, what, _ in events:
        if kind == "ends":
            found[line].append((caller, what))
        elif kind == "line":
            line = what + 1
    return {number: tuple(sorted(ends)) for number, ends in found.items()}


def _first(one: Script, lines: int) -> Script:
    """The first lines, and time for everybody to come to rest."""
    return Script(lines=(*one.lines[:lines], one.lines[-1]), guidance=(*one.guidance[:lines], one.guidance[-1]))


def _without(one: Script, number: int) -> Script:
    """The script without a line; if that begins a call, without all lines of the call."""
    caller, step, _, _ = one.lines[number]
    gone = {number}
    if step is not None:
        for later in range(number + 1, len(one.lines)):
            if one.lines[later][0] == caller and one.lines[later][1] is not None:
                break
            if one.lines[later][0] == caller:
                gone.add(later)
    kept = [place for place in range(len(one.lines)) if place not in gone]
    return Script(lines=tuple(one.lines[n] for n in kept), guidance=tuple(one.guidance[n] for n in kept))
