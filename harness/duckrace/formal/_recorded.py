"""Recorded executions as a TLA+ module: what TraceChannel.tla reads.

Names do not matter to a channel, so callers, handles and messages are called c1, h1, m1, … in the order in which they
appear: executions that differ in names only become one trace, and events are few. They are written once each, as a
table, and a trace is a sequence of numbers: SANY parses numbers much faster than records.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from duckrace._errors import UsageError
from duckrace_models import RECEIVER, Call, Response
from duckrace_models._values import SENDS

Kind = Literal["call", "return", "stop"]
Event: TypeAlias = tuple[Kind, Hashable, Call | Response | None]
"""``("call", who, Call)``, ``("return", who, Response)``, ``("stop", None, None)``: nobody could go on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """What was recorded of one channel."""

    capacity: int | None
    senders: tuple[str, ...]
    """The handles at the beginning."""
    events: tuple[Event, ...]

    @classmethod
    def of(
        cls,
        capacity: int | None,
        senders: Collection[str],
        events: Iterable[tuple[str, Hashable, Call | Response]],
        stops: Iterable[tuple[int, Collection[Hashable]]] = (),
    ) -> Trace:
        """The trace of a log of calls and returns. `stops`: after how many events nobody could go on."""
        log = list(events)
        halts = {position for position, _ in stops}
        found: list[Event] = [("stop", None, None)] if 0 in halts else []
        for position, (kind, who, what) in enumerate(log, start=1):
            found.append(("call" if kind == "call" else "return", who, what))
            if position in halts:
                found.append(("stop", None, None))
        return cls(capacity=capacity, senders=tuple(senders), events=tuple(found))


Words: TypeAlias = tuple[str, str, str, str, str, str, str]
"""Kind, caller, operation, handle, value; kind and value of the answer. As TraceChannel knows an event."""
Plain: TypeAlias = tuple[int, tuple[Words, ...]]
"""How many sender handles there are at the beginning, h1, h2, …, and the events."""


def plain(trace: Trace) -> Plain:
    """The trace without its names. Raises UsageError if no program can have done this."""
    callers, handles, messages = _Names("c"), _Names("h"), _Names("m")
    for handle in trace.senders:
        handles[handle]
    if len(set(trace.senders)) < len(trace.senders):
        raise UsageError("a trace has two sender handles of one name")
    inside: dict[Hashable, Call] = {}
    found: list[Words] = []
    for number, (kind, who, what) in enumerate(trace.events, start=1):
        if kind == "stop":
            found.append(("stop", "", "", "", "", "", ""))
        elif isinstance(what, Call):
            if who in inside:
                raise UsageError(f"event {number}: {who} is in a call, and makes another one")
            inside[who] = what
            value = messages[what.value] if what.operation in SENDS else ""
            if what.operation == "clone":
                value = handles[what.value]
            handle = RECEIVER if what.handle == RECEIVER else handles[what.handle]
            found.append(("call", callers[who], what.operation, handle, value, "", ""))
        else:
            call = inside.pop(who, None)
            if call is None:
                raise UsageError(f"event {number}: {who} returns, and is in no call")
            found.append(("return", callers[who], "", "", "", *_answer(call, what, handles, messages)))
    return len(trace.senders), tuple(found)


def _answer(call: Call, response: Response | None, handles: _Names, messages: _Names) -> tuple[str, str]:
    """Its kind and value. A value where none belongs is kept: then it is that which the spec does not allow."""
    kind = type(response).__name__
    value = getattr(response, "value", None)
    if call.operation == "clone" and kind == "Ok":
        return kind, "" if value is None else handles[value]
    carries = kind == "Ok" if call.operation not in SENDS else kind != "Ok"
    carries = carries and call.operation not in ("clone", "drop")
    return kind, messages[value] if carries or value is not None else ""


class _Names(dict[Hashable, str]):
    """A new name for everything that is asked for the first time."""

    def __init__(self, letter: str) -> None:
        super().__init__()
        self.letter = letter

    def __getitem__(self, of: Hashable) -> str:
        key = (type(of), of)  # 1 and True are two messages
        found = self.get(key)
        if found is None:
            found = self[key] = f"{self.letter}{len(self) + 1}"
        return found


def module(traces: Sequence[Plain]) -> str:
    """The text of Traces.tla with these traces."""
    table: dict[Words, int] = {}
    rows: list[str] = []
    for senders, events in traces:
        handles = ", ".join(_quoted(f"h{n}") for n in range(1, senders + 1))
        numbers = ", ".join(str(table.setdefault(event, len(table) + 1)) for event in events)
        rows.append(f"[senders |-> {{{handles}}}, events |-> <<{numbers}>>]")
    return TEMPLATE.format(
        names=", ".join(_quoted(name) for name in sorted({event[1] for event in table if event[1]})),
        happened=",\n    ".join(map(_event, table)),
        traces=",\n    ".join(rows),
    )


TEMPLATE: Final = """\
-------------------------------- MODULE Traces --------------------------------
(* Generated: what TraceChannel reads.  The file in the folder of the specs is "trace/rendezvous" of traces.toml. *)
EXTENDS ChannelWords

(* Who calls, in any of the traces. *)
Names == {{{names}}}

(* All that happens in any of them, once each. *)
Happened == <<
    {happened}>>

(* The traces: the sender handles that there are at the beginning, and the events, by their place in Happened. *)
Traces == <<
    {traces}>>
=============================================================================
"""


def _event(event: Words) -> str:
    kind, who, operation, handle, value, answer, back = event
    call = f"CallOf({_quoted(operation)}, {_quoted(handle)}, {_quoted(value)})" if kind == "call" else "NoCall"
    response = f"Response({_quoted(answer)}, {_quoted(back)})" if kind == "return" else "NoResponse"
    return f"[kind |-> {_quoted(kind)}, caller |-> {_quoted(who)}, call |-> {call}, response |-> {response}]"


def _quoted(text: str) -> str:
    return f'"{text}"'
