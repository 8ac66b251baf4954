"""Channel.tla once more, for z3: the same variables, the same actions, the same names, for any number of callers.

The observer of ChannelProperties.tla stands beside it, as there. Three things are written otherwise than in TLA+:

* A sequence is a function on numbers and its two ends: ``buffer[head], ..., buffer[tail - 1]``. Tail(buffer) moves
  `head`, Append(buffer, v) writes at `tail`.
* The queue is who is in it, and when each arrived: Head(queue) is the one who arrived first.
* There is no Menu: a caller may make any call that a program can make. The message of its n-th call is its n-th one.

An action is split where its effect is (the disjuncts of ``effect``, ``wait``, ``pair``, ``time_out``). All that is
not determined by the state is a parameter of the step, so a step is a guard and a function from state to state.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from ._terms import CALLER, HANDLE, OPERATION, Map, Term, Terms

SENDS: Final = ("send", "try_send", "send_timeout")
RECEIVES: Final = ("recv", "try_recv", "recv_timeout")


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """The variables of Channel.tla, and what the observer wrote down."""

    buffer: Map
    head: Term
    tail: Term
    senders: Map
    receiver: Term
    queued: Map
    arrival: Map
    arrivals: Term
    """How many arrived."""
    operation: Map
    handle: Map
    value: Map
    phase: Map
    kind: Map
    """Of the response."""
    answer: Map
    """The value of the response."""
    made: Map
    # history
    sent: Map
    sends: Term
    """Len(history.sent)."""
    got: Map
    gets: Term
    destroyed: Map
    lost_from: Term
    lost_to: Term
    """``destroyed[lost_from], ..., destroyed[lost_to - 1]``: numbered as in the buffer."""
    back: Map
    ended: Term
    refused: Term


class Step(NamedTuple):
    """A step that may be."""

    guard: Term
    after: State


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One disjunct of an action."""

    action: str
    """The action of Channel.tla."""
    name: str
    """Which disjunct; empty if there is one only."""
    step: Callable[..., Step]
    """Called with the state, the caller, and a term for each of `more`."""
    more: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.action}: {self.name}" if self.name else self.action


