"""The passes of `_sweeps` with numpy, for long histories. The same arrays, the same answers up to which witness."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any, cast

from ._columns import NEVER, Columns
from ._sweeps import RECEIVES, SENDS, Parts
from ._tags import APART

np: Any = import_module("numpy")  # optional, and so without types: they would be there in some installations only
_DENSE = 8  # a table of so many entries per row is still cheap


def split(columns: Columns, per_sender: bool) -> Parts | None:
    value, call, ret, sender = (
        np.frombuffer(column, dtype=np.int64) for column in (columns.value, columns.call, columns.ret, columns.sender)
    )
    sends, receives = rows(columns, SENDS), rows(columns, RECEIVES)
    message = _numbered(value[sends], value[receives])
    if message is None:
        return None
    return Parts(
        end=columns.end,
        appended=cast(Sequence[int], call[sends]),
        sent=cast(Sequence[int], ret[sends]),
        message=cast(Sequence[int], message),
        looked=cast(Sequence[int], call[receives]),
        taken=cast(Sequence[int], ret[receives]),
        sender=cast(Sequence[int], sender[sends] if per_sender else ()),
    )


def rows(columns: Columns, table: bytes) -> Sequence[int]:
    kind = np.frombuffer(columns.kind, dtype=np.uint8)
    return cast(Sequence[int], np.flatnonzero(np.frombuffer(table, dtype=bool)[kind]))


def _numbered(sent: Any, received: Any) -> Any:
    """Of each value received, its place in `sent`, or -1. None: a value was sent twice."""
    if not len(sent):
        return np.full(len(received), -1, dtype=np.int64)
    places = np.arange(len(sent))
    dense = _dense(sent, received)
    if dense is not None:
        size, sent, received = dense
        table = np.full(size, -1, dtype=np.int64)
        table[sent] = places
        return None if (table[sent] != places).any() else table[received]
    order = np.argsort(sent, kind="stable")
    ordered = sent[order]
    if (ordered[1:] == ordered[:-1]).any():
        return None
    place = np.minimum(np.searchsorted(ordered, received), len(sent) - 1)
    return np.where(ordered[place] == received, order[place], -1)


def _dense(sent: Any, received: Any) -> tuple[int, Any, Any] | None:
    """Both as numbers below the first result, which is what no sent value is; None if that were too many.

    Tags number the messages of each sender, so there are about as many numbers as messages.
    """
    most = _DENSE * len(sent) + 1024
    senders, numbers = _halves(sent)
    if senders.max() >= most:
        return None
    sizes = np.zeros(int(senders.max()) + 2, dtype=np.int64)
    sizes[senders] = numbers  # the last one, which is the highest if a sender counts and rows are in order
    if (sizes[senders] < numbers).any():
        np.maximum.at(sizes, senders, numbers)
    sizes[:-1] += 1
    starts = np.concatenate(([0], np.cumsum(sizes)))
    if starts[-1] > most:
        return None
    size = int(starts[-1]) + 1
    theirs, number = _halves(received)
    theirs = np.minimum(theirs, len(sizes) - 1)  # of those who sent nothing
    places = starts[theirs] + number
    places[number >= sizes[theirs]] = size - 1
    return size, starts[senders] + numbers, places


def _halves(tags: Any) -> tuple[Any, Any]:
    """Senders and numbers, in 32 bits each: half of the memory is half of the time."""
    halves = tags.view(np.uint32).reshape(-1, 2)
    low, high = (0, 1) if sys.byteorder == "little" else (1, 0)
    senders = halves[:, high]
    return senders, halves[:, low] - senders * np.uint32(APART)


def invented(parts: Parts) -> int | None:
    message = np.asarray(parts.message)
    appended = np.asarray(parts.appended)
    if not len(message):
        return None
    if not len(appended):
        return 0
    return _first((message < 0) | (appended[message] >= np.asarray(parts.taken)))


def repeated(parts: Parts) -> tuple[int, int] | None:
    message = np.asarray(parts.message)
    last = np.empty(len(parts.appended), dtype=np.int64)
    receives = np.arange(len(message))
    last[message] = receives
    first = _first(last[message] != receives)
    return None if first is None else (first, int(last[message[first]]))


def out_of_order(parts: Parts) -> tuple[int, int] | None:
    message, taken, looked = np.asarray(parts.message), np.asarray(parts.taken), np.asarray(parts.looked)
    appended = np.asarray(parts.appended)[message]
    latest = np.full(parts.end, -1, dtype=np.int32 if parts.end < 1 << 31 else np.int64)  # memory is what takes time
    latest[taken] = appended
    np.maximum.accumulate(latest, out=latest)
    late = _first(latest[looked] > np.asarray(parts.sent)[message])
    if late is None:
        return None
    return late, int(np.flatnonzero(appended == latest[looked[late]])[0])


def out_of_order_per_sender(parts: Parts) -> tuple[int, int] | None:
    """Each sender gets a time of its own, one after the other: then nobody overtakes another's messages."""
    message, taken, looked = np.asarray(parts.message), np.asarray(parts.taken), np.asarray(parts.looked)
    appended, sent = np.asarray(parts.appended)[message], np.asarray(parts.sent)[message]
    shift = np.unique(np.asarray(parts.sender)[message], return_inverse=True)[1].reshape(-1) * parts.end
    returns = np.argsort(taken + shift)
    ordered = (taken + shift)[returns]
    latest = np.maximum.accumulate((appended + shift)[returns])
    before = np.searchsorted(ordered, looked + shift) - 1
    last = np.where(before >= 0, latest[before], -1)
    late = _first((last > sent + shift) & (sent != NEVER))
    if late is None:
        return None
    return late, int(np.flatnonzero(appended + shift == last[late])[0])


