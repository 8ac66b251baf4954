"""The trace of an execution that is run again to be shown or compared.

Two grain sizes: :class:`Steps` keeps what is needed to tell whether two executions are the same,
:class:`Tracer` makes the events of a timeline.

They know frames and values; they must not know what an execution is replayed for.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from duckrace._data import Event

from . import frames
from .locks import Lock, label
from .machine import machine
from .names import Names, Role
from .shared import READ, WRITE
from .simthread import YIELD, Recorder, SimThread, runs_out


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
    """Every step with the call that led there, and why the thread before it was left; accesses, too.

    `scenario` is the file whose calls are shown; `role` says which objects are handles of channels; `also` is told of
    every step, too.
    """

    def __init__(self, scenario: str, role: Role | None = None, also: Recorder | None = None) -> None:
        self.scenario = scenario
        self.events: list[Event] = []
        self._names = Names(role)
        self._also = also
        self._last: SimThread | None = None
        self._now = machine.now
        self._steps = 0

    @property
    def preemptions(self) -> int:
        """Switches away from a thread that could have gone on."""
        return sum(event.preempts for event in self.events)

    @property
    def switches(self) -> int:
        """All other switches."""
        return sum(bool(event.switch) and not event.preempts for event in self.events)

    def step(self, thread: SimThread, op: str, obj: object) -> None:
        switch, preempts = self._switch(thread)
        self._last, self._now = thread, machine.now
        self._steps += 1
        self._note(thread, op, obj, switch, preempts)
        if self._also is not None:
            self._also.step(thread, op, obj)

    def touched(self, access: Any) -> None:
        """An access as a part of the last step: an event of its own."""
        if self._last is not None:
            writes = any(writes for _, writes in access.touched())
            self._note(self._last, WRITE if writes else READ, access, "", False)
            if self._also is not None:
                self._also.touched(access)

    def wrote(self, event: object) -> None:
        if self._also is not None:
            self._also.wrote(event)

    def _note(self, thread: SimThread, op: str, obj: object, switch: str, preempts: bool) -> None:
        stack = [frame for frame in frames.back(sys._getframe()) if not frames.is_ours(frame)]
        names = self._names
        names.learn(obj, stack)
        call, where = frames.call_or_operation(op, obj, stack, self.scenario)
        self.events.append(
            Event(
                step=self._steps,
                thread=thread.name,
                path=thread.path,
                operation=names.told(frames.done_text(op, obj, stack, thread.expired)),
                call=names.drop(stack) or names.told(call),
                where=where,
                choices=len(machine.ready),
                switch=switch,
                preempts=preempts,
                inside=frames.inner_place(stack, self.scenario),
            )
        )

    def _switch(self, thread: SimThread) -> tuple[str, bool]:
        """Why the thread that made the last step was left, and whether it was preempted."""
        last = self._last
        if last is None or last is thread:
            return "", False
        if last.done:
            return "ends", False
        passes = machine.now != self._now and not machine.free
        if last in machine.ready and not passes and not runs_out(last):
            yields = last.op is YIELD
            return "yields" if yields else "preempted: could have gone on", not yields
        words = frames.wait_text(last.op, last.obj, frames.frames_of(last))
        return f"{words}; nobody can go on, so time passes" if passes else words, False

    def shade(self, matter: Sequence[bool]) -> None:
        """Say of each event whether it matters."""
        self.events = [
            event if counts else replace(event, matters=False)
            for event, counts in zip(self.events, matter, strict=True)
        ]
