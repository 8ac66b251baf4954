"""Calls as plain data: what they are in words, in the model, and on real handles.

A step of a sequential program is a tuple; lists will do, since a token stores lists::

    ("send", "tx", 1)("try_send", "tx", 1)("send_timeout", "tx", 1, seconds)
    ("recv",)(
        "try_recv",
    )("recv_timeout", seconds)
    ("clone", "tx", "tx2")("drop", "tx")("lose", "tx")("wait", seconds)

``lose`` is a drop by loss of the last reference; ``wait`` lets time pass for calls that time out. The number of a step,
from 1, is the caller in the model.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from duckrace.channels import (
    ChannelError,
)
from duckrace.plugins.adapters._answers import ALWAYS, ERRORS
from duckrace_models import (
    BLOCKS,
    RECEIVER,
    Blocks,
    Call,
    ConcurrentReceive,
    Empty,
    Ok,
    Operation,
    Response,
    Timeout,
)

from ._errors import foreign, shown

Step = Sequence[Any]

VALUELESS: Final = (Empty, ConcurrentReceive)


@dataclass(frozen=True, slots=True)
class Wrong(Response):
    """What no model answers, in words: ``raised KeyError: 1``."""

    words: str


def handle_of(step: Step) -> str:
    """The handle that a call is made on."""
    return str(step[1]) if step[0] in ("send", "try_send", "send_timeout", "clone", "drop", "lose") else RECEIVER


def seconds_of(step: Step) -> float | None:
    """The timeout of a timed call."""
    return float(step[-1]) if step[0] in ("send_timeout", "recv_timeout") else None


def model_call(caller: int, step: Step) -> Call:
    """The call as the models know it."""
    operation: Operation = "drop" if step[0] == "lose" else cast("Operation", step[0])
    value = step[2] if len(step) > 2 else None
    return Call(caller=caller, operation=operation, handle=handle_of(step), value=value)


def step_of(operation: str, handle: Any, value: Any, seconds: float) -> tuple[Any, ...]:
    """A call of the models as a step. `seconds`: how long it waits if it is a timed one."""
    step: tuple[Any, ...] = (operation,)
    if operation in ("send", "try_send", "send_timeout", "clone"):
        step += (handle, value)
    elif operation == "drop":
        step += (handle,)
    return (*step, seconds) if operation in ("send_timeout", "recv_timeout") else step


def words(step: Step) -> str:
    """The call as it would be written."""
    operation, *rest = step
    if operation == "wait":
        return f"time.sleep({rest[0]:g})"
    if operation == "lose":
        return f"del {rest[0]}"
    if operation == "clone":
        return f"{rest[1]} = {rest[0]}.clone()"
    handle = handle_of(step)
    arguments = rest[1:] if rest and rest[0] == handle else rest
    return f"{handle}.{operation}({', '.join(map(repr, arguments))})"


def made(step: Step, handles: dict[str, Any]) -> Response:
    """Make the call, for real; what came out as the model would say it."""
    began = time.monotonic()
    seconds = seconds_of(step)
    try:
        value = _call(step, handles)
    except ChannelError as error:
        response = _response(step[0], error)
    except Exception as error:
        return Wrong(f"raises {shown(error)}{foreign(error)}")
    else:
        return Ok(value)
    passed = time.monotonic() - began
    if isinstance(response, Timeout) and seconds is not None and passed < seconds:
        return Wrong(f"times out after {passed:g} s, too early (contract 37)")
    return response


def _call(step: Step, handles: dict[str, Any]) -> Any:
    operation = step[0]
    if operation == "lose":
        del handles[step[1]]
        return None
    handle = handles[handle_of(step)]
    if operation == "clone":
        handles[step[2]] = handle.clone()
        return step[2]
    if operation == "drop":
        handle.drop()
        return None
    rest = step[2:] if operation in ("send", "try_send", "send_timeout") else step[1:]
    value = getattr(handle, operation)(*rest)
    return value if operation in ("recv", "try_recv", "recv_timeout") else None


def _response(operation: str, error: ChannelError) -> Response:
    for kind, raised in {**ERRORS[operation], **ALWAYS}.items():
        if isinstance(error, raised):
            return kind() if kind in VALUELESS else kind(error.value)  # type: ignore[call-arg]
    return Wrong(f"raises {type(error).__qualname__}: {error}")


def answer(step: Step, response: Response | Blocks) -> str:
    """What a call does, in words, after its name: ``returns 1``, ``blocks``, ``raises SendError(1)``."""
    operation = step[0]
    if response is BLOCKS:
        return "blocks"
    if isinstance(response, Wrong):
        return response.words
    if isinstance(response, Ok):
        return f"returns {response.value!r}" if operation in ("recv", "try_recv", "recv_timeout") else "returns"
    assert isinstance(response, Response)
    raised = {**ERRORS[operation], **ALWAYS}[type(response)].__qualname__
    sends = operation in ("send", "try_send", "send_timeout")
    return f"raises {raised}({getattr(response, 'value', '')!r})" if sends else f"raises {raised}"


def result(response: Response | Blocks) -> str:
    """What a call came to in a word, with its value: ``Ok``, ``Ok(11)``, ``Full(12)``, ``Empty``, ``blocks``."""
    if response is BLOCKS:
        return "blocks"
    if isinstance(response, Wrong):
        return response.words
    value = getattr(response, "value", None)
    return type(response).__name__ if value is None else f"{type(response).__name__}({value})"
