"""Baselines: what a check covered once, in a file, so that a later check cannot quietly cover less.

A check is worse than its baseline when a row or a statement of the contract that passed does not pass now, is skipped
or gone, or when a row explored less. Known failures are no excuse: a baseline never turns a failure into a pass.

The file is JSON of few lines that change seldom, made to be kept in version control. It knows reports; it must not know
how they came about.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

import msgspec

from duckrace._data import CheckReport, Kind, Row
from duckrace._errors import UsageError
from duckrace._words import many

from . import _file

__all__ = ["FORMAT", "Baseline", "Comparison", "Line", "compare", "fit", "read", "taken", "writable", "write"]

FORMAT: Final = 1
WHAT: Final = "baseline"


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """What a baseline says of a row."""

    name: str
    verdict: str
    executions: int
    statements: dict[str, str] = {}  # number: ``passed``, ``failed``, ``skipped``
    skipped: list[str] = []


class Baseline(msgspec.Struct, frozen=True, kw_only=True):
    """The file."""

    format: int = FORMAT
    kind: Literal["baseline"] = "baseline"
    channel: str
    profile: str
    seed: int
    rows: list[Line]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A check beside its baseline."""

    file: str
    written: bool = False  # the file is new, or was asked to be
    worse: tuple[str, ...] = ()  # a sentence for everything that is worse
    note: str = ""  # why nothing was written

    @property
    def exit_status(self) -> int:
        return 1 if self.worse else 0


def taken(report: CheckReport) -> Baseline:
    """The baseline that `report` makes."""
    return Baseline(channel=report.channel, profile=report.profile, seed=report.seed, rows=[*map(_line, report.rows)])


def _line(row: Row) -> Line:
    statements = {str(one.number): one.outcome for one in sorted(row.statements, key=lambda one: one.number)}
    return Line(
        name=row.name,
        verdict=str(row.verdict.kind),
        executions=row.executions,
        statements=statements,
        skipped=sorted(row.skipped),
    )


def write(report: CheckReport, path: str | os.PathLike[str]) -> Comparison:
    """Write the baseline of `report`, unless a row of it ended early: that would be a poor measure for others.

    Raises UsageError if the file cannot be written.
    """
    early = [row.name for row in report.rows if row.verdict.exit_status == 3]
    if early or not report.rows:
        which = f"{', '.join(early)} ended early" if early else "nothing was checked"
        return Comparison(file=os.fspath(path), note=f"{which}, so no baseline was written")
    _file.write(taken(report), path, WHAT)
    return Comparison(file=os.fspath(path), written=True)


def writable(path: str | os.PathLike[str]) -> None:
    """Raise UsageError if there is no place for a file there: known before the check, which takes longer."""
    _file.writable(path, WHAT)


def read(path: str | os.PathLike[str]) -> Baseline | None:
    """The baseline in the file; None if there is no such file.  Raises UsageError: damaged, or of another version."""
    head = _file.Head(format=FORMAT, kind="baseline")
    found = _file.read(path, Baseline, head, WHAT, "Write it anew with --update-baseline.")
    return None if found is None else found[0]


def fit(
    baseline: Baseline, path: str | os.PathLike[str], *, profile: str, seed: int, channel: str | None = None
) -> None:
    """Raise UsageError unless `baseline` speaks of a check like this one. `channel`: None if it is not known yet."""
    for what, held, asked in (
        ("channel", baseline.channel, baseline.channel if channel is None else channel),
        ("profile", baseline.profile, profile),
        ("seed", baseline.seed, seed),
    ):
        if held != asked:
            raise UsageError(
                f"The baseline {os.fspath(path)} is of {what} {held!r}, and this check of {what} {asked!r}: "
                "use a file for each."
            )


def compare(report: CheckReport, path: str | os.PathLike[str]) -> Comparison:
    """`report` beside the baseline in the file.  Raises UsageError: no such file, damaged, or of another check."""
    baseline = read(path)
    if baseline is None:
        raise UsageError(f"There is no baseline {os.fspath(path)}.")
    fit(baseline, path, profile=report.profile, seed=report.seed, channel=report.channel)
    rows = {row.name: row for row in report.rows}
    worse = tuple(said for line in baseline.rows for said in _worse(line, rows.get(line.name)))
    return Comparison(file=os.fspath(path), worse=worse)


def _worse(line: Line, row: Row | None) -> Iterator[str]:
    """What is worse in a row, in sentences."""
    if row is None:
        yield f"{line.name}: the row is gone; it was {line.verdict}."
        return
    kind = row.verdict.kind
    if kind is Kind.SKIPPED and line.verdict != Kind.SKIPPED:
        yield f"{line.name}: the row is skipped now; it was {line.verdict}."
        return
    if line.verdict == Kind.PASSED and row.verdict.exit_status == 1:
        yield f"{line.name}: the row passed, and is {kind} now."
    elif row.verdict.exit_status != 1 and row.executions < line.executions:
        counts = f"{many(row.executions, 'execution')}, where the baseline has {line.executions:,}"
        yield f"{line.name}: {counts}: less was explored."
    elif row.verdict.exit_status == 3 and line.verdict == Kind.PASSED:
        yield f"{line.name}: the row passed, and is {kind} now: less was explored."
    now = {str(one.number): one.outcome for one in row.statements}
    passed = [number for number, outcome in line.statements.items() if outcome == "passed"]
    for found, said in (("failed", "do not pass now"), ("skipped", "are skipped now"), ("gone", "are gone")):
        numbers = [number for number in passed if now.get(number, "gone") == found]
        if numbers:
            yield f"{line.name}: statements that passed {said}: {', '.join(numbers)}."
    fresh = [reason for reason in row.skipped if reason not in line.skipped]
    if fresh and line.verdict != Kind.SKIPPED and row.verdict.exit_status != 3:
        yield f"{line.name}: skipped now, and was not: {', '.join(fresh)}."
