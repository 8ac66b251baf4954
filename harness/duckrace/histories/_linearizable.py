"""`linearizable`: whether one order of a model's steps explains a history, and if none does, why.

It puts the parts together: partitions, the graph of the model, the search, the words. It must not know how histories
are recorded.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from duckrace._data import Kind, Verdict
from duckrace._errors import CheckFailed, UsageError
from duckrace_models import Machine as Channel

from ._explain import explain
from ._history import History, Operation
from ._model import Machine, Model
from ._phases import Phases
from ._points import Points
from ._search import Budget, Found, search

Graph: TypeAlias = Points | Phases


@dataclass(frozen=True, slots=True, kw_only=True)
class Linearizability:
    """What came out.

    True where an ``if`` or an ``assert`` asks and the history is linearizable; an exhausted budget is neither true nor
    false there, and raises UsageError: look at `verdict` first if that can happen.
    """

    verdict: Verdict
    """PASSED, FAILED, LOST_WAKEUP (only the calls that never returned are wrong), BUDGET (nobody knows)."""
    explanation: str = ""
    """In words, with a drawing; empty if it is linearizable."""
    witness: tuple[Operation, ...] = ()
    """An order that explains the history; if there is none, one that explains as much of its beginning as can be."""
    culprit: Operation | None = None
    """The first operation to return that no order explains; of a lost wake-up, the call that should not wait."""
    allowed: tuple[Any, ...] = ()
    """What the model would have let `culprit` return."""
    woken_by: Operation | None = None
    """Of a lost wake-up: the operation after whose effect, in `witness`, the call could have gone on."""
    steps: int = 0
    """Effects that the search tried."""
    entries: int = 0
    """Configurations that it remembered."""

    @property
    def ok(self) -> bool:
        """Whether the history is known to be linearizable."""
        return self.verdict.passed

    def __bool__(self) -> bool:
        if self.verdict.kind is Kind.BUDGET:
            raise UsageError(f"Whether the history is linearizable is not known: {self.verdict.detail}.")
        return self.ok

    def raise_for_failure(self) -> None:
        """Raise CheckFailed, with the explanation as its message, unless the history is linearizable."""
        if not self.ok:
            raise CheckFailed(self.explanation or str(self.verdict))


def linearizable(
    history: History, model: Model | Channel, *, max_steps: int = 1_000_000, max_entries: int = 1_000_000
) -> Linearizability:
    """Whether what everybody saw is explained by one order of the model's steps, each call between its call and return.

    `model` is a state machine with ``initial()`` and ``step(state, name, arguments)`` (docs/models.md), or one of the
    channel models (``duckrace_models.model_for(capacity)``). Calls that had not returned may have taken effect or not;
    those that were suspended when nobody could go on must be calls that the model lets wait at the end.

    The question is NP-complete, so there is a budget: effects tried and configurations remembered (some 200 bytes
    each). Used up, the verdict is BUDGET, never a pass. Raises UsageError for a model or a history that cannot be used.
    """
    if not isinstance(history, History):
        raise UsageError(f"linearizable() takes a History, and not {history!r}; recorded(...).history() is one.")
    for name, value in (("max_steps", max_steps), ("max_entries", max_entries)):
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise UsageError(f"{name} is a whole number, at least 1, and not {value!r}.")
    machine = model if isinstance(model, Channel) else Machine(model)
    points: list[tuple[int, int, Operation]] = []
    steps = entries = 0
    unknown: Linearizability | None = None
    for key, operations in _partitions(history, machine):
        found, graph = _search(machine, operations, Budget(steps=max_steps - steps, entries=max_entries - entries))
        steps, entries = steps + found.steps, entries + found.entries
        order = [operations[number] for _, number, _ in found.effects()]
        if found.answer is None:
            detail = f"not decided in {max_steps:,} steps and {max_entries:,} entries"
            unknown = Linearizability(
                verdict=Verdict(kind=Kind.BUDGET, detail=detail),
                explanation=f"It is not known whether the history is linearizable: {detail}.",
                witness=tuple(order),
            )
            if steps >= max_steps or entries >= max_entries:
                break
        elif not found.answer:
            return _rejected(machine, operations, found, graph, key, order, steps, entries)
        for place, number, _ in found.effects():
            at = history.end if place == graph.places else _position(operations[graph.returns[place]])
            points.append((at, len(points), operations[number]))
    if unknown is not None:
        return Linearizability(
            verdict=unknown.verdict,
            explanation=unknown.explanation,
            witness=unknown.witness,
            steps=steps,
            entries=entries,
        )
    witness = tuple(operation for _, _, operation in sorted(points, key=lambda point: point[:2]))
    return Linearizability(verdict=Verdict(kind=Kind.PASSED), witness=witness, steps=steps, entries=entries)


def _partitions(history: History, machine: Machine | Channel) -> list[tuple[Hashable, Sequence[Operation]]]:
    if isinstance(machine, Channel) or machine.partition is None:
        return [(None, history.operations)]
    parts: dict[Hashable, list[Operation]] = {}
    for operation in history.operations:
        key = machine.partition(operation)
        try:
            parts.setdefault(key, []).append(operation)
        except TypeError:
            raise UsageError(f"{machine.name}.partition gave {key!r}, which is not hashable.") from None
    return list(parts.items())


def _search(
    machine: Machine | Channel, operations: Sequence[Operation], budget: Budget, *, lookahead: bool = True
) -> tuple[Found[Any], Graph]:
    if isinstance(machine, Channel):
        phases = Phases(machine, operations, lookahead=lookahead)
        return search(phases, budget), phases
    points = Points(machine, operations, lookahead=lookahead)
    return search(points, budget), points


def _rejected(
    machine: Machine | Channel,
    operations: Sequence[Operation],
    found: Found[Any],
    graph: Graph,
    key: Hashable,
    order: list[Operation],
    steps: int,
    entries: int,
) -> Linearizability:
    found, graph, order = _first(machine, operations, found, graph, order)
    told = explain(graph, found, order, key)
    kind = Kind.LOST_WAKEUP if found.place == graph.places else Kind.FAILED
    return Linearizability(
        verdict=Verdict(kind=kind, detail="" if kind is Kind.LOST_WAKEUP else "not linearizable"),
        explanation=told.text,
        witness=tuple(order),
        culprit=told.culprit,
        allowed=told.allowed,
        woken_by=told.woken_by,
        steps=steps,
        entries=entries,
    )


def _first(
    machine: Machine | Channel, operations: Sequence[Operation], found: Found[Any], graph: Graph, order: list[Operation]
) -> tuple[Found[Any], Graph, list[Operation]]:
    """The search again, on the shortest beginning of the history that no order explains, and without lookahead.

    The first search knows what calls return that are still open at its farthest place, and what the lookahead says of
    the future; so it may give up earlier. The words should be about what had been seen by then, and about the model.
    Each attempt has a small budget; if it does not do, the words are about the whole history, and true as well.
    """
    budget = Budget(steps=20_000, entries=20_000)
    for place in range(found.place, graph.places):
        end = _position(operations[graph.returns[place]])
        beginning = [
            operation if operation.ret is not None and operation.ret <= end else replace(operation, result=None, ret=None)
            for operation in operations
            if operation.call < end
        ]
        beginning = [replace(operation, suspended=False) for operation in beginning]
        again, other = _search(machine, beginning, budget, lookahead=False)
        if again.answer is False:
            return again, other, [operations[number] for _, number, _ in again.effects()]
        if again.answer is None:
            break
    return found, graph, order


def _position(operation: Operation) -> int:
    assert operation.ret is not None
    return operation.ret
