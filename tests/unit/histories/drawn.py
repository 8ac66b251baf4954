"""Random small histories, and oracles that share no code with the search.

The oracle of a user's model tries every order of every set of operations. That of a channel keeps every state that the
channel's model may be in, and lets it make any step at any time.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import combinations, permutations
from typing import Any

from duckrace.histories import Event, History, Invocation, Operation
from duckrace_models import Call, Machine, Ok, Response, State

Apply = Callable[[Any, str, tuple[Any, ...]], list[tuple[Any, Any]]]


# -- models of users: as a class for the search, and as the function `apply` for the oracle ---------------------------


class Counter:
    calls = (("increment", ()), ("get", ()), ("down", ()))

    def initial(self) -> int:
        return 0

    def step(self, state: int, name: str, arguments: tuple[Any, ...]) -> Iterator[tuple[Any, int]]:
        if name == "increment":
            yield None, state + 1
        elif name == "get":
            yield state, state
        elif name == "down" and state:  # waits at zero, as a semaphore does
            yield None, state - 1


def counter(state: int, name: str, arguments: tuple[Any, ...]) -> list[tuple[Any, Any]]:
    if name == "down":
        return [(None, state - 1)] if state > 0 else []
    return [(None, state + 1)] if name == "increment" else [(state, state)]


class Register:
    calls = (("read", ()), ("write", (1,)), ("write", (2,)), ("cas", (1, 2)), ("cas", (0, 1)))

    def initial(self) -> int:
        return 0

    def step(self, state: int, name: str, arguments: tuple[Any, ...]) -> Iterator[tuple[Any, int]]:
        if name == "read":
            yield state, state
        elif name == "write":
            yield None, arguments[0]
        elif name == "cas":
            yield (True, arguments[1]) if state == arguments[0] else (False, state)


def register(state: int, name: str, arguments: tuple[Any, ...]) -> list[tuple[Any, Any]]:
    if name == "read":
        return [(state, state)]
    if name == "write":
        return [(None, arguments[0])]
    return [(True, arguments[1])] if arguments[0] == state else [(False, state)]


class Stack:
    calls = (("push", (1,)), ("push", (2,)), ("pop", ()), ("try_pop", ()))

    def initial(self) -> tuple[int, ...]:
        return ()

    def step(self, state: tuple[int, ...], name: str, arguments: tuple[Any, ...]) -> Iterator[tuple[Any, Any]]:
        if name == "push":
            yield None, (*state, arguments[0])
        elif name in ("pop", "try_pop") and state:
            yield state[-1], state[:-1]
        elif name == "try_pop":
            yield None, state


def stack(state: tuple[int, ...], name: str, arguments: tuple[Any, ...]) -> list[tuple[Any, Any]]:
    if name == "push":
        return [(None, state + arguments)]
    if not state:
        return [(None, state)] if name == "try_pop" else []
    return [(state[-1], state[:-1])]


class Queue:
    """Values are distinct: the generator numbers them."""

    calls = (("put", "new"), ("put", "new"), ("get", ()), ("try_get", ()))

    def initial(self) -> tuple[int, ...]:
        return ()

    def step(self, state: tuple[int, ...], name: str, arguments: tuple[Any, ...]) -> Iterator[tuple[Any, Any]]:
        if name == "put":
            yield None, (*state, arguments[0])
        elif state:
            yield state[0], state[1:]
        elif name == "try_get":
            yield None, state

    def fifo(self, operation: Operation) -> tuple[str, int] | None:
        if operation.what.name == "put":
            return "in", operation.what.arguments[0]
        return None if operation.result is None else ("out", operation.result)


def queue(state: tuple[int, ...], name: str, arguments: tuple[Any, ...]) -> list[tuple[Any, Any]]:
    if name == "put":
        return [(None, state + arguments)]
    if not state:
        return [(None, state)] if name == "try_get" else []
    return [(state[0], state[1:])]


class Pool:
    """Nondeterministic: which of the free ones is handed out is nobody's business."""

    calls = (("take", ()), ("give", (1,)), ("give", (2,)))

    def initial(self) -> frozenset[int]:
        return frozenset({1, 2})

    def step(self, state: frozenset[int], name: str, arguments: tuple[Any, ...]) -> Iterator[tuple[Any, Any]]:
        if name == "take":
            for one in sorted(state):
                yield one, state - {one}
        else:
            yield None, state | {*arguments}


