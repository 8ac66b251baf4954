"""Necessary conditions of a bounded channel: never more than K messages, Full only with K, and whoever waits for room.

No polynomial algorithm is known for a queue with a capacity, so this filters, and the general search decides what
passes. What is found here is wrong:

* A message is certainly in the channel from the return of its send to the call of its receive. First in, first out
  makes that longer: it was appended before each w that was received after it, and taken after each w that was sent
  before it. More than K at once are too many.
* It can be in the channel only from the call of its send to the return of its receive; likewise. Full needs K.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate

from ._closing import Report, Window
from ._columns import BLOCKED, FULL, NEVER, RECEIVE, RECEIVER_DROP, TRY_RECEIVE, Columns, rows_of
from ._sweeps import Parts
from ._violation import Violation, Wrong


def too_many(
    columns: Columns, parts: Parts, capacity: int, unknown: Sequence[int], *, fifo: bool
) -> tuple[int, list[int]] | None:
    """A gap with more messages than there is room for, and these messages.

    Unknown receives, by their calls, may have taken one unreceived message each.
    """
    end = min(parts.end, Window(columns, RECEIVER_DROP, columns.receivers).first)  # then they may be discarded
    certain = _between(parts, parts.sent, parts.looked, fifo=fifo)
    left = _unreceived(parts)
    sizes = _sizes(parts, certain, left, unknown)
    for gap, size in enumerate(sizes):
        if gap < end and size > capacity:
            here = [message for message, (start, stop) in certain.items() if start <= gap < stop]
            here += [message for message in left if parts.sent[message] <= gap]
            return gap, here
    return None


def _sizes(
    parts: Parts, certain: dict[int, tuple[int, int]], left: Sequence[int], unknown: Sequence[int]
) -> Iterable[int]:
    """At least so many messages are there, by gap. What unknown receives took is no more than what is left."""
    received, others = [0] * (parts.end + 1), [0] * (parts.end + 1)
    for start, stop in certain.values():
        if start < stop:
            received[start] += 1
            received[min(stop, parts.end)] -= 1
    for message in left:
        others[parts.sent[message]] += 1
    for call in unknown:
        others[call] -= 1
    for sure, rest in zip(accumulate(received), accumulate(others), strict=True):
        yield sure + max(0, rest)


def wrongly_full(columns: Columns, parts: Parts, capacity: int, *, fifo: bool) -> int | None:
    """A row that is Full although the channel cannot have been."""
    rows = rows_of(columns, (FULL,))
    if not rows:
        return None
    change = [0] * (parts.end + 1)
    received = set(parts.message)
    for start, stop in _between(parts, parts.appended, parts.taken, fifo=fifo).values():
        if start < stop:
            change[start] += 1
            change[stop] -= 1
    for message, start in enumerate(parts.appended):
        if message not in received:
            change[start] += 1
    full = bytearray(size >= capacity for size in accumulate(change))
    last = Window(columns, RECEIVER_DROP, columns.receivers).last
    for row in rows:
        if full.find(1, columns.call[row], min(columns.ret[row], last + 1)) < 0:
            return row
    return None


def wrongly_blocked(columns: Columns, parts: Parts, capacity: int, report: Report) -> Violation | None:
    """A send that is suspended although there is room at the end."""
    blocked = rows_of(columns, (BLOCKED,))
    if not blocked or len(parts.appended) - len(parts.message) >= capacity:
        return None
    taken = max(rows_of(columns, (RECEIVE, TRY_RECEIVE)), key=columns.ret.__getitem__, default=None)
    words = "a send is suspended, and there is room at the end: the last receive should have woken it"
    return report(Wrong.LOST_WAKEUP, [blocked[0], *([] if taken is None else [taken])], words)


def _unreceived(parts: Parts) -> list[int]:
    received = set(parts.message)
    return [message for message, ret in enumerate(parts.sent) if ret != NEVER and message not in received]


def _between(parts: Parts, starts: Sequence[int], stops: Sequence[int], *, fifo: bool) -> dict[int, tuple[int, int]]:
    """Of each received message, when it was there, certainly (from `sent`, to `looked`) or possibly.

    `starts` are by message, `stops` by receive.
    """
    found = {message: (starts[message], stops[receive]) for receive, message in enumerate(parts.message)}
    if not fifo:
        return found
    certainly = starts is parts.sent
    end = parts.end
    before: list[int] = [-1] * end
    after: list[int] = [NEVER] * end
    for receive, message in enumerate(parts.message):
        if certainly:
            # Appended before whatever was received after it; taken after whatever was sent before it.
            after[parts.looked[receive]] = starts[message]
            if parts.sent[message] != NEVER:
                before[parts.sent[message]] = stops[receive]
        else:
            # Appended after whatever was received before it; taken before whatever was sent after it.
            before[parts.taken[receive]] = starts[message]
            after[parts.appended[message]] = stops[receive]
    before = list(accumulate(before, max))
    after = list(accumulate(reversed(after), min))[::-1]
    for receive, message in enumerate(parts.message):
        start, stop = found[message]
        if certainly:
            start = min(start, after[parts.taken[receive]])
            stop = max(stop, before[parts.appended[message]])
        else:
            start = max(start, before[parts.looked[receive]])
            if parts.sent[message] != NEVER:
                stop = min(stop, after[parts.sent[message]])
        found[message] = start, stop
    return found