def never_received(parts: Parts, most: int, per_sender: bool) -> list[int]:
    here = np.asarray(parts.sent) != NEVER
    here[np.asarray(parts.message)] = False
    left = np.flatnonzero(here)
    left = left[np.argsort(np.asarray(parts.sent)[left])]
    if not per_sender:
        return [int(message) for message in left[:most]]
    sender = np.asarray(parts.sender)[left]
    first = [left[sender == who][:most] for who in np.unique(sender)]
    found = [int(message) for messages in first for message in messages]
    return sorted(found, key=lambda message: parts.sent[message])


def overtakers(parts: Parts, sent: Sequence[int], sender: int | None) -> list[int | None]:
    message, taken = np.asarray(parts.message), np.asarray(parts.taken)
    receives = np.arange(len(message))
    if sender is not None:
        receives = receives[np.asarray(parts.sender)[message] == sender]
    appended = np.asarray(parts.appended)[message[receives]]
    found: list[int | None] = []
    for start in sent:
        later = receives[appended > start]
        found.append(int(later[np.argmin(taken[later])]) if len(later) else None)
    return found


class Intervals:
    """See `_sweeps.Intervals`."""

    def __init__(self, columns: Columns, kind: int) -> None:
        self.rows = np.flatnonzero(np.frombuffer(columns.kind, dtype=np.uint8) == kind)
        self.calls = np.frombuffer(columns.call, dtype=np.int64)[self.rows]
        self.rets = np.frombuffer(columns.ret, dtype=np.int64)[self.rows]

    def __len__(self) -> int:
        return len(self.rows)

    def row(self, number: int) -> int:
        return int(self.rows[number])


class Gaps:
    """See `_sweeps.Gaps`."""

    def __init__(self, flags: Any) -> None:
        self.flags = flags
        self._found: Any = None

    def exclude(self, start: int, stop: int) -> None:
        self.flags[start:stop] = False
        self._found = None

    def last_of_first(self, operations: Intervals) -> tuple[int, int]:
        gaps, before = self._indexed()
        # The number of such gaps before a call is the place of the first one that is not before it.
        first = gaps[before[operations.calls]]
        none = _first(first >= operations.rets)
        if none is not None:
            return -1, none
        whose = int(first.argmax())
        return int(first[whose]), whose

    def first_of_last(self, operations: Intervals) -> tuple[int, int]:
        gaps, before = self._indexed()
        last = gaps[before[operations.rets] - 1]
        none = _first((last < operations.calls) | (before[operations.rets] == 0))
        if none is not None:
            return -1, none
        whose = int(last.argmin())
        return int(last[whose]), whose

    def _indexed(self) -> tuple[Any, Any]:
        if self._found is None:
            gaps = np.append(np.flatnonzero(self.flags), NEVER)
            before = np.zeros(len(self.flags) + 1, dtype=np.int32)
            np.cumsum(self.flags, out=before[1:])
            self._found = gaps, before
        return cast(tuple[Any, Any], self._found)


def uncovered(parts: Parts) -> Gaps:
    looked = np.asarray(parts.looked)
    sent = np.asarray(parts.sent)[np.asarray(parts.message)]
    covers = sent < looked
    change = np.zeros(parts.end, dtype=np.int8)  # positions are distinct: nothing is added up here
    change[np.where(covers, sent, looked)] = 1
    change[looked] = -covers.astype(np.int8)
    return Gaps(np.cumsum(change, dtype=np.int32) == 0)


def _first(flags: Any) -> int | None:
    """The first place that is set."""
    if not len(flags):
        return None
    place = int(flags.argmax())
    return place if flags[place] else None
