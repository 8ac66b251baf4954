"""What a channel promises, weaker than the contract where its plug-in says so, and what that makes of a history.

A plug-in may have two attributes, both optional:

``order``   ``"FIFO"``, or ``"FIFO per sender"``: only messages of one sender keep their order
``empty``   ``"exact"``, or ``"late"``: Empty and a time-out say nothing of what was sent a moment ago

The verdict names what was asked for.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

from duckrace._errors import UsageError
from duckrace.histories import Cancelled, History, Judgement, Repeats, ThreadLog, judge, monitor
from duckrace.histories._columns import EMPTY, NOTHING
from duckrace.histories._judge import FIFO, PER_SENDER
from duckrace_models import Empty, Timeout

ORDERS: Final = (FIFO, PER_SENDER)
EMPTIES: Final = ("exact", "late")
SEARCHED: Final = 200
"""Operations of a history that is given to the search; a longer one is not decided."""
_LATE: Final = bytes(NOTHING if kind == EMPTY else kind for kind in range(256))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What is asked of a history."""

    order: str = FIFO
    empty: str = "exact"

    def __post_init__(self) -> None:
        if self.order not in ORDERS:
            raise UsageError(f"the order of a channel is one of {', '.join(map(repr, ORDERS))}, not {self.order!r}.")
        if self.empty not in EMPTIES:
            raise UsageError(f"'empty' of a channel is one of {', '.join(map(repr, EMPTIES))}, not {self.empty!r}.")

    @classmethod
    def of(cls, plugin: Any) -> Rules:
        return cls(order=getattr(plugin, "order", FIFO), empty=getattr(plugin, "empty", "exact"))

    def __str__(self) -> str:
        return self.order if self.empty == "exact" else f"{self.order}, Empty may be late"


def judged(log: ThreadLog, capacity: int | None, rules: Rules, *, senders: list[str]) -> Judgement:
    """Whether the log is explained: by the monitor alone where that decides, without an object for each call.

    Raises UsageError if nobody can have logged this.
    """
    columns = log.columns()
    if rules.empty == "late":
        columns.kind = bytearray(columns.kind.translate(_LATE))
    relaxed = columns.relaxed
    try:
        violation = monitor(columns, capacity, per_sender=rules.order == PER_SENDER)
    except Repeats:
        violation, relaxed = None, "a value was sent twice"
    if violation is not None:
        return Judgement(kind="violation", specification=str(rules), violation=violation)
    if capacity is None and relaxed is None:
        return Judgement(kind="linearizable", specification=str(rules))
    if len(columns) > SEARCHED:
        why = f"the monitor found nothing wrong, and {len(columns):,} operations are too many for the search"
        return Judgement(kind="unknown", specification=str(rules), why=why)
    history = log.history()
    if rules.empty == "late":
        history = _without_empty(history)
    found = judge(history, capacity, senders=senders, per_sender=rules.order == PER_SENDER)
    return replace(found, specification=str(rules))


def _without_empty(history: History) -> History:
    """Calls that found nothing had no effect, and say nothing."""
    operations = [
        replace(o, result=Cancelled())
        if isinstance(o.result, Empty) or (isinstance(o.result, Timeout) and o.what.operation == "recv_timeout")
        else o
        for o in history.operations
    ]
    return History(tuple(operations), history.end)
