"""What a thread does with its handle: calls, each recorded before and after, yields between them.

It knows a part of a plan and the handles' protocol; it must not know who else is at work, but for how many have ended.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from typing import Any, Final

from duckrace.channels import (
    ChannelError,
    RecvError,
    RecvTimeoutError,
    SendError,
    SendTimeoutError,
    TryRecvError,
    TrySendError,
)
from duckrace.histories import tag
from duckrace.histories.recording import (
    CLONE,
    DISCONNECTED,
    DROP,
    EMPTY,
    FULL,
    OK,
    OPERATIONS,
    RECV,
    SEND,
    TIMEOUT,
    TRY_RECV,
    TRY_SEND,
    Buffer,
)

from ._plan import Part, Plan

ANSWERS: Final[tuple[tuple[type[ChannelError], int], ...]] = (
    (SendError, DISCONNECTED),
    (TrySendError.Full, FULL),
    (TrySendError.Disconnected, DISCONNECTED),
    (SendTimeoutError.Timeout, TIMEOUT),
    (SendTimeoutError.Disconnected, DISCONNECTED),
    (RecvError, DISCONNECTED),
    (TryRecvError.Empty, EMPTY),
    (TryRecvError.Disconnected, DISCONNECTED),
    (RecvTimeoutError.Timeout, TIMEOUT),
    (RecvTimeoutError.Disconnected, DISCONNECTED),
)
LOOKS: Final = 3
"""After so many looks in vain a receiver waits: or a history would be long, and say nothing."""
MESSAGES: Final = range(1 << 62)
"""What fits into a log; tags do."""


class Unexpected(Exception):
    """An answer that no call of a channel has."""


def _spin() -> None:
    for _ in range(40):
        pass


YIELDS: Final[tuple[Callable[[], object] | None, ...]] = (
    None,
    lambda: time.sleep(0),
    _spin,
    lambda: time.sleep(0.00001),
)


def send(
    part: Part,
    box: list[Any],
    handle: int,
    buffer: Buffer,
    named: Callable[[str], int] | None,
    halt: Collection[object],
) -> None:
    """Send all messages of a part, or until the receiver is gone or `halt` is not empty; then drop.

    `box` holds the handle and nothing else does, so that it can be dropped by its last reference. `named` makes a
    number for a clone. The last message is always sent by ``send``: who receives it knows that no more come.
    """
    tx = box.pop()
    call, ret, number, last = buffer.call, buffer.ret, part.number, part.sends - 1
    steps, pauses = part.steps, [YIELDS[kind] for kind in part.pauses]
    for done in range(part.sends):
        pause = pauses[done % len(pauses)]
        if pause is not None:
            pause()
        if done == part.clone_at and named is not None:
            made = named(f"clone of {part.name}")
            call(CLONE, handle, made)
            other = tx.clone()
            ret(OK)
            if part.drop:
                call(DROP, handle)
                tx.drop()
                ret(OK)
            tx, handle = other, made
            del other
        if halt:
            done = last
        kind = SEND if done == last else steps[done % len(steps)]
        value = tag(number, done)
        call(kind, handle, value)
        try:
            if kind == SEND:
                tx.send(value)
            elif kind == TRY_SEND:
                tx.try_send(value)
            else:
                tx.send_timeout(value, part.patience)
        except ChannelError as error:
            answer = answered(kind, error)
            ret(answer)
            if answer == DISCONNECTED:
                break
        else:
            ret(OK)
        if done == last:
            break
    box.append(tx)
    del tx
    drop(part.drop, box, handle, buffer)


def receive(plan: Plan, box: list[Any], handle: int, buffer: Buffer, ended: Collection[object]) -> None:
    """Receive until nothing more comes, or until it is time to leave; then drop.

    `ended` grows when somebody who had a sender has none any more. As long as there is one, a receive that waits does
    so rightly; then, where Empty is exact and nobody can close the channel, this one only looks: a message that is
    missing is told at once, and not by a hang.
    """
    part = plan.receiver
    rx = box.pop()
    call, ret = buffer.call, buffer.ret
    steps, pauses = part.steps, [YIELDS[kind] for kind in part.pauses]
    farewells = {tag(sender.number, sender.sends - 1) for sender in plan.senders}
    closes, exact, count, done, got = plan.closes, plan.empty_is_exact, plan.holders, 0, 0
    vain = 0
    while got != part.leaves_after:
        pause = pauses[done % len(pauses)]
        if pause is not None:
            pause()
        kind = steps[done % len(steps)]
        done += 1
        quiet = len(ended) == count
        if quiet and not closes:
            kind = TRY_RECV if exact else RECV
        elif vain >= LOOKS:
            kind = RECV
        call(kind, handle)
        try:
            if kind == RECV:
                value = rx.recv()
            elif kind == TRY_RECV:
                value = rx.try_recv()
            else:
                value = rx.recv_timeout(part.patience)
        except ChannelError as error:
            answer = answered(kind, error)
            ret(answer)
            if answer == DISCONNECTED or (quiet and exact):
                break
            vain += 1
        else:
            if type(value) is not int or value not in MESSAGES:
                raise Unexpected(f"{OPERATIONS[kind]} returned {value!r}, and nobody sent that")
            ret(OK, value)
            got, vain = got + 1, 0
            farewells.discard(value)
            if not farewells and not closes:
                break
    box.append(rx)
    del rx
    drop(part.drop, box, handle, buffer)


def drop(way: str, box: list[Any], handle: int, buffer: Buffer) -> None:
    """Drop the handle in the box in one of the ways; none: keep it."""
    if not way:
        return
    buffer.call(DROP, handle)
    if way == "drop":
        box.pop().drop()
    elif way == "with":
        with box.pop():
            pass
    else:
        box.clear()
    buffer.ret(OK)


def answered(kind: int, error: ChannelError) -> int:
    """The answer that an error is. Raises Unexpected: it is none of this call."""
    for known, answer in ANSWERS:
        if isinstance(error, known):
            return answer
    raise Unexpected(f"{OPERATIONS[kind]} raised {type(error).__name__}: {error}") from error
