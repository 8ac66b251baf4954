"""Row ``linearizable``: generated programs. Whatever threads do with a channel at once, is what they are told explained
by one order of the model's steps?

A call that has not returned says nothing here, and may have taken effect or not; whether it was right to wait is for
row ``blocked``.
"""

from __future__ import annotations

from typing import Final

from duckrace._data import Row

from ._run import Run

NAME: Final = "linearizable"


def check(run: Run) -> Row:
    from ._generated import Generated  # Hypothesis, which nobody else has to wait for

    counts = run.profile.generated
    return Generated(NAME, run, counts, counts.linearizable, waits=False).row()
