"""What is proved: statements about every state that the channel can get into, or about every step.

Together they are an inductive invariant: each holds in the beginning, and each step from a state in which *all* hold
leads to one in which it holds. (What *follows* is not needed for that: it is true wherever all others are.) Those that
ChannelProperties.tla has carry its name. The *lemmas* are what the others need: how the variables belong together.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from ._channel import Channel, State
from ._terms import CALLER, HANDLE, Map, Term


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """Something that is true of every state (`holds`, or `follows` from the others), or of every step."""

    name: str
    says: str
    holds: Callable[[Channel, State], Term] | None = None
    follows: Callable[[Channel, State], Term] | None = None
    step: Callable[[Channel, State, State], Term] | None = None
    lemma: bool = False


def _bound(m: Channel, s: State) -> Term:
    waiting = s.tail - s.head
    return m.terms.both(waiting >= 0, True if m.kind == "unbounded" else waiting <= m.capacity)


def _nothing_invented(m: Channel, s: State) -> Term:
    t = m.terms

    def called(at: Term) -> Term:
        message = s.got(at)
        turn = t.turn(message)
        return t.both(t.is_message(message), turn >= 1, turn <= s.made(t.author(message)))

    return t.every_number(lambda at: t.implies(_within(m, 0, at, s.gets), called(at)))


def _no_duplicate(m: Channel, s: State) -> Term:
    return _pairs(m, s.gets, lambda i, j: s.got(i) != s.got(j))


def _per_sender_fifo(m: Channel, s: State) -> Term:
    return _in_order_of_each(m, s.gets, s.got)


def _fifo(m: Channel, s: State) -> Term:
    t = m.terms
    prefix = t.every_number(lambda at: t.implies(_within(m, 0, at, s.gets), s.got(at) == s.sent(at)))
    return t.both(s.gets <= s.sends, prefix)


def _no_loss(m: Channel, s: State) -> Term:
    t = m.terms

    def somewhere(at: Term) -> Term:
        message = s.sent(at)
        return t.either(
            t.both(at < s.gets, s.got(at) == message),
            t.both(_within(m, s.head, at, s.tail), s.buffer(at) == message),
            t.both(_within(m, s.lost_from, at, s.lost_to), s.destroyed(at) == message),
        )

    return t.every_number(lambda at: t.implies(_within(m, 0, at, s.sends), somewhere(at)))


def _drained(m: Channel, s: State) -> Term:
    return m.terms.implies(s.ended, s.gets == s.sends)


def _end_means_no_sender(m: Channel, s: State) -> Term:
    return m.terms.implies(s.ended, m.no_sender(s))


def _refused_means_no_receiver(m: Channel, s: State) -> Term:
    return m.terms.implies(s.refused, m.terms.no(s.receiver))


def _receiver_drop_empties(m: Channel, s: State) -> Term:
    return m.terms.implies(m.terms.no(s.receiver), m.no_message(s))


def _error_carries_value(m: Channel, s: State) -> Term:
    t = m.terms

    def carried(c: Term) -> Term:
        failed = t.both(m.is_send(s, c), s.phase(c) == t.phase("decided"), s.kind(c) != t.kind("Ok"))
        return t.implies(failed, s.answer(c) == s.value(c))

    return t.every(CALLER, carried)


def _withdrawn(m: Channel, s: State) -> Term:
    t = m.terms
    return t.both(
        t.every_number(lambda at: t.implies(_within(m, 0, at, s.sends), t.no(s.back(s.sent(at))))),
        t.every_number(lambda at: t.implies(_within(m, 0, at, s.gets), t.no(s.back(s.got(at))))),
        t.every_number(lambda at: t.implies(_within(m, s.head, at, s.tail), t.no(s.back(s.buffer(at))))),
        t.every(CALLER, lambda c: t.implies(s.queued(c), m.undecided(s, c))),
    )


def _one_inside(m: Channel, s: State) -> Term:
    t = m.terms
    return t.every(
        CALLER,
        lambda c: t.every(CALLER, lambda d: t.implies(t.both(m.inside(s, c), m.inside(s, d)), c == d)),
    )


def _nobody_passes_by(m: Channel, s: State) -> Term:
    t = m.terms
    return t.either(m.nobody_queued(s), t.every(CALLER, lambda c: t.no(m.waiting_receive(s, c))))


def _clones_from_the_living(m: Channel, s: State, after: State) -> Term:
    """A sender that lives, and did not before, was cloned in this step: from a sender that lived."""
    t = m.terms

    def cloned(h: Term, c: Term) -> Term:
        clones = t.both(m.undecided(s, c), s.operation(c) == t.operation("clone"), s.value(c) == t.name(h))
        return t.both(clones, s.senders(s.handle(c)), after.phase(c) == t.phase("decided"))

    return t.every(
        HANDLE,
        lambda h: t.implies(t.both(after.senders(h), t.no(s.senders(h))), t.some(CALLER, lambda c: cloned(h, c))),
    )


def _no_way_back(m: Channel, s: State, after: State) -> Term:
    t = m.terms
    return t.both(t.implies(m.no_sender(s), m.no_sender(after)), t.implies(after.receiver, s.receiver))


def _in_turn(m: Channel, s: State, after: State) -> Term:
    """Of the sends in the queue, none is answered Ok while one is left that came before it."""
    t = m.terms

    def overtakes(c: Term, d: Term) -> Term:
        met = t.both(
            s.queued(c), m.undecided(s, c), after.phase(c) == t.phase("decided"), after.kind(c) == t.kind("Ok")
        )
        return t.both(met, after.queued(d), s.queued(d), s.arrival(d) < s.arrival(c))

    return t.every(CALLER, lambda c: t.every(CALLER, lambda d: t.no(overtakes(c, d))))


def _stands_still(m: Channel, s: State) -> Term:
    """Who has no step has to wait: for room, for a message, or for the other side."""
    t = m.terms
    parts = [part for part in m.parts() if part.action != "start"]
    # A sequence that is not empty has a Head: the one thing about the queue that "who is in it" does not say.
    head = t.implies(t.no(m.nobody_queued(s)), t.some(CALLER, lambda d: m.first(s, d)))

    def moves(c: Term) -> Term:
        alone = [part.step(s, c).guard for part in parts if not part.more]
        met = [
            t.some(CALLER, lambda d, part=part: part.step(s, c, d).guard)  # type: ignore[misc]
            for part in parts
            if part.more
        ]
        return t.either(*alone, *met)

    return t.implies(head, t.every(CALLER, lambda c: t.either(moves(c), m.may_stand_still(s, c))))


# Lemmas: how the variables belong together.


def _numbers(m: Channel, s: State) -> Term:
    t = m.terms
    ends = t.both(s.head >= 0, s.head <= s.tail, s.gets >= 0, s.gets <= s.sends, s.arrivals >= 0)
    lost = t.both(s.lost_from >= 0, s.lost_from <= s.lost_to)
    if m.kind == "rendezvous":
        return t.both(ends, lost, s.tail == 0, s.gets == s.sends, s.lost_to == 0)
    alive = t.both(s.head == s.gets, s.lost_to == 0)
    return t.both(
        ends,
        lost,
        s.tail == s.sends,
        True if m.kind == "unbounded" else m.capacity >= 1,
        t.choose(s.receiver, alive, t.both(s.head == s.tail, s.lost_from == s.gets, s.lost_to == s.sends)),
    )


def _numbered(m: Channel, s: State) -> Term:
    t = m.terms
    return t.both(
        t.every_number(lambda at: t.implies(_within(m, s.head, at, s.tail), s.buffer(at) == s.sent(at))),
        t.every_number(lambda at: t.implies(_within(m, s.lost_from, at, s.lost_to), s.destroyed(at) == s.sent(at))),
    )


def _calls(m: Channel, s: State) -> Term:
    """Each call is one that a program can make, in a phase that it can have."""
    t = m.terms

    def sound(c: Term) -> Term:
        operation, phase = s.operation(c), s.phase(c)
        idle, waiting = phase == t.phase("idle"), phase == t.phase("waiting")
        send, receive, clone = m.is_send(s, c), m.is_receive(s, c), operation == t.operation("clone")
        drop = operation == t.operation("drop")
        timeless = t.either(operation == t.operation("try_send"), operation == t.operation("try_recv"))
        return t.both(
            s.made(c) >= t.choose(idle, 0, 1),
            idle == (operation == t.operation("none")),
            (phase == t.phase("decided")) == (s.kind(c) != t.kind("none")),
            t.implies(receive, s.handle(c) == t.rx),
            t.implies(t.either(send, clone), s.handle(c) != t.rx),
            t.implies(send, s.value(c) == t.message(c, s.made(c))),
            t.implies(t.no(t.either(send, clone)), s.value(c) == t.nothing),
            t.implies(s.kind(c) == t.kind("none"), s.answer(c) == t.nothing),
            t.implies(t.both(receive, s.kind(c) != t.kind("Ok")), s.answer(c) == t.nothing),
            t.implies(t.both(receive, s.kind(c) == t.kind("Ok")), t.is_message(s.answer(c))),
            t.implies(t.both(t.either(send, drop), s.kind(c) == t.kind("Ok")), s.answer(c) == t.nothing),
            t.implies(drop, t.either(s.kind(c) == t.kind("none"), s.kind(c) == t.kind("Ok"))),
            t.implies(clone, t.both(s.value(c) == t.name(t.named(s.value(c))), t.named(s.value(c)) != t.rx)),
            t.implies(phase == t.phase("inside"), receive),
            t.implies(waiting, t.both(t.either(send, receive), t.no(timeless), m.kind == "rendezvous")),
        )

    return t.both(t.every(CALLER, sound), t.no(s.senders(t.rx)))


def _queue(m: Channel, s: State) -> Term:
    """Who is in the queue is a send that waits, and no two arrived at once."""
    t = m.terms
    if m.kind != "rendezvous":
        return m.nobody_queued(s)

    def sound(c: Term) -> Term:
        waits = t.both(m.is_send(s, c), s.phase(c) == t.phase("waiting"))
        return t.implies(s.queued(c), t.both(waits, s.arrival(c) < s.arrivals))

    def told_apart(c: Term, d: Term) -> Term:
        return t.implies(t.both(s.queued(c), s.queued(d), s.arrival(c) == s.arrival(d)), c == d)

    return t.both(t.every(CALLER, sound), t.every(CALLER, lambda c: t.every(CALLER, lambda d: told_apart(c, d))))


def _sent_once(m: Channel, s: State) -> Term:
    """What was sent is the message of a call that was made, and of none that is still undecided."""
    t = m.terms

    def old(at: Term) -> Term:
        message = s.sent(at)
        author, turn = t.author(message), t.turn(message)
        return t.both(t.is_message(message), _is_old(m, s, author, turn))

    return t.every_number(lambda at: t.implies(_within(m, 0, at, s.sends), old(at)))


def _sent_in_order(m: Channel, s: State) -> Term:
    return _in_order_of_each(m, s.sends, s.sent)


def _back_once(m: Channel, s: State) -> Term:
    t = m.terms
    return t.every(
        CALLER,
        lambda c: t.every_number(lambda n: t.implies(s.back(t.message(c, n)), _is_old(m, s, c, n))),
    )


def _is_old(m: Channel, s: State, author: Term, turn: Term) -> Term:
    t = m.terms
    pending = t.both(m.undecided(s, author), m.is_send(s, author))
    return t.both(turn >= 1, turn <= s.made(author), t.implies(pending, turn < s.made(author)))


def _within(m: Channel, low: Term, at: Term, high: Term) -> Term:
    return m.terms.both(low <= at, at < high)


def _in_order_of_each(m: Channel, end: Term, message: Map) -> Term:
    """Of two messages of one sender the one that it sent first comes first."""
    t = m.terms
    return _pairs(
        m,
        end,
        lambda i, j: t.implies(t.author(message(i)) == t.author(message(j)), t.turn(message(i)) < t.turn(message(j))),
    )


def _pairs(m: Channel, end: Term, says: Callable[[Term, Term], Term]) -> Term:
    t = m.terms
    return t.every_number(
        lambda i: t.every_number(lambda j: t.implies(t.both(_within(m, 0, i, j), j < end), says(i, j)))
    )


STATEMENTS: Final = (
    Statement(name="Bound", says="no more messages wait than fit", holds=_bound),
    Statement(name="NothingInvented", says="what arrived was sent", holds=_nothing_invented),
    Statement(name="NoDuplicate", says="a message arrives once at most", holds=_no_duplicate),
    Statement(name="NoLoss", says="what was sent arrived, or waits, or went with the receiver", holds=_no_loss),
    Statement(name="PerSenderFifo", says="messages of one sender arrive in its order", holds=_per_sender_fifo),
    Statement(name="Fifo", says="what arrived is a prefix of what was sent", holds=_fifo),
    Statement(name="DrainBeforeDisconnected", says="the end comes after the last message", holds=_drained),
    Statement(name="EndMeansNoSender", says="the end comes after the last sender", holds=_end_means_no_sender),
    Statement(
        name="RefusedMeansNoReceiver",
        says="a send is told Disconnected after the receiver's drop only",
        holds=_refused_means_no_receiver,
    ),
    Statement(name="ReceiverDropEmpties", says="no message outlives the receiver", holds=_receiver_drop_empties),
    Statement(name="ErrorCarriesValue", says="an error of a send has its message", holds=_error_carries_value),
    Statement(name="Withdrawn", says="what was handed back never arrives", holds=_withdrawn),
    Statement(name="OneInside", says="one receive at a time", holds=_one_inside),
    Statement(name="NobodyPassesBy", says="no send waits beside a receive that waits", holds=_nobody_passes_by),
    Statement(name="ClonesFromTheLiving", says="senders are cloned from living ones", step=_clones_from_the_living),
    Statement(name="NoWayBack", says="who is gone stays gone: the last sender, the receiver", step=_no_way_back),
    Statement(name="InTurn", says="sends that wait are met in the order of arrival", step=_in_turn),
    Statement(
        name="OnlyTheRightOnesStandStill",
        says="who waits has to: no room, no message, or nobody on the other side",
        follows=_stands_still,
    ),
    Statement(name="Numbers", says="how the ends of the sequences belong together", holds=_numbers, lemma=True),
    Statement(name="Numbered", says="buffer and history number a message alike", holds=_numbered, lemma=True),
    Statement(name="Calls", says="calls and phases go together", holds=_calls, lemma=True),
    Statement(name="Queue", says="the queue is of sends that wait", holds=_queue, lemma=True),
    Statement(name="SentOnce", says="a call's message is sent once", holds=_sent_once, lemma=True),
    Statement(name="SentInOrder", says="a sender's messages are sent in its order", holds=_sent_in_order, lemma=True),
    Statement(name="BackOnce", says="what was handed back is of no call to come", holds=_back_once, lemma=True),
)
