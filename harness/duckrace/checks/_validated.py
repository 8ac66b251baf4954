"""Recorded executions, read by TLC; the shortest one that it rejects is told.

It knows traces and where they are from; it must not know TLA+.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from duckrace._data import Kind, Row, Verdict
from duckrace._words import many, some
from duckrace.formal import Reading, Tools, in_words, read_traces
from duckrace.kernel.simthread import Choose
from duckrace.search import Replay
from duckrace.stateful._channel_trial import ChannelTrial
from duckrace.stateful._schedule import Place

from ._recording import Recording
from ._run import Run

JOBS: Final = 2  # runs of TLC at a time
LIMIT: Final = 900.0  # seconds for all of them: many times what they take


class Validated(Recording):
    """The row."""

    def __init__(self, name: str, run: Run, tools: Tools) -> None:
        counts = run.profile.generated
        super().__init__(name, run, replace(counts, samples=counts.traced), counts.traces)
        self.tools = tools

    def row(self) -> Row:
        started = time.perf_counter()
        row = super().row()
        if not row.verdict.passed:
            return row
        left = self.run.left()
        try:
            reading = read_traces(
                self.tools,
                self.traces,
                jobs=JOBS,
                limit=LIMIT if left is None else min(LIMIT, left),
                progress=lambda done, of: self.run.tell(self.name, done, of),
            )
        except KeyboardInterrupt:
            self.run.interrupted = True
            verdict = self.run.out_of_budget(f"{many(len(self.traces), 'trace')} not read")
            return replace(row, verdict=verdict, seconds=time.perf_counter() - started)
        verdict = self._judged(reading)
        return replace(
            row,
            verdict=verdict,
            covered=f"{_counted(reading)}, {self._covered()}",
            seconds=time.perf_counter() - started,
            failure=self.failure,
            program=self.program,
            statements=self.broken,
        )

    def _judged(self, reading: Reading) -> Verdict:
        if reading.status == "rejected":
            return self._reject(reading)
        if reading.status == "accepted":
            return Verdict(kind=Kind.PASSED, detail=f"sampled {self.trial.executions:,}")
        if reading.status == "broken":
            said = " ".join(reading.message.split())[:200]
            return Verdict(kind=Kind.BUDGET, detail=f"TLC could not read the traces: {said}")
        unread = f"{sum(read is None for read in reading.read):,} traces not read"
        if self.run.cut:
            return self.run.out_of_budget(unread)
        return Verdict(kind=Kind.BUDGET, detail=f"TLC was stopped after {reading.seconds:.0f} s; {unread}")

    def _reject(self, reading: Reading) -> Verdict:
        """Tell the one with the fewest events before the one that is wrong."""
        trace, number = min(reading.rejected, key=lambda found: (found[1], len(found[0].events)))
        program, decisions = self.origins[reading.traces.index(trace)]
        said = f"Event {number} of the trace, {in_words(trace, number)}, is nothing that the spec allows."
        detail = f"rejected by the spec: {len(reading.rejected):,} of {many(len(self.traces), 'trace')}"
        for waits in (False, True):  # the models say what is wrong with it, and a schedule replays it
            trial = ChannelTrial(self.run.subject, waits=waits)
            with trial:
                seen = trial.execute(program, _following(decisions), Place())
            failure = trial.replayed(program, decisions) if seen.kind == "wrong" else None
            if failure is not None:
                self.trial.waits = waits
                self._tell(program, failure, seen)
                assert self.failure is not None
                self.failure = replace(self.failure, explanation=f"{said}\n{self.failure.explanation}".strip())
                return Verdict(kind=failure.kind, detail=detail if failure.kind is Kind.FAILED else "")
        events = [f"{n:>4}  {in_words(trace, n)}" for n in range(1, number + 1)]
        self.program = "\n".join([said, "The models allow it: spec and models differ.", "", *events])
        return Verdict(kind=Kind.FAILED, detail=detail)


def _following(decisions: Sequence[int]) -> Choose:
    replay = Replay(decisions)
    replay.begin(0)
    return replay.choose


def _counted(reading: Reading) -> str:
    accepted = sum(read == len(trace.events) for trace, read in zip(reading.traces, reading.read, strict=True))
    return f"{some(accepted, len(reading.traces), 'trace')} accepted by the spec, {reading.events:,} events"