class Channel:
    """The transition system, in the words of `terms`."""

    def __init__(self, terms: Terms, kind: str, capacity: Term = None) -> None:
        """`kind`: unbounded, bounded or rendezvous. `capacity`: of a bounded channel, how many messages fit."""
        self.terms, self.kind, self.capacity = terms, kind, 0 if kind == "rendezvous" else capacity

    def parts(self) -> tuple[Part, ...]:
        """Next, taken apart."""
        rendezvous, bounded = self.kind == "rendezvous", self.kind != "unbounded"
        found = [
            Part(action="start", name="", step=self.start, more=(OPERATION, HANDLE, HANDLE)),
            Part(action="enter", name="", step=self.enter),
            Part(action="effect", name="Clone", step=self.clone),
            Part(action="effect", name="Drop, the receiver", step=self.drop_receiver),
            Part(action="effect", name="Drop, a sender", step=self.drop_sender),
            Part(action="effect", name="UseAfterDrop", step=self.use_after_drop),
            Part(action="effect", name="Send, no receiver", step=self.send_refused),
            Part(action="effect", name="Receive, no sender", step=self.receive_end),
            Part(action="effect", name="Receive, no message", step=self.receive_empty),
            Part(action="effect", name="Refuse", step=self.refuse),
            Part(action="time_out", name="a receive", step=self.time_out_receive),
            Part(action="return", name="", step=self.return_),
        ]
        if rendezvous:
            found += [
                Part(action="wait", name="a send", step=self.wait_send),
                Part(action="wait", name="a receive", step=self.wait_receive),
                Part(action="pair", name="by the send", step=self.pair_by_send, more=(CALLER,)),
                Part(action="pair", name="by the receive", step=self.pair_by_receive, more=(CALLER,)),
            ]
        else:
            found += [
                Part(action="effect", name="Send", step=self.send),
                Part(action="effect", name="Receive", step=self.receive),
            ]
        if bounded:  # without a bound there is always room
            found += [
                Part(action="effect", name="Send, no room", step=self.send_full),
                Part(action="time_out", name="a send", step=self.time_out_send),
            ]
        return tuple(found)

    def init(self, s: State) -> Term:
        """Init: any set of senders."""
        t = self.terms
        numbers = (s.head, s.tail, s.arrivals, s.sends, s.gets, s.lost_from, s.lost_to)
        return t.both(
            *(number == 0 for number in numbers),
            t.no(s.senders(t.rx)),
            s.receiver,
            t.no(s.ended),
            t.no(s.refused),
            t.every(CALLER, lambda c: t.both(self._idle(s, c), t.no(s.queued(c)), s.made(c) == 0)),
            t.every(CALLER, lambda c: t.every_number(lambda n: t.no(s.back(t.message(c, n))))),
        )

    # Looking at the state.

    def is_send(self, s: State, c: Term) -> Term:
        """Operation(c) is one of Sends."""
        return self._among(s.operation(c), SENDS)

    def is_receive(self, s: State, c: Term) -> Term:
        """Operation(c) is one of Receives."""
        return self._among(s.operation(c), RECEIVES)

    def undecided(self, s: State, c: Term) -> Term:
        """Undecided(c)."""
        return self.terms.either(*(s.phase(c) == self.terms.phase(name) for name in ("called", "inside", "waiting")))

    def alive(self, s: State, handle: Term) -> Term:
        """Alive(handle)."""
        return self.terms.choose(handle == self.terms.rx, s.receiver, s.senders(handle))

    def inside(self, s: State, c: Term) -> Term:
        """Whether c is in Inside."""
        t = self.terms
        return t.both(self.is_receive(s, c), t.either(self._in(s, c, "inside"), self._in(s, c, "waiting")))

    def waiting_receive(self, s: State, c: Term) -> Term:
        """Whether c is in WaitingReceives."""
        return self.terms.both(self.is_receive(s, c), self._in(s, c, "waiting"))

    def has_room(self, s: State) -> Term:
        """HasRoom."""
        return True if self.kind == "unbounded" else s.tail - s.head < self.capacity

    def no_message(self, s: State) -> Term:
        """Neither in the buffer nor in the queue."""
        return self.terms.both(s.head == s.tail, self.nobody_queued(s))

    def nobody_queued(self, s: State) -> Term:
        """queue = <<>>."""
        return self.terms.every(CALLER, lambda d: self.terms.no(s.queued(d)))

    def no_sender(self, s: State) -> Term:
        """senders = {}."""
        return self.terms.every(HANDLE, lambda h: self.terms.no(s.senders(h)))

    def may_stand_still(self, s: State, c: Term) -> Term:
        """MayStandStill(c)."""
        t = self.terms
        send, receive = s.operation(c) == t.operation("send"), s.operation(c) == t.operation("recv")
        if self.kind == "rendezvous":
            no_room, inside = t.both(self._in(s, c, "waiting"), self._nobody_waits(s)), "waiting"
        else:
            no_room, inside = t.no(self.has_room(s)), "inside"
        return t.either(
            self._in(s, c, "idle"),
            t.both(send, self.undecided(s, c), s.receiver, self.alive(s, s.handle(c)), no_room),
            t.both(receive, s.receiver, self._in(s, c, inside), self.no_message(s), t.no(self.no_sender(s))),
        )

    # The effects, one for each operation.

    def clone(self, s: State, c: Term) -> Step:
        """Clone(c)."""
        t = self.terms
        more = replace(s, senders=t.put(s.senders, t.named(s.value(c)), True))
        return Step(
            t.both(self._doing(s, c, "clone"), self.alive(s, s.handle(c))),
            self.decide(more, c, "Ok", s.value(c)),
        )

    def drop_receiver(self, s: State, c: Term) -> Step:
        """Drop(c) of "rx"."""
        t = self.terms
        gone = replace(
            self._dropped_with(s, c),
            **self._emptied(s),
            receiver=False,
            queued=lambda d: False,
            destroyed=lambda at: t.choose(s.receiver, s.buffer(at), s.destroyed(at)),
            lost_from=t.choose(s.receiver, s.head, s.lost_from),
            lost_to=t.choose(s.receiver, s.tail, s.lost_to),
        )
        return Step(t.both(self._doing(s, c, "drop"), s.handle(c) == t.rx), gone)

    def drop_sender(self, s: State, c: Term) -> Step:
        """Drop(c) of a sender."""
        t = self.terms
        gone = replace(self._dropped_with(s, c), senders=t.put(s.senders, s.handle(c), False))
        return Step(t.both(self._doing(s, c, "drop"), s.handle(c) != t.rx), gone)

    def use_after_drop(self, s: State, c: Term) -> Step:
        """UseAfterDrop(c)."""
        t = self.terms
        guard = t.both(self.undecided(s, c), s.operation(c) != t.operation("drop"), t.no(self.alive(s, s.handle(c))))
        return Step(guard, self.decide(s, c, "Dropped", self._value_of_send(s, c)))

    def send_refused(self, s: State, c: Term) -> Step:
        """Send(c): the receiver is gone."""
        return Step(
            self.terms.both(self._sending(s, c), self.terms.no(s.receiver)),
            self.decide(s, c, "Disconnected", s.value(c)),
        )

    def send(self, s: State, c: Term) -> Step:
        """Send(c): there is room."""
        t = self.terms
        appended = replace(s, buffer=t.put(s.buffer, s.tail, s.value(c)), tail=s.tail + 1)
        return Step(
            t.both(self._sending(s, c), s.receiver, self.has_room(s)),
            self.decide(appended, c, "Ok", t.nothing),
        )

    def send_full(self, s: State, c: Term) -> Step:
        """Send(c): a try_send finds no room."""
        t = self.terms
        no_room = self._nobody_waits(s) if self.kind == "rendezvous" else t.no(self.has_room(s))
        return Step(
            t.both(self._sending(s, c), s.receiver, s.operation(c) == t.operation("try_send"), no_room),
            self.decide(s, c, "Full", s.value(c)),
        )

    def receive(self, s: State, c: Term) -> Step:
        """Receive(c): there is a message."""
        t = self.terms
        return Step(
            t.both(self._receiving(s, c), s.head != s.tail),
            self.decide(replace(s, head=s.head + 1), c, "Ok", s.buffer(s.head)),
        )

    def receive_end(self, s: State, c: Term) -> Step:
        """Receive(c): no message, and no sender."""
        t = self.terms
        return Step(
            t.both(self._receiving(s, c), self.no_message(s), self.no_sender(s)),
            self.decide(s, c, "Disconnected", t.nothing),
        )

    def receive_empty(self, s: State, c: Term) -> Step:
        """Receive(c): a try_recv finds no message."""
        t = self.terms
        return Step(
            t.both(
                self._receiving(s, c),
                self.no_message(s),
                t.no(self.no_sender(s)),
                s.operation(c) == t.operation("try_recv"),
            ),
            self.decide(s, c, "Empty", t.nothing),
        )

    def refuse(self, s: State, c: Term) -> Step:
        """Refuse(c)."""
        t = self.terms

        def in_the_way(d: Term) -> Term:
            leaving = t.both(
                d != c, self.is_receive(s, d), self._in(s, d, "decided"), s.kind(d) != t.kind("ConcurrentReceive")
            )
            return t.either(self.inside(s, d), leaving)

        return Step(
            t.both(self.is_receive(s, c), self._in(s, c, "called"), s.receiver, t.some(CALLER, in_the_way)),
            self.decide(s, c, "ConcurrentReceive", t.nothing),
        )

    # The actions that are no effects of one operation.

    def start(self, s: State, c: Term, operation: Term, handle: Term, new: Term) -> Step:
        """start(c), with what a program can call: each operation on a handle that has it."""
        t = self.terms
        sends = self._among(operation, SENDS)
        clones = operation == t.operation("clone")
        turn = s.made(c) + 1
        message = t.choose(sends, t.message(c, turn), t.choose(clones, t.name(new), t.nothing))
        guard = t.both(
            self._in(s, c, "idle"),
            operation != t.operation("none"),
            t.implies(self._among(operation, RECEIVES), handle == t.rx),
            t.implies(t.either(sends, clones), handle != t.rx),
            new != t.rx,
        )
        after = replace(
            s,
            operation=t.put(s.operation, c, operation),
            handle=t.put(s.handle, c, handle),
            value=t.put(s.value, c, message),
            phase=t.put(s.phase, c, t.phase("called")),
            made=t.put(s.made, c, turn),
        )
        return Step(guard, after)

    def enter(self, s: State, c: Term) -> Step:
        """enter(c)."""
        t = self.terms
        nobody = t.every(CALLER, lambda d: t.no(self.inside(s, d)))
        return Step(
            t.both(self.is_receive(s, c), self._in(s, c, "called"), s.receiver, nobody),
            replace(s, phase=t.put(s.phase, c, t.phase("inside"))),
        )

    def wait_send(self, s: State, c: Term) -> Step:
        """wait(c) of a send."""
        t = self.terms
        guard = t.both(
            self.alive(s, s.handle(c)),
            self._among(s.operation(c), ("send", "send_timeout")),
            self._in(s, c, "called"),
            s.receiver,
            self._nobody_waits(s),
        )
        after = replace(
            s,
            phase=t.put(s.phase, c, t.phase("waiting")),
            queued=t.put(s.queued, c, True),
            arrival=t.put(s.arrival, c, s.arrivals),
            arrivals=s.arrivals + 1,
        )
        return Step(guard, after)

    def wait_receive(self, s: State, c: Term) -> Step:
        """wait(c) of a receive."""
        t = self.terms
        guard = t.both(
            self.alive(s, s.handle(c)),
            self._among(s.operation(c), ("recv", "recv_timeout")),
            self._in(s, c, "inside"),
            t.no(self.no_sender(s)),
            self.nobody_queued(s),
        )
        return Step(guard, replace(s, phase=t.put(s.phase, c, t.phase("waiting"))))

    def pair_by_send(self, s: State, c: Term, r: Term) -> Step:
        """pair(c) of a send, with the receive r that waits."""
        guard = self.terms.both(self._sending(s, c), s.receiver, self.waiting_receive(s, r))
        return Step(guard, self._meet(s, send=c, receive=r))

    def pair_by_receive(self, s: State, c: Term, first: Term) -> Step:
        """pair(c) of a receive, with the send that is the first of the queue."""
        guard = self.terms.both(self._receiving(s, c), self.first(s, first))
        return Step(guard, self._meet(s, send=first, receive=c))

    def first(self, s: State, c: Term) -> Term:
        """Whether c is Head(queue)."""
        t = self.terms
        return t.both(s.queued(c), t.every(CALLER, lambda d: t.implies(s.queued(d), s.arrival(c) <= s.arrival(d))))

    def time_out_send(self, s: State, c: Term) -> Step:
        """time_out(c) of a send."""
        t = self.terms
        waits = self._in(s, c, "waiting") if self.kind == "rendezvous" else t.no(self.has_room(s))
        return Step(
            t.both(self._sending(s, c), s.receiver, s.operation(c) == t.operation("send_timeout"), waits),
            self.decide(s, c, "Timeout", s.value(c)),
        )

    def time_out_receive(self, s: State, c: Term) -> Step:
        """time_out(c) of a receive."""
        t = self.terms
        guard = t.both(
            s.receiver,
            s.operation(c) == t.operation("recv_timeout"),
            self._in(s, c, "waiting" if self.kind == "rendezvous" else "inside"),
            self.no_message(s),
            t.no(self.no_sender(s)),
        )
        return Step(guard, self.decide(s, c, "Timeout", t.nothing))

    def return_(self, s: State, c: Term) -> Step:
        """return(c)."""
        t = self.terms
        after = replace(
            s,
            operation=t.put(s.operation, c, t.operation("none")),
            handle=t.put(s.handle, c, t.rx),
            value=t.put(s.value, c, t.nothing),
            phase=t.put(s.phase, c, t.phase("idle")),
            kind=t.put(s.kind, c, t.kind("none")),
            answer=t.put(s.answer, c, t.nothing),
        )
        return Step(self._in(s, c, "decided"), after)

    # Changing the state.

    def decide(self, s: State, c: Term, kind: str, answer: Term) -> State:
        """Decide(Only(c, Response(kind, answer))), and what the observer writes about it."""
        t = self.terms
        after = replace(
            s,
            phase=t.put(s.phase, c, t.phase("decided")),
            kind=t.put(s.kind, c, t.kind(kind)),
            answer=t.put(s.answer, c, answer),
            queued=t.put(s.queued, c, False),
        )
        send, receive = self.is_send(s, c), self.is_receive(s, c)
        if kind == "Ok":
            return replace(
                after,
                sent=lambda at: t.choose(t.both(send, at == s.sends), s.value(c), s.sent(at)),
                sends=t.choose(send, s.sends + 1, s.sends),
                got=lambda at: t.choose(t.both(receive, at == s.gets), answer, s.got(at)),
                gets=t.choose(receive, s.gets + 1, s.gets),
            )
        after = replace(after, back=lambda value: t.either(s.back(value), t.both(send, value == answer)))
        if kind == "Disconnected":
            after = replace(after, ended=t.either(s.ended, receive), refused=t.either(s.refused, send))
        return after

    def _meet(self, s: State, *, send: Term, receive: Term) -> State:
        return self.decide(self.decide(s, send, "Ok", self.terms.nothing), receive, "Ok", s.value(send))

    def _dropped_with(self, s: State, c: Term) -> State:
        """The drop is Ok, and every other undecided call on the handle but drops is Dropped."""
        t = self.terms

        def other(d: Term) -> Term:
            same = t.both(s.handle(d) == s.handle(c), s.operation(d) != t.operation("drop"))
            return t.both(d != c, self.undecided(s, d), same)

        def back(value: Term) -> Term:
            return t.some(CALLER, lambda d: t.both(other(d), self.is_send(s, d), value == s.value(d)))

        others = replace(
            s,
            phase=lambda d: t.choose(other(d), t.phase("decided"), s.phase(d)),
            kind=lambda d: t.choose(other(d), t.kind("Dropped"), s.kind(d)),
            answer=lambda d: t.choose(other(d), self._value_of_send(s, d), s.answer(d)),
            queued=lambda d: t.both(s.queued(d), t.no(other(d))),
            back=lambda value: t.either(s.back(value), back(value)),
        )
        return self.decide(others, c, "Ok", t.nothing)

    def _emptied(self, s: State) -> dict[str, Term]:
        return {"head": s.tail}

    def _value_of_send(self, s: State, c: Term) -> Term:
        return self.terms.choose(self.is_send(s, c), s.value(c), self.terms.nothing)

    # Guards that several have.

    def _doing(self, s: State, c: Term, operation: str) -> Term:
        return self.terms.both(self.undecided(s, c), s.operation(c) == self.terms.operation(operation))

    def _sending(self, s: State, c: Term) -> Term:
        return self.terms.both(self.undecided(s, c), self.is_send(s, c), self.alive(s, s.handle(c)))

    def _receiving(self, s: State, c: Term) -> Term:
        return self.terms.both(self.inside(s, c), s.receiver)

    def _nobody_waits(self, s: State) -> Term:
        return self.terms.every(CALLER, lambda d: self.terms.no(self.waiting_receive(s, d)))

    def _idle(self, s: State, c: Term) -> Term:
        t = self.terms
        return t.both(
            self._in(s, c, "idle"),
            s.operation(c) == t.operation("none"),
            s.value(c) == t.nothing,
            s.kind(c) == t.kind("none"),
            s.answer(c) == t.nothing,
        )

    def _in(self, s: State, c: Term, phase: str) -> Term:
        return s.phase(c) == self.terms.phase(phase)

    def _among(self, operation: Term, names: tuple[str, ...]) -> Term:
        return self.terms.either(*(operation == self.terms.operation(name) for name in names))
