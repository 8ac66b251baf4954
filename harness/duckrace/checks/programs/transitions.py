"""A path of the spec, driven on a channel: who begins which call when, and who goes on in between.

A script is plain data, a line of it (caller, step, seconds, paused): the caller begins the step, or goes on with the
one that it has begun (None), and then the main thread sleeps. A caller that is paused has begun the call and comes to
the channel in a later line of its own. Simulated time moves only when nobody can go on, so after seconds that are not 0
everybody is through with the calls that were begun, or waits, or is paused. 0 seconds are a yield: how far the others
come then is the schedule's business.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from duckrace_models import RECEIVER, Dropped, Ok, Response

from ._allowed import Event, judged
from ._calls import Step, handle_of, made, result
from ._tools import made as made_by

if TYPE_CHECKING:
    from duckrace.plugins import ChannelUnderTest

Line: TypeAlias = Sequence[Any]

LONG: Final = 1.0
"""Seconds of simulated time; longer than a channel may sleep between two looks."""


def run(
    plugin: ChannelUnderTest,
    capacity: int | None,
    senders: Sequence[str],
    callers: Sequence[str],
    script: Sequence[Line],
) -> str:
    """Drive the script. Raises AssertionError if the channel does what its model does not allow."""
    events = performed(plugin, capacity, senders, callers, script)
    wrong = judged(capacity, senders, script, events)
    if wrong is not None:
        raise AssertionError(wrong.message)
    return "allowed"


def performed(
    plugin: ChannelUnderTest,
    capacity: int | None,
    senders: Sequence[str],
    callers: Sequence[str],
    script: Sequence[Line],
    begins: Callable[[int], object] | None = None,
) -> tuple[Event, ...]:
    """What was seen: when each call came to the channel, when it ended, and how; and when a line was through.

    `begins` is told of each line.
    """
    tx, rx = made_by(plugin, capacity)
    first, *others = senders
    handles: dict[str, Any] = {RECEIVER: rx, first: tx, **{name: tx.clone() for name in others}}
    del tx, rx
    events: list[Event] = []
    boxes = {caller: _Box() for caller in callers}
    began = time.monotonic()
    for caller, box in boxes.items():
        Thread(target=_work, args=(caller, box, script, handles, events, began), name=caller, daemon=True).start()
    for number, (caller, step, seconds, paused) in enumerate(script):
        if begins is not None:
            begins(number)
        if step is not None:
            boxes[caller].lines.append(number)
            boxes[caller].gate.release()
        elif caller is not None and boxes[caller].paused and not paused:
            boxes[caller].pause.release()
        if caller is not None:
            boxes[caller].paused = paused
        time.sleep(seconds)
        events.append(("line", "", number, time.monotonic() - began))
    return tuple(events)


class _Box:
    """The lines that a caller still has to begin."""

    def __init__(self) -> None:
        self.lines: list[int] = []
        self.gate = _Gate()
        self.pause = _Gate()
        self.paused = False


class _Gate:
    """Lets through as often as it was released."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._lock.acquire()
        self._waiting = 0

    def release(self) -> None:
        self._waiting += 1
        if self._waiting == 1:
            self._lock.release()

    def acquire(self) -> None:
        self._lock.acquire()
        self._waiting -= 1
        if self._waiting:
            self._lock.release()


def _work(
    caller: str, box: _Box, script: Sequence[Line], handles: dict[str, Any], events: list[Event], began: float
) -> None:
    while True:
        box.gate.acquire()
        number = box.lines.pop(0)
        step = script[number][1]
        if script[number][3]:
            box.pause.acquire()
        events.append(("begins", caller, number, time.monotonic() - began))
        response = _made(step, handles)
        events.append(("ends", caller, result(response), time.monotonic() - began))


def _made(step: Step, handles: dict[str, Any]) -> Response:
    if handle_of(step) in handles:
        return made(step, handles)
    # The clone that would have made it was refused: there is nothing to call. The model knows such a handle as a
    # dropped one.
    return Ok() if step[0] == "drop" else Dropped(step[2] if "send" in step[0] else None)
