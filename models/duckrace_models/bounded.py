"""``sync_channel(n)``, n ≥ 1: a FIFO buffer of exactly n messages (contract 2).

    send           receiver dropped → Disconnected(value)   room → append, Ok   else blocked
    try_send       receiver dropped → Disconnected(value)   room → append, Ok   else Full(value)
    send_timeout   receiver dropped → Disconnected(value)   room → append, Ok   else may time out

The receiving half is that of the unbounded channel. The order of the columns is the semantics: a
channel that is both full and without receiver is Disconnected (contract 23). It cannot be both here,
since the receiver's drop empties the buffer (50), and would be in a channel that emptied it later.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import ClassVar

from ._machine import Machine, decide
from ._values import (
    HANDLES,
    RECEIVES,
    SENDS,
    Disconnected,
    Full,
    Ok,
    Operation,
    Pending,
    State,
    Timeout,
    Transition,
)
from .unbounded import append, receive_from_buffer


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounded(Machine):
    """The channel with a buffer of `capacity` messages, at least 1."""

    operations: ClassVar[frozenset[Operation]] = SENDS | RECEIVES | HANDLES
    capacity: int

    def __post_init__(self) -> None:
        """Refuse an impossible bound; nothing is clamped (contract 4, 94)."""
        if not isinstance(self.capacity, int):
            raise TypeError(f"capacity is a number of messages, not {self.capacity!r}")
        if self.capacity < 1:
            raise ValueError(f"capacity is at least 1, not {self.capacity}; 0 is Rendezvous()")
        if self.capacity > sys.maxsize:
            raise OverflowError("capacity overflow")

    def send(self, state: State, me: Pending) -> tuple[Transition, ...]:
        """Whoever looks while there is room gets it (contract 13).

        There is no queue of blocked senders, and a blocked send is one without a step. With a queue
        the model would forbid what std does: capacity 1, full; send(b) blocks; 0 is received; before
        the sender of b has woken, try_send(c) is Ok; c is received before b. So each blocked sender
        has a step of its own as soon as there is room, a newcomer too, and any may be the next.
        """
        value = me.call.value
        if not state.receiver:
            return (decide(state, me, Disconnected(value)),)  # 17, 18, 23
        if self.has_room(state):
            return (decide(append(state, value), me, Ok()),)  # 18
        if me.call.operation == "try_send":
            return (decide(state, me, Full(value)),)  # 22
        if me.call.operation == "send_timeout":
            return (decide(state, me, Timeout(value), action="time_out"),)  # 26
        return ()  # 18: blocked while full

    def receive(self, state: State, me: Pending) -> tuple[Transition, ...]:
        """The receiving half of every channel with a buffer.

        It takes one message and wakes nobody by name: that room appeared is in the state.
        """
        return receive_from_buffer(state, me)

    def has_room(self, state: State) -> bool:
        """The buffer holds exactly `capacity` messages, not one more in anybody's hands (contract 2).

        A blocked sender's message is not in the channel. Else: capacity 1, full with a; send(b) is
        blocked; the receiver is dropped; b, counted as sent, would be destroyed and not handed back.
        """
        return len(state.buffer) < self.capacity
