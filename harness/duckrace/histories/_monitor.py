"""The FIFO monitor: is a history of an unbounded channel explained by one order? In linear time, messages distinct.

Terms. Message v's send was called at ``s`` and returned at ``e``, its receive was called at ``s'`` and returned at
``e'``; what did not happen is at infinity. Gaps are in `_history`.

The theorem: a complete history of a queue without Empty is linearizable if and only if nothing is received that was
not sent before (VFresh), nothing is received twice (VRepet), and there are no a, b with ``e_a < s_b`` and
``e'_b < s'_a`` (VOrd): Gibbons, Bruno, Phillips, "Black-Box Correctness Tests for Basic Parallel Data Structures", TOCS
2002; Henzinger, Sezgin, Vafeiadis, CONCUR 2013. What goes beyond:

* *Unreceived.* A message u whose send returned and that nobody received must not be overtaken: no b with ``e_u < s_b``
  is received. With receives of unknown outcome, u may be in one of them, if that was called before the first such b was
  surely received: each such u needs an unknown receive of its own (earliest deadline first).
* *Observations.* Empty, Disconnected and a suspended receive need a gap inside of them in which the channel can have
  been empty: no received message with ``e <= g < s'``, and no more unreceived ones there than unknown receives can have
  taken. Every message lies wholly before or wholly after such a gap, so the history can be cut there, and cutting keeps
  VOrd absent: observations do not interact.
* *Close* (`_closing`): the last drop happens in one gap, after every Empty and before every Disconnected.
* *Suspended.* A receive suspended at quiescence observes, at the end, no message and a living sender.

The last three are not in the papers; the tests hold them to a complete search. `per_sender`: only messages of one
sender need to keep their order, the rest is the same.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Final

from duckrace._errors import UsageError

from . import _sweeps
from ._capacity import too_many, wrongly_blocked, wrongly_full
from ._closing import Closing
from ._columns import (
    BLOCKED,
    DISCONNECTED,
    EMPTY,
    FULL,
    NEVER,
    STUCK,
    UNKNOWN,
    WAITING,
    Columns,
    rows_of,
)
from ._plain import plain
from ._rendezvous import rendezvous
from ._sweeps import Parts
from ._telling import FINDS_NOTHING, Span, Telling, cover
from ._violation import Violation, Wrong

LONG: Final = 10_000
"""Operations, from which on numpy is worth its import."""


class Repeats(UsageError):
    """One value was sent twice, so who received which is not known; the general search does not need to know."""


def monitor(
    columns: Columns, capacity: int | None = None, *, per_sender: bool = False, numpy: bool | None = None
) -> Violation | None:
    """The first thing found that no order of the operations explains; None if there is none.

    For an unbounded channel (`capacity` None), None says that the history is linearizable, unless `columns.relaxed`
    says what was not looked at. For others it says nothing: ask the general search. A Violation is final for all.

    `per_sender`: only messages of one sender keep their order. `numpy`: None takes it for long histories if it is
    there. Raises Repeats if a value was sent twice, and UsageError for numpy without numpy.
    """
    short = len(columns) < LONG
    if numpy is None:
        numpy = not short and importlib.util.find_spec("numpy") is not None
    if columns.end > 4 * len(columns) + 64:
        columns = columns.compact()
    if short and not numpy and capacity is None and not per_sender:
        decided, violation = plain(columns)
        if decided:
            return violation
    return swept(columns, capacity, per_sender=per_sender, numpy=numpy)


def swept(columns: Columns, capacity: int | None, *, per_sender: bool, numpy: bool) -> Violation | None:
    """`monitor` without its short way. Positions have to be close together."""
    sweeps: ModuleType = _sweeps
    if numpy:
        try:
            from . import _sweeps_numpy
        except ImportError as missing:
            raise UsageError(f"the fast monitor needs numpy: {missing}") from missing
        sweeps = _sweeps_numpy
    parts = sweeps.split(columns, per_sender)
    if parts is None:
        raise Repeats("one value was sent twice; tag messages, so that they are distinct")
    return _Monitor(columns, parts, sweeps, capacity, per_sender).look()


class _Monitor(Telling):
    def __init__(
        self, columns: Columns, parts: Parts, sweeps: ModuleType, capacity: int | None, per_sender: bool
    ) -> None:
        super().__init__(columns)
        self.parts = parts
        self.sweeps = sweeps
        self.capacity = capacity
        self.per_sender = per_sender
        self._sends: Sequence[int] = ()
        self._receives: Sequence[int] = ()
        self.unknown = sorted(columns.call[row] for row in rows_of(columns, (UNKNOWN,)))

    def look(self) -> Violation | None:
        """The checks, each of which may rely on those before it."""
        checks: list[Callable[[], Violation | None]] = [self.suspended, self.origin]
        if self.capacity == 0:
            checks.append(lambda: rendezvous(self.columns, self.parts, self.violation))
        else:
            checks += [self.ordered, self.unreceived, self.observations]
        checks.append(self.room)
        for check in checks:
            found = check()
            if found is not None:
                return found
        return None

    def suspended(self) -> Violation | None:
        """Calls that never wait."""
        for row in rows_of(self.columns, (STUCK,)):
            return self.violation(Wrong.NEVER_WAITS, [row], "the call is suspended, and is one that never waits")
        if self.capacity is None:
            for row in rows_of(self.columns, (BLOCKED,)):
                return self.violation(Wrong.NEVER_WAITS, [row], "a send on an unbounded channel never waits")
        return None

    def origin(self) -> Violation | None:
        """VFresh and VRepet."""
        receive = self.sweeps.invented(self.parts)
        if receive is not None:
            return self.not_sent(receive)
        twice = self.sweeps.repeated(self.parts)
        if twice is not None:
            return self.twice([self.receive_row(receive) for receive in twice])
        return None

    def not_sent(self, receive: int) -> Violation:
        row = self.receive_row(receive)
        message = self.parts.message[receive]
        if message >= 0:
            return self.too_early(row, self.send_row(message))
        number = self.columns.value[row]
        for blocked in rows_of(self.columns, (BLOCKED,)):
            if self.columns.value[blocked] == number:
                words = f"{self.value(row)} is received, and its send is suspended: it should have returned"
                return self.violation(Wrong.LOST_WAKEUP, [blocked, row], words)
        return self.never_sent(row)

    def ordered(self) -> Violation | None:
        """VOrd among received messages."""
        sweep = self.sweeps.out_of_order_per_sender if self.per_sender else self.sweeps.out_of_order
        found = sweep(self.parts)
        if found is None:
            return None
        late, early = found
        return self.order(
            self.send_row(self.parts.message[late]),
            self.send_row(self.parts.message[early]),
            self.receive_row(early),
            self.receive_row(late),
        )

    def unreceived(self) -> Violation | None:
        """VOrd between a message that nobody received and one that was, with unknown receives to absorb the first."""
        self.left = self.sweeps.never_received(self.parts, len(self.unknown) + 1, self.per_sender)
        self.deadline: dict[int, int] = {}
        by: dict[int, int] = {}
        for sender in {self.parts.sender[m] for m in self.left} if self.per_sender else [None]:
            mine = [m for m in self.left if sender is None or self.parts.sender[m] == sender]
            overtakers = self.sweeps.overtakers(self.parts, [self.parts.sent[m] for m in mine], sender) if mine else []
            for message, receive in zip(mine, overtakers, strict=True):
                if receive is not None:
                    by[message] = receive
                    self.deadline[message] = self.parts.taken[receive] - 1
        for number, message in enumerate(sorted(self.deadline, key=self.deadline.__getitem__)):
            if number < len(self.unknown) and self.unknown[number] <= self.deadline[message]:
                continue
            receive = by[message]
            rows = self.send_row(message), self.send_row(self.parts.message[receive]), self.receive_row(receive)
            return self.lost(*rows)
        return None

    def observations(self) -> Violation | None:
        """VWit, the closing of both sides, and suspended receives."""
        empty = self.sweeps.Intervals(self.columns, EMPTY)
        disconnected = self.sweeps.Intervals(self.columns, DISCONNECTED)
        waiting = rows_of(self.columns, (WAITING,))
        closing = Closing(self.columns, self.violation)
        if waiting or empty or disconnected:
            gaps = self.gaps()
            if empty:
                gap, which = gaps.last_of_first(empty)
                if gap < 0:
                    return self.always_there(Wrong.NOT_EMPTY, empty.row(which), FINDS_NOTHING)
                closing.empty(gap, row := empty.row(which))
                last = closing.window.last
                if self.columns.call[row] <= last < gap:
                    drop = closing.window.last_return
                    return self.always_there(Wrong.NOT_EMPTY, row, "finds nothing", stop=last + 1, drop=drop)
            if disconnected:
                gap, which = gaps.first_of_last(disconnected)
                if gap < 0:
                    return self.always_there(Wrong.HIDDEN, disconnected.row(which), "is Disconnected")
                closing.disconnected(gap, row := disconnected.row(which))
                first = closing.window.first
                if gap < first < self.columns.ret[row]:
                    drop = closing.window.last_call
                    return self.always_there(Wrong.HIDDEN, row, "is Disconnected", start=first, drop=drop)
            for row in waiting:
                if not gaps.flags[-1]:
                    return self.always_there(Wrong.LOST_WAKEUP, row, "is suspended")
        return closing.senders(waiting) or closing.receivers()

    def gaps(self) -> _sweeps.Gaps:
        """Where the channel can have been empty."""
        gaps: _sweeps.Gaps = self.sweeps.uncovered(self.parts)
        # Once j unreceived messages are there, j unknown receives must have been called; and the rest of the messages
        # that have a deadline still need one each in time.
        end = self.parts.end
        left = sorted(self.left, key=self.parts.sent.__getitem__)
        for j, message in enumerate(left, 1):
            start = self.parts.sent[message]
            stop = self.parts.sent[left[j]] if j < len(left) else end
            if j > len(self.unknown):
                gaps.exclude(start, end)
                break
            gaps.exclude(start, min(stop, self.unknown[j - 1]))
            for later in left[j:]:
                due = self.deadline.get(later)
                if due is not None:
                    needed = j + sum(self.deadline.get(other, NEVER) <= due for other in left[j:])
                    if needed > sum(call <= due for call in self.unknown):
                        gaps.exclude(start, min(stop, due + 1))
        return gaps

    def always_there(
        self,
        kind: Wrong,
        row: int,
        words: str,
        *,
        start: int | None = None,
        stop: int | None = None,
        drop: int | None = None,
    ) -> Violation:
        """An observation without a gap: the covering chain, which goes from its call to its return greedily.

        From `start`, or until `stop`, if only then its answer can have been right: `drop` says why.
        """
        columns, parts = self.columns, self.parts
        when = " since the last sender can be gone" if start is not None else ""
        if stop is not None:
            when = " until the last sender was gone"
        if columns.ret[row] == NEVER:  # suspended: it looks at the end
            start, stop = columns.end - 1, columns.end
        start = columns.call[row] if start is None else start
        stop = columns.ret[row] if stop is None else stop
        received: list[Span] = [
            (int(parts.sent[message]), int(parts.looked[receive]), int(message), receive)
            for receive, message in enumerate(parts.message)
            if parts.sent[message] < stop and parts.looked[receive] > start
        ]
        left = [(int(parts.sent[message]), columns.end, message, -1) for message in self.left]
        # Unreceived messages last: they cover all the rest, but may be in an unknown receive instead.
        chain, gap = cover(sorted(received), start, stop)
        chain += cover(sorted(left), gap, stop)[0]
        rows = [
            (self.send_row(message), self.receive_row(receive) if receive >= 0 else -1)
            for *_, message, receive in chain
        ]
        return self.covered(kind, row, words, rows, drop=drop, when=when)

    def room(self) -> Violation | None:
        """Full, and too much in the channel."""
        if self.capacity is None:
            for row in rows_of(self.columns, (FULL,)):
                return self.violation(Wrong.FULL, [row], "an unbounded channel is never full")
            return None
        if self.capacity == 0:
            return None
        fifo = not self.per_sender
        found = too_many(self.columns, self.parts, self.capacity, self.unknown, fifo=fifo)
        if found is not None:
            at, messages = found
            names = ", ".join(map(self.value, map(self.send_row, messages)))
            words = f"after event {at} at least {len(messages)} messages are in a channel of {self.capacity}: {names}"
            return self.violation(Wrong.CAPACITY, [self.send_row(message) for message in messages], words)
        full = wrongly_full(self.columns, self.parts, self.capacity, fifo=fifo)
        if full is not None:
            return self.violation(Wrong.FULL, [full], f"fewer than {self.capacity} messages can have been there")
        return wrongly_blocked(self.columns, self.parts, self.capacity, self.violation)

    # Of messages and receives, their rows.

    def send_row(self, message: int) -> int:
        if not len(self._sends):
            self._sends = self.sweeps.rows(self.columns, _sweeps.SENDS)
        return int(self._sends[message])

    def receive_row(self, receive: int) -> int:
        if not len(self._receives):
            self._receives = self.sweeps.rows(self.columns, _sweeps.RECEIVES)
        return int(self._receives[receive])
