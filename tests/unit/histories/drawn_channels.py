"""Random small histories of channels: right ones, by running a channel of ten lines, and right ones with one mistake.

A right history comes of processes that call, take effect at one instant, and return, in random order. It may end in the
middle (calls that have not returned are unknown), or run until nobody can go on (they are suspended).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from random import Random

from duckrace.histories import History, Operation
from duckrace_models import Call, Disconnected, Empty, Full, Ok, Response, Timeout

from .oracle import RECEIVES, SENDS, Channel, effects, meet, waits


@dataclass
class Draft:
    """A history in the making: each operation's number stands in `events` at its call, and again at its return."""

    capacity: int | None
    senders: frozenset[object]
    events: list[int] = field(default_factory=list)
    operations: list[Operation] = field(default_factory=list)

    def history(self) -> History:
        places: dict[int, list[int]] = {}
        for position, number in enumerate(self.events):
            places.setdefault(number, []).append(position)
        operations = [
            replace(self.operations[number], call=at[0], ret=at[1] if len(at) > 1 else None)
            for number, at in places.items()
        ]
        return History(tuple(operations), len(self.events))

    def returned(self, *results: type[Response], of: tuple[str, ...] = ()) -> list[int]:
        return [
            number
            for number, operation in enumerate(self.operations)
            if self.events.count(number) == 2
            and (not results or isinstance(operation.result, results))
            and (not of or operation.what.operation in of)
        ]


def right(
    random: Random, capacity: int | None, *, mpmc: bool, most: int = 7, tries: bool = True, receivers: bool = False
) -> Draft:
    """A history that is explained by the instants at which its operations took effect.

    `mpmc`: two processes may receive, both by the handle "rx", which is never dropped then; or, if there are to be
    `receivers`, each by handles of its own, which are cloned, handed over and dropped.
    """
    producers = random.randint(1, 3)
    consumers = random.randint(1, 2) if mpmc else 1
    owned: dict[int, list[str]] = {n: [f"t{n}"] for n in range(producers)}
    owned |= {producers + n: [] if receivers and n else ["rx"] for n in range(consumers)}
    draft = Draft(capacity, frozenset(f"t{n}" for n in range(producers)))
    channel: Channel = ((), draft.senders, frozenset({"rx"}))
    inside: dict[int, int] = {}  # process: its operation
    effective: set[int] = set()
    budget = random.randint(2, most)
    drops = random.random() < 0.6
    spare = random.random() < 0.2
    idle = set(owned)
    while True:
        moves: list[Callable[[], None]] = []
        if len(draft.operations) < budget:
            moves += [lambda p=process: call(p) for process in sorted(idle) if owned[process]]  # type: ignore[misc]
        steps: list[tuple[tuple[int, ...], Channel, dict[int, Response]]] = []
        for number in inside.values():
            if number not in effective:
                steps += outcomes(draft, number, channel)
        if capacity == 0:
            for send in inside.values():
                for receive in inside.values():
                    if not {send, receive} & effective and meet(
                        draft.operations[send], draft.operations[receive], channel
                    ):
                        value = draft.operations[send].what.value
                        steps.append(((send, receive), channel, {send: Ok(), receive: Ok(value)}))
        returns = [process for process, number in inside.items() if number in effective]
        kinds = ["call"] * bool(moves) + ["step"] * (2 * bool(steps)) + ["return"] * bool(returns)
        if not kinds:
            break
        if len(draft.operations) >= budget and spare and random.random() < 0.3:
            break  # in the middle
        kind = random.choice(kinds)

        def call(process: int) -> None:
            handle = random.choice(owned[process])
            number = len(draft.operations)
            if receivers and handle.startswith("r") and random.random() < 0.25:
                name, value = "clone", f"r{number}"
            else:
                name, value = operation_on(random, handle, number, capacity, drops and not mpmc_shares(handle), tries)
            if name == "drop":
                owned[process].remove(handle)
            draft.operations.append(
                Operation(process, Call(caller=process, operation=name, handle=handle, value=value), None, 0, None)
            )
            draft.events.append(number)
            inside[process] = number
            idle.discard(process)

        def mpmc_shares(handle: str) -> bool:
            return handle == "rx" and consumers > 1 and not receivers

        if kind == "call":
            random.choice(moves)()
        elif kind == "step":
            numbers, channel, results = random.choice(steps)
            for number in numbers:
                draft.operations[number] = replace(draft.operations[number], result=results[number])
            effective.update(numbers)
        else:
            process = random.choice(returns)
            number = inside.pop(process)
            draft.events.append(number)
            idle.add(process)
            what = draft.operations[number].what
            if what.operation == "clone":
                new = process if what.value.startswith("t") else producers + random.randrange(consumers)
                owned[new].append(what.value)
    waiting = [draft.operations[number] for number in inside.values() if number not in effective]
    over = not returns and not steps
    for number in inside.values():
        suspended = over and waits(draft.operations[number], channel, capacity, waiting)
        draft.operations[number] = replace(draft.operations[number], result=None, suspended=suspended)
    return draft


def operation_on(
    random: Random, handle: str, number: int, capacity: int | None, drops: bool, tries: bool
) -> tuple[str, object]:
    """What to call on a handle, and with which value."""
    if drops and random.random() < 0.3:
        return "drop", None
    if handle.startswith("t") and random.random() < 0.07:
        return "clone", f"t{number}c"
    if handle.startswith("t"):
        names = ["send", "send", "try_send", "send_timeout"] if tries and capacity is not None else ["send"]
        return random.choice(names), number
    return random.choice(["recv", "try_recv", "try_recv", "recv_timeout"]), None


