"""Row ``delivery``: whatever the interleaving, messages keep their order and arrive exactly once.

Each message knows its sender and its number. A journal of calls and returns says which orders the contract allows
(10, 11), that nothing is lost, doubled or invented (12), that no more sends return than there is room for (2, 20), and
that a send that raised has not sent (16, 17).
"""

from __future__ import annotations

from typing import Final

from duckrace._data import Row
from duckrace.plugins._load import Subject

from ._run import Run
from ._suite import Program, explored, flavour, made_by

NAME: Final = "delivery"

# capacity, producers, messages of each, how they send, how the consumer receives
SHAPES: Final = (
    (None, 1, 3, "send", "recv"),
    (None, 2, 2, "send", "for"),
    (None, 3, 1, "send", "try_recv"),
    (None, 2, 2, "send", "mixed"),
    (None, 2, 2, "slow", "recv_timeout"),
    (1, 1, 3, "send", "for"),
    (1, 2, 2, "send", "recv"),
    (1, 2, 2, "try_send", "recv"),
    (1, 2, 2, "send_timeout", "mixed"),
    (2, 2, 3, "send", "for"),
    (2, 3, 2, "send", "recv"),
    (2, 2, 2, "slow", "recv_timeout"),
    (3, 3, 2, "send", "try_recv"),
    (0, 1, 2, "send", "recv"),
    (0, 2, 2, "send", "for"),
    (0, 3, 1, "send", "try_recv"),
    (0, 2, 2, "send_timeout", "mixed"),
    (0, 2, 1, "try_send", "recv"),
)
# capacity, producers, messages of each, taken before the receiver goes, how they send
ABANDONED: Final = (
    (None, 2, 3, 2, "send"),
    (1, 2, 3, 2, "send"),
    (2, 2, 4, 1, "try_send"),
    (1, 2, 3, 1, "send_timeout"),
    (0, 2, 2, 1, "send"),
)


def check(run: Run) -> Row:
    counts = run.profile
    return explored(NAME, programs(run.subject), run, counts.delivery, counts.must_hang)


def programs(subject: Subject) -> list[Program]:
    """All of them, claimed or not."""
    closes, cloned = subject.claims("drop"), subject.claims("clone")
    found = [
        Program(
            words=f"{made_by(capacity)}: {_producers(producers, messages)} by {_sends(sending)}, "
            f"the main thread receives by {receiving}",
            function="delivery::fan_in",
            arguments=(capacity, producers, messages, sending, receiving, closes, cloned),
            needs=(flavour(capacity), *_claims(sending, receiving)),
            statements=(12, 18, 20, 29, 31),
        )
        for capacity, producers, messages, sending, receiving in SHAPES
    ]
    found += [
        Program(
            words=f"{made_by(capacity)}: {_producers(producers, messages)} by {_sends(sending)}, "
            f"the main thread receives {taken} and drops the receiver",
            function="delivery::abandoned",
            arguments=(capacity, producers, messages, taken, sending, cloned),
            needs=(flavour(capacity), "drop", *_claims(sending, "recv")),
            statements=(17, 18, 21, 49),
        )
        for capacity, producers, messages, taken, sending in ABANDONED
    ]
    return found


def _producers(producers: int, messages: int) -> str:
    who = "1 producer sends" if producers == 1 else f"{producers} producers send"
    return f"{who} {messages} {'message' if messages == 1 else 'messages'}{' each' if producers > 1 else ''}"


def _sends(sending: str) -> str:
    return "send and pauses" if sending == "slow" else sending


def _claims(sending: str, receiving: str) -> tuple[str, ...]:
    timed = sending == "send_timeout" or receiving in ("mixed", "recv_timeout")
    return ("try_send",) * (sending == "try_send") + ("timeouts",) * timed
