"""``sync_channel(0)``: no buffer; a send and a receive meet, and both are decided at one instant (3).

    send           receiver dropped → Disconnected(value)   receive waits → meet   else wait, in turn
    try_send       receiver dropped → Disconnected(value)   receive waits → meet   else Full(value)
    send_timeout   as send; while it waits it may time out, and its message goes with it
    recv           send waits → meet the first   no sender → Disconnected   else wait
    try_recv       send waits → meet the first   no sender → Disconnected   else Empty
    recv_timeout   as recv; while it waits it may time out

Only a call that *waits* can be met, so two try calls never meet (contract 25). Whoever comes second
finds the other one waiting, so a waiting send and a waiting receive are never in one state.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import ClassVar

from ._machine import Machine, advance, decide
from ._values import (
    HANDLES,
    RECEIVES,
    SENDS,
    Disconnected,
    Empty,
    Full,
    Ok,
    Operation,
    Pending,
    State,
    Timeout,
    Transition,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendezvous(Machine):
    """The channel without a buffer."""

    operations: ClassVar[frozenset[Operation]] = SENDS | RECEIVES | HANDLES
    capacity: int | None = field(default=0, init=False)

    def send(self, state: State, me: Pending) -> tuple[Transition, ...]:
        """Ok only at the instant at which the receiver has the message (contract 20)."""
        value = me.call.value
        if not state.receiver:
            return (decide(state, me, Disconnected(value)),)  # 17, 21
        receive = self.waiting_receive(state)
        if receive is not None:
            # No sender waits beside a waiting receive, so nobody is overtaken (14).
            return (self.meet(state, me, sender=me, receive=receive),)  # 20, 24
        if me.call.operation == "try_send":
            # Also while a recv is inside and has not begun to wait: "blocked at that moment" (24). And
            # while other senders wait: room is not the question, there is none.
            return (decide(state, me, Full(value)),)
        if me.phase == "called":
            # To wait is a step, since the order of these steps is the order of pairing (14), not the
            # order of the calls: send(a) is called, send(b) is called and waits, then send(a) waits;
            # b is received first, as neither call returned before the other started (11).
            waits = advance("wait", state, me, "waiting")
            return (replace(waits, state=replace(waits.state, queue=(*state.queue, me.call.caller))),)
        if me.call.operation == "send_timeout":
            # `decide` takes it out of the queue: the message is withdrawn. Left there, it would be
            # received later although its sender was told Timeout and has it back (26).
            return (decide(state, me, Timeout(value), action="time_out"),)
        return ()  # blocked until met (20), disconnected (21) or dropped (86)

    def receive(self, state: State, me: Pending) -> tuple[Transition, ...]:
        """A message from the sender that has waited longest (contract 14), else wait for one.

        A sender that waits is alive, so unlike with a buffer there is nothing to drain (30).
        """
        if state.queue:
            sender = state.of(state.queue[0])
            assert sender is not None
            return (self.meet(state, me, sender=sender, receive=me),)  # 14, 33, 35
        if not state.senders:
            return (decide(state, me, Disconnected()),)  # 31, 32, 36, 41
        if me.call.operation == "try_recv":
            return (decide(state, me, Empty()),)  # 32; it never waits: 25
        if me.phase == "inside":
            # To wait is a step: from here on try_send is Ok (24), and before it, Full.
            return (advance("wait", state, me, "waiting"),)
        if me.call.operation == "recv_timeout":
            # While it waits no sender does, so there is no message that it could miss (35). A zero
            # timeout waits too, for no time: a try_send at just that instant meets it.
            return (decide(state, me, Timeout(), action="time_out"),)  # 34, 36
        return ()  # 29: blocked while a sender lives

    def meet(self, state: State, me: Pending, *, sender: Pending, receive: Pending) -> Transition:
        """The message changes hands and both calls are decided, in one step made by the later one."""
        given: tuple[Pending, Ok] = (receive, Ok(sender.call.value))
        sent: tuple[Pending, Ok] = (sender, Ok())
        mine, theirs = (sent, given) if me is sender else (given, sent)
        return decide(state, me, mine[1], partner=theirs, action="pair")

    def waiting_receive(self, state: State) -> Pending | None:
        """The recv or recv_timeout that waits: at most one, as one at most is inside (contract 87)."""
        receives = (p for p in state.pending if p.call.operation in RECEIVES)
        return next((p for p in receives if p.phase == "waiting"), None)
