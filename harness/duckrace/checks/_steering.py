"""A channel that is made to follow a script: the threads that are held stand, the line's own thread goes first.

It knows the machine and sessions; it must not know what the spec says of a script.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from typing import Any, Final

from duckrace._data import Failure
from duckrace._endings import ending
from duckrace._exploration import Exploration
from duckrace._scenario import Reference, resolve
from duckrace._session import Session
from duckrace._settings import Settings
from duckrace.formal._graph import Menu
from duckrace.hangs import Diagnosis
from duckrace.kernel import SimThread, machine
from duckrace.plugins._load import Subject
from duckrace.search import Replay

from ._scripts import Script
from ._suite import PROGRAMS
from .programs._allowed import Event

PROGRAM: Final = f"{PROGRAMS}.transitions"


class Steering:
    """The schedule of one execution."""

    def __init__(self, script: Script, callers: tuple[str, ...]) -> None:
        self._script = script
        self._callers = callers
        self._names: dict[int, str] = {}
        self._held: frozenset[str] = frozenset()
        self._first = ""  # whose line it is
        self._left = -1  # schedule points until it is held; negative: it is not
        self.stood = False  # was somebody held in the midst of a call?

    def begins(self, number: int) -> None:
        """The program begins a line."""
        guidance = self._script.guidance[number]
        self._held = guidance.held
        self._first = self._script.lines[number][0] or ""
        self._left = -1 if guidance.depth is None else guidance.depth

    def choose(self, ready: list[SimThread], running: SimThread) -> SimThread:
        name = self._name(running)
        if name and name == self._first and self._left >= 0:
            if self._left == 0:
                self._held |= {name}
                self.stood = True
            self._left -= 1
        if running.n and name not in self._held and running in ready:
            return running
        return min(ready, key=self._rank)

    def _rank(self, thread: SimThread) -> tuple[int, int]:
        """Who goes on: the line's own thread, any other, the main thread, who is held."""
        name = self._name(thread)
        if name in self._held:
            return 3, thread.n
        if not thread.n:
            return 2, 0
        return (0 if name == self._first else 1), thread.n

    def _name(self, thread: SimThread) -> str:
        """The caller that a thread is; empty for the main thread, and for one of the channel's own."""
        name = self._names.get(thread.n)
        if name is None:
            name = self._names[thread.n] = thread.name if thread.n and thread.name in self._callers else ""
        return name


class Driver:
    """Runs scripts on one channel, all in one world. A context manager."""

    def __init__(self, subject: Subject) -> None:
        self.reference = replace(resolve(f"{PROGRAM}::run"), arguments=(subject.reference,))
        self.settings = Settings(modules=subject.modules)
        self.executions = 0
        self.session: Session
        self._stack = ExitStack()

    def __enter__(self) -> Driver:
        self.session = self._stack.enter_context(Session(self.reference, self.settings))
        self._stack.enter_context(self.session.held())
        return self

    def __exit__(self, *exc: object) -> None:
        self._stack.close()
        self._stack = ExitStack()

    def drive(self, menu: Menu, script: Script) -> tuple[tuple[Event, ...] | Diagnosis | None, Steering]:
        """What was seen, or how the execution ended if it did not come to its end; None: it was interrupted."""
        session = self.session
        senders, callers = places(menu)
        while True:
            steering = Steering(script, callers)
            performed = session.world.modules[PROGRAM].performed
            run: Any = session.scenario  # `run`, called with the plug-in
            scenario = partial(performed, run.args[0], menu.capacity, senders, callers, script.lines, steering.begins)
            told = session.execute(steering.choose, inspect=lambda: ending(session), scenario=scenario)
            if not session.grown():
                break
            session.regrow()
        self.executions += 1
        if told is None and machine.over == "end":
            return tuple(machine.value), steering  # type: ignore[arg-type]
        return told, steering

    def reference_of(self, menu: Menu, script: Script) -> Reference:
        """The scenario that drives this script and raises what is wrong."""
        senders, callers = places(menu)
        arguments = (*self.reference.arguments, menu.capacity, senders, callers, script.lines)
        return replace(self.reference, arguments=arguments)

    def told(self, menu: Menu, script: Script, decisions: list[int]) -> Failure | None:
        """What these decisions fail with, with its token. Outside of the session."""
        with Session(self.reference_of(menu, script), self.settings) as session:
            exploration = Exploration(session, self.settings, Replay(decisions))
            exploration.once(decisions)
        return exploration.result(1).failure


def places(menu: Menu) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The senders and the callers of a configuration, in an order that is the same every time."""
    return tuple(sorted(menu.senders)), tuple(sorted(menu.calls))
