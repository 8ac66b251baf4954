"""A history of one channel as columns of integers: what the monitors read, a million operations of it.

A row is an operation; rows stand in any order. What was called and what came back is one small number (`kind`), because
a monitor only asks which *constraint* an operation is: "appended v", "found nothing", "found nobody". The table is in
`kind_of`; section and reasons in docs/histories.md.

What a monitor cannot express is no row kind but NOTHING, and `relaxed` says so: then its rejections hold, and what it
accepts has to be searched.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Collection, Hashable, Sequence
from dataclasses import dataclass, field
from itertools import compress
from typing import Any, Final

from duckrace._errors import UsageError
from duckrace_models import (
    RECEIVER,
    Call,
    Disconnected,
    Empty,
    Full,
    Ok,
    Response,
    Timeout,
)

from ._history import History, Operation
from ._model import Cancelled

NEVER: Final = 1 << 62
"""The position of a return that never came."""

# Kinds of rows.
SEND: Final = 0  # appended, or unknown: then it never returned
RECEIVE: Final = 1  # took the value
EMPTY: Final = 2  # found nothing, and a sender
DISCONNECTED: Final = 3  # found nothing, and no sender
UNKNOWN: Final = 4  # a receive that never returned: may have taken one value
WAITING: Final = 5  # a receive, suspended: found nothing at the end, and a sender
REFUSED: Final = 6  # a send that found no receiver
FULL: Final = 7  # a send that found no room, and a receiver
BLOCKED: Final = 8  # a send, suspended: found no room at the end, and a receiver
SENDER_DROP: Final = 9
RECEIVER_DROP: Final = 10
STUCK: Final = 11  # suspended, and never waits
NOTHING: Final = 12  # no constraint
TRY_SEND: Final = 13  # SEND, and RECEIVE, by a call that never waits: rendezvous only
TRY_RECEIVE: Final = 14

MAKES_NO_TWO: Final = "two receives of one receiver wait at once"


@dataclass(slots=True, kw_only=True)
class Columns:
    """One channel's operations. `array('q')` and `bytearray`, or anything else with their buffers."""

    kind: bytearray
    value: array[int]
    """Of rows with a message: any integer, the same for the same message. -1 elsewhere."""
    call: array[int]
    ret: array[int]
    """NEVER: it never returned."""
    sender: array[int]
    """The handle of sends: who the sender is, for FIFO per sender."""
    end: int
    """Positions are below it."""
    senders: int = 1
    """All sender handles there ever were."""
    receivers: int = 1
    relaxed: str | None = None
    """Why what a monitor accepts may still be wrong."""
    describe: Callable[[int], Operation] | None = field(default=None, repr=False)
    """The operation of a row."""

    def __len__(self) -> int:
        return len(self.kind)

    def operation(self, row: int) -> Operation:
        """The operation of a row; without `describe`, its numbers."""
        if self.describe is not None:
            return self.describe(row)
        ret = None if self.ret[row] == NEVER else self.ret[row]
        return Operation(None, (KIND_NAMES[self.kind[row]], self.value[row]), None, self.call[row], ret)

    def compact(self) -> Columns:
        """The same history with positions 0, 1, 2, …: instants between which nothing happens are one instant."""
        used = sorted({*self.call, *self.ret} - {NEVER})
        rank = {position: number for number, position in enumerate(used)}
        rank[NEVER] = NEVER
        return Columns(
            kind=self.kind,
            value=self.value,
            call=array("q", map(rank.__getitem__, self.call)),
            ret=array("q", map(rank.__getitem__, self.ret)),
            sender=self.sender,
            end=len(used) + 1,  # one more gap, in which nothing need happen, does no harm
            senders=self.senders,
            receivers=self.receivers,
            relaxed=self.relaxed,
            describe=self.describe,
        )


KIND_NAMES: Final = (
    "send", "receive", "empty", "disconnected", "unknown receive", "waiting receive", "refused send", "full",
    "blocked send", "drop of a sender", "drop of a receiver", "stuck", "nothing", "try_send", "try_recv",
)  # fmt: skip

# What an operation that returned is, by (operation, response).
_SENDS: Final[dict[type[Response], int]] = {Ok: SEND, Full: FULL, Timeout: FULL, Disconnected: REFUSED}
_RECEIVES: Final[dict[type[Response], int]] = {
    Ok: RECEIVE,
    Empty: EMPTY,
    Timeout: EMPTY,
    Disconnected: DISCONNECTED,
}
_RETURNED: Final[dict[tuple[str, type[Response]], int]] = {
    **{(name, response): kind for name in ("send", "try_send", "send_timeout") for response, kind in _SENDS.items()},
    **{(name, response): kind for name in ("recv", "try_recv", "recv_timeout") for response, kind in _RECEIVES.items()},
    ("try_send", Ok): TRY_SEND,
    ("try_recv", Ok): TRY_RECEIVE,
    ("clone", Ok): NOTHING,
}
_PENDING: Final = {
    "send": SEND,
    "try_send": TRY_SEND,
    "send_timeout": SEND,
    "recv": UNKNOWN,
    "try_recv": UNKNOWN,
    "recv_timeout": UNKNOWN,
    "clone": NOTHING,
}
_SUSPENDED: Final = {"send": BLOCKED, "recv": WAITING}


def kind_of(operation: str, response: type[Response] | None, *, suspended: bool = False) -> int | None:
    """The kind of a row; None if no monitor knows what to do with it. Drops are not asked for here."""
    if suspended:
        return _SUSPENDED.get(operation, STUCK)
    if response is None:
        return _PENDING[operation]
    return _RETURNED.get((operation, response))


