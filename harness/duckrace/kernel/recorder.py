"""The trace of an execution that is run again to be shown or compared.

Two grain sizes: :class:`Steps` keeps what is needed to tell whether two executions are the same,
:class:`Tracer` makes the events of a timeline.

They know frames and values; they must not know what an execution is replayed for.
"""

from __future__ import annotations

import sys

from duckrace._data import Event

from . import frames
from .locks import Lock, label
from .machine import SimThread, machine


class Steps:
    """Who did what, as plain values."""

    def __init__(self) -> None:
        self.steps: list[tuple[tuple[int, ...], str, str]] = []

    def step(self, thread: SimThread, op: str, obj: object) -> None:
        what = label(obj) if isinstance(obj, Lock) else str(obj.path) if isinstance(obj, SimThread) else ""
        self.steps.append((thread.path, op, what))

    def wrote(self, event: object) -> None:
        pass

    def touched(self, access: object) -> None:
        pass


class Tracer:
    """Every step with the call that led there; `scenario` is the file whose calls are shown."""

    def __init__(self, scenario: str) -> None:
        self.scenario = scenario
        self.events: list[Event] = []

    def step(self, thread: SimThread, op: str, obj: object) -> None:
        stack = [frame for frame in frames.back(sys._getframe()) if not frames.is_ours(frame)]
        call, where = frames.call_or_operation(op, obj, stack, self.scenario)
        self.events.append(
            Event(
                step=len(self.events) + 1,
                thread=thread.name,
                path=thread.path,
                operation=frames.operation_text(op, obj, stack),
                call=call,
                where=where,
                choices=len(machine.ready),
            )
        )

    def wrote(self, event: object) -> None:
        pass

    def touched(self, access: object) -> None:
        pass
