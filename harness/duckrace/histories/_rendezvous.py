"""The monitor of a channel without a buffer: a send and a receive meet, and both take effect at that instant.

So a message's send and receive must overlap, and one of the two must be a call that waits (contract 25). Nobody else's
messages matter: a call begins to wait (contract 14) at any instant before it meets, so every choice of one instant per
pair is an order of the model's steps. Empty, Full and time-outs say nothing of messages either, but that somebody is
alive.
"""

from __future__ import annotations

from collections.abc import Sequence

from ._closing import Closing, Report
from ._columns import (
    BLOCKED,
    DISCONNECTED,
    EMPTY,
    NEVER,
    RECEIVE,
    SEND,
    TRY_RECEIVE,
    TRY_SEND,
    UNKNOWN,
    WAITING,
    Columns,
    rows_of,
)
from ._sweeps import Parts
from ._violation import Violation, Wrong


def rendezvous(columns: Columns, parts: Parts, report: Report) -> Violation | None:
    """The first thing found wrong. Messages are received at most once, and none is invented."""
    sends, receives = rows_of(columns, (SEND, TRY_SEND)), rows_of(columns, (RECEIVE, TRY_RECEIVE))
    for receive, message in enumerate(parts.message):
        pair = [sends[message], receives[receive]]
        first = max(parts.appended[message], parts.looked[receive])
        if first >= min(parts.sent[message], parts.taken[receive]):
            words = "the send of a message and its receive were not inside at one time"
            return report(Wrong.NO_MEETING, pair, words)
        if columns.kind[pair[0]] == TRY_SEND and columns.kind[pair[1]] == TRY_RECEIVE:
            return report(Wrong.NO_MEETING, pair, "a try_send and a try_recv met, and neither of them waits")
    return _unreceived(columns, parts, sends, report) or _observations(columns, report)


def _unreceived(columns: Columns, parts: Parts, sends: Sequence[int], report: Report) -> Violation | None:
    """Sends that are Ok and whose message nobody has: each met a receive of unknown outcome."""
    received = set(parts.message)
    left = sorted((ret, m) for m, ret in enumerate(parts.sent) if ret != NEVER and m not in received)
    unknown = sorted(columns.call[row] for row in rows_of(columns, (UNKNOWN,)))
    for number, (ret, message) in enumerate(left):
        if number >= len(unknown) or unknown[number] >= ret:
            words = "a send is Ok, and nobody has received its message"
            return report(Wrong.LOST, [sends[message]], words)
    return None


def _observations(columns: Columns, report: Report) -> Violation | None:
    closing = Closing(columns, report)
    empty = max(rows_of(columns, (EMPTY,)), key=columns.call.__getitem__, default=None)
    if empty is not None:
        closing.empty(columns.call[empty], empty)
    gone = min(rows_of(columns, (DISCONNECTED,)), key=columns.ret.__getitem__, default=None)
    if gone is not None:
        closing.disconnected(columns.ret[gone] - 1, gone)
    waiting, blocked = rows_of(columns, (WAITING,)), rows_of(columns, (BLOCKED,))
    if waiting and blocked:
        words = "a send and a receive are both suspended, and should have met"
        return report(Wrong.LOST_WAKEUP, [waiting[0], blocked[0]], words)
    return closing.senders(waiting) or closing.receivers()
