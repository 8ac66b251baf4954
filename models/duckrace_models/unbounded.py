"""``channel()``: a FIFO buffer without a bound, and a receiver that waits for it (contract 1).

    send           receiver dropped → Disconnected(value)     else append, Ok
    recv           message → Ok(it)   no sender → Disconnected   else blocked
    try_recv       message → Ok(it)   no sender → Disconnected   else Empty
    recv_timeout   message → Ok(it)   no sender → Disconnected   else may time out

The order of the columns is the semantics: messages before disconnection (contract 30), both before
the clock (35, 36).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import ClassVar

from ._machine import Machine, decide
from ._values import (
    HANDLES,
    RECEIVES,
    Disconnected,
    Empty,
    Ok,
    Operation,
    Pending,
    State,
    Timeout,
    Transition,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unbounded(Machine):
    """The unbounded channel. Its sender has no try_send and no send_timeout (contract 22, 95)."""

    operations: ClassVar[frozenset[Operation]] = frozenset[Operation]({"send"}) | RECEIVES | HANDLES
    capacity: int | None = field(default=None, init=False)

    def send(self, state: State, me: Pending) -> tuple[Transition, ...]:
        """Never waits (contract 16); errs if and only if the receiver is gone (17).

        Ok says that the message is in the buffer, not that anyone will receive it: send(1) is Ok, the
        receiver is dropped, 1 is destroyed (16, 50).
        """
        if not state.receiver:
            return (decide(state, me, Disconnected(me.call.value)),)
        return (decide(append(state, me.call.value), me, Ok()),)

    def receive(self, state: State, me: Pending) -> tuple[Transition, ...]:
        """The receiving half of every channel with a buffer."""
        return receive_from_buffer(state, me)


def append(state: State, value: object) -> State:
    """The message is the last in the buffer (contract 10)."""
    return replace(state, buffer=(*state.buffer, value))


def receive_from_buffer(state: State, me: Pending) -> tuple[Transition, ...]:
    """A receive that is inside: the message, else disconnected, else what its kind does about waiting.

    A blocked recv is one without a step. It needs no mark in the state: whether it fell asleep long
    ago or has not looked yet, it will get the same message, because there is one receiver and one
    order of messages.
    """
    if state.buffer:
        # First of all, and in one step with the look for senders. crossfire 3.1.19 made it two: try_recv
        # finds no message; send(1) and the last drop come; it finds no sender; 1 is lost to Disconnected.
        taken = replace(state, buffer=state.buffer[1:])
        return (decide(taken, me, Ok(state.buffer[0])),)  # 10, 29, 30, 35
    if not state.senders:
        return (decide(state, me, Disconnected()),)  # 31, 32, 36, 41
    if me.call.operation == "try_recv":
        return (decide(state, me, Empty()),)  # 32
    if me.call.operation == "recv_timeout":
        # Only here: with the buffer empty at this instant. A message that arrives later than the
        # deadline may still be received (38), one that is there is never timed out on (35).
        return (decide(state, me, Timeout(), action="time_out"),)  # 34, 36
    return ()  # 29: blocked while a sender lives
