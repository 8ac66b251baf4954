"""Row ``blocked``: blocked calls justified. Where nobody can go on any more, was every call that still waits right to?

The programs are those of row ``linearizable``. A call may be blocked if the model has it disabled at the end of some
order that explains all the rest; otherwise nobody woke it who should have, and that is told.
"""

from __future__ import annotations

from typing import Final

from duckrace._data import Row

from ._run import Run

NAME: Final = "blocked"


def check(run: Run) -> Row:
    from ._generated import Generated

    counts = run.profile.generated
    return Generated(NAME, run, counts, counts.blocked, waits=True).row()
