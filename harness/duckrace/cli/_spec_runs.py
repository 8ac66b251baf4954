"""Runs of the specs, made by all who need them: z3, then TLC, then the traces, with one bar.

It must not know what becomes of the report.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeAlias

from duckrace import formal

MOST_JOBS = 4  # a JVM each
LIMIT = 600.0  # seconds, of one run
Progress: TypeAlias = Callable[[str, int, int, str], None]  # what runs, so many of them are done, of these; and more


def make(
    entries: Sequence[formal.Entry], show: Progress, *, jobs: int | None = None, limit: float = LIMIT
) -> formal.Report:
    """Make these. `jobs`: at a time, None for one per processor; `limit`: seconds of one run of TLC.

    Raises NotInstalled, before anything is run, if TLC is needed and is not there.
    """
    runs = [one for one in entries if isinstance(one, formal.Run)]
    proofs = [one for one in entries if isinstance(one, formal.Proof)]
    traced = [one for one in entries if isinstance(one, formal.TraceRun)]
    tools = formal.find_tools() if runs or traced else None
    most = jobs or min(os.cpu_count() or 1, MOST_JOBS)
    began = time.monotonic()
    proved = formal.check_proofs(proofs, progress=lambda done, of, asked: show("z3", done, of, f"{asked:,} queries"))
    report = formal.Report(checked=(), proved=proved, seconds=time.monotonic() - began)
    if tools is not None:
        checked = formal.check_specs(
            tools,
            runs,
            jobs=most,
            limit=limit,
            progress=lambda done, of, states: show("TLC", done, of, f"{states:,} states"),
        )
        found = formal.check_traces(
            tools,
            traced,
            _record,
            jobs=most,
            limit=limit,
            progress=lambda done, of: show("traces", done, of, "events"),
        )
        report = replace(checked, proved=proved, traces=found, seconds=time.monotonic() - began)
    return report


def _record(run: formal.TraceRun) -> Sequence[formal.Trace]:
    from duckrace.checks._recording import recorded  # Hypothesis, which takes a while to load

    return recorded(run.programs, run.samples)
