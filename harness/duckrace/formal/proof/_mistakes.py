"""Channels that are wrong in one thing each: what the proof has to fail for.

As the mistakes of the model (`formal._mistakes`), each reads as a slip of the pen, here in `_channel`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from ._channel import Channel, Part, State, Step
from ._terms import CALLER, Term


class _OneMoreFits(Channel):
    def has_room(self, s: State) -> Term:
        return s.tail - s.head <= self.capacity


class _NewestFirst(Channel):
    def receive(self, s: State, c: Term) -> Step:
        guard = Channel.receive(self, s, c).guard
        return Step(guard, self.decide(replace(s, tail=s.tail - 1), c, "Ok", s.buffer(s.tail - 1)))


class _Ghost(Channel):
    def receive(self, s: State, c: Term) -> Step:
        ghost = self.terms.message(c, s.made(c) + 1)
        return Step(Channel.receive(self, s, c).guard, self.decide(replace(s, head=s.head + 1), c, "Ok", ghost))


class _OldestLost(Channel):
    def send(self, s: State, c: Term) -> Step:
        full = self.terms.no(self.has_room(s))
        room = replace(s, head=self.terms.choose(full, s.head + 1, s.head))
        guard, after = Channel.send(self, room, c)
        return Step(guard, after)


class _EndBeforeDrained(Channel):
    def receive_end(self, s: State, c: Term) -> Step:
        guard = self.terms.both(self.inside(s, c), s.receiver, self.no_sender(s))
        return Step(guard, self.decide(s, c, "Disconnected", self.terms.nothing))


class _EndBesideASender(Channel):
    def receive_end(self, s: State, c: Term) -> Step:
        guard = self.terms.both(self.inside(s, c), s.receiver, self.no_message(s))
        return Step(guard, self.decide(s, c, "Disconnected", self.terms.nothing))


class _RefusedBesideTheReceiver(Channel):
    def send_refused(self, s: State, c: Term) -> Step:
        guard = self.terms.both(self.undecided(s, c), self.is_send(s, c), self.alive(s, s.handle(c)))
        return Step(guard, self.decide(s, c, "Disconnected", s.value(c)))


class _MessagesOutliveTheReceiver(Channel):
    def _emptied(self, s: State) -> dict[str, Term]:
        return {}


class _CloneFromTheDead(Channel):
    def clone(self, s: State, c: Term) -> Step:
        guard = self.terms.both(self.undecided(s, c), s.operation(c) == self.terms.operation("clone"))
        return Step(guard, Channel.clone(self, s, c).after)


class _ValueLost(Channel):
    def send_refused(self, s: State, c: Term) -> Step:
        return Step(Channel.send_refused(self, s, c).guard, self.decide(s, c, "Disconnected", self.terms.nothing))


class _TwoInside(Channel):
    def enter(self, s: State, c: Term) -> Step:
        t = self.terms
        guard = t.both(self.is_receive(s, c), s.phase(c) == t.phase("called"), s.receiver)
        return Step(guard, Channel.enter(self, s, c).after)


class _NotWithdrawn(Channel):
    def time_out_send(self, s: State, c: Term) -> Step:
        guard, after = Channel.time_out_send(self, s, c)
        return Step(guard, replace(after, queued=s.queued))


class _NewestSenderFirst(Channel):
    def first(self, s: State, c: Term) -> Term:
        t = self.terms
        return t.both(s.queued(c), t.every(CALLER, lambda d: t.implies(s.queued(d), s.arrival(d) <= s.arrival(c))))


class _PassesBy(Channel):
    def wait_receive(self, s: State, c: Term) -> Step:
        t = self.terms
        operation = t.either(*(s.operation(c) == t.operation(name) for name in ("recv", "recv_timeout")))
        guard = t.both(operation, s.phase(c) == t.phase("inside"), s.receiver, t.no(self.no_sender(s)))
        return Step(guard, Channel.wait_receive(self, s, c).after)


class _NobodySaysEmpty(Channel):
    def parts(self) -> tuple[Part, ...]:
        return tuple(part for part in Channel.parts(self) if part.name != "Receive, no message")


MISTAKES: Final[dict[str, type[Channel]]] = {
    "one more fits": _OneMoreFits,
    "the newest first": _NewestFirst,
    "a ghost arrives": _Ghost,
    "the oldest makes room": _OldestLost,
    "the end before it is drained": _EndBeforeDrained,
    "the end beside a sender": _EndBesideASender,
    "refused beside the receiver": _RefusedBesideTheReceiver,
    "messages outlive the receiver": _MessagesOutliveTheReceiver,
    "a clone of the dead": _CloneFromTheDead,
    "the value is lost": _ValueLost,
    "two are inside": _TwoInside,
    "not withdrawn": _NotWithdrawn,
    "the newest sender first": _NewestSenderFirst,
    "a receive passes by": _PassesBy,
    "nobody says Empty": _NobodySaysEmpty,
}
