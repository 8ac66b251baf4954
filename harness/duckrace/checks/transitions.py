"""Row ``transitions``: every transition of the spec. Paths that go through all of them are driven on the channel.

For each configuration (``duckrace_specs``, the runs ``graph/...``) walks are chosen one after another, each through a
transition that is not covered yet. A transition is *covered* when the channel has followed a walk through it: every
call ended when it was its turn, and with the answer of the walk. Whatever else the channel does is judged by its model.
So is what it does when somebody is held at another point of his call: that leads to other places, or to none.

A transition that no walk has led to is no fault, and the row no pass. Only the *optional* ones may be missing: those
that need a receive refused because of one that does not have to wait. The reference channel has few of these, for it
looks for others and for a message under one lock. They are tried all the same, and counted apart.

It keeps no corpus: it drives everything anyway.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from duckrace._data import Failure, Kind, Row, Verdict
from duckrace._words import many
from duckrace.formal._graph import Menu
from duckrace.formal._transitions import Transitions, transitions
from duckrace.hangs import Diagnosis
from duckrace.kernel import machine

from ._broken import of_operation, statements
from ._configurations import configurations
from ._run import Run
from ._scripts import Script, script
from ._steering import Driver, places
from ._suite import made_by, not_claimed
from ._walks import Walk, Walks
from .programs._allowed import Event, Wrong, judged
from .programs._calls import words

NAME: Final = "transitions"
NEEDS: Final = ("unbounded", "bounded", "rendezvous", "clone", "drop", "guarded", "timeouts", "try_send")
VARIANTS: Final = 3  # ways to a transition that are tried
DEEPEST: Final = 60  # schedule points of one call, at which it is held
FIRST: Final = 3  # transitions that are shown of those that were not covered


class Ended(Exception):
    """The row has its verdict."""


@dataclass(slots=True)
class Covering:
    """The row at work."""

    run: Run
    driver: Driver
    graphs: dict[str, Transitions]
    total: int = 0
    covered: int = 0
    options: int = 0  # optional ones
    taken: int = 0
    walks: int = 0
    stood: bool = False  # was somebody held in the midst of a call, in the last execution?
    missing: list[str] = field(default_factory=list)
    verdict: Verdict = field(default_factory=lambda: Verdict(kind=Kind.PASSED, detail="every transition"))
    failing: tuple[Menu, Script, Wrong | None, list[int], str] | None = None

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
        self.missing += [f"{name}: {_told(graph, number)}" for number in wanted if number in required]

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
        if self.driver.executions % 50 == 0:
            with self.driver.session.outside():
                run.tell(NAME, self.covered, self.total)
        if not isinstance(seen, tuple):
            self._stopped(menu, one, seen)
            return False
        wrong = judged(menu.capacity, places(menu)[0], one.lines, seen)
        if wrong is not None:
            self._wrong(menu, one, wrong)
        return _ends(seen) == {n: g.ends for n, g in enumerate(one.guidance) if g.ends}

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
        self.failing = menu, one, None, list(machine.decisions), ""
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
        story = _story(menu, one, seen) if isinstance(seen, tuple) else ""
        self.failing = menu, one, found or wrong, list(machine.decisions), story
        raise Ended

    def _same(self, menu: Menu, one: Script, wrong: Wrong) -> Script | None:
        """The script, if it shows the same."""
        seen, _ = self.driver.drive(menu, one)
        if not isinstance(seen, tuple):
            return None
        found = judged(menu.capacity, places(menu)[0], one.lines, seen)
        return one if found is not None and found.message == wrong.message else None


def check(run: Run) -> Row:
    """Cover the transitions of the profile's configurations."""
    started = time.perf_counter()
    graphs = {name: transitions(menu) for name, menu in configurations(run.subject, run.profile.transitions).items()}
    driver = Driver(run.subject)
    total = sum(len(graph.required()) for graph in graphs.values())
    options = sum(len(graph.steps) for graph in graphs.values()) - total
    covering = Covering(run, driver, graphs, total=total, options=options)
    run.tell(NAME, 0, covering.total)
    if not graphs:
        covering.verdict = Verdict(kind=Kind.SKIPPED, detail="nothing of it is claimed")
    elif run.cut:
        covering.verdict = run.out_of_budget(f"0 of {many(covering.total, 'transition')}")
    else:
        with driver:
            try:
                covering.go()
            except Ended:
                pass
            except KeyboardInterrupt:
                run.interrupted = True
                covering.verdict = run.out_of_budget(f"{covering.covered:,} of {many(covering.total, 'transition')}")
    run.tell(NAME, covering.covered, covering.total)
    failure, program, broken = _failure(covering)
    return Row(
        name=NAME,
        verdict=covering.verdict,
        covered=_covered(covering) if graphs else "nothing of it is claimed",
        executions=driver.executions,
        seconds=time.perf_counter() - started,
        failure=failure,
        program=program,
        skipped=not_claimed(run.subject, NEEDS),
        statements=statements(broken),
    )


