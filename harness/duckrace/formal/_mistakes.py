"""Models that are wrong in one thing each: what the comparison with the spec has to reject.

A mistake is a function that makes a wrong model of a right one. Each changes one method, so that it reads as a slip of
the pen in `duckrace_models`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from duckrace_models import (
    RECEIVER,
    Bounded,
    Disconnected,
    Dropped,
    Machine,
    Ok,
    Pending,
    Rendezvous,
    State,
    Transition,
    Unbounded,
)
from duckrace_models._machine import advance, decide
from duckrace_models._values import SENDS


@dataclass(frozen=True, slots=True, kw_only=True)
class _OneMoreFits(Bounded):
    def has_room(self, state: State) -> bool:
        return len(state.buffer) <= self.capacity


@dataclass(frozen=True, slots=True, kw_only=True)
class _NewestFirst(Bounded):
    def receive(self, state: State, me: Pending) -> tuple[Transition, ...]:
        if state.buffer:
            taken = replace(state, buffer=state.buffer[:-1])
            return (decide(taken, me, Ok(state.buffer[-1])),)
        return Bounded.receive(self, state, me)


@dataclass(frozen=True, slots=True, kw_only=True)
class _EndBeforeDrained(Bounded):
    def receive(self, state: State, me: Pending) -> tuple[Transition, ...]:
        if not state.senders:
            return (decide(state, me, Disconnected()),)
        return Bounded.receive(self, state, me)


@dataclass(frozen=True, slots=True, kw_only=True)
class _ValueLost(Bounded):
    def send(self, state: State, me: Pending) -> tuple[Transition, ...]:
        if not state.receiver:
            return (decide(state, me, Disconnected()),)
        return Bounded.send(self, state, me)


@dataclass(frozen=True, slots=True, kw_only=True)
class _MessagesOutliveTheReceiver(Bounded):
    def drop(self, state: State, me: Pending) -> Transition:
        step = Bounded.drop(self, state, me)
        return replace(step, state=replace(step.state, buffer=state.buffer))


@dataclass(frozen=True, slots=True, kw_only=True)
class _TwoInside(Bounded):
    def enter(self, state: State, me: Pending) -> tuple[Transition, ...]:
        return (advance("enter", state, me, "inside"),)


@dataclass(frozen=True, slots=True, kw_only=True)
class _NewestSenderFirst(Rendezvous):
    def receive(self, state: State, me: Pending) -> tuple[Transition, ...]:
        return Rendezvous.receive(self, replace(state, queue=state.queue[::-1]), me)


@dataclass(frozen=True, slots=True, kw_only=True)
class _TryMeetsTry(Rendezvous):
    def waiting_receive(self, state: State) -> Pending | None:
        inside = (p for p in state.pending if p.call.handle == "rx" and p.phase in ("inside", "waiting"))
        return next(inside, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _OneMoreFitsFromTwoOn(Bounded):
    def has_room(self, state: State) -> bool:
        return len(state.buffer) < self.capacity + (self.capacity >= 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class _ReceiverFirst(Bounded):
    def _steps(self, state: State, me: Pending) -> tuple[Transition, ...]:
        if me.phase != "decided" and me.call.operation in SENDS and not state.receiver:
            return self.send(state, me)
        return Bounded._steps(self, state, me)


@dataclass(frozen=True, slots=True, kw_only=True)
class _NoCloneWithoutReceiver(Unbounded):
    def _steps(self, state: State, me: Pending) -> tuple[Transition, ...]:
        if me.phase != "decided" and me.call.operation == "clone" and not state.receiver:
            return (decide(state, me, Dropped()),)
        return Unbounded._steps(self, state, me)


@dataclass(frozen=True, slots=True, kw_only=True)
class _ReceiverGoesOnce(Rendezvous):
    def drop(self, state: State, me: Pending) -> Transition:
        if me.call.handle == RECEIVER and not state.receiver:
            return decide(state, me, Dropped())
        return Rendezvous.drop(self, state, me)


def _bounded(wrong: Callable[..., Machine]) -> Callable[[Machine], Machine]:
    return lambda right: wrong(capacity=right.capacity)


MISTAKES: Final[dict[str, Callable[[Machine], Machine]]] = {
    "one more fits": _bounded(_OneMoreFits),
    "the newest first": _bounded(_NewestFirst),
    "the end before it is drained": _bounded(_EndBeforeDrained),
    "the value is lost": _bounded(_ValueLost),
    "messages outlive the receiver": _bounded(_MessagesOutliveTheReceiver),
    "two are inside": _bounded(_TwoInside),
    "the newest sender first": lambda right: _NewestSenderFirst(),
    "a try meets a try": lambda right: _TryMeetsTry(),
    "one more fits from two on": _bounded(_OneMoreFitsFromTwoOn),
    "the receiver is looked at first": _bounded(_ReceiverFirst),
    "no clone without a receiver": lambda right: _NoCloneWithoutReceiver(),
    "the receiver goes once": lambda right: _ReceiverGoesOnce(),
}


def mistaken(right: Machine, mistake: str) -> Machine:
    """The model with this mistake. Raises KeyError if there is none of that name."""
    return MISTAKES[mistake](right)