def outcomes(draft: Draft, number: int, channel: Channel) -> list[tuple[tuple[int, ...], Channel, dict[int, Response]]]:
    """The ways in which an operation that has not taken effect can do so now."""
    operation = draft.operations[number]
    name = operation.what.operation
    results: list[Response] = [Ok()]
    if name in SENDS:
        failures: dict[str, list[Response]] = {"send": [], "try_send": [Full(operation.what.value)]}
        results += [Disconnected(operation.what.value), *failures.get(name, [Timeout(operation.what.value)])]
    elif name in RECEIVES:
        failures = {"recv": [], "try_recv": [Empty()]}
        values = [value for value, _ in channel[0][:1]]
        results = [*map(Ok, values), Disconnected(), *failures.get(name, [Timeout()])]
    elif name == "clone":
        results = [Ok(operation.what.value)]
    return [
        ((number,), after, {number: result})
        for result in results
        for after in effects(replace(operation, result=result), channel, draft.capacity, False)
    ]


def forget(random: Random, draft: Draft) -> None:
    """Some receives took effect, and it is not known: each is its process's last, and never returned."""
    for number in draft.returned(of=RECEIVES):
        operation = draft.operations[number]
        if random.random() < 0.4:
            process = f"{operation.process}, {number}"
            what = replace(operation.what, caller=process)
            draft.operations[number] = replace(operation, process=process, what=what, result=None)
            draft.events.reverse()
            draft.events.remove(number)
            draft.events.reverse()


def mistake(random: Random, draft: Draft) -> str:
    """One change to a right history, which may be right as well; what it was."""
    kind = random.choice(sorted(MISTAKES))
    MISTAKES[kind](random, draft)
    return kind


def _swap_values(random: Random, draft: Draft) -> None:
    found = draft.returned(Ok, of=RECEIVES)
    if len(found) > 1:
        a, b = random.sample(found, 2)
        one, two = draft.operations[a], draft.operations[b]
        draft.operations[a], draft.operations[b] = replace(one, result=two.result), replace(two, result=one.result)


def _double(random: Random, draft: Draft) -> None:
    found = draft.returned(of=RECEIVES)
    sent = [operation.what.value for operation in draft.operations if operation.what.operation in SENDS]
    if found and sent:
        number = random.choice(found)
        draft.operations[number] = replace(draft.operations[number], result=Ok(random.choice([*sent, *sent, "ghost"])))


def _lose(random: Random, draft: Draft) -> None:
    found = draft.returned(Ok)
    if found:
        lost = {random.choice(found)}
        handles: set[object] = set()
        for number, operation in enumerate(draft.operations):  # what a lost clone would have made is not there either
            if operation.what.handle in handles:
                lost.add(number)
            if number in lost and operation.what.operation == "clone":
                handles.add(operation.what.value)
        draft.events = [other for other in draft.events if other not in lost]


def _answer(random: Random, draft: Draft) -> None:
    """Another answer of the kind that the call has."""
    found = draft.returned(of=(*SENDS, *RECEIVES))
    if not found:
        return
    number = random.choice(found)
    operation = draft.operations[number]
    value = operation.what.value
    answers: dict[str, list[Response]] = {
        "send": [Ok(), Disconnected(value)],
        "try_send": [Ok(), Disconnected(value), Full(value)],
        "send_timeout": [Ok(), Disconnected(value), Timeout(value)],
        "recv": [Disconnected()],
        "try_recv": [Disconnected(), Empty()],
        "recv_timeout": [Disconnected(), Timeout()],
    }
    draft.operations[number] = replace(operation, result=random.choice(answers[operation.what.operation]))


def _shift(random: Random, draft: Draft) -> None:
    """Some neighbouring events of two processes change places."""
    for _ in range(random.randint(1, 6)):
        if len(draft.events) < 2:
            return
        at = random.randrange(len(draft.events) - 1)
        one, two = draft.events[at : at + 2]
        if draft.operations[one].process != draft.operations[two].process:
            before = list(draft.events)
            draft.events[at : at + 2] = [two, one]
            if not _clones_come_first(draft):
                draft.events = before


def _clones_come_first(draft: Draft) -> bool:
    made = {o.what.value: n for n, o in enumerate(draft.operations) if o.what.operation == "clone"}
    seen: dict[int, int] = {}
    for number in draft.events:
        maker = made.get(draft.operations[number].what.handle)
        if maker is not None and number not in seen and seen.get(maker) != 2:
            return False
        seen[number] = seen.get(number, 0) + 1
    return True


def _wait(random: Random, draft: Draft) -> None:
    """An operation that nothing of its process follows has not returned, or is suspended now, or no longer."""
    last: dict[object, int] = {}
    for number in draft.events:
        last[draft.operations[number].process] = number
    if not last:
        return
    number = random.choice(sorted(last.values()))
    if draft.operations[number].what.operation == "clone":
        return
    at = draft.events.index(number)
    draft.events = [other for place, other in enumerate(draft.events) if other != number or place == at]
    # Calls that never wait are wrong at once, and teach nothing: they are rarely said to be suspended.
    suspended = random.random() < (0.6 if draft.operations[number].what.operation in ("send", "recv") else 0.03)
    draft.operations[number] = replace(draft.operations[number], result=None, suspended=suspended)


def _drop_early(random: Random, draft: Draft) -> None:
    """A drop is moved to the front of what its process does, or left out."""
    found = draft.returned(of=("drop",))
    if found:
        number = random.choice(found)
        draft.events = [other for other in draft.events if other != number]


MISTAKES: dict[str, Callable[[Random, Draft], None]] = {
    "another answer": _answer,
    "another value": _double,
    "events change places": _shift,
    "lost operation": _lose,
    "missing drop": _drop_early,
    "never returned": _wait,
    "values change places": _swap_values,
}
