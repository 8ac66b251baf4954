"""`linearizable`: whether one order of a model's steps explains a history, and if none does, why.

It puts the parts together: partitions, the graph of the model, the search, the words. It must not know how histories
are recorded.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from duckrace._data import Kind, Verdict
from duckrace._errors import CheckFailed, UsageError
from duckrace_models import Machine as Channel

from ._blame import Sent, blame, searched
from ._explain import explained
from ._history import History, Operation
from ._known import must_know
from ._model import Machine, Model, OutOfSteps
from ._search import Budget


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
    history: History,
    model: Model | Channel,
    *,
    senders: Collection[Hashable] = (),
    max_steps: int = 1_000_000,
    max_entries: int = 1_000_000,
) -> Linearizability:
    """Whether what everybody saw is explained by one order of the model's steps, each call between its call and return.

    `model` is a state machine with ``initial()`` and ``step(state, name, arguments)`` (docs/models.md), or one of the
    channel models (``duckrace_models.model_for(capacity)``). Calls that had not returned may have taken effect or not;
    those that were suspended when nobody could go on must be calls that the model lets wait at the end, and knows.

    `senders`, for a channel: the handles that were there from the start, if some of them were never used; they keep the
    channel open. All others that no clone has made were there from the start, too.

    The question is NP-complete, so there is a budget: effects tried and configurations remembered (some 200 bytes
    each), and `max_steps` ways yielded by `step`. Used up, the verdict is BUDGET, never a pass. Raises UsageError for a
    model or a history that cannot be used, or a hook of the model that raises.
    """
    if not isinstance(history, History):
        raise UsageError(f"linearizable() takes a History, and not {history!r}; recorded(...).history() is one.")
    for name, value in (("max_steps", max_steps), ("max_entries", max_entries)):
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise UsageError(f"{name} is a whole number, at least 1, and not {value!r}.")
    if senders and not isinstance(model, Channel):
        raise UsageError("Only the models of channels have senders.")
    machine = Sent(model, senders) if isinstance(model, Channel) else Machine(model, max_steps)
    points: list[tuple[int, int, Operation]] = []
    steps = entries = 0
    unknown: Linearizability | None = None
    for key, operations in _partitions(history, machine):
        budget = Budget(steps=max_steps - steps, entries=max_entries - entries)
        try:
            found, graph = searched(machine, operations, budget)
        except OutOfSteps:
            unknown = _undecided(f"step yielded more than {max_steps:,} ways")
            break
        steps, entries = steps + found.steps, entries + found.entries
        order = [operations[number] for _, number, _ in found.effects()]
        if found.answer is None:
            unknown = _undecided(f"not decided in {max_steps:,} steps and {max_entries:,} entries", tuple(order))
            if steps >= max_steps or entries >= max_entries:
                break
        elif not found.answer:
            try:
                fault = blame(machine, operations, found, graph)
            except OutOfSteps:
                unknown = _undecided(f"step yielded more than {max_steps:,} ways", tuple(order))
                break
            waits = fault.kind is Kind.LOST_WAKEUP
            return Linearizability(
                verdict=Verdict(kind=fault.kind, detail="" if waits else "not linearizable"),
                explanation=explained(fault, key),
                witness=fault.order,
                culprit=fault.culprit,
                allowed=fault.allowed,
                woken_by=fault.woken_by,
                steps=steps,
                entries=entries,
            )
        if isinstance(machine, Machine):
            waiting = [operation.what for operation in operations if operation.suspended]
            must_know(machine, waiting, [operation.what for operation in operations])
        for place, number, _ in found.effects():
            at = history.end if place == graph.places else _position(operations[graph.returns[place]])
            points.append((at, len(points), operations[number]))
    if unknown is not None:
        return replace(unknown, steps=steps, entries=entries)
    witness = tuple(operation for _, _, operation in sorted(points, key=lambda point: point[:2]))
    return Linearizability(verdict=Verdict(kind=Kind.PASSED), witness=witness, steps=steps, entries=entries)


def _undecided(detail: str, order: tuple[Operation, ...] = ()) -> Linearizability:
    return Linearizability(
        verdict=Verdict(kind=Kind.BUDGET, detail=detail),
        explanation=f"It is not known whether the history is linearizable: {detail}.",
        witness=order,
    )


def _partitions(history: History, machine: Machine | Sent) -> list[tuple[Hashable, Sequence[Operation]]]:
    if isinstance(machine, Sent) or machine.partition is None:
        return [(None, history.operations)]
    parts: dict[Hashable, list[Operation]] = {}
    for operation in history.operations:
        parts.setdefault(machine.key(operation), []).append(operation)
    return list(parts.items())


def _position(operation: Operation) -> int:
    assert operation.ret is not None
    return operation.ret
