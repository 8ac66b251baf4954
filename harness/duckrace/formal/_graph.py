"""State graphs: that of the spec, as TLC dumps it, and that of the Python model; and whether they are one graph.

A state is a TLA+ record of the six variables of Channel.tla; the model's states are written as such. An edge is (state,
name of the action, state). Equal are two graphs with the same initial states and the same edges, so the same states:
equal, not only alike up to some relation.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal, TypeAlias

from duckrace_models import Call, Machine, Pending, Response, State, model_for

from ._values import Record, Value, parse_state, parse_value

Step: TypeAlias = tuple[str, Record]
"""The name of an action and the state that it leads to."""

UNBOUNDED: Final = -1  # Unbounded of ChannelWords.tla
NOTHING: Final = ""  # NoValue

_MENU: Final = re.compile(r'^<<\s*"MENU",.*>>\s*$', re.DOTALL | re.MULTILINE)
_NODE: Final = re.compile(r'^(-?\d+) \[label="(/\\\\.*)"(,style = filled)?\];?$')
_EDGE: Final = re.compile(r'^(-?\d+) -> (-?\d+) \[label="(\w+)"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """States and labelled edges."""

    initial: frozenset[Record]
    steps: Mapping[Record, frozenset[Step]]
    """Of every state."""

    @property
    def edges(self) -> int:
        """How many there are, labels told apart."""
        return sum(map(len, self.steps.values()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Menu:
    """What the callers of a configuration do: ChannelWords.tla has the constants."""

    capacity: int | None
    senders: frozenset[str]
    calls: Mapping[str, tuple[frozenset[Record], ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A shortest way to a step that only one of the two graphs has."""

    only: Literal["spec", "model"]
    path: tuple[Step, ...]
    """From an initial state (with an empty action), by steps that both have, then the step itself."""


def read_menu(printed: str) -> Menu:
    """The menu that MCChannelGraph prints. Raises ValueError if there is none."""
    found = _MENU.search(printed)
    if found is None:
        raise ValueError("TLC printed no MENU")
    _, capacity, senders, calls = parse_value(found[0])
    return Menu(capacity=None if capacity == UNBOUNDED else capacity, senders=senders, calls=calls)


def read_graph(lines: Iterable[str]) -> Graph:
    """The graph of a dump of TLC (``-dump dot,actionlabels``). Raises ValueError for a line that is not of one."""
    states: dict[str, Record] = {}
    edges: list[tuple[str, str, str]] = []
    initial: set[Record] = set()
    for line in lines:
        node = _NODE.match(line)
        if node:
            text = node[2].replace("\\n", "\n").replace('\\"', '"').replace("\\\\", "\\")
            state = Record(parse_state(text))
            states[node[1]] = state
            if node[3]:
                initial.add(state)
            continue
        edge = _EDGE.match(line)
        if edge:
            edges.append((edge[1], edge[3], edge[2]))
        elif re.match(r"-?\d", line):
            raise ValueError(f"not a line of a state graph: {line[:200]!r}")
    steps: dict[Record, set[Step]] = {state: set() for state in states.values()}
    for source, action, target in edges:
        steps[states[source]].add((action, states[target]))
    return Graph(initial=frozenset(initial), steps={state: frozenset(found) for state, found in steps.items()})


def model_graph(menu: Menu, machine: Machine | None = None) -> Graph:
    """All that the model (or `machine` in its place) can do with these calls."""
    machine = model_for(menu.capacity) if machine is None else machine
    calls = model_calls(menu)
    first = (machine.initial(menu.senders), tuple((who, 0) for who in sorted(calls)))
    names = {first: _record(*first)}
    steps: dict[Record, frozenset[Step]] = {}
    todo = deque([first])
    while todo:
        here = todo.popleft()
        state, made = here
        found: set[Step] = set()
        for action, there in _model_steps(machine, calls, state, dict(made)):
            name = names.get(there)
            if name is None:
                name = names[there] = _record(*there)
                todo.append(there)
            found.add((action, name))
        steps[names[here]] = frozenset(found)
    return Graph(initial=frozenset({names[first]}), steps=steps)