def _covered(covering: Covering) -> str:
    optional = f", {covering.taken:,} of {covering.options:,} optional ones" if covering.options else ""
    return (
        f"{covering.covered:,} of {many(covering.total, 'transition')}{optional}, "
        f"{many(len(covering.graphs), 'configuration')}, {many(covering.walks, 'path')}, "
        f"{many(covering.driver.executions, 'execution')}"
    )


def _failure(covering: Covering) -> tuple[Failure | None, str, tuple[int, ...]]:
    """What is shown of it: the failure with its token, the path in words, the statements that are broken."""
    if covering.failing is None:
        missing = covering.missing
        more = [f"and {len(missing) - FIRST:,} more"] if len(missing) > FIRST else []
        return None, "\n".join(["not reached:", *missing[:FIRST], *more]) if missing else "", ()
    menu, one, wrong, decisions, story = covering.failing
    failure = covering.driver.told(menu, one, decisions)
    if failure is None:
        covering.verdict = Verdict(kind=Kind.NONDETERMINISM, detail="a path that failed does not fail again")
        return None, story, ()
    if wrong is None:
        return failure, story, ()
    if wrong.message not in failure.message:
        covering.verdict = Verdict(kind=failure.kind)
        return failure, story, ()
    return (
        replace(failure, message=wrong.message, traceback="", explanation=""),
        story,
        of_operation(wrong.operation, "blocks" if wrong.must == "block" else wrong.must),
    )


def _ends(events: tuple[Event, ...]) -> dict[int, tuple[tuple[str, str], ...]]:
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


def _story(menu: Menu, one: Script, events: tuple[Event, ...]) -> str:
    """The path in words, a line each."""
    ends = _ends(events)
    senders, _ = places(menu)
    first, *others = senders
    clones = "".join(f"; {name} = {first}.clone()" for name in others)
    told = [f"{first}, rx = {made_by(menu.capacity)}{clones}"]
    for number, (caller, step, _, paused) in enumerate(one.lines):
        guidance = one.guidance[number]
        if caller is None:
            does = "time passes"
        elif step is None:
            does = f"{caller}  goes on"
        elif paused:
            does = f"{caller}  is about to call {words(step)}"
        else:
            does = f"{caller}  {words(step)}"
        if guidance.depth is not None:
            does += f", held after {many(guidance.depth, 'schedule point')}"
        came = ", ".join(f"{who} → {word}" for who, word in ends.get(number, ()))
        told.append(f"{number + 1:2}  {does}{':  ' + came if came else ''}")
    return "\n".join(told)


def _told(graph: Transitions, number: int) -> str:
    """A transition in words."""
    step = graph.steps[number]
    state = graph.states[step.source]
    inside = ", ".join(
        f"{p.call.caller} {p.phase} in {p.call.operation}" for p in state.pending if p.call.caller != step.caller
    )
    call = step.call or next(p.call for p in state.pending if p.call.caller == step.caller)
    while_ = f" while {inside}" if inside else ""
    return f"{step.action} of {step.caller}'s {call.operation} with {list(state.buffer)} in the buffer{while_}"
