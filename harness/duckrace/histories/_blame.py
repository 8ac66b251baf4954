"""What is to blame when no order explains a history: the call that fits nowhere, or the one that should not wait.

A search that fails has looked into the future: it knew what calls return that were still open at its farthest place,
and the lookahead knew what comes out of a queue later. So the beginning that no order explains is looked for anew: the
history cut off at one return after the other, with calls that were open then unknown, and without lookahead. The call
that returns there is the culprit, by definition: everything before its return is explained. What the model would have
let it return is tried, result by result.

All this has a small budget. Where that does not do, less is said, and nothing that is not so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias

from duckrace._data import Kind
from duckrace_models import Machine as Channel

from ._history import Operation
from ._model import Machine
from ._phases import Phases
from ._points import Points
from ._search import Budget, Found, search

Graph: TypeAlias = Points | Phases

SMALL: Final = Budget(steps=20_000, entries=20_000)
RESULTS: Final = 24
"""So many results are tried at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Blame:
    """What is wrong, and what there is to be shown of it."""

    kind: Kind
    """FAILED or LOST_WAKEUP."""
    culprit: Operation
    certain: bool = True
    """Whether all that returned before the culprit is explained; else it is merely where the search got stuck."""
    allowed: tuple[Any, ...] = ()
    """What the culprit could have returned."""
    woken_by: Operation | None = None
    effective: bool = False
    """The culprit waits, and must have taken effect."""
    order: tuple[Operation, ...] = ()
    """An order that explains the rest. If the culprit is in it, others were told of its effect."""
    drawn: tuple[Operation, ...] = ()
    """The operations that matter: since nobody was in a call the last time."""
    states: tuple[str, ...] = ()
    """All states that were possible then. Empty if the drawing begins with the history."""


def searched(
    machine: Machine | Channel, operations: Sequence[Operation], budget: Budget, *, lookahead: bool = True
) -> tuple[Found[Any], Graph]:
    """Search for an order; with the graph that was searched."""
    if isinstance(machine, Channel):
        phases = Phases(machine, operations, lookahead=lookahead)
        return search(phases, budget), phases
    points = Points(machine, operations, lookahead=lookahead)
    return search(points, budget), points


def blame(machine: Machine | Channel, operations: Sequence[Operation], found: Found[Any], graph: Graph) -> Blame:
    """`found` is a search of the graph of these operations that has failed."""
    if found.place == graph.places:
        return _should_go_on(operations, found, graph)
    for place in range(found.place, graph.places):
        culprit = operations[graph.returns[place]]
        end = _return(culprit)
        again, other = searched(machine, until(operations, end + 1), SMALL, lookahead=False)
        if again.answer is None:
            break
        if again.answer is False:
            return _fits_nowhere(machine, operations, culprit, again, other)
    else:  # all that returned is explained, by effects of calls that are suspended
        effects = [number for _, number, _ in again.effects()]
        return Blame(
            kind=Kind.LOST_WAKEUP,
            culprit=next(operations[number] for number in effects if operations[number].suspended),
            effective=True,
            order=tuple(operations[number] for number in effects),
            drawn=tuple(operations),
        )
    culprit = operations[graph.returns[found.place]]
    order = tuple(operations[number] for _, number, _ in found.effects())
    start, states = _rest(graph, found, culprit)
    return Blame(
        kind=Kind.FAILED,
        culprit=culprit,
        certain=False,
        order=order,
        drawn=_between(operations, start, _return(culprit)),
        states=states,
    )


def until(operations: Sequence[Operation], end: int) -> list[Operation]:
    """What was known of the operations before position `end`. Their numbers are the same."""
    return [
        operation
        if operation.ret is not None and operation.ret < end
        else replace(operation, result=None, ret=None, suspended=False)
        for operation in operations
        if operation.call < end
    ]


def _fits_nowhere(
    machine: Machine | Channel, operations: Sequence[Operation], culprit: Operation, found: Found[Any], graph: Graph
) -> Blame:
    """`found` is the search of the shortest beginning that no order explains."""
    end = _return(culprit)
    number = operations.index(culprit)
    before, without = searched(machine, until(operations, end), SMALL, lookahead=False)
    drawn_from, states = _rest(graph, found, culprit)
    seen: list[Any] = []
    allowed: list[Any] = []
    for result in (*graph.answers(number), *without.answers(number)):
        if len(seen) == RESULTS:
            break
        if result in seen:
            continue
        seen.append(result)
        tried = until(operations, end + 1)
        tried[number] = replace(culprit, result=result)
        if searched(machine, tried, SMALL, lookahead=False)[0].answer:
            allowed.append(result)
    shown = until(operations, end + 1)
    return Blame(
        kind=Kind.FAILED,
        culprit=culprit,
        allowed=tuple(allowed),
        order=tuple(operations[number] for _, number, _ in before.effects()),
        drawn=_between(shown, drawn_from, end),
        states=states,
    )


def _should_go_on(operations: Sequence[Operation], found: Found[Any], graph: Graph) -> Blame:
    """All that returned is explained, but not that somebody waits."""
    effects = found.effects()
    waiting = [number for number in graph.suspended if graph.goes_on(found.configuration, number)]
    number = (waiting or graph.suspended)[0]
    culprit = operations[number]
    woken_by: Operation | None = None
    for position in range(len(effects) - 1, -1, -1):
        place, effective, _ = effects[position]
        if place < graph.places and _return(operations[graph.returns[place]]) < culprit.call:
            break
        before: Any = effects[position - 1][2] if position else graph.start()
        if not graph.goes_on(before, number):
            woken_by = operations[effective]
            break
    start = max(found.resting, default=0)
    since = _return(operations[graph.returns[start - 1]]) if start else -1
    drawn = [o for o in operations if o.ret is None or o.ret > since or o is woken_by]
    return Blame(
        kind=Kind.LOST_WAKEUP,
        culprit=culprit,
        woken_by=woken_by,
        order=tuple(operations[number] for _, number, _ in effects),
        drawn=tuple(drawn),
    )


def _rest(graph: Graph, found: Found[Any], culprit: Operation) -> tuple[int, tuple[str, ...]]:
    """The position of the last return before the culprit's call after which nobody was in a call, and all states that
    are possible then. All, because this search has failed, so it went through every configuration there is."""
    places = [
        place
        for place in found.resting
        if 0 < place <= found.place and _return(graph.operations[graph.returns[place - 1]]) < culprit.call
    ]
    if not places:
        return -1, ()
    place = max(places)
    words = {graph.state(configuration) for configuration in found.resting[place]}
    return _return(graph.operations[graph.returns[place - 1]]), tuple(sorted(words))


def _between(operations: Iterable[Operation], start: int, end: int) -> tuple[Operation, ...]:
    return tuple(o for o in operations if o.call < end and (o.ret is None or o.ret > start))


def _return(operation: Operation) -> int:
    assert operation.ret is not None
    return operation.ret
