"""The words of ``duckrace stress``: a StressReport as lines.

What was run, on what, how fast; what was asked of it. A pass says that it is one of samples which nobody chose. A
failure ends with the line that judges its history again, if it has one.

It knows values and wording; it must not know colours or where the lines go.
"""

from __future__ import annotations

from typing import Final

from duckrace._data import Host, StressReport
from duckrace._words import many

from . import evidence
from .layout import Line, columns, line, paragraph
from .words import gap, headline, shown_seconds

JUDGE: Final = "duckrace stress --judge"
SHOWN: Final = 8  # outcomes of a scenario
CLAIM: Final = (
    "Nobody chose what these threads did to each other: nothing wrong was seen, and nothing more is claimed. What can "
    "be simulated is better explored: `duckrace check`, `duckrace explore`."
)
AGAIN: Final = "Threads were not controlled, so the next run may pass."


def of_stress(report: StressReport, width: int) -> list[Line]:
    """The whole report."""
    lines = [headline(report.verdict, report.subject)]
    failure = report.failure
    if failure is not None:
        lines += gap(paragraph(failure.message, width))
        # A drawing stays as it is.
        lines += gap([line(row) for row in failure.explanation.splitlines()])
        lines += evidence.of_failure(failure, width)
    lines += gap([*paragraph(_effort(report), width), *paragraph(of_host(report.host), width), *_endings(report)])
    if report.covered and report.kind == "channel":
        lines += gap(columns([[name, f"{number:>8,}"] for name, number in report.covered.items()], [None, None]))
    if report.skipped:
        lines += gap(paragraph(f"Not run: {', '.join(report.skipped)}.", width, style="dim"))
    for note in report.notes:
        lines += gap(paragraph(f"Note: {note}", width, style="unsure"))
    lines += gap(paragraph(_closing(report), width, style="" if failure is None else "dim"))
    return [*lines, *gap(_command(report))]


def brief(report: StressReport) -> list[Line]:
    """The verdict; of a failure the sentence, and what to paste."""
    lines = [headline(report.verdict, report.subject)]
    if report.failure is not None:
        lines += [*(line(row) for row in report.failure.message.splitlines()), *_command(report)]
    return lines


def of_host(host: Host) -> str:
    """``CPython 3.13.0 with the GIL, 2 cores``."""
    if not host.free_threaded:
        gil = "with the GIL"
    else:
        gil = "free-threaded, and the GIL is enabled all the same" if host.gil else "free-threaded, without the GIL"
    return f"{host.python} {gil}, {many(host.cores, 'core')}."


def _effort(report: StressReport) -> str:
    if report.kind == "history":
        asked = f"{many(report.operations, 'operation')}, judged in {shown_seconds(report.seconds)}"
        return f"{asked}. Asked of it: {report.specification}."
    rate = f"{report.rate:,.0f} per second at work" if report.working else "none"
    how = f"seed {report.seed}, switch interval {report.switch_interval:g} s"
    if report.kind == "scenario":
        return f"{many(report.executions, 'run')} on real threads in {shown_seconds(report.seconds)} ({rate}); {how}."
    decided = "1 history" if report.histories == 1 else f"{report.histories:,} histories"
    text = (
        f"{many(report.operations, 'operation')} ({rate}), {decided} decided in {shown_seconds(report.seconds)}; "
        f"up to {many(report.threads, 'thread')}, {how}. Asked of them: {report.specification}."
    )
    return f"{text} Not decided: {report.undecided:,}." if report.undecided else text


def _endings(report: StressReport) -> list[Line]:
    if not report.outcomes or list(report.outcomes) == [None]:
        return []
    ordered = sorted(report.outcomes.items(), key=lambda item: (-item[1], repr(item[0])))
    rows = [[f"{count:>8,} ×", value if isinstance(value, str) else repr(value)] for value, count in ordered[:SHOWN]]
    more = len(ordered) - SHOWN
    rest = [line(f"  … and {more:,} other outcomes")] if more > 0 else []
    return [line("Runs ended with"), *columns(rows, [None, 80]), *rest]


def _closing(report: StressReport) -> str:
    if report.kind == "history":
        return ""
    if report.failure is not None:
        return AGAIN if not report.saved else f"{AGAIN} What was seen is kept; to judge it again:"
    return CLAIM if report.passed else "Nothing wrong was found, but that is not a pass."


def _command(report: StressReport) -> list[Line]:
    if report.failure is None or not report.saved or report.kind == "history":
        return []
    return [line((f"{JUDGE} {report.saved}", "command"))]
