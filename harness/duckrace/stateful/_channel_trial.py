"""Programs on a channel, run and judged.

It knows the world's program and the histories of channels; it must not know who draws programs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, Final

from duckrace._data import Failure, Kind
from duckrace._exploration import Exploration
from duckrace._scenario import Reference, resolve
from duckrace._session import Session
from duckrace._settings import Settings
from duckrace.hangs import Diagnosis
from duckrace.histories import Judgement
from duckrace.kernel import machine
from duckrace.plugins._load import Subject
from duckrace.search import Replay

from ._schedule import Place
from ._trial import RIGHT, Seen, Trial
from ._values import Case, Program

HOME: Final = "duckrace.stateful.programs"
REMEMBERED: Final = 50_000  # judgements: schedules of one program often come to the same history


class ChannelTrial(Trial):
    """`waits`: it is looked at whether who waits is right to, and nothing else; without, at all the rest."""

    def __init__(self, subject: Subject, *, waits: bool) -> None:
        reference = replace(resolve(f"{HOME}.channel::run"), arguments=(subject.reference, waits))
        super().__init__(reference, Settings(modules=subject.modules))
        self.waits = waits
        self.operations = 0  # of histories that were judged
        self.waiting = 0  # calls that were right to wait
        self._known: dict[Any, Judgement] = {}

    def scenario(self, program: Program, place: Place) -> Callable[[], object]:
        module = self.session.world.modules[f"{HOME}.channel"]
        run: Any = self.session.scenario  # `run`, called with the plug-in and `waits`
        return partial(module.performed, run.args[0], program.capacity, program.senders, program.parts, place.begins)

    def failed(self, told: Diagnosis) -> Seen:
        if told.kind is Kind.FAILED and self.waits:  # an error where an answer should be
            return RIGHT
        return super().failed(told)

    def judged(self, value: Any) -> Seen:
        journal = value.journal
        key = journal.seen
        found = self._known.get(key)
        if found is None:
            judge: Callable[..., Judgement] = self.session.world.modules[f"{HOME}._watched"].judged
            found = judge(*key, False)
            if self.waits:  # what is wrong although nobody has to justify a wait is for others
                found = judge(*key, True) if found.kind == "linearizable" else Judgement(kind="linearizable")
            if len(self._known) > REMEMBERED:
                self._known.clear()
            self._known[key] = found
        if found.kind == "violation":
            return Seen(kind="wrong", why=str(found), judgement=found)
        if found.kind == "unknown":
            return Seen(kind="unknown", why=found.why, judgement=found)
        self.operations += (len(journal.events) + len(journal.inside)) // 2
        self.waiting += len(journal.inside)
        return RIGHT

    def reference_of(self, program: Program) -> Reference:
        """The scenario that runs this program and raises what is wrong."""
        arguments = (*self.reference.arguments, program.capacity, program.senders, *program.parts)
        return replace(self.reference, arguments=arguments)

    def settings_of(self, program: Program) -> Settings:
        """What the scenario of this program depends on."""
        return replace(self.settings, timeouts=program.timeouts)

    def told(self, case: Case) -> Failure | None:
        """The case, run once more to be told with its token; None if it does not fail again. Outside of the session."""
        with self:
            self.case(case)
            decisions = list(machine.decisions)
        return self.replayed(case.program, decisions)

    def replayed(self, program: Program, decisions: list[int]) -> Failure | None:
        """The failure of a program under these decisions."""
        settings = self.settings_of(program)
        with Session(self.reference_of(program), settings) as session:
            exploration = Exploration(session, settings, Replay(decisions))
            exploration.once(decisions)
        return exploration.result(1).failure
