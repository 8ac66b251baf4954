"""The words of ``duckrace check``: a CheckReport as lines.

The table first: what was checked, how much of it was explored, what came out.  Then the rows that failed,
the worst one last and in full, so that the last line replays it; a pass ends with one word.

It knows values and wording; it must not know colours or where the lines go.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from duckrace._data import CheckReport, Kind, Row, Verdict
from duckrace._words import many

from . import evidence
from .layout import Line, Span, columns, line, paragraph
from .words import command, gap, headline, shown_seconds, style_of

if TYPE_CHECKING:
    from duckrace.checks.baseline import Comparison

NOTES: Final = 3  # that are shown
UNCLAIMED: Final = " (not claimed)"
SIMULATED: Final = (
    "Only the plug-in's own file is simulated, and the packages that its `modules` names: are those that the channel "
    "stands on among them?"
)


def of_check(report: CheckReport, width: int, compared: Comparison | None = None) -> list[Line]:
    """The whole report."""
    lines = [line(("duckrace check", "heading"), f"  {report.channel}"), line(), *_table(report.rows, width)]
    skipped = list(dict.fromkeys(text for row in report.rows for text in row.skipped))
    if skipped:
        lines += gap(paragraph(_skipped(skipped), width, style="dim"))
    lines += gap(paragraph(_effort(report), width))
    for note in _few(report.notes):
        lines += gap(paragraph(f"Note: {note}", width, style="unsure"))
    lines += gap(_beside(compared, width))
    failing = [row for row in report.rows if not row.accepted]
    if not failing:
        if compared is not None and compared.worse:
            return [*lines, line(), line(("WORSE THAN THE BASELINE", "bad"))]
        word = report.verdict.kind if report.passed else report.verdict
        return [*lines, line(), line((str(word), style_of(report.verdict)))]
    worst = min(failing, key=_rank)
    for row in failing:
        if row is not worst:
            lines += gap([_title(row), *_in_short(row, width)])
    return [*lines, *gap([_title(worst), *_in_full(worst, width)])]


def brief(report: CheckReport, compared: Comparison | None = None) -> list[Line]:
    """The verdict; the sentence and what to paste of each row that failed."""
    verdict = Verdict(kind=Kind.PASSED) if report.passed else report.verdict  # its detail speaks of one row only
    lines = [headline(verdict, report.channel)]
    if compared is not None and (compared.worse or compared.note):
        lines += _beside(compared, 1_000)
    for row in report.rows:
        if not row.accepted:
            lines.append(_title(row))
            if row.failure is not None:
                lines += [line(row.failure.message), *command(row.failure)]
    return lines


def _beside(compared: Comparison | None, width: int) -> list[Line]:
    """The check and its baseline."""
    if compared is None:
        return []
    if compared.written:
        return paragraph(f"Baseline {compared.file} was written.", width, style="dim")
    if compared.note:
        return paragraph(f"Baseline {compared.file}: {compared.note}.", width, style="unsure")
    if not compared.worse:
        return paragraph(f"Nothing is worse than the baseline {compared.file}.", width, style="dim")
    said = [part for sentence in compared.worse for part in paragraph(sentence, width, indent=2)]
    return [line((f"Worse than the baseline {compared.file}", "bad")), *said]


def _few(notes: Sequence[str]) -> list[str]:
    """The first notes, and how many there are: a mistake that was mended drops many kept failures at once."""
    more = len(notes) - NOTES
    return [*notes[:NOTES], *([f"... and {more:,} more like these (--json has all)."] * (more > 0))]


def _skipped(texts: list[str]) -> str:
    """``rendezvous (not claimed)``, ..., with their common reason said once."""
    claims = sorted(text.removesuffix(UNCLAIMED) for text in texts if text.endswith(UNCLAIMED))
    others = [text for text in texts if not text.endswith(UNCLAIMED)]
    said = [f"Not claimed, so not checked: {', '.join(claims)}."] * bool(claims)
    return " ".join(said + [f"Not checked: {', '.join(others)}."] * bool(others))


def _table(rows: Sequence[Row], width: int) -> list[Line]:
    table: list[list[Span | str]] = [[("checked", "dim"), ("verdict", "dim"), ("time", "dim"), ("explored", "dim")]]
    for row in rows:
        verdict = (str(row.verdict.kind), style_of(row.verdict))
        table.append([row.name, verdict, f"{row.seconds:5.1f} s", (row.covered, "dim")])
    name = max((len(row.name) for row in rows), default=0)
    return columns(table, [None, None, None, max(30, width - name - 30)])


def _effort(report: CheckReport) -> str:
    executions = sum(row.executions for row in report.rows)
    return (
        f"{many(executions, 'execution')} in {shown_seconds(report.seconds)}, profile {report.profile}, "
        f"seed {report.seed}. Sampled, not exhaustive: what was not tried can still fail."
    )


def _rank(row: Row) -> int:
    """Which failure is told in full: a hang needs it most, a limit least."""
    if row.verdict.exit_status != 1:
        return 2
    return 1 if row.verdict.kind is Kind.FAILED else 0


def _title(row: Row) -> Line:
    program = f"  {row.program}" if row.program and "\n" not in row.program else ""
    return line((f"{row.name}: ", "heading"), (str(row.verdict), style_of(row.verdict)), program)


def _program(row: Row) -> list[Line]:
    """A program of several lines, as it is written."""
    return [line(f"  {text}") for text in row.program.splitlines()] if "\n" in row.program else []


def _statements(row: Row, width: int) -> list[Line]:
    """Which statements of the contract are broken, with their numbers."""
    return [
        part
        for one in row.statements
        if one.outcome == "failed"
        for part in paragraph(f"contract {one.number}: {one.text}", width, indent=2)
    ]


def _in_short(row: Row, width: int) -> list[Line]:
    if row.failure is None:
        return [*_program(row), *_statements(row, width)]
    return [
        *_statements(row, width),
        *_program(row),
        *paragraph(row.failure.message, width, indent=2),
        *command(row.failure, indent=2),
    ]


def _in_full(row: Row, width: int) -> list[Line]:
    failure = row.failure
    if failure is None:
        return [*_program(row), *_statements(row, width)]
    if failure.output.strip() == row.program.strip():
        failure = replace(failure, output="")
    return [
        *_statements(row, width),
        *_program(row),
        *gap(evidence.diagnosis(failure, width)),
        *(gap(paragraph(SIMULATED, width)) if failure.kind is Kind.UNCONTROLLED else ()),
        *evidence.of_failure(failure, width),
        *gap(command(failure)),
    ]
