"""``duckrace.check``: a verdict on a channel, in rows.

=================  ====================================================================================
``contract``       each numbered statement of the channel contract, by itself
``conformance``    call by call, is it what its model says? Hypothesis draws the calls
``delivery``       order and exactly-once delivery under interleavings
``closure``        the last drop closes, in every way in which a handle can be dropped
``hangs``          what must not hang never does; what must hang is told for what it is
``linearizable``   generated programs: one order of the model's steps explains what threads were told
``blocked``        blocked calls justified: where nobody can go on, everybody who waits is right to
``outcomes``       small programs, every interleaving: exactly what the model allows (profile ``thorough``)
``traces``         recorded executions, read by TLC: the spec allows them (profile ``thorough``)
=================  ====================================================================================

One file per row: a function from a :class:`~._run.Run` to a Row. ``_suite`` explores lists of programs, ``_profile``
has every count, ``programs`` is what runs in the simulated world. A row that fails does not stop the others. What is
not claimed is listed as skipped; a limit is never a pass. :func:`verify` is the last row by itself, with a certificate.
``chain`` is the certificate of all rows and of the specs, ``baseline`` what a check must not fall behind.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from typing import Final

from duckrace._corpus import Where, opened
from duckrace._data import CheckReport, Kind, Row
from duckrace._errors import UsageError
from duckrace._settings import called, duration, names, whole
from duckrace.plugins._load import load

from . import blocked, closure, conformance, contract, delivery, hangs, linearizable, outcomes, traces, transitions
from ._certificate import verify
from ._profile import PROFILES, profile_named
from ._run import Progress, Run

__all__ = ["PROFILES", "ROWS", "Progress", "check", "verify"]

ROWS: Final[Mapping[str, Callable[[Run], Row]]] = {
    contract.NAME: contract.check,
    conformance.NAME: conformance.check,
    delivery.NAME: delivery.check,
    closure.NAME: closure.check,
    hangs.NAME: hangs.check,
    linearizable.NAME: linearizable.check,
    blocked.NAME: blocked.check,
    outcomes.NAME: outcomes.check,
    transitions.NAME: transitions.check,
    traces.NAME: traces.check,
}


def check(
    channel_under_test: object = None,
    *,
    profile: str = "default",
    seed: int = 0,
    progress: Progress | None = None,
    deadline: float | None = None,
    rows: Collection[str] | None = None,
    corpus: Where = None,
) -> CheckReport:
    """Check a channel, and say in rows what was checked, how much of it, and what came out.

    `channel_under_test`: None for the reference channel, ``"FILE_OR_MODULE::NAME"``, the name of an entry point of the
    group ``duckrace.channels``, or a plug-in object that stands at the top level of a module
    (`duckrace.plugins.ChannelUnderTest`). `profile`: ``"quick"``, ``"default"`` or ``"thorough"``. `deadline`: seconds
    of wall-clock time for all rows; rows that it cuts are BUDGET. `progress` is called with (row, done, total). `rows`:
    names of ROWS, to check these only (None: those of the profile). `corpus`: as of `duckrace.explore`, a folder where
    failures are kept.

    Raises UsageError: the channel cannot be found, has another shape, or claims what there is not; no such row.
    """
    counts = profile_named(profile)
    whole("seed", seed, 0)
    if deadline is not None:
        duration("deadline", deadline)
    names("rows", "rows", rows)
    called("progress", progress)
    chosen = rows_named(counts.rows if rows is None else rows)
    started = time.perf_counter()
    run = Run(
        subject=load(channel_under_test),
        profile=counts,
        seed=seed,
        deadline=deadline,
        ends=None if deadline is None else started + deadline,
        progress=progress,
        corpus=opened(corpus),
    )
    checked = tuple(_row(ROWS[name], run) for name in chosen)
    return CheckReport(
        channel=run.subject.name,
        rows=checked,
        profile=profile,
        seed=seed,
        seconds=time.perf_counter() - started,
        notes=tuple(run.corpus.notes) if run.corpus is not None else (),
        cut=run.cut if run.interrupted or not run.stalled else "",
        render=_render,
    )


def rows_named(rows: Collection[str] | None) -> list[str]:
    """`rows` in the order of ROWS, all of them for None. Raises UsageError for a name that is not in ROWS."""
    for name in rows or ():
        if name not in ROWS:
            raise UsageError(f"There is no row {name!r}: the rows are {', '.join(ROWS)}.")
    return [name for name in ROWS if rows is None or name in rows]


def _render(report: CheckReport) -> str:
    from duckrace.report import text  # the floor above: what a report looks like is asked for only when one is

    return text.render_check(report)


def _row(check_row: Callable[[Run], Row], run: Run) -> Row:
    """A row; Ctrl-C where no session takes it makes it one that did not start."""
    try:
        row = check_row(run)
    except KeyboardInterrupt:
        run.interrupted = True
        row = check_row(run)
    if row.verdict.kind is Kind.UNCONTROLLED:
        run.stalled = row.name
    return row
