"""What every run of a model keeps, however its steps interleave, and the broken models that do not.

The invariants are checked on all runs of small programs and, by Hypothesis, on random runs of larger ones. They look at
what a run did (`History`) and never ask the model why.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duckrace_models import (
    RECEIVER,
    Bounded,
    Call,
    Caller,
    ConcurrentReceive,
    Disconnected,
    Dropped,
    Empty,
    Full,
    Machine,
    Ok,
    Operation,
    Pending,
    Rendezvous,
    Response,
    State,
    Timeout,
    Transition,
    Unbounded,
    Value,
    model_for,
)
from duckrace_models._machine import advance, decide

Programs = Mapping[Caller, Sequence[Call]]


class Violation(AssertionError):
    """An invariant does not hold; the message is its name."""


def hold(condition: bool, name: str) -> None:
    if not condition:
        raise Violation(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What a run has done so far."""

    accepted: tuple[Value, ...] = ()  # in the order in which their sends took effect
    received: tuple[Value, ...] = ()
    arrivals: tuple[Caller, ...] = ()  # senders that began to wait and are not decided

    def after(self, model: Machine, before: State, step: Transition) -> History:
        """Check one step, and the state it leads to."""
        accepted, received, arrivals = self.accepted, self.received, self.arrivals
        calls = {caller: pending_of(before, caller).call for caller, _ in step.decided}
        operations = sorted(call.operation for call in calls.values())
        if step.action == "wait" and is_send(pending_of(before, step.caller).call):
            arrivals = (*arrivals, step.caller)
        for caller, response in sorted(step.decided, key=lambda d: not is_send(calls[d[0]])):
            call = calls[caller]
            if is_send(call):
                self.judge_send(model, before, step, call, response)
                if isinstance(response, Ok):
                    accepted = (*accepted, call.value)
                    if model.capacity == 0:
                        hold(len(operations) == 2, "rendezvous: both are decided at once")
                        hold(operations != ["try_recv", "try_send"], "rendezvous: try calls never meet")
                        hold(arrivals[:1] in ((), (caller,)), "rendezvous: arrival order")
            elif is_receive(call):
                self.judge_receive(before, step, call, response)
                if isinstance(response, Ok):
                    received = (*received, response.value)
            elif call.operation == "clone" and isinstance(response, Ok):
                hold(step.state.alive(call.value), "clone makes a sender")  # type: ignore[arg-type]
            elif call.operation == "drop":
                hold(response == Ok() and not step.state.alive(call.handle), "drop drops")
            arrivals = tuple(a for a in arrivals if a != caller)
        history = History(accepted=accepted, received=received, arrivals=arrivals)
        history.judge_state(model, step.state)
        if step.discarded:
            hold(before.buffer == step.discarded and not step.state.receiver, "discarded in order")
        return history

    def judge_send(self, model: Machine, before: State, step: Transition, call: Call, response: Response) -> None:
        no_room = len(before.buffer) == model.capacity and not waiting_receive(before)
        hold(before.receiver or not isinstance(response, Ok), "no send without receiver")
        hold(getattr(response, "value", None) == (None if response == Ok() else call.value), "handed back")
        match response:
            case Ok():
                hold(before.alive(call.handle), "no send on a dropped handle")
            case Full():
                hold(call.operation == "try_send" and before.receiver and no_room, "full means full")
            case Timeout():
                hold(call.operation == "send_timeout" and before.receiver and no_room, "full means full")
            case Disconnected():
                hold(not before.receiver, "disconnected means no receiver")
            case _:
                hold(isinstance(response, Dropped) and not step.state.alive(call.handle), "dropped means dropped")

    def judge_receive(self, before: State, step: Transition, call: Call, response: Response) -> None:
        nothing = self.accepted == self.received and not before.queue
        match response:
            case Ok():
                pass
            case Empty():
                hold(call.operation == "try_recv" and nothing and bool(before.senders), "empty means empty")
            case Timeout():
                hold(call.operation == "recv_timeout" and nothing and bool(before.senders), "empty means empty")
            case Disconnected():
                hold(not before.senders, "disconnected means no sender")
                hold(nothing, "drained before disconnected")
            case ConcurrentReceive():
                hold(sum(is_receive(p.call) for p in before.pending) > 1, "concurrent means two")
            case _:
                hold(isinstance(response, Dropped) and not step.state.receiver, "dropped means dropped")

    def judge_state(self, model: Machine, state: State) -> None:
        hold(model.capacity is None or len(state.buffer) <= model.capacity, "bound")
        hold(self.received == self.accepted[: len(self.received)], "first in, first out, exactly once")
        if state.receiver:
            hold(self.received + state.buffer == self.accepted, "nothing lost, nothing invented")
        else:
            hold(state.buffer == (), "receiver drop destroys the buffer")
        inside = [p for p in state.pending if is_receive(p.call) and p.phase in ("inside", "waiting")]
        hold(len(inside) <= 1, "one receive inside")
        hold(not (waiting_receive(state) and state.queue), "never both wait")
        hold(not state.receiver or state.queue == self.arrivals, "the queue is who waits")
        hold(all((p.phase == "decided") == (p.response is not None) for p in state.pending), "decided has a response")
        callers = [str(p.call.caller) for p in state.pending]
        hold(callers == sorted(set(callers)), "canonical")
        for caller in model.blocked(state):
            hold(self.may_block(model, state, pending_of(state, caller).call), "nobody is blocked who could go on")

    def may_block(self, model: Machine, state: State, call: Call) -> bool:
        if not state.alive(call.handle):
            return False
        if call.operation == "send":
            return state.receiver and len(state.buffer) == model.capacity and not waiting_receive(state)
        nothing = self.accepted == self.received and not self.arrivals
        return call.operation == "recv" and nothing and bool(state.senders)


