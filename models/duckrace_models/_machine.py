"""What all channel models share: a machine that makes calls, runs them, and drops and clones handles.

Principles. A model says what *may* happen next and never chooses: nondeterminism is several
transitions. A call takes effect in exactly one step, found in the `decided` of that transition. What
no call could observe is no step and is not in the state.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

from ._values import (
    BLOCKS,
    RECEIVER,
    RECEIVES,
    SENDS,
    Action,
    Blocks,
    Call,
    Caller,
    ConcurrentReceive,
    Dropped,
    Handle,
    Ok,
    Operation,
    Pending,
    Phase,
    Response,
    Settled,
    State,
    Transition,
    Value,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine(ABC):
    """A channel model. A subclass says what a send and a receive do, everything else is here."""

    operations: ClassVar[frozenset[Operation]]
    """What the handles of this channel can do; `start` refuses the rest."""
    capacity: int | None
    """None is unbounded, 0 is rendezvous."""

    @abstractmethod
    def send(self, state: State, me: Pending) -> tuple[Transition, ...]:
        """The steps of an undecided send, try_send or send_timeout on a living handle."""

    @abstractmethod
    def receive(self, state: State, me: Pending) -> tuple[Transition, ...]:
        """The steps of an undecided receive that is inside a living receiver."""

    def initial(self, senders: Iterable[Handle] = ("tx",)) -> State:
        """A new channel with these sender handles and the receiver."""
        handles = frozenset(senders)
        if RECEIVER in handles:
            raise ValueError(f"{RECEIVER!r} names the receiver; choose another sender handle")
        return State(senders=handles)

    def start(self, state: State, call: Call) -> State:
        """The call is made. Nothing in the channel changes yet, whatever the call.

        Raises ValueError for what no program can do: an operation that the handle does not have, a
        second call of a caller that is in one, a clone to a handle that is in use.
        """
        if call.operation not in self.operations:
            raise ValueError(f"{type(self).__name__} has no {call.operation}")
        on_receiver = call.operation in RECEIVES
        if call.operation != "drop" and on_receiver != (call.handle == RECEIVER):
            raise ValueError(f"handle {call.handle!r} has no {call.operation}")
        if state.of(call.caller) is not None:
            raise ValueError(f"caller {call.caller!r} is in a call, and can be in one only")
        if call.operation == "clone":
            in_use = {*state.senders, RECEIVER}
            for other in state.pending:
                in_use |= {other.call.handle, _new_handle(other.call)}
            if _new_handle(call) in in_use:
                raise ValueError(f"handle {call.value!r} is in use; name the clone otherwise")
        pending = sorted((*state.pending, Pending(call=call)), key=_by_caller)
        return replace(state, pending=tuple(pending))

    def enabled(self, state: State) -> tuple[Transition, ...]:
        """Every step that may come next, by caller. Several are nondeterminism; any may be taken."""
        return tuple(step for pending in state.pending for step in self._steps(state, pending))

    def cancel(self, state: State, caller: Caller) -> State:
        """The call ends by an interrupt and had no effect (contract 88).

        Raises ValueError if the call is decided (its message would be lost, or be a ghost: such a
        call can only return), or if there is no such call.
        """
        me = state.of(caller)
        if me is None or me.phase == "decided":
            why = "is in no call" if me is None else "is in a decided call, which can only return"
            raise ValueError(f"caller {caller!r} {why}")
        return _without(state, caller)

    def blocked(self, state: State) -> tuple[Caller, ...]:
        """The callers that cannot go on unless somebody else acts. Timed calls are never blocked."""
        return tuple(p.call.caller for p in state.pending if not self._steps(state, p))

    def apply(self, state: State, call: Call) -> tuple[Response | Blocks, State]:
        """Make the call and run it as far as it goes with nobody else in between.

        BLOCKS means that it is suspended in the state returned. A timed call never blocks: nobody
        comes to its help, so it times out (use `start` to have others act first). Raises ValueError
        like `start`, and if the response is not determined because a decided receive has not
        returned (`settle` lets it).
        """
        state = self.start(state, call)
        while True:
            me = state.of(call.caller)
            assert me is not None
            steps = self._steps(state, me)
            if not steps:
                return BLOCKS, state
            step, *others = steps
            if others:
                raise ValueError(f"{call} races with a call that is decided; settle the state first")
            state = step.state
            if step.response is not None:
                return step.response, state

    def settle(self, state: State) -> tuple[Settled, ...]:
        """Every way in which the pending calls can run until all that are left are blocked.

        No call is made and none times out. Several ways are nondeterminism (contract 13, 87).
        """
        found: dict[Settled, None] = {}
        seen: set[Settled] = set()
        todo = [Settled(responses=(), state=state)]
        while todo:
            here = todo.pop()
            if here in seen:
                continue
            seen.add(here)
            steps = [s for s in self.enabled(here.state) if s.action != "time_out"]
            if not steps:
                found[here] = None
            for step in reversed(steps):
                responses = here.responses
                if step.response is not None:
                    returned = (*responses, (step.caller, step.response))
                    responses = tuple(sorted(returned, key=lambda r: _order(r[0])))
                todo.append(Settled(responses=responses, state=step.state))
        return tuple(found)

    # The steps that all channels share.

    def _steps(self, state: State, me: Pending) -> tuple[Transition, ...]:
        call = me.call
        if me.phase == "decided":
            gone = _without(state, call.caller)
            return (Transition(action="return", caller=call.caller, response=me.response, state=gone),)
        if call.operation == "drop":
            return (self.drop(state, me),)
        if not state.alive(call.handle):
            # Before anything else, so that contract 85 (any other use of a dropped handle) has no
            # exception: send after rx and tx were dropped is Dropped, not Disconnected, and recv
            # after rx was dropped under a blocked recv is Dropped, not ConcurrentReceive.
            return (decide(state, me, _dropped(call)),)
        if call.operation == "clone":
            state = replace(state, senders=state.senders | {_new_handle(call)})
            return (decide(state, me, Ok(call.value)),)
        if call.operation in SENDS:
            return self.send(state, me)
        return self.enter(state, me) if me.phase == "called" else self.receive(state, me)

    def enter(self, state: State, me: Pending) -> tuple[Transition, ...]:
        """A receive occupies the receiver, or is refused because another one does (contract 87).

        A step of its own, even for try_recv, because a guard around the receiver is one: A is inside
        and has not looked; B is refused and returns; only then send(1) is called; A receives 1. No
        single instant for A explains both B and A.
        """
        others = [p for p in state.pending if p.call.operation in RECEIVES and p is not me]
        refused = decide(state, me, ConcurrentReceive())
        if any(p.phase in ("inside", "waiting") for p in others):
            return (refused,)
        inside = advance("enter", state, me, "inside")
        # A receive that is decided has left the receiver, or has not: between its effect and its
        # return there is an instant at which it leaves, and nobody saw it.
        if any(p.phase == "decided" and p.response != ConcurrentReceive() for p in others):
            return (inside, refused)
        return (inside,)

    def drop(self, state: State, me: Pending) -> Transition:
        """A handle goes, once (contract 85), and every undecided call on it is Dropped (86).

        The drop decides those calls, not they themselves when they wake. Otherwise: capacity 1, full;
        send(b) is blocked on t, t is dropped, a message is received, and only now the sender wakes,
        finds room, and b is sent by a handle that has been gone for long.
        """
        handle = me.call.handle
        responses: dict[Caller, Response] = {me.call.caller: Ok()}
        for other in state.pending:
            call = other.call
            if call.handle == handle and call.operation != "drop" and other.phase != "decided":
                responses[call.caller] = _dropped(call)
        state = _decided(state, responses)
        discarded: tuple[Value, ...] = ()
        if handle == RECEIVER:
            # Buffered messages are destroyed at once, senders or not (50). Waiting senders are not
            # decided here: each wakes for itself, to Disconnected (21), or to Dropped if its own
            # handle goes first. With the receiver gone nobody can see in which order they came.
            discarded = state.buffer
            state = replace(state, receiver=False, buffer=(), queue=())
        else:
            # The last drop leaves the buffer alone (51), and disconnects by `senders` being empty (47).
            state = replace(state, senders=state.senders - {handle})
        return Transition(
            action="effect",
            caller=me.call.caller,
            decided=tuple(responses.items()),
            discarded=discarded,
            state=state,
        )


def decide(
    state: State,
    me: Pending,
    response: Response,
    *,
    partner: tuple[Pending, Response] | None = None,
    action: Action = "effect",
) -> Transition:
    """The step that settles a call, and its partner in a rendezvous, in the state given."""
    responses = {me.call.caller: response}
    if partner is not None:
        responses[partner[0].call.caller] = partner[1]
    state = _decided(state, responses)
    decided = tuple(responses.items())
    return Transition(action=action, caller=me.call.caller, decided=decided, state=state)


def advance(action: Action, state: State, me: Pending, phase: Phase) -> Transition:
    """The step of a call from one phase to the next, which decides nothing."""
    pending = tuple(replace(p, phase=phase) if p is me else p for p in state.pending)
    state = replace(state, pending=pending)
    return Transition(action=action, caller=me.call.caller, state=state)


def _decided(state: State, responses: Mapping[Caller, Response]) -> State:
    """The calls of these callers are decided, and wait in the queue no longer."""
    pending = tuple(
        replace(p, phase="decided", response=responses[p.call.caller]) if p.call.caller in responses else p
        for p in state.pending
    )
    queue = tuple(c for c in state.queue if c not in responses)
    return replace(state, pending=pending, queue=queue)


def _without(state: State, caller: Caller) -> State:
    return replace(
        state,
        pending=tuple(p for p in state.pending if p.call.caller != caller),
        queue=tuple(c for c in state.queue if c != caller),
    )


def _dropped(call: Call) -> Dropped:
    return Dropped(call.value if call.operation in SENDS else None)


def _new_handle(call: Call) -> Handle:
    if call.operation != "clone":
        return call.handle
    if not isinstance(call.value, int | str):
        raise ValueError(f"a clone needs a new handle, an int or a str, not {call.value!r}")
    return call.value


def _order(caller: Caller) -> tuple[str, Caller]:
    return type(caller).__name__, caller


def _by_caller(pending: Pending) -> tuple[str, Caller]:
    return _order(pending.call.caller)