def pool(state: frozenset[int], name: str, arguments: tuple[Any, ...]) -> list[tuple[Any, Any]]:
    return [(one, state - {one}) for one in state] if name == "take" else [(None, state.union(arguments))]


KINDS: dict[str, tuple[Any, Apply]] = {
    "counter": (Counter(), counter),
    "register": (Register(), register),
    "stack": (Stack(), stack),
    "queue": (Queue(), queue),
    "pool": (Pool(), pool),
}


def explained(apply: Apply, initial: Any, operations: Sequence[Operation]) -> bool:
    """By definition: some order of the operations that returned, and of some that did not, is a run of the model that
    keeps real time and at the end of which those that are suspended have to wait."""
    complete = [operation for operation in operations if operation.ret is not None]
    unknown = [operation for operation in operations if operation.ret is None and not operation.suspended]
    waiting = [operation for operation in operations if operation.suspended]
    for size in range(len(unknown) + 1):
        for some in combinations(unknown, size):
            for order in permutations((*complete, *some)):
                if any(later.precedes(sooner) for sooner, later in combinations(order, 2)):
                    continue
                states = {initial}
                for operation in order:
                    states = {
                        after
                        for state in states
                        for result, after in apply(state, operation.what.name, operation.what.arguments)
                        if operation.ret is None or result == operation.result
                    }
                for state in states:
                    if not any(apply(state, o.what.name, o.what.arguments) for o in waiting):
                        return True
    return False


def drawn(rng: random.Random, model: Any, apply: Apply, most: int) -> History:
    """The history of a run of the model by a few processes, with a fault in it as often as not."""
    state, events = model.initial(), []
    inside: dict[str, tuple[Invocation, Any, bool]] = {}  # what, the result, whether it took effect
    number = made = 0
    processes = ["A", "B", "C"][: rng.randint(2, 3)]
    limit = rng.randint(2, most)
    while made < limit or rng.random() < 0.6:
        process = rng.choice(processes)
        if process not in inside:
            if made == limit:
                continue
            name, arguments = rng.choice(model.calls)
            if arguments == "new":
                number += 1
                arguments = (number,)
            inside[process] = Invocation(name, arguments), None, False
            events.append(Event("call", process, inside[process][0]))
            made += 1
            continue
        what, result, done = inside[process]
        if done:
            events.append(Event("return", process, result))
            del inside[process]
            continue
        ways = apply(state, what.name, what.arguments)
        if not ways:
            if len(inside) == len(processes) and not any(
                done or apply(state, what.name, what.arguments) for what, _, done in inside.values()
            ):
                break
            continue
        result, state = rng.choice(ways)
        inside[process] = what, result, True
    stuck = [p for p, (what, _, done) in inside.items() if not done and not apply(state, what.name, what.arguments)]
    suspended = [process for process in stuck if rng.random() < 0.7]
    if rng.random() < 0.2:  # a lost wake-up, perhaps
        suspended = list(inside)
    return History.of(spoiled(rng, events) if rng.random() < 0.6 else events, suspended=suspended)


def spoiled(rng: random.Random, events: list[Event]) -> list[Event]:
    """The events with one result exchanged or a call or return moved; still what a program can do."""
    events = list(events)
    returns = [n for n, event in enumerate(events) if event.kind == "return"]
    if returns and rng.random() < 0.6:
        one, other = rng.choice(returns), rng.choice(returns)
        payload = events[other].payload if rng.random() < 0.7 else rng.choice([None, 0, 1, 2, True, False])
        events[one] = events[one]._replace(payload=payload)
    elif len(events) > 1:
        for _ in range(rng.randint(1, 3)):
            one = rng.randrange(len(events) - 1)
            if events[one].process != events[one + 1].process:
                events[one], events[one + 1] = events[one + 1], events[one]
    return events