def is_send(call: Call) -> bool:
    return call.operation in ("send", "try_send", "send_timeout")


def is_receive(call: Call) -> bool:
    return call.operation in ("recv", "try_recv", "recv_timeout")


def pending_of(state: State, caller: Caller) -> Pending:
    pending = state.of(caller)
    assert pending is not None
    return pending


def waiting_receive(state: State) -> bool:
    return any(is_receive(p.call) and p.phase == "waiting" for p in state.pending)


# Programs: "send a" is a send on handle a; every message is its own.


def program(**lines: str) -> Programs:
    """One caller per keyword; operations separated by commas, each with its handle if it has one to name."""
    programs: dict[Caller, Sequence[Call]] = {}
    for caller, line in lines.items():
        calls = []
        for n, words in enumerate(line.split(",")):
            operation, _, rest = words.strip().partition(" ")
            handle, _, new = rest.partition(" ")
            value = new or (f"{caller}{n}" if "send" in operation else None)
            calls.append(Call(caller=caller, operation=operation, handle=handle or RECEIVER, value=value))  # type: ignore[arg-type]
        programs[caller] = tuple(calls)
    return programs


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run in progress: the state, how far each program is, and what was done."""

    state: State
    done: tuple[int, ...]
    history: History = field(default_factory=History)

    def next(self, model: Machine, programs: Programs) -> Iterator[Run]:
        for index, (caller, calls) in enumerate(programs.items()):
            if self.done[index] < len(calls) and self.state.of(caller) is None:
                done = (*self.done[:index], self.done[index] + 1, *self.done[index + 1 :])
                state = model.start(self.state, calls[self.done[index]])
                self.history.judge_state(model, state)
                yield replace(self, state=state, done=done)
        for step in model.enabled(self.state):
            yield replace(self, state=step.state, history=self.history.after(model, self.state, step))


def explore(model: Machine, programs: Programs) -> tuple[int, int, int]:
    """Check every run; return how many (states with positions, steps between them, final states) there are."""
    first = Run(state=model.initial(("a", "b")), done=(0,) * len(programs))
    seen, todo, edges, final = {first}, [first], set(), set()
    while todo:
        run = todo.pop()
        successors = list(run.next(model, programs))
        if not successors:
            final.add(run.state)
        for successor in successors:
            edges.add((run.state, run.done, successor.state, successor.done))
            if successor not in seen:
                seen.add(successor)
                todo.append(successor)
    return len({(r.state, r.done) for r in seen}), len(edges), len(final)


PROGRAMS: dict[str, Programs] = {
    "TWO": program(A="send a, drop a", B="send b, drop b", R="recv, recv, recv"),
    "TRY": program(A="try_send a, drop a", B="send b, drop b", R="try_recv, recv, try_recv"),
    "TIMED": program(A="send_timeout a, drop a", B="send b, drop b", R="recv_timeout, recv"),
    "CLOSE": program(A="send a, send a", B="send b", R="recv, drop rx"),
    "PULLED": program(A="send a, send a", D="drop a", R="recv, recv"),
    "CLONE": program(A="clone a c, drop a, send c, drop c", B="send b, drop b", R="recv, recv, recv"),
    "CONCURRENT": program(A="send a, drop a, drop b", R="recv", S="try_recv"),
    "QUEUE": program(A="send_timeout a", B="send b", R="try_recv, recv"),
}


def test_reachable_by_hand() -> None:
    """One send and no receiver's call: not called, called, decided, returned."""
    assert explore(Unbounded(), program(A="send a")) == (4, 3, 1)
    assert explore(Rendezvous(), program(A="send a")) == (3, 2, 1), "not called, called, waiting"
    assert explore(Rendezvous(), program(A="try_send a")) == (4, 3, 1)
    assert explore(Unbounded(), program(R="recv")) == (3, 2, 1), "not called, called, inside"


