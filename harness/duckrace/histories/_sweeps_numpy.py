"""The passes of `_sweeps` with numpy, for long histories. The same arrays, the same answers up to which witness.

Memory is what takes time: a page that the system has just given costs as much as hundreds of additions. So what is not
needed afterwards is made block by block, small enough for a core's cache and for memory that is there already.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import Any, cast

from ._columns import NEVER, Columns
from ._sweeps import RECEIVES, SENDS, Parts
from ._tags import APART

np: Any = import_module("numpy")  # optional, and so without types: they would be there in some installations only
_BLOCK = 1 << 15  # rows
_DENSE = 8  # a table of so many entries per row is still cheap


def split(columns: Columns, per_sender: bool) -> Parts | None:
    sends, receives = (
        sum(columns.kind.count(kind) for kind in range(len(table)) if table[kind]) for table in (SENDS, RECEIVES)
    )
    # All in one piece: the system gives large pieces in large pages.
    lengths = [sends, sends, receives, receives, sends, receives, sends * per_sender]
    whole = np.empty(sum(lengths), dtype=np.int64)
    appended, sent, looked, taken, value, message, sender = np.split(whole, np.cumsum(lengths)[:-1])
    kind = np.frombuffer(columns.kind, dtype=np.uint8)
    given = columns.call, columns.ret, columns.value, columns.sender
    call, ret, values, senders = (np.frombuffer(column, dtype=np.int64) for column in given)
    ways = (
        (_flags(SENDS), ((appended, call), (sent, ret), (value, values), (sender, senders))[: 3 + per_sender]),
        (_flags(RECEIVES), ((looked, call), (taken, ret), (message, values))),
    )
    filled = [0, 0]
    for block in _blocks(len(kind)):
        for which, (wanted, pairs) in enumerate(ways):
            here = np.flatnonzero(wanted[kind[block]])
            start = filled[which]
            filled[which] = stop = start + len(here)
            for to, column in pairs:
                to[start:stop] = column[block][here]
    if not _number(value, message):
        return None
    return Parts(
        end=columns.end,
        appended=cast(Sequence[int], appended),
        sent=cast(Sequence[int], sent),
        message=cast(Sequence[int], message),
        looked=cast(Sequence[int], looked),
        taken=cast(Sequence[int], taken),
        sender=cast(Sequence[int], sender),
    )


def _flags(table: bytes) -> Any:
    return np.frombuffer(table, dtype=bool)


def rows(columns: Columns, table: bytes) -> Sequence[int]:
    kind = np.frombuffer(columns.kind, dtype=np.uint8)
    return cast(Sequence[int], np.flatnonzero(_flags(table)[kind]))


def _blocks(length: int) -> Iterator[slice]:
    return (slice(start, start + _BLOCK) for start in range(0, length, _BLOCK))


def _positions(length: int, end: int) -> Any:
    """For `length` positions below `end`, all -1."""
    return np.full(length, -1, dtype=np.int32 if end < 1 << 31 else np.int64)


def _number(sent: Any, received: Any) -> bool:
    """In the place of each value received, its place in `sent`, or -1. False: a value was sent twice."""
    if not len(sent):
        received[:] = -1
        return True
    dense = _Dense.of(sent)
    if dense is None:
        return _number_sorted(sent, received)
    table = _positions(dense.size, len(sent))
    places = np.arange(_BLOCK)
    for block in _blocks(len(sent)):
        numbers = dense.sent(sent[block])
        sent[block] = numbers
        table[numbers] = places[: len(numbers)] + block.start
    for block in _blocks(len(sent)):
        found = table[sent[block]]
        if (found != places[: len(found)] + block.start).any():
            return False
    for block in _blocks(len(received)):
        received[block] = table[dense.received(received[block])]
    return True


def _number_sorted(sent: Any, received: Any) -> bool:
    order = np.argsort(sent, kind="stable")
    ordered = sent[order]
    if (ordered[1:] == ordered[:-1]).any():
        return False
    place = np.minimum(np.searchsorted(ordered, received), len(sent) - 1)
    received[:] = np.where(ordered[place] == received, order[place], -1)
    return True


class _Dense:
    """Values as numbers below `size`, the last of which is what no sent value is.

    Tags number the messages of each sender, so there are about as many numbers as messages.
    """

    def __init__(self, sizes: Any) -> None:
        self._sizes = sizes  # by sender; the last one is nobody
        self._starts = np.concatenate(([0], np.cumsum(sizes)))
        self.size = int(self._starts[-1]) + 1

    @classmethod
    def of(cls, sent: Any) -> _Dense | None:
        """None: they would be too many."""
        most = _DENSE * len(sent) + 1024
        highest = max(int(_halves(sent[block])[0].max()) for block in _blocks(len(sent)))
        if highest >= most:
            return None
        sizes = np.zeros(highest + 2, dtype=np.int64)
        for block in _blocks(len(sent)):
            senders, numbers = _halves(sent[block])
            before = sizes[senders]
            sizes[senders] = numbers  # the last one, which is the highest if a sender counts and rows are in order
            if (sizes[senders] < np.maximum(numbers, before)).any():
                np.maximum.at(sizes, senders, np.maximum(numbers, before))
        sizes[:-1] += 1
        return None if sizes.sum() > most else cls(sizes)

    def sent(self, values: Any) -> Any:
        senders, numbers = _halves(values)
        return self._starts[senders] + numbers

    def received(self, values: Any) -> Any:
        senders, numbers = _halves(values)
        senders = np.minimum(senders, len(self._sizes) - 1)  # of those who sent nothing
        places = self._starts[senders] + numbers
        places[numbers >= self._sizes[senders]] = self.size - 1
        return places


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
    appended, sent = np.asarray(parts.appended), np.asarray(parts.sent)
    latest = _positions(parts.end, parts.end)
    for block in _blocks(len(message)):
        latest[taken[block]] = appended[message[block]]
    np.maximum.accumulate(latest, out=latest)
    for block in _blocks(len(message)):
        late = _first(latest[looked[block]] > sent[message[block]])
        if late is not None:
            late += block.start
            return late, int(np.flatnonzero(appended[message] == latest[looked[late]])[0])
    return None


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
    message, looked, sent = np.asarray(parts.message), np.asarray(parts.looked), np.asarray(parts.sent)
    change = np.zeros(parts.end, dtype=np.int8)  # positions are distinct: nothing is added up here
    for block in _blocks(len(message)):
        stops, starts = looked[block], sent[message[block]]
        covers = starts < stops
        change[np.where(covers, starts, stops)] = 1
        change[stops] = -covers.astype(np.int8)
    flags = np.empty(parts.end, dtype=bool)
    covering = 0
    for block in _blocks(parts.end):
        sums = np.cumsum(change[block], dtype=np.int64)
        np.equal(sums, -covering, out=flags[block])
        covering += int(sums[-1])
    return Gaps(flags)


def _first(flags: Any) -> int | None:
    """The first place that is set."""
    if not len(flags):
        return None
    place = int(flags.argmax())
    return place if flags[place] else None
