"""The state graph of a configuration with its steps numbered: what the paths of generated tests go along.

It is that of the Python model, which is proved equal to that of the spec (``_graph``); so no Java is needed to have it.
A step is *the caller's* if it is ``start`` or ``return``: then nothing changes in the channel. All others are *hidden*:
nobody sees them, and only they change anything.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from duckrace_models import RECEIVER, Call, ConcurrentReceive, Machine, Response, State, model_for

from ._graph import Menu, model_calls

CALLERS: Final = ("start", "return")

REFUSED: Final = ConcurrentReceive()

Calls: TypeAlias = Mapping[str, tuple[tuple[Call, ...], ...]]
"""By caller, for each of its turns the calls that it chooses from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """An edge."""

    source: int
    target: int
    action: str
    caller: str
    call: Call | None = None
    """Of ``start``."""
    decided: tuple[tuple[str, Response], ...] = ()
    """Whose calls this step settles, and how."""

    @property
    def hidden(self) -> bool:
        """Whether it is a step of the channel, and not of the caller."""
        return self.action not in CALLERS


@dataclass(slots=True, kw_only=True)
class Transitions:
    """States and steps by their numbers; state 0 is the initial one."""

    menu: Menu
    machine: Machine
    states: list[State] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    leaving: list[list[int]] = field(default_factory=list)
    """By state, the steps that leave it."""
    made: list[dict[str, int]] = field(default_factory=list)
    """By state, how many calls each caller has made."""

    def able(self, state: int) -> frozenset[str]:
        """The callers whose calls can take a hidden step that waits for no time to pass."""
        found = (self.steps[number] for number in self.leaving[state])
        return frozenset(step.caller for step in found if step.hidden and step.action != "time_out")

    def optional(self, number: int) -> bool:
        """May a channel do without this step? A receive is refused if another one is inside; but only one that has to
        wait can be found there for sure: any other may come and go in one step, seen by nobody."""
        step = self.steps[number]
        if (step.caller, REFUSED) not in step.decided:
            return False
        others = [
            p for p in self.states[step.source].pending if p.call.handle == RECEIVER and p.call.operation != "drop"
        ]
        inside = {str(p.call.caller) for p in others if p.phase in ("inside", "waiting")}
        return inside <= self.able(step.source)

    def required(self) -> set[int]:
        """The steps that can be reached without optional ones."""
        found: set[int] = set()
        seen, todo = {0}, [0]
        while todo:
            for number in self.leaving[todo.pop()]:
                if self.optional(number):
                    continue
                found.add(number)
                target = self.steps[number].target
                if target not in seen:
                    seen.add(target)
                    todo.append(target)
        return found


def transitions(menu: Menu) -> Transitions:
    """All states and steps of the model with these calls."""
    machine = model_for(menu.capacity)
    calls = model_calls(menu)
    graph = Transitions(menu=menu, machine=machine)
    first = (machine.initial(menu.senders), tuple((who, 0) for who in sorted(calls)))
    numbers = {first: 0}
    _append(graph, first)
    todo = deque([first])
    while todo:
        here = todo.popleft()
        leaving: list[int] = []
        for step, there in _steps(machine, calls, here, numbers[here]):
            number = numbers.get(there)
            if number is None:
                number = numbers[there] = len(graph.states)
                _append(graph, there)
                todo.append(there)
            leaving.append(len(graph.steps))
            graph.steps.append(step(number))
        graph.leaving.append(leaving)
    return graph


Place: TypeAlias = tuple[State, tuple[tuple[str, int], ...]]


def _append(graph: Transitions, place: Place) -> None:
    state, made = place
    graph.states.append(state)
    graph.made.append(dict(made))


class _Towards:
    """A step without its target."""

    __slots__ = ("_fields",)

    def __init__(self, **fields: object) -> None:
        self._fields = fields

    def __call__(self, target: int) -> Step:
        return Step(target=target, **self._fields)  # type: ignore[arg-type]


def _steps(machine: Machine, calls: Calls, here: Place, source: int) -> Iterator[tuple[_Towards, Place]]:
    state, now = here
    made = dict(now)
    for who, turns in calls.items():
        if state.of(who) is None and made[who] < len(turns):
            then = tuple((name, n + (name == who)) for name, n in now)
            for call in turns[made[who]]:
                step = _Towards(source=source, action="start", caller=who, call=call)
                yield step, (machine.start(state, call), then)
    for found in machine.enabled(state):
        decided = tuple((str(who), response) for who, response in found.decided)
        step = _Towards(source=source, action=found.action, caller=str(found.caller), decided=decided)
        yield step, (found.state, now)
