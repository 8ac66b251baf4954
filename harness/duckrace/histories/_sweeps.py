"""The passes of the monitor over long columns, in pure Python: all that costs time, and no judgement.

`_sweeps_numpy` is the same with numpy; `_monitor` calls either. Everything is an array indexed by message (numbered in
the order of their sends' rows), by receive, or by position in the history:

    appended[m], sent[m]      positions of the send's call and return (NEVER)
    message[r]                the message that receive r took; -1: nobody sent it
    looked[r], taken[r]       positions of the receive's call and return

Speed: what is done per row is done inside of `compress`, `map` and `accumulate`.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from heapq import nsmallest
from itertools import accumulate, chain, compress, repeat
from operator import ge, gt, not_
from typing import Final

from ._columns import NEVER, RECEIVE, SEND, TRY_RECEIVE, TRY_SEND, Columns, rows_of


def _table(*kinds: int) -> bytes:
    return bytes(int(kind in kinds) for kind in range(256))


SENDS: Final = _table(SEND, TRY_SEND)
RECEIVES: Final = _table(RECEIVE, TRY_RECEIVE)


@dataclass(slots=True)
class Parts:
    """See above. Sequences of int, whatever their type."""

    end: int
    appended: Sequence[int]
    sent: Sequence[int]
    message: Sequence[int]
    looked: Sequence[int]
    taken: Sequence[int]
    sender: Sequence[int]
    """By message; empty unless it is asked for."""


def rows(columns: Columns, table: bytes) -> Sequence[int]:
    """The rows whose kind the table says."""
    return list(compress(range(len(columns)), columns.kind.translate(table)))


def split(columns: Columns, per_sender: bool) -> Parts | None:
    """The columns by what they are about; None if a value was sent twice."""
    sends = columns.kind.translate(SENDS)
    receives = columns.kind.translate(RECEIVES)
    number = {value: place for place, value in enumerate(compress(columns.value, sends))}
    appended = array("q", compress(columns.call, sends))
    if len(number) < len(appended):
        return None
    return Parts(
        end=columns.end,
        appended=appended,
        sent=array("q", compress(columns.ret, sends)),
        message=array("q", map(number.get, compress(columns.value, receives), repeat(-1))),
        looked=array("q", compress(columns.call, receives)),
        taken=array("q", compress(columns.ret, receives)),
        sender=array("q", compress(columns.sender, sends) if per_sender else ()),
    )


def invented(parts: Parts) -> int | None:
    """A receive of what nobody had begun to send."""
    if min(parts.message, default=0) < 0:
        return parts.message.index(-1)
    begun = map(parts.appended.__getitem__, parts.message)
    return next(compress(range(len(parts.message)), map(ge, begun, parts.taken)), None)


def repeated(parts: Parts) -> tuple[int, int] | None:
    """Two receives of one message."""
    if len(set(parts.message)) == len(parts.message):
        return None
    first: dict[int, int] = {}
    for receive, message in enumerate(parts.message):
        if first.setdefault(message, receive) != receive:
            return first[message], receive
    raise AssertionError("unreachable")


def out_of_order(parts: Parts) -> tuple[int, int] | None:
    """Receives of a and b, where a was sent before b, and b was received before a.

    For a receive of a: of all that were received before it was called, which one's send was called last? If after the
    return of the send of a, that is b.
    """
    latest = [-1] * parts.end
    for taken, message in zip(parts.taken, parts.message, strict=True):
        latest[taken] = parts.appended[message]
    latest = list(accumulate(latest, max))
    before = map(latest.__getitem__, parts.looked)
    wrong = map(gt, before, map(parts.sent.__getitem__, parts.message))
    late = next(compress(range(len(parts.message)), wrong), None)
    if late is None:
        return None
    return late, _sent_at(parts, latest[parts.looked[late]])


def out_of_order_per_sender(parts: Parts) -> tuple[int, int] | None:
    """The same for a and b of one sender."""
    at = [-1] * parts.end  # receives, at their calls and returns
    for receive, (looked, taken) in enumerate(zip(parts.looked, parts.taken, strict=True)):
        at[looked] = receive
        at[taken] = receive
    latest: dict[int, int] = {}
    for position, receive in enumerate(at):
        if receive < 0:
            continue
        message = parts.message[receive]
        sender = parts.sender[message]
        if parts.looked[receive] == position:
            last = latest.get(sender, -1)
            if last > parts.sent[message]:
                return receive, _sent_at(parts, last)
        else:
            latest[sender] = max(latest.get(sender, -1), parts.appended[message])
    return None


def _sent_at(parts: Parts, position: int) -> int:
    """The receive of the message whose send was called there."""
    return next(r for r, message in enumerate(parts.message) if parts.appended[message] == position)


def never_received(parts: Parts, most: int, per_sender: bool) -> list[int]:
    """The messages whose send returned and that nobody received: the first `most` (per sender) to be there."""
    here = bytearray(b"\x01") * len(parts.sent)
    for message in parts.message:
        here[message] = 0
    if not any(here):
        return []
    left = (m for m in compress(range(len(here)), here) if parts.sent[m] != NEVER)
    if not per_sender:
        return nsmallest(most, left, key=parts.sent.__getitem__)
    by_sender: dict[int, list[int]] = {}
    for message in left:
        by_sender.setdefault(parts.sender[message], []).append(message)
    first = (nsmallest(most, messages, key=parts.sent.__getitem__) for messages in by_sender.values())
    return sorted(chain.from_iterable(first), key=parts.sent.__getitem__)


def overtakers(parts: Parts, sent: Sequence[int], sender: int | None) -> list[int | None]:
    """Of each of these returns of sends, in order: the receive that returned first, of a message sent after it.

    Only messages of `sender`, if that is not None.
    """
    best: list[int | None] = [None] * (len(sent) + 1)
    for receive, message in enumerate(parts.message):
        if sender is not None and parts.sender[message] != sender:
            continue
        place = bisect_left(sent, parts.appended[message])
        here = best[place]
        if here is None or parts.taken[receive] < parts.taken[here]:
            best[place] = receive
    for place in range(len(sent) - 1, 0, -1):
        here, later = best[place], best[place + 1]
        if here is None or (later is not None and parts.taken[later] < parts.taken[here]):
            best[place] = later
    return best[1:]


class Intervals:
    """All operations of a kind."""

    def __init__(self, columns: Columns, kind: int) -> None:
        self.rows = rows_of(columns, (kind,))
        self.calls = list(map(columns.call.__getitem__, self.rows))
        self.rets = list(map(columns.ret.__getitem__, self.rows))

    def __len__(self) -> int:
        return len(self.rows)

    def row(self, number: int) -> int:
        return self.rows[number]


class Gaps:
    """The gaps of a history in which the channel can have been empty: 1 where it can."""

    def __init__(self, flags: bytearray) -> None:
        self.flags = flags

    def exclude(self, start: int, stop: int) -> None:
        """Not in these."""
        self.flags[start:stop] = bytes(max(0, min(stop, len(self.flags)) - start))

    def last_of_first(self, operations: Intervals) -> tuple[int, int]:
        """Of the first such gaps of the operations, the last one, and whose; (-1, operation): it has none."""
        last, whose = -1, -1
        find = self.flags.find
        for number, (call, ret) in enumerate(zip(operations.calls, operations.rets, strict=True)):
            gap = find(1, call, ret)
            if gap > last:
                last, whose = gap, number
            elif gap < 0:
                return -1, number
        return last, whose

    def first_of_last(self, operations: Intervals) -> tuple[int, int]:
        """Of the last such gaps of the operations, the first one, and whose; (-1, operation): it has none."""
        first, whose = NEVER, -1
        find = self.flags.rfind
        for number, (call, ret) in enumerate(zip(operations.calls, operations.rets, strict=True)):
            gap = find(1, call, ret)
            if gap < first:
                first, whose = gap, number
                if gap < 0:
                    break
        return first, whose


def uncovered(parts: Parts) -> Gaps:
    """The gaps in which no message that was received is certain to have been in the channel."""
    change = [0] * parts.end
    sent = map(parts.sent.__getitem__, parts.message)
    for start, stop in zip(sent, parts.looked, strict=True):
        if start < stop:  # positions are distinct: nothing is added up here
            change[start] = 1
            change[stop] = -1
    return Gaps(bytearray(map(not_, accumulate(change))))
