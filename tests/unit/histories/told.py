"""Histories of channels told in a line: ``a send 1; a ok; c recv; c 1``.

Each part is an event. A process calls ``send 1``, ``recv``, ``clone t2``, ``drop rx`` …, or is answered ``ok``,
a message, ``full``, ``gone``, ``empty``, ``timeout``; or it ``waits``, at the end. Sends are on ``tx``,
or on what follows an ``@``.
"""

from __future__ import annotations

from duckrace.histories import Event, History, Operation
from duckrace_models import Call, Disconnected, Empty, Full, Ok, Response, Timeout

NAMES = ("send", "try_send", "send_timeout", "recv", "try_recv", "recv_timeout", "clone", "drop")


def told(text: str) -> History:
    events: list[Event] = []
    waiting: list[str] = []
    calls: dict[str, Call] = {}
    for part in text.split(";"):
        process, word, *rest = part.split()
        if word in NAMES:
            call = calls[process] = _call(process, word, rest)
            events.append(Event("call", process, call))
        elif word == "waits":
            waiting.append(process)
        else:
            events.append(Event("return", process, _answer(calls[process], word)))
    return History.of(events, suspended=waiting)


def _call(process: str, name: str, rest: list[str]) -> Call:
    handle = "rx" if "recv" in name else rest[0] if name == "drop" else "tx"
    if rest and rest[-1].startswith("@"):
        handle = rest.pop()[1:]
    value: object = None
    if "send" in name:
        value = int(rest[0])
    elif name == "clone":
        value = rest[0]
    return Call(caller=process, operation=name, handle=handle, value=value)  # type: ignore[arg-type]


def _answer(call: Call, word: str) -> Response:
    value = call.value
    if word == "ok":
        return Ok(value if call.operation == "clone" else None)
    answers = {"full": Full(value), "gone": Disconnected(value), "empty": Empty(), "timeout": Timeout(value)}
    return answers.get(word) or Ok(int(word))


def said(operation: Operation) -> str:
    """``send 1``, ``recv 1``, ``try_recv Empty``, ``drop tx``."""
    call, result = operation.what, operation.result
    if call.operation == "drop":
        return f"drop {call.handle}"
    if isinstance(result, Ok | None):
        value = call.value if "send" in call.operation else getattr(result, "value", None)
        return f"{call.operation} {value}"
    return f"{call.operation} {type(result).__name__}"
