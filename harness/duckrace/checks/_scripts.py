"""From a walk to a script: who begins which call when, who is held meanwhile, and what has to come of it.

A call is begun for the first of its own hidden steps, and then its thread alone goes on until the call ends or sleeps.
So what the channel does in between is that step, and nothing else. What needs more than this:

* A call that has to wait (`eager`) is begun as soon as it has to: so that somebody has to wake it. Else it is begun
  when it need not wait any more. A channel may wake sleepers in an order of its own; then only that leads there.
* A call that could go on, but whose turn it is not, is held. One that was woken is held where it wakes; one that comes
  from its caller is held after `depth` of its schedule points: which of them the step is that the walk means is the
  channel's business, and found by trying. With 0 it is *paused*: it has begun and has not come to the channel.
* A receive that another one finds inside although its own effect is past (nobody saw it leave) *lingers*: it is held in
  the midst of its call until the other one was refused.
* A call that another one decides while it is held, or asleep (the drop of its handle), is begun before that.
* Time passes for a time-out, and for nothing else. None passes while somebody is held in the midst of a call, since he
  could go on: such a walk is driven with callers that are paused, or not at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Final

from duckrace.formal._transitions import Step, Transitions
from duckrace_models import RECEIVER, Call, ConcurrentReceive, State

from ._walks import Walk
from .programs._calls import result, step_of
from .programs.transitions import LONG

FAR: Final = 1_000.0
"""Seconds of simulated time that a timed call waits that does not time out: longer than any script."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guidance:
    """What one line of a script needs of the schedule."""

    held: frozenset[str]  # callers that must not go on
    depth: int | None = None  # schedule points of the line's own caller, after which it is held, too
    ends: tuple[tuple[str, str], ...] = ()  # which calls end in this line, and what they come to


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """A walk that can be driven."""

    lines: tuple[tuple[Any, ...], ...]
    guidance: tuple[Guidance, ...]

    @property
    def holds(self) -> bool:
        """Does the depth matter?"""
        return any(line.depth is not None for line in self.guidance)


@dataclass(slots=True, kw_only=True, eq=False)
class Made:
    """A call of the walk."""

    call: Call
    first: int | None = None  # of its own hidden steps
    decided: int | None = None  # the hidden step that settles it
    early: int | None = None  # the hidden step before which it is begun, if that is not the first of its own
    begins: int = -1  # the line
    lingers: int = -1  # the hidden step for which it must not have left
    comes: int = -1  # the line in which it comes to the channel
    paused: bool = False
    ends: int | None = None  # the line in which its time is up


def script(graph: Transitions, walk: Walk, *, eager: bool, depth: int) -> Script | None:
    """None if the walk cannot be driven."""
    return _Writing(graph, walk, eager, depth).script()


