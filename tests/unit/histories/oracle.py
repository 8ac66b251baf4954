"""Two searches that know nothing of the monitor, for small histories.

`explained` permutes operations over a channel of ten lines, with any number of senders and receivers. `by_model` lets
the model of `duckrace_models` make every step that it can between two events, so it knows what waiting is; it takes
longer, and has one receiver. The tests hold the first to the second, and the monitor to the first.
"""

from __future__ import annotations

from collections.abc import Iterator

from duckrace.histories import History, Operation
from duckrace_models import Disconnected, Dropped, Empty, Full, Machine, Ok, State, Timeout

SENDS = ("send", "try_send", "send_timeout")
RECEIVES = ("recv", "try_recv", "recv_timeout")
Channel = tuple[tuple[tuple[object, object], ...], frozenset[object], frozenset[object]]


def explained(history: History, capacity: int | None, senders: frozenset[object], *, per_sender: bool = False) -> bool:
    """Whether one order of the operations explains it. `per_sender`: receives take the first of any sender."""
    operations = history.operations
    count = len(operations)
    before = [
        sum(1 << place for place, other in enumerate(operations) if other.precedes(operation))
        for operation in operations
    ]
    must = sum(1 << place for place, operation in enumerate(operations) if operation.ret is not None)
    waiting = [operation for operation in operations if operation.suspended]
    seen: set[tuple[int, Channel]] = set()
    todo: list[tuple[int, Channel]] = [(0, ((), senders, frozenset({"rx"})))]
    while todo:
        here = todo.pop()
        if here in seen:
            continue
        seen.add(here)
        done, channel = here
        if done & must == must and all(waits(operation, channel, capacity, waiting) for operation in waiting):
            return True
        ready = [
            place
            for place in range(count)
            if not done >> place & 1 and before[place] & done == before[place] and not operations[place].suspended
        ]
        for place in ready:
            for after in effects(operations[place], channel, capacity, per_sender):
                todo.append((done | 1 << place, after))
        if capacity == 0:
            for send in ready:
                for receive in ready:
                    if meet(operations[send], operations[receive], channel):
                        todo.append((done | 1 << send | 1 << receive, channel))
    return False


def effects(operation: Operation, channel: Channel, capacity: int | None, per_sender: bool) -> Iterator[Channel]:
    buffer, senders, receivers = channel
    call, result = operation.what, operation.result
    handle = call.handle
    if call.operation == "drop":
        receivers = receivers - {handle}
        yield (buffer if receivers else (), senders - {handle}, receivers)
    elif handle not in senders and handle not in receivers:
        if isinstance(result, Dropped):
            yield channel
    elif call.operation == "clone":
        if isinstance(result, Ok | None):
            more = frozenset({call.value})
            yield (buffer, senders | more, receivers) if handle in senders else (buffer, senders, receivers | more)
    elif call.operation in SENDS:
        if isinstance(result, Disconnected):
            if not receivers:
                yield channel
        elif isinstance(result, Full | Timeout):
            if receivers and capacity is not None and len(buffer) == capacity:
                yield channel
        elif isinstance(result, Ok | None) and receivers and (capacity is None or len(buffer) < capacity):
            yield ((*buffer, (call.value, handle)), senders, receivers)
    elif isinstance(result, Empty | Timeout):
        if not buffer and senders:
            yield channel
    elif isinstance(result, Disconnected):
        if not buffer and not senders:
            yield channel
    elif isinstance(result, Ok | None):
        for place, (value, sender) in enumerate(buffer):
            first = all(other != sender for _, other in buffer[:place]) if per_sender else place == 0
            if first and (result is None or result.value == value):
                yield (buffer[:place] + buffer[place + 1 :], senders, receivers)


def meet(send: Operation, receive: Operation, channel: Channel) -> bool:
    _, senders, receivers = channel
    return (
        send.what.operation in SENDS
        and receive.what.operation in RECEIVES
        and isinstance(send.result, Ok | None)
        and isinstance(receive.result, Ok | None)
        and (receive.result is None or receive.result.value == send.what.value)
        and send.what.handle in senders
        and receive.what.handle in receivers
        and not (send.what.operation == "try_send" and receive.what.operation == "try_recv")
    )


def waits(operation: Operation, channel: Channel, capacity: int | None, waiting: list[Operation]) -> bool:
    """Whether it is right that this operation is suspended at the end."""
    buffer, senders, receivers = channel
    handle = operation.what.handle
    if operation.what.operation == "recv":
        others = capacity == 0 and any(other.what.operation == "send" for other in waiting)
        return handle in receivers and not buffer and bool(senders) and not others
    if operation.what.operation == "send":
        return handle in senders and bool(receivers) and len(buffer) == capacity
    return False


def by_model(history: History, model: Machine, senders: frozenset[object]) -> bool:
    """Whether the steps of the model explain the history."""
    events = sorted(
        (
            (position, operation, position == operation.call)
            for operation in history.operations
            for position in (operation.call, operation.ret)
            if position is not None
        ),
        key=lambda event: event[0],
    )
    unknown = {o.process: o for o in history.operations if o.ret is None and not o.suspended}
    suspended = {o.process for o in history.operations if o.suspended}
    states = {model.initial(senders)}
    for _, operation, is_call in events:
        states = _closure(model, states, unknown)
        if is_call:
            states = {model.start(state, operation.what) for state in states}
        else:
            states = {
                step.state
                for state in states
                for step in model.enabled(state)
                if step.action == "return" and step.caller == operation.process and step.response == operation.result
            }
    return any(suspended <= set(model.blocked(state)) for state in _closure(model, states, unknown))


def _closure(model: Machine, states: set[State], unknown: dict[object, Operation]) -> set[State]:
    """All that can come of these states without a call or a return. An unknown call may end, by an interrupt, or after
    its effect."""
    seen: set[State] = set()
    todo = list(states)
    while todo:
        state = todo.pop()
        if state in seen:
            continue
        seen.add(state)
        for step in model.enabled(state):
            if step.action != "return" or step.caller in unknown:
                todo.append(step.state)
        for pending in state.pending:
            if pending.call.caller in unknown and pending.phase != "decided":
                todo.append(model.cancel(state, pending.call.caller))
    return seen