# -- channels ----------------------------------------------------------------------------------------------------------


def channel_explained(model: Machine, senders: Sequence[Any], history: History) -> bool:
    """Every state that the model may be in, event by event, with every step at every time."""
    ends = {operation.ret: operation for operation in history.operations if operation.ret is not None}
    calls = {operation.call: operation for operation in history.operations}
    states: set[State] = _anything(model, {model.initial(senders)})
    for position in range(history.end):
        if position in calls:
            states = {model.start(state, calls[position].what) for state in states}
        elif position in ends:
            operation = ends[position]
            states = {
                step.state
                for state in states
                for step in model.enabled(state)
                if step.action == "return"
                and step.caller == operation.what.caller
                and step.response == operation.result
            }
        states = _anything(model, states)
    waiting = {operation.what.caller for operation in history.operations if operation.suspended}
    return any(waiting <= set(model.blocked(state)) for state in states)


def _anything(model: Machine, states: set[State]) -> set[State]:
    found, todo = set(states), list(states)
    while todo:
        for step in model.enabled(todo.pop()):
            if step.action != "return" and step.state not in found:
                found.add(step.state)
                todo.append(step.state)
    return found


def channel_drawn(rng: random.Random, model: Machine, most: int) -> tuple[History, list[str]]:
    """The history of a run of a channel's model, with a fault in it as often as not, and its sender handles."""
    senders = ["tx1", "tx2"][: rng.randint(1, 2)]
    state, events = model.initial(senders), []
    sends = sorted({"send", "try_send", "send_timeout"} & model.operations)
    living = [*senders, "rx"]
    callers = [1, 2, 3]
    made = value = 0
    limit = rng.randint(2, most)
    for _ in range(200):
        idle = [caller for caller in callers if state.of(caller) is None]
        steps = model.enabled(state)
        if idle and made < limit and (not steps or rng.random() < 0.4):
            handle = rng.choice(living)
            value += 1
            operation = rng.choice(["recv", "recv", "try_recv", "recv_timeout"] if handle == "rx" else [*sends, "send"])
            if rng.random() < 0.15:
                operation = "drop"
            message = value if operation in sends else None
            call = Call(caller=rng.choice(idle), operation=operation, handle=handle, value=message)
            state = model.start(state, call)
            events.append(Event("call", call.caller, call))
            made += 1
        elif steps:
            step = rng.choice(steps)
            state = step.state
            if step.response is not None:
                events.append(Event("return", step.caller, step.response))
            if made == limit and rng.random() < 0.03:
                break
        else:
            break
    open_ = [pending.call.caller for pending in state.pending]
    suspended = [caller for caller in model.blocked(state) if not model.enabled(state)]
    if rng.random() < 0.15:
        suspended = open_
    if rng.random() < 0.5:
        events = _spoiled(rng, events)
    return History.of(events, suspended=suspended), senders


def _spoiled(rng: random.Random, events: list[Event]) -> list[Event]:
    events = list(events)
    returns = [n for n, event in enumerate(events) if event.kind == "return"]
    if returns and rng.random() < 0.4:
        one, other = rng.choice(returns), rng.choice(returns)
        events[one] = events[one]._replace(payload=events[other].payload)
        return events
    taken = [n for n in returns if isinstance(events[n].payload, Response) and isinstance(events[n].payload, Ok)]
    if len(taken) > 1 and rng.random() < 0.5:
        one, other = rng.sample(taken, 2)
        mine, theirs = events[one], events[other]
        events[one], events[other] = replace_payload(mine, theirs), replace_payload(theirs, mine)
        return events
    for _ in range(rng.randint(1, 4)):
        one = rng.randrange(max(len(events) - 1, 1))
        if one + 1 < len(events) and events[one].process != events[one + 1].process:
            events[one], events[one + 1] = events[one + 1], events[one]
    return events


def replace_payload(event: Event, other: Event) -> Event:
    return event._replace(payload=other.payload)


def without(history: History, operation: Operation) -> History:
    return replace(history, operations=tuple(o for o in history.operations if o is not operation))
