"""Is what is proved about the channel that the Python model is? Its steps, read on values, against the model's.

The formulas of `_channel` are read by Python, state by state, and the state graph that they make is compared with that
of the model: equal, as the model's is with that of Channel.tla, which TLC writes down.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Final

from .._graph import IDLE, Graph, Menu, Step
from .._values import Record
from ._channel import Channel
from ._records import messages_of, record_of, state_of
from ._terms import CALLER, Values


def proof_graph(menu: Menu, make: type[Channel] = Channel) -> Graph:
    """All that the channel of the proof can do with these calls."""
    steps_of = Reading(menu, make)
    first = steps_of.initial
    steps: dict[Record, frozenset[Step]] = {}
    found = {first: first}
    todo = deque([first])
    while todo:
        here = todo.popleft()
        steps[here] = frozenset(steps_of(here))
        for _, there in steps[here]:
            if there not in found:
                found[there] = there
                todo.append(there)
    return Graph(initial=frozenset({first}), steps=steps)


class Reading:
    """The steps of the proof's channel from a state of Channel.tla, with the calls of a menu."""

    def __init__(self, menu: Menu, make: type[Channel] = Channel) -> None:
        self.menu = menu
        self.callers = tuple(sorted(menu.calls))
        calls = [call for turns in menu.calls.values() for choices in turns for call in choices]
        clones = {call["value"] for call in calls if call["operation"] == "clone"}
        self.handles = ("rx", *sorted(menu.senders | clones | {call["handle"] for call in calls} - {"rx"}))
        self.messages = messages_of(menu.calls)
        self.label = {message: text for text, message in self.messages.items()}.__getitem__
        most = max(map(len, menu.calls.values()))
        self.terms = Values(self.callers, self.handles, len(self.callers) * most + 2)
        kind = {None: "unbounded", 0: "rendezvous"}.get(menu.capacity, "bounded")
        self.channel = make(self.terms, kind, menu.capacity)
        self.parts = self.channel.parts()

    @property
    def initial(self) -> Record:
        """A new channel."""
        return Record(
            {
                "buffer": (),
                "senders": self.menu.senders,
                "receiver": True,
                "queue": (),
                "pending": Record(dict.fromkeys(self.callers, IDLE)),
                "made": Record(dict.fromkeys(self.callers, 0)),
            }
        )

    def __call__(self, here: Record) -> Iterator[Step]:
        state = state_of(here, self.messages)
        for part in self.parts:
            for c in self.callers:
                for more in self._more(here, c, part.more):
                    guard, after = part.step(state, c, *more)
                    if guard:
                        yield part.action, record_of(after, self.callers, self.handles, self.label)

    def _more(self, here: Record, c: str, sorts: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        if not sorts:
            yield ()
        elif sorts == (CALLER,):
            yield from ((other,) for other in self.callers)
        elif here["made"][c] < len(self.menu.calls[c]):  # start: what the menu has
            for call in self.menu.calls[c][here["made"][c]]:
                yield call["operation"], call["handle"], call["value"] if call["operation"] == "clone" else ""


def _calls(text: str) -> tuple[frozenset[Record], ...]:
    """``ta.send a1 | ta.try_send a1; ta.drop``: turns, and the calls to choose from."""
    return tuple(frozenset(map(_call, turn.split("|"))) for turn in text.split(";"))


def _call(text: str) -> Record:
    where, _, value = text.strip().partition(" ")
    handle, _, operation = where.partition(".")
    return Record({"operation": operation, "handle": handle, "value": value})


_ANY: Final = "rx.recv | rx.try_recv | rx.recv_timeout"
PROGRAMS: Final = {
    "kinds": {
        "a": "ta.send a1 | ta.try_send a1 | ta.send_timeout a1; ta.send a2 | ta.send_timeout a2; ta.drop",
        "r": f"{_ANY}; {_ANY}; rx.recv | rx.try_recv",
    },
    "queue": {
        "a": "ta.send a1 | ta.send_timeout a1; ta.drop",
        "b": "tb.send b1; tb.drop",
        "r": "rx.recv | rx.try_recv; rx.recv_timeout",
    },
    "leaving": {"a": "ta.send a1; ta.send_timeout a2", "b": "tb.send b1", "r": "rx.recv", "x": "rx.drop"},
    "misuse": {
        "a": "ta.send a1 | ta.send_timeout a1; ta.send a2 | ta.drop",
        "r": "rx.recv | rx.try_recv; rx.drop; rx.recv",
        "x": "ta.drop; ta.send x2 | ta.clone tc",
    },
    "brim": {"a": "ta.send a1; ta.send a2; ta.send a3 | ta.try_send a3 | ta.send_timeout a3", "r": "rx.recv"},
    "gone": {"a": "ta.clone tb | ta.drop; ta.send a2 | ta.clone tc", "r": "rx.drop; rx.recv", "x": "rx.drop"},
    "cloning": {"a": "ta.clone tb; ta.drop; tb.send a3; tb.drop", "b": "ta.send b1 | ta.drop", "r": "rx.recv; rx.recv"},
    "crowd": {"a": "ta.send a1; ta.drop", "r": "rx.recv | rx.recv_timeout; rx.try_recv", "s": "rx.recv | rx.try_recv"},
}
"""Small programs that have every action, and every disjunct of each."""


def menu_of(program: str, capacity: int | None) -> Menu:
    """One of PROGRAMS on a channel: one without bound has no try_send and no send_timeout (contract 22)."""
    calls = {who: _calls(text) for who, text in PROGRAMS[program].items()}
    if capacity is None:
        missing = ("try_send", "send_timeout")
        calls = {
            who: tuple(
                frozenset(call for call in turn if call["operation"] not in missing)
                or frozenset(Record({**call, "operation": "send"}) for call in turn)
                for turn in turns
            )
            for who, turns in calls.items()
        }
    used = {call["handle"] for turns in calls.values() for turn in turns for call in turn}
    cloned = {
        call["value"] for turns in calls.values() for turn in turns for call in turn if call["operation"] == "clone"
    }
    return Menu(capacity=capacity, senders=frozenset(used - cloned - {"rx"}), calls=calls)