PINNED: dict[tuple[int | None, str], tuple[int, int, int]] = {
    (None, "TWO"): (635, 1630, 1),
    (1, "TWO"): (485, 1210, 1),
    (2, "TWO"): (635, 1630, 1),
    (0, "TWO"): (332, 787, 1),
    (1, "TRY"): (1346, 3403, 3),
    (2, "TRY"): (1447, 3720, 3),
    (0, "TRY"): (719, 1772, 2),
    (1, "TIMED"): (892, 2205, 3),
    (2, "TIMED"): (1013, 2578, 3),
    (0, "TIMED"): (573, 1391, 2),
    (None, "CLOSE"): (312, 736, 1),
    (1, "CLOSE"): (190, 428, 1),
    (2, "CLOSE"): (276, 646, 1),
    (0, "CLOSE"): (175, 381, 1),
    (None, "PULLED"): (238, 542, 2),
    (1, "PULLED"): (214, 482, 2),
    (2, "PULLED"): (238, 542, 2),
    (0, "PULLED"): (182, 407, 2),
    (None, "CLONE"): (881, 2284, 1),
    (1, "CLONE"): (731, 1864, 1),
    (2, "CLONE"): (881, 2284, 1),
    (0, "CLONE"): (548, 1345, 1),
    (None, "CONCURRENT"): (386, 928, 2),
    (1, "CONCURRENT"): (386, 928, 2),
    (2, "CONCURRENT"): (386, 928, 2),
    (0, "CONCURRENT"): (265, 602, 2),
    (1, "QUEUE"): (234, 501, 4),
    (2, "QUEUE"): (248, 544, 3),
    (0, "QUEUE"): (225, 502, 3),
}


@pytest.mark.parametrize(("capacity", "name"), PINNED, ids=str)
def test_every_run_of_a_small_program(capacity: int | None, name: str) -> None:
    """Counts of states, steps and endings are pinned: a change of them is a change of semantics."""
    assert explore(model_for(capacity), PROGRAMS[name]) == PINNED[capacity, name]


# Random runs of larger programs.

SENDS: dict[int | None, list[Operation]] = {None: ["send"]}
HANDLES = ["a", "b"]


@st.composite
def programs_for(draw: st.DrawFn, capacity: int | None) -> Programs:
    send = st.sampled_from(SENDS.get(capacity, ["send", "try_send", "send_timeout"]))
    sending = st.builds("{} {}".format, st.one_of(send, send, st.just("drop")), st.sampled_from(HANDLES))
    receiving = st.sampled_from(["recv", "recv", "try_recv", "recv_timeout", "drop rx"])
    lines = {f"S{n}": st.lists(sending, min_size=1, max_size=5) for n in range(3)}
    lines |= {f"R{n}": st.lists(receiving, min_size=1, max_size=6) for n in range(draw(st.integers(1, 2)))}
    return program(**{caller: ",".join(draw(line)) for caller, line in lines.items()})


def walk(model: Machine, programs: Programs, choices: Sequence[int]) -> Run:
    """One run: the choices say which way, then (after the last) always the first way. -1 interrupts a call."""
    run = Run(state=model.initial(HANDLES), done=(0,) * len(programs))
    remaining = list(reversed(choices))
    while ways := list(run.next(model, programs)):
        choice = remaining.pop() if remaining else 0
        undecided = [p.call.caller for p in run.state.pending if p.phase != "decided"]
        if choice < 0 and undecided:
            gone = undecided[choice % len(undecided)]
            history = replace(run.history, arrivals=tuple(a for a in run.history.arrivals if a != gone))
            run = replace(run, state=model.cancel(run.state, gone), history=history)
            run.history.judge_state(model, run.state)
        else:
            run = ways[choice % len(ways)]
    return run


