"""States of the proof, read as Python values, and the states of Channel.tla that they are: one from the other.

At which number of the buffer a message stands, and who arrived when, is no part of a state of Channel.tla: only the
order is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from .._graph import IDLE, NOTHING
from .._values import Record
from ._channel import SENDS, State
from ._terms import Map, Term

Message = tuple[str, int]
"""Who sends it, in which of its calls."""
Label = Callable[[Message], str]
"""What a message is called."""


def state_of(record: Mapping[str, Term], messages: Mapping[str, Message]) -> State:
    """A state of Channel.tla as one of the proof, with a history that begins here."""
    calls = {who: pending["call"] for who, pending in record["pending"].items()}
    pending = record["pending"]

    def value(text: str) -> Term:
        if text == NOTHING:
            return None
        return ("message", *messages[text]) if text in messages else ("handle", text)

    buffer = dict(enumerate(map(value, record["buffer"])))
    arrival = {who: at for at, who in enumerate(record["queue"])}
    return State(
        buffer=buffer.get,
        head=0,
        tail=len(buffer),
        senders=record["senders"].__contains__,
        receiver=record["receiver"],
        queued=arrival.__contains__,
        arrival=lambda c: arrival.get(c, 0),
        arrivals=len(arrival),
        operation=lambda c: calls[c]["operation"],
        handle=lambda c: calls[c]["handle"] or "rx",
        value=lambda c: value(calls[c]["value"]),
        phase=lambda c: pending[c]["phase"],
        kind=lambda c: pending[c]["response"]["kind"],
        answer=lambda c: value(pending[c]["response"]["value"]),
        made=lambda c: record["made"][c],
        sent=buffer.get,
        sends=len(buffer),
        got={}.get,
        gets=0,
        destroyed={}.get,
        lost_from=0,
        lost_to=0,
        back=lambda value: False,
        ended=False,
        refused=False,
    )


def record_of(state: State, callers: Iterable[str], handles: Iterable[str], label: Label) -> Record:
    """A state of the proof as one of Channel.tla."""

    def text(value: Term) -> str:
        if value is None:
            return NOTHING
        return label(value[1:]) if value[0] == "message" else str(value[1])

    def pending(c: str) -> Record:
        if state.operation(c) == "none":
            return IDLE
        call = {"operation": state.operation(c), "handle": state.handle(c), "value": text(state.value(c))}
        response = {"kind": state.kind(c), "value": text(state.answer(c))}
        return Record({"call": Record(call), "phase": state.phase(c), "response": Record(response)})

    callers = tuple(callers)
    return Record(
        {
            "buffer": tuple(text(state.buffer(at)) for at in range(state.head, state.tail)),
            "senders": frozenset(filter(state.senders, handles)),
            "receiver": state.receiver,
            "queue": tuple(sorted(filter(state.queued, callers), key=state.arrival)),
            "pending": Record({c: pending(c) for c in callers}),
            "made": Record({c: state.made(c) for c in callers}),
        }
    )


def history_of(state: State, label: Label) -> dict[str, Term]:
    """What the observer wrote down, but for what was handed back."""

    def texts(line: Map, first: int, end: int) -> tuple[str, ...]:
        return tuple(label(line(at)[1:]) if line(at) else NOTHING for at in range(first, end))

    return {
        "sent": texts(state.sent, 0, state.sends),
        "got": texts(state.got, 0, state.gets),
        "destroyed": texts(state.destroyed, state.lost_from, state.lost_to),
        "ended": state.ended,
        "refused": state.refused,
    }


def messages_of(calls: Mapping[str, tuple[frozenset[Record], ...]]) -> dict[str, Message]:
    """Whose the messages of a menu are. Raises ValueError if one has two calls: then they are not distinct."""
    found: dict[str, Message] = {}
    for who, turns in calls.items():
        for turn, choices in enumerate(turns, start=1):
            for call in choices:
                if call["operation"] in SENDS and found.setdefault(call["value"], (who, turn)) != (who, turn):
                    raise ValueError(f"{call['value']!r} is the message of two calls")
    return found


PLAIN: Final[Label] = lambda message: f"{message[0]}{message[1]}"  # noqa: E731
"""``a2``: the message of the second call of a."""
