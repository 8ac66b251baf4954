"""The closing of a channel: in which gap can the last sender, or the last receiver, have gone?

Of S handles the last one goes in one gap of [latest call of a drop, latest return - 1], if all S drops were called;
every gap of these will do, since the other drops can have happened at their calls. A drop that never returned may not
have happened at all. So there is a window, and observations narrow it:

    senders     every Empty has a gap no later, every Disconnected one no earlier
    receivers   every send that is Ok was called before, every one that is Disconnected returned after
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from ._columns import BLOCKED, NEVER, RECEIVER_DROP, REFUSED, SEND, SENDER_DROP, TRY_SEND, Columns, rows_of
from ._violation import Violation, Wrong

Report: TypeAlias = Callable[[Wrong, Sequence[int], str], Violation]


class Window:
    """When the last handle of one half can have gone."""

    def __init__(self, columns: Columns, kind: int, handles: int) -> None:
        drops = rows_of(columns, (kind,))
        self.all_called = len(drops) == handles > 0
        """Otherwise it cannot have gone at all."""
        self.last_call = max(drops, key=columns.call.__getitem__, default=None)
        self.last_return = max(drops, key=columns.ret.__getitem__, default=None)
        self.first = NEVER
        """The first gap in which it can have gone."""
        self.last = NEVER
        """The last gap in which it can have gone; NEVER: it need not."""
        if self.all_called and self.last_call is not None and self.last_return is not None:
            self.first = columns.call[self.last_call]
            ret = columns.ret[self.last_return]
            self.last = NEVER if ret == NEVER else ret - 1

    def drop(self, row: int | None) -> list[int]:
        return [] if row is None or not self.all_called else [row]


class Closing:
    """What was seen of the closing of either half."""

    def __init__(self, columns: Columns, report: Report) -> None:
        self.columns = columns
        self.report = report
        self.window = Window(columns, SENDER_DROP, columns.senders)
        self._empty: tuple[int, int] | None = None
        self._disconnected: tuple[int, int] | None = None

    def empty(self, gap: int, row: int | None) -> None:
        """Of the first gaps in which each Empty can have been answered, the last one, and whose that is."""
        self._empty = None if row is None else (gap, row)

    def disconnected(self, gap: int, row: int | None) -> None:
        """Of the last gaps in which each Disconnected can have been answered, the first one, and whose that is."""
        self._disconnected = None if row is None else (gap, row)

    def senders(self, waiting: Sequence[int]) -> Violation | None:
        """`waiting` are the suspended receives."""
        window = self.window
        if self._disconnected is not None:
            gap, row = self._disconnected
            if not window.all_called or window.first > gap:
                words = "a receive is Disconnected while a sender is alive"
                return self.report(Wrong.EARLY_CLOSE, [row, *window.drop(window.last_call)], words)
        if self._empty is not None:
            gap, row = self._empty
            if gap > window.last:
                words = "a receive is Empty or times out after the last sender is gone, and should be Disconnected"
                return self.report(Wrong.LATE_EMPTY, [row, *window.drop(window.last_return)], words)
            if self._disconnected is not None and gap > self._disconnected[0]:
                words = "one receive is Disconnected, and a later one finds a sender alive"
                return self.report(Wrong.CLOSE, [self._disconnected[1], row], words)
        for row in waiting:
            if window.last != NEVER:
                words = "a receive is suspended, and the last sender is gone: its drop should have woken it"
                return self.report(Wrong.LOST_WAKEUP, [row, *window.drop(window.last_return)], words)
            if self._disconnected is not None:
                words = "a receive is suspended, and another one has found that the last sender is gone"
                return self.report(Wrong.LOST_WAKEUP, [row, self._disconnected[1]], words)
        return None

    def receivers(self) -> Violation | None:
        """The receivers' close needs no queue: the contents are discarded (contract 50)."""
        columns = self.columns
        window = Window(columns, RECEIVER_DROP, columns.receivers)
        refused = min(rows_of(columns, (REFUSED,)), key=columns.ret.__getitem__, default=None)
        if refused is not None and (not window.all_called or columns.ret[refused] <= window.first):
            words = "a send is Disconnected while a receiver is alive"
            return self.report(Wrong.RECEIVER_CLOSE, [refused, *window.drop(window.last_call)], words)
        for row in rows_of(columns, (BLOCKED,)):
            if window.last != NEVER:
                words = "a send is suspended, and the last receiver is gone: its drop should have woken it"
                return self.report(Wrong.LOST_WAKEUP, [row, *window.drop(window.last_return)], words)
            if refused is not None:
                words = "a send is suspended, and another one has found that the last receiver is gone"
                return self.report(Wrong.LOST_WAKEUP, [row, refused], words)
        if window.last == NEVER and refused is None:
            return None
        sends = rows_of(columns, (SEND, TRY_SEND))
        if max(map(columns.call.__getitem__, sends), default=-1) < window.first and refused is None:
            return None
        returned = (row for row in sends if columns.ret[row] != NEVER)
        accepted = max(returned, key=columns.call.__getitem__, default=None)
        if accepted is None:
            return None
        if columns.call[accepted] > window.last:
            words = "a send is Ok after the last receiver is gone"
            return self.report(Wrong.RECEIVER_CLOSE, [accepted, *window.drop(window.last_return)], words)
        if refused is not None and columns.call[accepted] >= columns.ret[refused]:
            words = "a send is Ok, and was called after another one had found that the last receiver is gone"
            return self.report(Wrong.RECEIVER_CLOSE, [accepted, refused], words)
        return None