@pytest.mark.parametrize("capacity", [None, 0, 1, 2, 3])
@settings(max_examples=60, deadline=None, database=None)
@given(data=st.data())
def test_random_runs_keep_every_invariant(capacity: int | None, data: st.DataObject) -> None:
    model = model_for(capacity)
    programs = data.draw(programs_for(capacity))
    choices = data.draw(st.lists(st.integers(-1, 11), max_size=60))
    run = walk(model, programs, choices)
    assert {p.call.caller for p in run.state.pending} == set(model.blocked(run.state))


@pytest.mark.parametrize("capacity", [None, 0, 1, 2])
@settings(max_examples=40, deadline=None, database=None)
@given(data=st.data())
def test_apply_is_one_of_the_runs(capacity: int | None, data: st.DataObject) -> None:
    """Sequential use agrees with stepping, and after each call with settling, which never loses a caller."""
    model = model_for(capacity)
    state = model.initial(HANDLES)
    calls = [call for line in data.draw(programs_for(capacity)).values() for call in line]
    for n, call in enumerate(data.draw(st.permutations(calls))):
        call = replace(call, caller=n)
        before = {p.call.caller for p in state.pending}
        answer, after = model.apply(state, call)
        if isinstance(answer, Response):
            assert after.of(n) is None
            timed = isinstance(answer, Timeout)
            ways = model.settle(model.start(state, call))
            assert timed or any((n, answer) in way.responses for way in ways)
        else:
            assert pending_of(after, n).response is None
        ways = model.settle(after)
        assert ways
        for way in ways:
            left = {p.call.caller for p in way.state.pending}
            returned = {caller for caller, _ in way.responses}
            assert left | returned | {n} == before | {n}
            assert not left & returned
            assert left == set(model.blocked(way.state))
        state = data.draw(st.sampled_from(ways)).state


# Broken models. Each is one line away from the right one, and some invariant says no.


class EofBeforeDrained(Bounded):
    def receive(self, state: State, me: Pending) -> tuple[Transition, ...]:
        seen = state if state.senders else replace(state, buffer=())
        return Bounded.receive(self, seen, me)


class EofByASecondLook(Unbounded):
    """Looks whether a sender lives after the messages, and not at the messages again (crossfire 3.1.19)."""

    def receive(self, state: State, me: Pending) -> tuple[Transition, ...]:
        return Unbounded.receive(self, state, me) if state.senders else (decide(state, me, Disconnected()),)


class Lifo(Unbounded):
    def receive(self, state: State, me: Pending) -> tuple[Transition, ...]:
        turned = replace(state, buffer=state.buffer[::-1])
        return tuple(
            replace(s, state=replace(s.state, buffer=s.state.buffer[::-1])) for s in Unbounded.receive(self, turned, me)
        )


class OneTooMany(Bounded):
    def has_room(self, state: State) -> bool:
        return len(state.buffer) <= self.capacity


class OneTooFew(Bounded):
    def has_room(self, state: State) -> bool:
        return len(state.buffer) < self.capacity - 1


class ReceiverDropKeepsTheBuffer(Unbounded):
    def drop(self, state: State, me: Pending) -> Transition:
        step = Unbounded.drop(self, state, me)
        return replace(step, discarded=(), state=replace(step.state, buffer=state.buffer))


class LastDropDestroysTheBuffer(Unbounded):
    def drop(self, state: State, me: Pending) -> Transition:
        step = Unbounded.drop(self, state, me)
        return step if step.state.senders else replace(step, state=replace(step.state, buffer=()))


class MessageStays(Unbounded):
    def receive(self, state: State, me: Pending) -> tuple[Transition, ...]:
        return tuple(
            replace(s, state=replace(s.state, buffer=state.buffer)) for s in Unbounded.receive(self, state, me)
        )


class SendAfterReceiver(Unbounded):
    def send(self, state: State, me: Pending) -> tuple[Transition, ...]:
        return Unbounded.send(self, state, me) if state.receiver else (decide(state, me, Ok()),)


class LostWakeUp(Bounded):
    """The last drop wakes nobody: a recv that is blocked stays blocked."""

    def receive(self, state: State, me: Pending) -> tuple[Transition, ...]:
        steps = Bounded.receive(self, state, me)
        return () if me.call.operation == "recv" and not state.buffer else steps


