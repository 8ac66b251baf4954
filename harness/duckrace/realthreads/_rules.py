"""What a channel promises, weaker than the contract where its plug-in says so, and what that makes of a history.

A plug-in may have three attributes, all optional:

``order``   ``"FIFO"``, or ``"FIFO per sender"``: only messages of one sender keep their order
``empty``   ``"exact"``, or ``"late"``: Empty, and a receive that timed out, say nothing of what was sent a moment ago
``full``    ``"exact"``, or ``"early"``: Full, and a send that timed out, say nothing: room is taken before it is used

The verdict names what was asked for.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

from duckrace._errors import UsageError
from duckrace.histories import Cancelled, History, Judgement, Operation, Repeats, ThreadLog, judge, monitor
from duckrace.histories._columns import EMPTY, FULL, NOTHING
from duckrace.histories._judge import FIFO, PER_SENDER
from duckrace_models import Empty, Full, Timeout

ORDERS: Final = (FIFO, PER_SENDER)
EMPTIES: Final = ("exact", "late")
FULLS: Final = ("exact", "early")
SEARCHED: Final = 200
"""Operations of a history that is given to the search; a longer one is not decided."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What is asked of a history."""

    order: str = FIFO
    empty: str = "exact"
    full: str = "exact"

    def __post_init__(self) -> None:
        for name, known in (("order", ORDERS), ("empty", EMPTIES), ("full", FULLS)):
            value = getattr(self, name)
            if value not in known:
                raise UsageError(f"{name!r} of a channel is one of {', '.join(map(repr, known))}, not {value!r}.")

    @classmethod
    def of(cls, plugin: Any) -> Rules:
        return cls(
            order=getattr(plugin, "order", FIFO),
            empty=getattr(plugin, "empty", "exact"),
            full=getattr(plugin, "full", "exact"),
        )

    def __str__(self) -> str:
        words = [self.order]
        words += ["Empty may be late"] * (self.empty == "late") + ["Full may be early"] * (self.full == "early")
        return ", ".join(words)

    def says_nothing(self, operation: Operation) -> bool:
        """Whether its answer is no constraint."""
        found, sends = operation.result, operation.what.operation in ("try_send", "send_timeout")
        if isinstance(found, Empty | Full | Timeout):
            return (self.full == "early") if sends else (self.empty == "late")
        return False


def judged(log: ThreadLog, capacity: int | None, rules: Rules, *, senders: list[str]) -> Judgement:
    """Whether the log is explained: by the monitor alone where that decides, without an object for each call.

    Raises UsageError if nobody can have logged this.
    """
    columns = log.columns()
    vague = {kind for kind, so in ((EMPTY, rules.empty == "late"), (FULL, rules.full == "early")) if so}
    if vague:
        columns.kind = bytearray(columns.kind.translate(bytes(NOTHING if k in vague else k for k in range(256))))
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
    if vague:  # calls that say nothing had no effect
        operations = [replace(o, result=Cancelled()) if rules.says_nothing(o) else o for o in history.operations]
        history = History(tuple(operations), history.end)
    found = judge(history, capacity, senders=senders, per_sender=rules.order == PER_SENDER)
    return replace(found, specification=str(rules))
