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
from duckrace._errors import UsageError
from duckrace_models import RECEIVER, Timeout, model_for

from ._columns import columns_of
from ._history import History
from ._linearizable import Linearizability, linearizable
from ._model import Cancelled
from ._monitor import Repeats, monitor
from ._receivers import one_receiver
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
    senders: Collection[Hashable] = (),
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
    if not isinstance(history, History):
        raise UsageError(f"judge() takes a History, and not {history!r}.")
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
    cloned = any(o.what.operation == "clone" and o.what.handle == RECEIVER for o in history.operations)
    unable = None
    if per_sender:
        unable = "no search knows an order per sender"
    elif cloned and relaxed is not None and "dropped" in relaxed:
        unable = "the models have one receiver"
    elif capacity is None and any(o.what.operation in ("try_send", "send_timeout") for o in history.operations):
        unable = "the model of an unbounded channel has no try_send and no send_timeout"
    if unable is not None:
        why = f"the monitor found nothing wrong, {relaxed or 'and there is a bound'}, and {unable}"
        return Judgement(kind="unknown", specification=specification, why=why)
    if cloned:
        history = one_receiver(history)
    if not timeouts_look:
        history = _without_timeouts(history)
    found = linearizable(history, model, senders=senders, max_steps=max_steps, max_entries=max_entries)
    if found.verdict.kind is Kind.BUDGET:
        return Judgement(kind="unknown", why=found.verdict.detail, decided_by="search", searched=found)
    if found.ok:
        return Judgement(kind="linearizable", decided_by="search", searched=found)
    shown = [operation for operation in (found.culprit, found.woken_by) if operation is not None]
    wrong = Wrong.LOST_WAKEUP if found.verdict.kind is Kind.LOST_WAKEUP else Wrong.UNEXPLAINED
    violation = Violation(wrong, tuple(shown), found.explanation)
    return Judgement(kind="violation", violation=violation, decided_by="search", searched=found)


def _without_timeouts(history: History) -> History:
    """Calls that timed out had no effect, and say nothing."""
    operations = [replace(o, result=Cancelled()) if isinstance(o.result, Timeout) else o for o in history.operations]
    return History(tuple(operations), history.end)
