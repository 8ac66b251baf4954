"""Row ``traces``: executions of the channel, read by TLC as behaviours of the spec.

The programs are drawn as those of row ``linearizable``. What their threads saw, and where nobody could go on, is read
by TLC (`duckrace.formal`): not the models judge here, but the spec that they are compared with. Needs the extra
``formal``; without it the row is skipped, and says so.
"""

from __future__ import annotations

from typing import Final

from duckrace._data import Kind, Row, Verdict

from ._run import Run

NAME: Final = "traces"


def check(run: Run) -> Row:
    """Record, and have it read. Raises UsageError if a variable names a Java or a TLC that is not there."""
    from duckrace import formal

    from ._validated import Validated  # Hypothesis, which nobody else has to wait for

    try:
        tools = formal.find_tools()
    except formal.NotInstalled as missing:
        return Row(
            name=NAME,
            verdict=Verdict(kind=Kind.SKIPPED, detail=str(missing)),
            covered=str(missing),
            skipped=(f"{NAME}, for TLC is not installed",),
        )
    return Validated(NAME, run, tools).row()
