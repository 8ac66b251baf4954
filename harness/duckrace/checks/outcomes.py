"""Row ``outcomes``: small programs, every interleaving: all that the model allows happens, and nothing else.

What ``duckrace verify`` does, as a row. The other rows look for what must not happen; this one also finds what cannot
happen although it may, and it does not sample. It keeps no corpus: it explores everything anyway.
"""

from __future__ import annotations

import time
from typing import Final

from duckrace._data import Row
from duckrace._words import many, some

from ._broken import statements
from ._run import Run
from ._suite import not_claimed
from ._verification import Verification

NAME: Final = "outcomes"
NEEDS: Final = ("unbounded", "bounded", "rendezvous", "clone", "drop", "try_send")


def check(run: Run) -> Row:
    """Compare all programs of the profile's size with the model."""
    started = time.perf_counter()
    verification = Verification(run, run.profile.outcomes)
    verification.go()
    done, total = verification.done, verification.total
    upto = f"of up to {many(run.profile.outcomes.most, 'call')}"
    executions = many(verification.executions, "execution")
    covered = f"{some(done, total, 'program')} {upto}, {executions}, exhaustive"
    return Row(
        name=NAME,
        verdict=verification.verdict,
        covered=covered if total else "nothing of it is claimed",
        executions=verification.executions,
        seconds=time.perf_counter() - started,
        failure=verification.failure,
        program=verification.program,
        skipped=not_claimed(run.subject, NEEDS),
        statements=statements(verification.statements),
    )