def columns_of(history: History, *, senders: Collection[Hashable] = (), timeouts_look: bool = True) -> Columns:
    """The columns of a history of one channel, whose operations are `Call` and `Response`.

    `senders`: handles that were there from the start, if some were never used; all others that no clone has made
    were there, too ("tx" if there is none at all). A clone of a receiver is a receiver. `timeouts_look`: a receive that
    timed out found the channel empty, and a send full (contract 35, 36); False: that says nothing.

    Raises UsageError if this cannot be a history of a channel: not `Call` and `Response`, a handle used before the
    clone that makes it has returned, or made twice.
    """
    handles = _Handles(history.operations, senders)
    numbers: dict[Any, int] = {}
    rows: list[tuple[int, int, int, int, int]] = []
    waiting = 0
    relaxed = handles.relaxed
    for operation in history.operations:
        call, response = operation.what, operation.result
        value = -1
        if call.operation == "drop":
            kind = handles.drop_kind(operation)
        else:
            answer = None if operation.ret is None else type(response)
            if answer is Cancelled:
                known: int | None = NOTHING
            else:
                known = kind_of(call.operation, answer, suspended=operation.suspended)
            kind = NOTHING if known is None else known
            if known is None:
                relaxed = relaxed or f"{call.operation} answered {answer.__name__ if answer else None}"
            if answer is Timeout and not timeouts_look:
                kind = NOTHING
            waiting += kind == WAITING
            message = response.value if (out := kind in (RECEIVE, TRY_RECEIVE)) else call.value
            if out or kind in (SEND, TRY_SEND, BLOCKED):
                try:
                    value = numbers.setdefault(message, len(numbers))
                except TypeError:
                    raise UsageError(f"the message {message!r} is not hashable; send something that is") from None
        ret = NEVER if operation.ret is None else operation.ret
        rows.append((kind, value, operation.call, ret, handles.number[call.handle]))
    if waiting > 1 and len(handles.receivers) == 1:
        relaxed = relaxed or MAKES_NO_TWO  # contract 87: one of them must be refused
    kinds, values, calls, rets, who = zip(*rows, strict=True) if rows else ((), (), (), (), ())
    return Columns(
        kind=bytearray(kinds),
        value=array("q", values),
        call=array("q", calls),
        ret=array("q", rets),
        sender=array("q", who),
        end=history.end,
        senders=len(handles.senders),
        receivers=len(handles.receivers),
        relaxed=relaxed,
        describe=history.operations.__getitem__,
    )


class _Handles:
    """Which handles there are, which half each is of, and whether they are used as a program can use them."""

    def __init__(self, operations: Sequence[Operation], senders: Collection[Hashable]) -> None:
        for operation in operations:
            if not isinstance(operation.what, Call):
                raise UsageError(f"{operation} is not a call on a channel; a monitor reads duckrace_models.Call")
            if operation.ret is not None and not isinstance(operation.result, Response | Cancelled):
                raise UsageError(f"{operation} is not answered by a duckrace_models.Response")
        made: dict[Hashable, Operation] = {}
        for operation in operations:
            if operation.what.operation == "clone":
                new = operation.what.value
                if new in made or new == RECEIVER or new in senders:
                    raise UsageError(f"handle {new!r} is made twice; name the clone otherwise")
                made[new] = operation
        used: dict[Hashable, None] = dict.fromkeys(operation.what.handle for operation in operations)
        if RECEIVER in senders:
            raise UsageError(f"{RECEIVER!r} names the receiver, and is no sender")
        self.receivers: set[Hashable] = {RECEIVER}
        self.senders: set[Hashable] = {*senders, *(used.keys() - made.keys() - {RECEIVER})} or {"tx"}
        for new, clone in made.items():  # by call: the original is known
            original = clone.what.handle
            if clone.ret is not None and isinstance(clone.result, Ok):
                (self.receivers if original in self.receivers else self.senders).add(new)
        for operation in operations:
            handle = operation.what.handle
            maker = made.get(handle)
            if maker is not None and not (maker.precedes(operation) and isinstance(maker.result, Ok)):
                raise UsageError(
                    f"handle {handle!r} is used at {operation.call}, before the clone that makes it returns"
                )
        self.number = {handle: number for number, handle in enumerate(used)}
        self.relaxed: str | None = None
        self.drops: dict[Hashable, Operation] = {}
        for operation in operations:
            if (
                operation.what.operation == "drop"
                and not isinstance(operation.result, Cancelled)
                and self.drops.setdefault(operation.what.handle, operation) is not operation
            ):
                self.relaxed = "a handle is dropped twice"
        for operation in operations:
            drop = self.drops.get(operation.what.handle)
            if drop is not None and operation is not drop and not operation.precedes(drop):
                self.relaxed = self.relaxed or "a handle is used while or after it is dropped"

    def drop_kind(self, operation: Operation) -> int:
        if operation.suspended:
            return STUCK
        handle = operation.what.handle
        if self.drops.get(handle) is not operation:
            return NOTHING
        return RECEIVER_DROP if handle in self.receivers else SENDER_DROP


def rows_of(columns: Columns, kinds: tuple[int, ...]) -> list[int]:
    """The rows of these kinds, in order."""
    if not any(map(columns.kind.__contains__, kinds)):
        return []
    wanted = bytes(int(kind in kinds) for kind in range(256))
    return list(compress(range(len(columns)), columns.kind.translate(wanted)))
