"""Executions of a channel, recorded: the programs that Hypothesis draws, each under some schedules, and what the
threads of each saw. Nobody judges that here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from duckrace._data import Kind, Row
from duckrace._errors import InternalError
from duckrace.formal import Trace
from duckrace.kernel import machine
from duckrace.kernel.simthread import Choose
from duckrace.plugins._load import Subject, load
from duckrace.stateful._channel_trial import ChannelTrial
from duckrace.stateful._schedule import Place
from duckrace.stateful._trial import RIGHT, Seen
from duckrace.stateful._values import Program

from ._generated import Generated
from ._profile import PROFILES, Programs
from ._run import Run

Origin = tuple[Program, list[int]]
"""A program, and the decisions of an execution of it."""


class RecordingTrial(ChannelTrial):
    """Every execution is right; what was seen in it is kept."""

    def __init__(self, subject: Subject) -> None:
        super().__init__(subject, waits=False)
        self.recorded: dict[Any, Origin] = {}  # by journal; the first one of each
        self._program: Program

    def execute(self, program: Program, choose: Choose, place: Place) -> Seen:
        self._program = program
        return super().execute(program, choose, place)

    def judged(self, value: Any) -> Seen:
        journal = value.journal
        key = journal.seen
        if key not in self.recorded:
            self.recorded[key] = self._program, list(machine.decisions)
        return RIGHT


class Recording(Generated):
    """As the rows that draw programs, but what it comes to is traces. An execution that does not end as it should is a
    failure here, too."""

    def __init__(self, name: str, run: Run, counts: Programs, examples: int) -> None:
        super().__init__(name, run, counts, examples, waits=False)
        self.trial: RecordingTrial = RecordingTrial(run.subject)
        self.traces: tuple[Trace, ...] = ()
        self.origins: tuple[Origin, ...] = ()
        """Where each trace is from."""

    def row(self) -> Row:
        row = super().row()
        self.traces = tuple(Trace.of(*key) for key in self.trial.recorded)
        self.origins = tuple(self.trial.recorded.values())
        return row

    def _covered(self) -> str:
        return f"{self.programs:,} programs, {self.trial.executions:,} executions"

    # The corpus has failures of row `linearizable`: that row replays them.

    def _again(self) -> bool:
        return False

    def _keep(self) -> None:
        pass


SEED: Final = 0


def recorded(programs: int, samples: int, channel: object = None) -> Sequence[Trace]:
    """Traces of a channel (None: the reference): of so many programs, under so many schedules each and one more.

    Always the same ones. Raises KeyboardInterrupt for Ctrl-C, InternalError for an execution that did not end well.
    """
    run = Run(subject=load(channel), profile=PROFILES["thorough"], seed=SEED, deadline=None, ends=None)
    counts = replace(run.profile.generated, samples=samples)
    recording = Recording("traces", run, counts, programs)
    row = recording.row()
    if run.interrupted:
        raise KeyboardInterrupt
    if row.verdict.kind is not Kind.PASSED:
        raise InternalError(f"the executions to record ended with {row.verdict}")
    return recording.traces
