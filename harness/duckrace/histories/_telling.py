"""What the monitor found, as a `Violation`: one method for each kind that several of its ways can find.

Rows in, a sentence and operations out. It must not know how anything is found.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ._columns import RECEIVE, TRY_RECEIVE, Columns
from ._violation import Violation, Wrong

MANY: Final = 8
"""Messages named in one sentence."""

Span = tuple[int, int, int, int]
"""A message in the channel, for certain: the gaps from the first to before the second; what it is about is the rest."""


class Telling:
    """Of one history."""

    def __init__(self, columns: Columns) -> None:
        self.columns = columns

    def violation(self, kind: Wrong, rows: Sequence[int], words: str) -> Violation:
        return Violation(kind, tuple(map(self.columns.operation, rows)), words)

    def value(self, row: int) -> str:
        columns = self.columns
        if columns.describe is None:
            return repr(columns.value[row])
        operation = columns.operation(row)
        received = columns.kind[row] in (RECEIVE, TRY_RECEIVE)
        return repr(operation.result.value if received else operation.what.value)

    def never_sent(self, receive: int) -> Violation:
        words = f"{self.value(receive)} is received, and no send of it succeeded"
        return self.violation(Wrong.INVENTED, [receive], words)

    def too_early(self, receive: int, send: int) -> Violation:
        words = f"{self.value(receive)} is received before its send is called"
        return self.violation(Wrong.INVENTED, [receive, send], words)

    def twice(self, receives: Sequence[int]) -> Violation:
        return self.violation(Wrong.REPEATED, receives, f"{self.value(receives[0])} is received twice")

    def order(self, send_a: int, send_b: int, receive_b: int, receive_a: int) -> Violation:
        a, b = self.value(receive_a), self.value(receive_b)
        words = f"{a} is sent before {b}, and {b} is received before {a}"
        return self.violation(Wrong.ORDER, [send_a, send_b, receive_b, receive_a], words)

    def lost(self, send_u: int, send_b: int, receive_b: int) -> Violation:
        u, b = self.value(send_u), self.value(receive_b)
        words = f"{u} is sent before {b}, {b} is received, and {u} never is"
        return self.violation(Wrong.LOST, [send_u, send_b, receive_b], words)

    def covered(
        self,
        kind: Wrong,
        row: int,
        words: str,
        chain: Sequence[tuple[int, int]],
        *,
        drop: int | None = None,
        when: str = "",
    ) -> Violation:
        """A receive that found nothing, and the messages of which one was there at each instant: rows of their sends
        and receives, -1 for none. `drop` is why its answer can have been right at some instants only, `when`."""
        rows, names = [row], []
        for send, receive in chain:
            rows.append(send)
            names.append(self.value(send))
            if receive >= 0:
                rows.append(receive)
        if len(names) > MANY:
            names[MANY // 2 : -MANY // 2] = ["…"]
        them = " then ".join(names) or "more than unknown receives can have taken"
        if drop is not None:
            rows.append(drop)
        there = f"while there was always a message in the channel{when}: {them}"
        return self.violation(kind, rows, f"a receive {words} {there}")


def cover(spans: list[Span], gap: int, stop: int) -> tuple[list[Span], int]:
    """The fewest of these spans, sorted by their starts, that cover all from `gap` on, and how far they reach."""
    chain: list[Span] = []
    best, place = None, 0
    while gap < stop:
        while place < len(spans) and spans[place][0] <= gap:
            if best is None or spans[place][1] > best[1]:
                best = spans[place]
            place += 1
        if best is None or best[1] <= gap:
            break
        chain.append(best)
        gap = best[1]
    return chain, gap


FINDS_NOTHING: Final = "finds nothing, and times out or is Empty,"
