"""What is to blame when no order explains a history: the call that fits nowhere, or the one that should not wait.

A search that fails has looked into the future: it knew what calls return that were still open at its farthest place,
and the lookahead knew what comes out of a queue later. So the beginning that no order explains is looked for anew: the
history cut off at one return after the other, with calls that were open then unknown, and without lookahead. The call
that returns there is the culprit, by definition: everything before its return is explained. What the model would have
let it return is tried, result by result.

All this has a small budget. Where that does not do, less is said, and nothing that is not so.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple, TypeAlias

from duckrace._data import Kind
from duckrace_models import Machine as Channel

from ._history import Operation
from ._model import Machine
from ._phases import Phases
from ._points import Points
from ._search import Budget, Found, search

Graph: TypeAlias = Points | Phases

RESULTS: Final = 12
"""So many results are tried at most, and fewer where that takes long."""
FEW: Final = 10
"""So many operations are drawn without leaving any out."""


class Sent(NamedTuple):
    """A channel's model, and sender handles that were there from the start."""

    model: Channel
    senders: Collection[Hashable]


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
    every: bool = True
    """Whether that is all of it."""
    known: bool = True
    """Whether the model has any result for a call like it."""
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
    machine: Machine | Sent, operations: Sequence[Operation], budget: Budget, *, lookahead: bool = True
) -> tuple[Found[Any], Graph]:
    """Search for an order; with the graph that was searched."""
    if isinstance(machine, Sent):
        phases = Phases(machine.model, operations, senders=machine.senders, lookahead=lookahead)
        return search(phases, budget), phases
    points = Points(machine, operations, lookahead=lookahead)
    return search(points, budget), points


def small(operations: Sequence[Operation], steps: int = 0) -> Budget:
    """Enough for a search that hardly goes wrong, or that is about as hard as one of so many steps."""
    most = 2_000 + 4 * len(operations) + 2 * steps
    return Budget(steps=most, entries=most)


def blame(machine: Machine | Sent, operations: Sequence[Operation], found: Found[Any], graph: Graph) -> Blame:
    """`found` is a search of the graph of these operations that has failed."""
    if found.place == graph.places:
        return _should_go_on(operations, found, graph)
    first = _first(machine, operations, found, graph)
    if first is None:
        culprit = operations[graph.returns[found.place]]
        start, states = _rest(graph, found, culprit)
        return Blame(
            kind=Kind.FAILED,
            culprit=culprit,
            certain=False,
            order=tuple(operations[number] for _, number, _ in found.effects()),
            drawn=_between(operations, start, _return(culprit)),
            states=states,
        )
    last, again, other = first
    if again.answer:  # all that returned is explained, by effects of calls that are suspended
        effects = [number for _, number, _ in again.effects()]
        return Blame(
            kind=Kind.LOST_WAKEUP,
            culprit=next(operations[number] for number in effects if operations[number].suspended),
            effective=True,
            order=tuple(operations[number] for number in effects),
            drawn=tuple(operations),
        )
    return _fits_nowhere(machine, operations, last, again, other)


def _first(
    machine: Machine | Sent, operations: Sequence[Operation], failed: Found[Any], graph: Graph
) -> tuple[Operation, Found[Any], Graph] | None:
    """The first operation to return up to which no order explains the history, with its search; or the last one, if all
    that returned is explained. None if the budget does not do."""
    since = _return(operations[graph.returns[failed.place]])
    budget = small(operations, failed.steps)
    returned = [operation for operation in operations if operation.ret is not None and operation.ret >= since]
    returned.sort(key=_return)
    low, high, stride = 0, len(returned) - 1, 0
    found: tuple[Operation, Found[Any], Graph] | None = None
    while low <= high:  # linearizability is closed under prefixes; most likely it is the first one, or soon after
        middle = min(low + stride, high)
        again, other = searched(machine, until(operations, _return(returned[middle]) + 1), budget)
        if again.answer is None:
            return None
        if again.answer:
            low, stride = middle + 1, 2 * stride + 1
        else:
            high, stride = middle - 1, 0
        if not again.answer or found is None or found[1].answer:
            found = returned[middle], again, other
    return found


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
    machine: Machine | Sent, operations: Sequence[Operation], culprit: Operation, found: Found[Any], graph: Graph
) -> Blame:
    """`found` is the search of the shortest beginning that no order explains."""
    end = _return(culprit)
    number = operations.index(culprit)
    before, without = searched(machine, until(operations, end), small(operations))
    conflict = graph.conflict
    shown = until(operations, end + 1)
    every = True
    if conflict or graph.before:  # what the lookahead refuses the model may allow, and all that it allows is wanted
        blind, plain = searched(machine, shown, small(operations), lookahead=False)
        every = blind.answer is False
        if every:
            found, graph = blind, plain
    # It took effect, whatever it returned, from one of these; they do not depend on what it returned.
    nearest = [
        configuration
        for place, tried in enumerate(found.tried)
        if place == graph.places or _return(graph.operations[graph.returns[place]]) > culprit.call
        for configuration in tried
    ]
    seen = _distinct(graph.answers(number, nearest))
    if isinstance(graph, Points) and graph.machine.describes is not None:
        allowed = seen  # descriptions cannot be tried
    else:
        if not every:
            seen = _distinct((*seen, *graph.answers(number), *without.answers(number)))
        most = max(3, min(RESULTS, 3_000 // len(operations)))
        every = every and len(seen) <= most
        allowed = []
        for result in seen[:most]:
            shown[number] = replace(culprit, result=result)
            if searched(machine, shown, small(operations))[0].answer:
                allowed.append(result)
        shown[number] = culprit
    drawn_from, states = _rest(graph, found, culprit)
    if len(shown) <= FEW:
        drawn_from, states = -1, ()
    elif conflict:
        shown, drawn_from, states = [shown[n] for n in sorted({*conflict, number})], -1, ()
    return Blame(
        kind=Kind.FAILED,
        culprit=culprit,
        allowed=tuple(allowed),
        every=every,
        known=bool(seen or graph.answers(number) or without.answers(number)),
        order=tuple(operations[number] for _, number, _ in before.effects()),
        drawn=_between(shown, drawn_from, end),
        states=states,
    )


def _distinct(values: Iterable[Any]) -> list[Any]:
    """In their order; they need not be hashable."""
    found: list[Any] = []
    texts: set[str] = set()
    for value in values:
        text = repr(value)
        if text not in texts:
            texts.add(text)
            found.append(value)
    return found


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
    if found.answer is not False or graph.conflict:
        return -1, ()
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
