"""A history written down by hand, a line for each event.

It knows the notation; what the names mean is a model's business.
"""

from __future__ import annotations

import ast
import re
from typing import Any

from duckrace._errors import UsageError

from ._history import Event, History
from ._model import Cancelled, Invocation, Raised

_LINE = re.compile(
    r"(?P<process>\w+)\s*(?::\s*(?P<call>[A-Za-z_]\w*\s*\(.*\)))?\s*(?P<end>->.*|raises\b.*|waits|is cancelled)?"
)


def history(text: str) -> History:
    """The history that `text` says, a line for each event, the first one first::

        A: write(1)             A calls write(1)
        B: read() -> 0          B calls read(), and it returns 0 before anything else happens
        C: take()
        A ->                    the call of A returns None; `-> 3` returns 3
        B: pop() raises Empty   for `B: pop()` and later `B raises Empty` likewise
        C waits                 nobody could go on any more, and C was still in its call; `C is cancelled` ends a call
                                that had no effect

    A process whose call has no end had not returned: nobody knows whether the call took effect. Arguments and results
    are Python literals. Empty lines and what follows a ``#`` do not count.

    Raises UsageError, with the line, for what cannot be read or what no program can do.
    """
    if not isinstance(text, str):
        raise UsageError(f"history() takes a text, and not {text!r}; History.of(events) takes events.")
    events: list[Event] = []
    waiting: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        words = _without_comment(line).strip()
        if not words:
            continue
        found = _LINE.fullmatch(words)
        if found is None or (found["call"] is None and found["end"] is None):
            raise UsageError(
                f"Line {number} of the history, {words!r}, is neither 'A: name(arguments)' nor 'A -> result' nor both, "
                "nor 'A raises Name', 'A waits' or 'A is cancelled'."
            )
        process, call, end = found["process"], found["call"], found["end"]
        if call is not None:
            events.append(Event("call", process, _invocation(call, number)))
        if end == "waits":
            waiting.append(process)
        elif end is not None:
            events.append(Event("return", process, _result(end, number)))
    return History.of(events, suspended=waiting)


def _without_comment(line: str) -> str:
    """A ``#`` inside of quotes is none."""
    quote = ""
    for position, letter in enumerate(line):
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "'\"":
            quote = letter
        elif letter == "#":
            return line[:position]
    return line


def _invocation(text: str, number: int) -> Invocation:
    try:
        call = ast.parse(text, mode="eval").body
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name):
            arguments = [ast.literal_eval(argument) for argument in call.args]
            arguments += [(keyword.arg, ast.literal_eval(keyword.value)) for keyword in call.keywords]
            return Invocation(call.func.id, tuple(arguments))
    except (SyntaxError, ValueError):
        pass
    raise UsageError(f"Line {number} of the history: {text!r} is no call with literals as arguments.")


def _result(text: str, number: int) -> Any:
    if text == "is cancelled":
        return Cancelled()
    if text.startswith("raises"):
        kind = text.removeprefix("raises").strip()
        if kind.isidentifier():
            return Raised(kind)
        raise UsageError(f"Line {number} of the history: {text!r} names no exception, as in 'raises Empty'.")
    value = text.removeprefix("->").strip()
    try:
        return ast.literal_eval(value) if value else None
    except (SyntaxError, ValueError):
        raise UsageError(f"Line {number} of the history: {value!r} is no literal.") from None