def model_calls(menu: Menu) -> dict[str, tuple[tuple[Call, ...], ...]]:
    """The calls of a menu as the models know them, in an order that is the same every time."""
    return {
        who: tuple(tuple(sorted(map(_call, _with(who, turn)), key=repr)) for turn in turns)
        for who, turns in sorted(menu.calls.items())
    }


def difference(spec: Graph, model: Graph) -> Difference | None:
    """None if the graphs are equal; else a shortest way to where they are not."""
    for only, mine, other in (("spec", spec, model), ("model", model, spec)):
        for state in mine.initial - other.initial:
            return Difference(only="spec" if only == "spec" else "model", path=(("", state),))
    came: dict[Record, tuple[Record, str] | None] = dict.fromkeys(spec.initial)
    todo = deque(spec.initial)
    while todo:
        state = todo.popleft()
        ours, theirs = spec.steps[state], model.steps[state]
        if ours != theirs:
            extra = ours - theirs
            step = min(extra or theirs - ours, key=lambda step: step[0])
            return Difference(only="spec" if extra else "model", path=(*_path(came, state), step))
        for action, target in ours:
            if target not in came:
                came[target] = (state, action)
                todo.append(target)
    if spec.steps.keys() != model.steps.keys():  # every state of a graph is reached by its edges
        raise ValueError("a state graph has states that no edge leads to")
    return None


def _path(came: Mapping[Record, tuple[Record, str] | None], state: Record) -> tuple[Step, ...]:
    path: list[Step] = []
    at: Record | None = state
    while at is not None:
        before = came[at]
        path.append((before[1] if before else "", at))
        at = before[0] if before else None
    return tuple(reversed(path))


def _model_steps(
    machine: Machine, calls: Mapping[str, tuple[tuple[Call, ...], ...]], state: State, made: dict[str, int]
) -> Iterable[tuple[str, tuple[State, tuple[tuple[str, int], ...]]]]:
    now = tuple(made.items())
    for who, turns in calls.items():
        if state.of(who) is None and made[who] < len(turns):
            then = tuple((name, n + (name == who)) for name, n in now)
            for call in turns[made[who]]:
                yield "start", (machine.start(state, call), then)
    for step in machine.enabled(state):
        yield step.action, (step.state, now)


# The model's values as those of the spec.


def _with(who: str, turn: frozenset[Record]) -> list[tuple[str, Record]]:
    return [(who, call) for call in turn]


def _call(made: tuple[str, Record]) -> Call:
    who, call = made
    return Call(caller=who, operation=call["operation"], handle=call["handle"], value=call["value"] or None)


def _record(state: State, made: tuple[tuple[str, int], ...]) -> Record:
    pending = {who: IDLE for who, _ in made}
    pending |= {str(one.call.caller): _pending(one) for one in state.pending}
    return Record(
        {
            "buffer": state.buffer,
            "senders": state.senders,
            "receiver": state.receiver,
            "queue": state.queue,
            "pending": _shared(Record(pending)),
            "made": Record(dict(made)),
        }
    )


@lru_cache(maxsize=1 << 16)
def _pending(one: Pending) -> Record:
    call = one.call
    fields = {"operation": call.operation, "handle": call.handle, "value": _value(call.value)}
    return Record({"call": Record(fields), "phase": one.phase, "response": _response(one.response)})


def _response(response: Response | None) -> Record:
    kind = "none" if response is None else type(response).__name__
    return Record({"kind": kind, "value": _value(getattr(response, "value", None))})


def _value(value: object) -> Value:
    return NOTHING if value is None else value


@lru_cache(maxsize=1 << 18)
def _shared(record: Record) -> Record:
    """The same object for equal ones: they are compared often."""
    return record


IDLE: Final = Record(
    {
        "call": Record({"operation": "none", "handle": NOTHING, "value": NOTHING}),
        "phase": "idle",
        "response": Record({"kind": "none", "value": NOTHING}),
    }
)