class FullForEver(Bounded):
    """A sender that found the buffer full is not woken by the receiver's drop."""

    def send(self, state: State, me: Pending) -> tuple[Transition, ...]:
        return Bounded.send(self, state, me) if state.receiver else ()


class SentByADroppedHandle(Bounded):
    """A blocked call does not notice that its own handle goes."""

    def drop(self, state: State, me: Pending) -> Transition:
        others = tuple(p for p in state.pending if p is me or p.call.operation != "send")
        step = Bounded.drop(self, replace(state, pending=others), me)
        kept = tuple(p for p in state.pending if p not in others)
        pending = sorted((*step.state.pending, *kept), key=lambda p: str(p.call.caller))
        return replace(step, state=replace(step.state, pending=tuple(pending)))

    def _steps(self, state: State, me: Pending) -> tuple[Transition, ...]:
        undecided = me.phase != "decided" and me.call.operation == "send"
        return self.send(state, me) if undecided else Bounded._steps(self, state, me)


class TwoInside(Unbounded):
    def enter(self, state: State, me: Pending) -> tuple[Transition, ...]:
        return (advance("enter", state, me, "inside"),)


class GhostOfATimeOut(Rendezvous):
    """The message of a timed-out send stays where a receive finds it."""

    def receive(self, state: State, me: Pending) -> tuple[Transition, ...]:
        decided = [p for p in state.pending if isinstance(p.response, Timeout) and p.call.operation == "send_timeout"]
        if not decided or me.call.operation == "recv_timeout":
            return Rendezvous.receive(self, state, me)
        return (decide(state, me, Ok(decided[0].call.value)),)


class NewestFirst(Rendezvous):
    def receive(self, state: State, me: Pending) -> tuple[Transition, ...]:
        steps = Rendezvous.receive(self, replace(state, queue=state.queue[::-1]), me)
        return tuple(replace(s, state=replace(s.state, queue=s.state.queue[::-1])) for s in steps)


class TryCallsMeet(Rendezvous):
    def waiting_receive(self, state: State) -> Pending | None:
        return next((p for p in state.pending if is_receive(p.call) and p.phase in ("inside", "waiting")), None)


class HalfARendezvous(Rendezvous):
    """The sender is told Ok, and the receive gets the message in a step of its own, later or never."""

    def meet(self, state: State, me: Pending, *, sender: Pending, receive: Pending) -> Transition:
        return decide(state, sender, Ok())


MUTANTS: list[tuple[Machine, str, str]] = [
    (EofBeforeDrained(capacity=1), "TWO", "drained before disconnected"),
    (EofByASecondLook(), "TWO", "drained before disconnected"),
    (Lifo(), "TWO", "first in, first out, exactly once"),
    (OneTooMany(capacity=1), "TWO", "bound"),
    (OneTooFew(capacity=1), "TWO", "nobody is blocked who could go on"),
    (OneTooFew(capacity=2), "TRY", "full means full"),
    (ReceiverDropKeepsTheBuffer(), "CLOSE", "receiver drop destroys the buffer"),
    (LastDropDestroysTheBuffer(), "TWO", "nothing lost, nothing invented"),
    (MessageStays(), "TWO", "nothing lost, nothing invented"),
    (SendAfterReceiver(), "CLOSE", "no send without receiver"),
    (LostWakeUp(capacity=1), "TWO", "nobody is blocked who could go on"),
    (FullForEver(capacity=1), "CLOSE", "nobody is blocked who could go on"),
    (SentByADroppedHandle(capacity=1), "PULLED", "no send on a dropped handle"),
    (TwoInside(), "CONCURRENT", "one receive inside"),
    (GhostOfATimeOut(), "QUEUE", "first in, first out, exactly once"),
    (NewestFirst(), "QUEUE", "rendezvous: arrival order"),
    (TryCallsMeet(), "TRY", "rendezvous: try calls never meet"),
    (HalfARendezvous(), "TWO", "rendezvous: both are decided at once"),
]


@pytest.mark.parametrize(("mutant", "name", "invariant"), MUTANTS, ids=lambda x: x if isinstance(x, str) else repr(x))
def test_a_broken_model_is_rejected(mutant: Machine, name: str, invariant: str) -> None:
    explore(model_for(mutant.capacity), PROGRAMS[name])  # the control: the right model passes
    with pytest.raises(Violation) as caught:
        explore(mutant, PROGRAMS[name])
    assert caught.value.args == (invariant,)
