"""Why no order explains a history, in words: the call that fits nowhere, what the model allows there, and a drawing.

Only what is needed is shown: the history ends with that call, and begins at the last moment before it at which nobody
was in a call, with the states that are possible then.

It knows how a search ended; it must not search.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

from ._draw import came_back, lanes, shown
from ._history import Operation
from ._phases import Phases
from ._points import Points
from ._search import Found

MANY = 6
"""So many results, states or operations are named; of more it is said how many there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The words, and what they are about."""

    text: str
    culprit: Operation | None
    allowed: tuple[Any, ...] = ()
    woken_by: Operation | None = None


def explain(graph: Points | Phases, found: Found[Any], order: Sequence[Operation], key: Hashable) -> Told:
    """`order` are the operations of one way to the farthest place; `key` is that of the partition, or None."""
    of = f" (the part {key!r} of it)" if key is not None else ""
    if found.place == graph.places:
        return _waits(graph, found, order, of)
    operations = graph.operations
    culprit = operations[graph.returns[found.place]]
    allowed = _distinct(
        result for configuration in found.tried for result in graph.allowed(configuration, graph.returns[found.place])
    )
    lines = [f"The history{of} is not linearizable: {_named(culprit)} fits nowhere."]
    if allowed:
        lines.append(f"Wherever it could take effect, the model allows it only {_listed(map(came_back, allowed))}.")
    else:
        lines.append("Wherever it could take effect, the model lets it wait, or knows no such call.")
    start = max((place for place in found.resting if place <= found.place), default=0)
    since = _return(operations[graph.returns[start - 1]]) if start else -1
    drawn = [o for o in operations if o.call < _return(culprit) and (o.ret is None or o.ret > since)]
    lines += ["", *_before(graph, found, start), lanes(drawn, marked=[culprit])]
    recent = [operation for operation in order if operation in drawn]
    if recent:
        lines += ["", f"Explained so far, for example in this order: {_listed(map(shown, recent), last='then')}."]
    return Told(text="\n".join(lines), culprit=culprit, allowed=tuple(allowed))


def _waits(graph: Points | Phases, found: Found[Any], order: Sequence[Operation], of: str) -> Told:
    """Everything that returned is explained, but not that somebody waits."""
    effects = found.effects()
    waiting = [number for number in graph.suspended if graph.goes_on(found.configuration, number)]
    if not waiting:  # a request that nobody can have made yet
        waiting = graph.suspended[:1]
    culprit = graph.operations[waiting[0]]
    woken_by: Operation | None = None
    for position in range(len(effects) - 1, -1, -1):
        place, _, _ = effects[position]
        if place < graph.places and _return(graph.operations[graph.returns[place]]) < culprit.call:
            break
        before = effects[position - 1][2] if position else graph.start()
        if not graph.goes_on(before, waiting[0]):
            woken_by = order[position]
            break
    lines = [f"Lost wake-up: {_named(culprit)} for ever{of}, and need not."]
    if woken_by is not None:
        lines.append(f"From the effect of {_named(woken_by)} on it could have gone on, and nobody woke it.")
    else:
        others = [graph.operations[number] for number in graph.suspended if number != waiting[0]]
        meets = f" Others that wait: {_listed(map(_named, others))}." if others else ""
        lines.append(f"The model lets it go on, and did so when it was called.{meets}")
    start = max((place for place in found.resting if place <= found.place), default=0)
    since = _return(graph.operations[graph.returns[start - 1]]) if start else -1
    drawn = [o for o in graph.operations if o.ret is None or o.ret > since or o is woken_by]
    marked = [culprit] if woken_by is None else [culprit, woken_by]
    lines += ["", lanes(drawn, marked=marked)]
    recent = [operation for operation in order if operation in drawn]
    if recent:
        lines += ["", f"What returned is explained, for example in this order: {_listed(map(shown, recent), last='then')}."]
    return Told(text="\n".join(lines), culprit=culprit, woken_by=woken_by)


def _before(graph: Points | Phases, found: Found[Any], start: int) -> list[str]:
    """What is possible when the drawing begins."""
    if not start:
        return []
    states = _distinct(graph.state(configuration) for configuration in found.resting[start])
    which = "state is" if len(states) == 1 else "possible states are"
    words = [state if isinstance(state, str) and isinstance(graph, Phases) else repr(state) for state in states]
    return [f"Before that everything is explained, and the {which} {_listed(words)}.", ""]


def _named(operation: Operation) -> str:
    return f"{operation.process}: {shown(operation)}"


def _listed(texts: Any, last: str = "or") -> str:
    """Some texts in a sentence. What was done is a sequence: of a long one, the end."""
    every = list(texts)
    if last == "then":
        return ", ".join([*(["…"] if len(every) > 2 * MANY else []), *every[-2 * MANY :]])
    if len(every) > MANY:
        return f"{', '.join(every[:MANY])} {last} {len(every) - MANY} more"
    return f" {last} ".join([", ".join(every[:-1]), every[-1]] if len(every) > 1 else every)


def _distinct(values: Any) -> list[Any]:
    """In a stable order; values need not be hashable."""
    found: dict[str, Any] = {}
    for value in values:
        found.setdefault(repr(value), value)
    return [found[text] for text in sorted(found)]


def _return(operation: Operation) -> int:
    assert operation.ret is not None
    return operation.ret
