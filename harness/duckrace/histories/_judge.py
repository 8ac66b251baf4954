"""`judge`: is the history of a channel right? By the cheapest means that can tell.

    can it be a history at all? no: UsageError
    are its messages distinct?  no: search
    the monitor                 a violation is final, for every capacity
    unbounded, nothing relaxed  what the monitor accepts is right
    everything else             the general search, with a budget

The monitor is right about other channels when it rejects, because it asks only for what an unbounded channel owes as
well, and for necessary conditions of a bounded one. What nobody can tell is ``unknown``, which is never a pass.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable
from dataclasses import dataclass, replace
from typing import Final, Literal

from duckrace._data import Kind
from duckrace_models import RECEIVER, Call, Ok, Timeout, model_for

from ._columns import columns_of
from ._history import History, Operation
from ._linearizable import Linearizability, linearizable
from ._model import Cancelled
from ._monitor import Repeats, monitor
from ._violation import Violation, Wrong

FIFO: Final = "FIFO"
PER_SENDER: Final = "FIFO per sender"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What came out."""

    kind: Literal["linearizable", "violation", "unknown"]
    specification: str = FIFO
    """The order of messages that was asked for: FIFO, or the weaker FIFO per sender."""
    violation: Violation | None = None
    """Of a violation, always."""
    why: str = ""
    """Why it is unknown."""
    decided_by: Literal["monitor", "search"] = "monitor"
    searched: Linearizability | None = None
    """What the general search said, if it was asked."""

    def __str__(self) -> str:
        if self.violation is not None:
            return f"not linearizable ({self.specification}): {self.violation.explanation}"
        if self.kind == "unknown":
            return f"unknown ({self.specification}): {self.why}"
        return f"linearizable ({self.specification})"


def judge(
    history: History,
    capacity: int | None = None,
    *,
    senders: Collection[Hashable] | None = None,
    per_sender: bool = False,
    timeouts_look: bool = True,
    max_steps: int = 1_000_000,
    max_entries: int = 1_000_000,
) -> Judgement:
    """Whether one order of the steps of a channel explains the history. `capacity` None: unbounded, 0: rendezvous.

    `senders`, `timeouts_look`: as in `columns_of`. `per_sender`: only messages of one sender have to keep their order.
    `max_steps`, `max_entries`: of the search; see `linearizable`.

    Raises UsageError if this cannot be a history of a channel, and TypeError, ValueError or OverflowError for an
    impossible bound.
    """
    model = model_for(capacity)
    columns = columns_of(history, senders=senders, timeouts_look=timeouts_look)
    specification = PER_SENDER if per_sender else FIFO
    relaxed = columns.relaxed
    try:
        violation = monitor(columns, capacity, per_sender=per_sender)
    except Repeats:
        violation, relaxed = None, "a value was sent twice"
    if violation is not None:
        return Judgement(kind="violation", specification=specification, violation=violation)
    if capacity is None and relaxed is None:
        return Judgement(kind="linearizable", specification=specification)
    unable = None
    if per_sender:
        unable = "no search knows an order per sender"
    elif columns.receivers > 1:
        unable = "the models have one receiver"
    elif capacity is None and any(o.what.operation in ("try_send", "send_timeout") for o in history.operations):
        unable = "the model of an unbounded channel has no try_send and no send_timeout"
    if unable is not None:
        why = f"the monitor found nothing wrong, {relaxed or 'and there is a bound'}, and {unable}"
        return Judgement(kind="unknown", specification=specification, why=why)
    if not timeouts_look:
        history = _without_timeouts(history)
    shift = 0
    if senders is not None:
        history, shift = _naming(history, senders)
    found = linearizable(history, model, max_steps=max_steps, max_entries=max_entries)
    if found.verdict.kind is Kind.BUDGET:
        return Judgement(kind="unknown", why=found.verdict.detail, decided_by="search", searched=found)
    if found.ok:
        return Judgement(kind="linearizable", decided_by="search", searched=found)
    shown = [_shifted(operation, -shift) for operation in (found.culprit, found.woken_by) if operation is not None]
    wrong = Wrong.LOST_WAKEUP if found.verdict.kind is Kind.LOST_WAKEUP else Wrong.UNEXPLAINED
    violation = Violation(wrong, tuple(shown), found.explanation)
    return Judgement(kind="violation", violation=violation, decided_by="search", searched=found)


def _without_timeouts(history: History) -> History:
    """Calls that timed out had no effect, and say nothing."""
    operations = [replace(o, result=Cancelled()) if isinstance(o.result, Timeout) else o for o in history.operations]
    return History(tuple(operations), history.end)


def _naming(history: History, senders: Collection[Hashable]) -> tuple[History, int]:
    """The same history, in which all sender handles are named, since the search knows no others; and by how much later
    it begins. Each of the rest is cloned before anything else, and the clone is dropped: that changes nothing."""
    named = {o.what.handle for o in history.operations} | {
        o.what.value for o in history.operations if o.what.operation == "clone"
    }
    idle = [handle for handle in senders if handle not in named and handle != RECEIVER]
    before: list[Operation] = []
    for number, handle in enumerate(idle):
        who, at = f"whoever holds {handle}", 4 * number
        clone = Call(caller=who, operation="clone", handle=handle, value=f"clone of {handle}")  # type: ignore[arg-type]
        drop = Call(caller=who, operation="drop", handle=f"clone of {handle}")
        before.append(Operation(who, clone, Ok(clone.value), at, at + 1))
        before.append(Operation(who, drop, Ok(), at + 2, at + 3))
    shift = 4 * len(idle)
    return History((*before, *(_shifted(o, shift) for o in history.operations)), history.end + shift), shift


def _shifted(operation: Operation, by: int) -> Operation:
    ret = None if operation.ret is None else operation.ret + by
    return replace(operation, call=operation.call + by, ret=ret)
