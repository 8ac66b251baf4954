"""The traces of ``traces.toml``, read, and whether each came to what it has to come to.

All of them are read together, so that TLC is started once for each capacity. A limit is never a pass.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from ._reading import Reading, in_words, read_traces
from ._recorded import Trace
from ._tlc import KILLED_AFTER
from ._tools import Tools
from ._written import TraceRun

Finding = Literal["as expected", "rejected", "not rejected", "rejected elsewhere", "too few", "stopped", "broken"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceChecked:
    """One entry, and what came of it."""

    run: TraceRun
    reading: Reading

    @property
    def rejected(self) -> tuple[int, str]:
        """The first event that is wrong, by number and in words; of several traces that of the one with the fewest
        before it. 0 if there is none."""
        found = [(number, in_words(trace, number)) for trace, number in self.reading.rejected]
        return min(found, default=(0, ""))

    @property
    def finding(self) -> Finding:
        """Whether this is what the file says."""
        run, reading, (number, _) = self.run, self.reading, self.rejected
        if reading.status in ("stopped", "broken"):
            return "stopped" if reading.status == "stopped" else "broken"
        if number != run.rejected:
            return "not rejected" if not number else "rejected elsewhere" if run.rejected else "rejected"
        return "too few" if reading.different < run.least else "as expected"

    @property
    def ok(self) -> bool:
        """Whether this is what the file says."""
        return self.finding == "as expected"


def check_traces(
    tools: Tools,
    runs: Sequence[TraceRun],
    record: Callable[[TraceRun], Sequence[Trace]],
    *,
    jobs: int = 1,
    limit: float = KILLED_AFTER,
    progress: Callable[[int, int], None] = lambda done, of: None,
    stop: threading.Event | None = None,
) -> tuple[TraceChecked, ...]:
    """Read the traces of these entries; `record` makes those that are not written. The rest is as of `read_traces`."""
    groups = [[run.trace] if run.trace is not None else list(record(run)) for run in runs]
    reading = read_traces(
        tools, [trace for group in groups for trace in group], jobs=jobs, limit=limit, progress=progress, stop=stop
    )
    found: list[TraceChecked] = []
    begin = 0
    for run, group in zip(runs, groups, strict=True):
        found.append(TraceChecked(run=run, reading=reading.part(begin, begin + len(group))))
        begin += len(group)
    return tuple(found)
