"""The monitor's short way: an unbounded channel, and nothing but sends, and receives that are Ok or find it Empty.

Most histories are of that kind. The passes of `_sweeps` are some twenty calls, however little there is to pass over;
this is two loops, three times as fast in pure Python, and more for short histories. It keeps an object for each
operation, so it is not for long ones.

Terms are those of `_monitor`. Here no receive is of unknown outcome, and nothing is known to be closed.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import accumulate
from operator import not_
from typing import Final, TypeAlias

from ._columns import EMPTY, NEVER, RECEIVE, SEND, TRY_RECEIVE, TRY_SEND, Columns
from ._telling import FINDS_NOTHING, Telling, cover
from ._violation import Violation, Wrong

Receive: TypeAlias = tuple[int, int, int]
"""Return, call, value."""

_KINDS: Final = SEND, RECEIVE, EMPTY, TRY_SEND, TRY_RECEIVE
_OTHERWISE: Final = False, None


def plain(columns: Columns) -> tuple[bool, Violation | None]:
    """Whether this way can decide, and what is wrong."""
    send, receive, nothing, try_send, try_receive = _KINDS  # local names are faster
    sent: dict[int, tuple[int, int]] = {}
    received: list[Receive] = []
    empty: list[tuple[int, int]] = []
    for kind, value, call, ret in zip(columns.kind, columns.value, columns.call, columns.ret, strict=True):
        if kind == send:
            sent[value] = call, ret
        elif kind == receive:
            received.append((ret, call, value))
        elif kind == nothing:
            empty.append((call, ret))
        elif kind == try_receive:
            received.append((ret, call, value))
        elif kind == try_send:
            sent[value] = call, ret
        else:
            return _OTHERWISE
    if len(sent) + len(received) + len(empty) < len(columns.kind):
        return _OTHERWISE  # one value was sent twice
    received.sort()
    last = -1  # of what was received until now, the call of the send that was called last
    lasts: list[int] = []
    covered: list[tuple[int, int]] = []
    for taken, looked, value in received:
        if value not in sent:
            return True, _origin(columns, sent, received[len(lasts) :])
        appended, done = sent.pop(value)
        if appended > last:
            if appended >= taken:
                return True, Telling(columns).too_early(columns.ret.index(taken), columns.call.index(appended))
            last = appended
        elif last > done:
            # VOrd, unless what was sent later was received at the same time.
            before = bisect_left(received, (looked,))
            if before and lasts[before - 1] > done:
                found = _origin(columns, sent, received[len(lasts) + 1 :])
                return True, found or _order(columns, received, lasts, lasts[before - 1], appended, taken)
        lasts.append(last)
        if done < looked:
            covered.append((done, looked))
    # What nobody received must not be overtaken, and once it is there, the channel is not empty any more.
    end = min([done for _, done in sent.values()]) if sent else NEVER
    if end < last:
        return True, _lost(columns, received, lasts, end)
    return True, _not_empty(columns, covered, end, empty) if empty else None


def _origin(columns: Columns, sent: dict[int, tuple[int, int]], received: list[Receive]) -> Violation | None:
    """VFresh, then VRepet, in what is left when something is wrong: they are said rather than VOrd."""
    telling = Telling(columns)
    again = []
    for taken, _, value in received:
        times = sent.pop(value, None)
        if times is None:
            rows = [row for row, other in enumerate(columns.value) if other == value]
            receives = [row for row in rows if columns.kind[row] in (RECEIVE, TRY_RECEIVE)]
            if receives == rows:
                return telling.never_sent(columns.ret.index(taken))
            again.append(receives)
        elif times[0] >= taken:
            return telling.too_early(columns.ret.index(taken), columns.call.index(times[0]))
    return telling.twice(again[0][:2]) if again else None


def _order(
    columns: Columns, received: list[Receive], lasts: list[int], later: int, appended: int, taken: int
) -> Violation:
    """VOrd: sent at `appended` and received at `taken`, and what was sent `later` and received before."""
    at = columns.call.index
    early = columns.ret.index(received[bisect_left(lasts, later)][0])
    return Telling(columns).order(at(appended), at(later), early, columns.ret.index(taken))


def _lost(columns: Columns, received: list[Receive], lasts: list[int], done: int) -> Violation:
    """VOrd: the send that returned at `done` and that nobody received, and the first one received that came after."""
    place = bisect_right(lasts, done)
    sends = columns.ret.index(done), columns.call.index(lasts[place])
    return Telling(columns).lost(*sends, columns.ret.index(received[place][0]))


def _not_empty(
    columns: Columns, covered: list[tuple[int, int]], end: int, empty: list[tuple[int, int]]
) -> Violation | None:
    """VWit: one of `empty` without a gap that is before `end` and not `covered`."""
    change = [0] * columns.end
    for start, stop in covered:  # positions are distinct: nothing is added up here
        change[start] = 1
        change[stop] = -1
    find = bytes(map(not_, accumulate(change))).find
    for call, ret in empty:
        if find(1, call, ret if ret < end else end) < 0:
            break
    else:
        return None
    spans = [(start, stop, start, stop) for start, stop in covered if start < ret and stop > call]
    chain, gap = cover(sorted(spans), call, ret)
    rows = [(columns.ret.index(start), columns.call.index(stop)) for start, stop, *_ in chain]
    if gap < ret:
        rows.append((columns.ret.index(end), -1))
    return Telling(columns).covered(Wrong.NOT_EMPTY, columns.ret.index(ret), FINDS_NOTHING, rows)