@dataclass(slots=True)
class _Writing:
    graph: Transitions
    walk: Walk
    eager: bool
    depth: int
    order: list[tuple[Step, Made]] = field(default_factory=list)
    calls: list[Made] = field(default_factory=list)
    lines: list[tuple[str | None, Made | None, float, bool]] = field(default_factory=list)
    guidance: list[Guidance] = field(default_factory=list)

    def script(self) -> Script | None:
        self._read()
        for made in self.calls:
            made.early = self._early(made)
        position = 0
        for made, group in groupby(self.order, key=lambda one: one[1]):
            self._begin(position)
            steps = [step for step, _ in group]
            if not self._steps(made, position, steps):
                return None
            position += len(steps)
        self._begin(position)
        self.lines.append((None, None, LONG, False))
        self.guidance.append(Guidance(held=frozenset()))
        return Script(lines=tuple(self._filled()), guidance=tuple(self.guidance))

    def _read(self) -> None:
        """The calls, and the order of hidden steps."""
        now: dict[str, Made] = {}
        for step in map(self.graph.steps.__getitem__, self.walk):
            if step.call is not None:
                now[step.caller] = made = Made(call=step.call)
                self.calls.append(made)
            if not step.hidden:
                continue
            made = now[step.caller]
            if made.first is None:
                made.first = len(self.order)
            for caller, _ in step.decided:
                now[caller].decided = len(self.order)
            self._linger(step, now)
            self.order.append((step, made))

    def _linger(self, step: Step, now: dict[str, Made]) -> None:
        """If this step refuses a receive, somebody must be inside: who is decided, if there is nobody else."""
        if not any(isinstance(response, ConcurrentReceive) for _, response in step.decided):
            return
        receives = [
            p for p in self.graph.states[step.source].pending if p.call.handle == RECEIVER and p.phase != "called"
        ]
        receives = [p for p in receives if p.call.operation != "drop" and p.response != ConcurrentReceive()]
        if all(p.phase == "decided" for p in receives):
            now[str(receives[0].call.caller)].lingers = len(self.order)

    def _early(self, made: Made) -> int | None:
        """Where the call is begun so that it has to wait; where it has to be begun because another call decides it;
        None: for its own first step."""
        last = made.first if made.first is not None else made.decided
        if last is None:
            last = len(self.order)  # nobody helps it
        before = max((m.decided + 1 for m in self._others(made) if m.decided is not None), default=0)
        if self.eager:
            for position in range(before, last):
                if self._whole(position) and not self._able(self._state(position), made):
                    return position
        return None if made.first is not None else last

    def _others(self, made: Made) -> Iterator[Made]:
        """The calls that its caller made before."""
        for other in self.calls:
            if other is made:
                return
            if other.call.caller == made.call.caller:
                yield other

    def _whole(self, position: int) -> bool:
        """Is it between two calls' steps, not in the midst of one's?"""
        return not 0 < position < len(self.order) or self.order[position - 1][1] is not self.order[position][1]

    def _state(self, position: int) -> State:
        """The state before a hidden step."""
        if position < len(self.order):
            return self.graph.states[self.order[position][0].source]
        return self.graph.states[self.order[-1][0].target] if self.order else self.graph.states[0]

    def _able(self, state: State, made: Made) -> bool:
        """Could this call, begun, take a hidden step here that waits for no time?"""
        machine, caller = self.graph.machine, made.call.caller
        pending = state.of(caller)
        if pending is not None and pending.call != made.call:
            if pending.phase != "decided":
                return False  # its caller is not through with the one before
            state = next(s.state for s in machine.enabled(state) if s.action == "return" and s.caller == caller)
            pending = None
        if pending is None:
            state = machine.start(state, made.call)
        return any(
            step.caller == caller and step.action not in ("return", "time_out") for step in machine.enabled(state)
        )

    def _begin(self, position: int) -> None:
        """The lines of calls that are begun here without a step of their own."""
        for made in self.calls:
            if made.early == position:
                able = made.decided != position - 1 and self._able(self._state(position), made)
                self._line(made, self._held(position, position, made), (), hold=able)

    def _steps(self, made: Made, position: int, steps: list[Step]) -> bool:
        """The line in which a call takes these steps. False: they cannot be driven."""
        after = position + len(steps)
        held = self._held(position, after, made)
        ends = [(caller, result(response)) for step in steps for caller, response in step.decided]
        late = {str(other.call.caller): other for other in held}
        if made.lingers >= after:
            late[str(made.call.caller)] = made
        over = self._undecided(made, after) is False and made.lingers < after
        hold = not over and (made.lingers >= after or self._able(self._state(after), made))
        if any(step.action == "time_out" for step in steps):
            if hold or any(not other.paused for other in held):
                return False
            made.ends = len(self.lines)
        self._line(made, held, [one for one in ends if one[0] not in late], hold=hold)
        for caller, word in ends:
            if caller in late and late[caller].lingers < after:
                # It was held while another one decided it, and now it finds out.
                held.remove(late[caller])
                self._line(late[caller], held, [(caller, word)], hold=False)
        for other in self.calls:
            if position <= other.lingers < after:  # it has done its duty
                held = [one for one in held if one is not other]
                self._line(other, held, [(str(other.call.caller), self._word(other))], hold=False)
        return True

    def _word(self, made: Made) -> str:
        """What a decided call comes to."""
        assert made.decided is not None
        return next(result(r) for who, r in self.order[made.decided][0].decided if who == made.call.caller)

    def _held(self, before: int, after: int, made: Made) -> list[Made]:
        """The calls that are begun, are not the one whose turn it is, and could go on here."""
        return [
            other
            for other in self.calls
            if other is not made
            and other.begins >= 0
            and (
                (self._undecided(other, before) and self._able(self._state(before), other))
                or (self._undecided(other, after) and self._able(self._state(after), other))
                or other.lingers >= before
            )
        ]

    def _undecided(self, made: Made, position: int) -> bool:
        """Is it, before this hidden step?"""
        return made.decided is None or made.decided >= position

    def _line(self, made: Made, held: Iterable[Made], ends: Iterable[tuple[str, str]], *, hold: bool) -> None:
        begun = made.begins >= 0
        if not begun:
            made.begins = len(self.lines)
        made.paused = hold and self.depth == 0 and made.lingers < 0 and (made.paused or not begun)
        if not made.paused and made.comes < 0:
            made.comes = len(self.lines)
        stand = frozenset(str(other.call.caller) for other in held if not other.paused)
        hold = hold and not made.paused
        self.lines.append((str(made.call.caller), None if begun else made, 0.0 if stand or hold else LONG, made.paused))
        depth = max(self.depth, 1 if made.lingers >= 0 else 0) if hold else None
        self.guidance.append(Guidance(held=stand, depth=depth, ends=tuple(sorted(ends))))

    def _filled(self) -> Iterator[tuple[Any, ...]]:
        """The lines, with the calls in them as they are made."""
        for caller, made, seconds, paused in self.lines:
            yield caller, None if made is None else self._step(made), seconds, paused

    def _step(self, made: Made) -> tuple[Any, ...]:
        call, seconds = made.call, FAR
        if made.ends is not None:
            seconds = sum(line[2] for line in self.lines[made.comes : made.ends]) + LONG / 2
        return step_of(call.operation, call.handle, call.value, seconds)
