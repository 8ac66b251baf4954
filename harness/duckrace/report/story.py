"""The words of a report: a Result or a CheckReport as lines.

Order of a failure: the verdict, what happened in one sentence, what it means and what to do, the evidence
(traceback, timeline, who waits, what was printed), and as the last line what to paste to replay it.
A pass says what it covered and what it does not claim.

It knows values and wording; it must not know colours or where the lines go.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from duckrace._data import CheckReport, Failure, Kind, Result, Row, ThreadState, Verdict

from . import timeline
from .layout import Line, Span, columns, line, paragraph

REPLAY = "duckrace replay"
OUTCOMES = 8  # outcomes that are all shown
PRINTED = 40  # lines of output that are all shown
STACK = 6  # frames per waiting thread

SWITCHES = {
    "sync": "threads switch at locks, starts, joins and sleeps, not between two plain reads or writes",
}


def of_result(result: Result, width: int) -> list[Line]:
    """What an exploration or a replay found."""
    failure = result.failure
    head = [_headline(result.verdict, result.scenario)]
    if failure is None:
        return [*head, *_gap(_covered(result, width)), *_notes(result.notes, width)]
    others = [other for other in result.failures if other is not failure]
    return [
        *head,
        *_gap(_diagnosis(failure, width)),
        *_evidence(failure, width),
        *_others(others, width),
        *_keep_going(result, width),
        *_notes(result.notes, width),
        *_gap(_found(result, failure, width)),
        *_replay(failure),
    ]


def brief(result: Result) -> list[Line]:
    """One line for a pass; the message and what to paste for a failure."""
    failure = result.failure
    lines = [_headline(result.verdict, result.scenario)]
    if failure is not None:
        lines += [line(failure.message), *_command(failure)]
    return lines


def of_check(report: CheckReport, width: int) -> list[Line]:
    """What ``duckrace check`` found: the table, the failures, the verdict."""
    lines = [line(("duckrace check", "heading"), f"  {report.channel}"), line(), *_rows(report.rows, width)]
    for text in dict.fromkeys(text for row in report.rows for text in row.skipped):
        lines += paragraph(f"Not checked: {text}", width, style="dim")
    lines += _gap(_total(report, width))
    failing = sorted((row for row in report.rows if not row.verdict.passed), key=lambda row: -_weight(row.verdict))
    for row in failing[1:]:
        lines += _gap([_row_line(row), *_in_short(row, width)])
    if not failing:
        return [*lines, line(), line((str(report.verdict.kind), _style(report.verdict)))]
    worst = failing[0]
    lines += [line(), _row_line(worst)]
    if worst.failure is None:
        return lines
    lines += _gap(_diagnosis(worst.failure, width))
    lines += _evidence(worst.failure, width)
    return [*lines, *_replay(worst.failure)]


def brief_check(report: CheckReport) -> list[Line]:
    """The verdict; per failing row its message and what to paste."""
    lines = [_headline(report.verdict, report.channel)]
    for row in report.rows:
        if not row.verdict.passed:
            lines.append(line(f"{row.name}: ", (str(row.verdict), _style(row.verdict))))
            if row.failure is not None:
                lines += [line(row.failure.message), *_command(row.failure)]
    return lines


# -- verdicts -----------------------------------------------------------------------------------------


def _headline(verdict: Verdict, subject: str) -> Line:
    return line((str(verdict), _style(verdict)), f"  {subject}")


def _style(verdict: Verdict) -> str:
    return {0: "good", 1: "bad"}.get(verdict.exit_status, "unsure")


def _weight(verdict: Verdict) -> int:
    return {0: 0, 1: 2}.get(verdict.exit_status, 1)


def _diagnosis(failure: Failure, width: int) -> list[Line]:
    lines = paragraph(failure.message, width)
    if failure.explanation:
        lines += [line(), *paragraph(failure.explanation, width)]
    return lines


# -- evidence -----------------------------------------------------------------------------------------


def _evidence(failure: Failure, width: int) -> list[Line]:
    lines: list[Line] = []
    if failure.traceback:
        lines += _section("Traceback", [line(f"  {row}") for row in failure.traceback.rstrip().splitlines()])
    lines += _timeline(failure, width)
    lines += _threads(failure)
    lines += _printed(failure.output)
    return lines


def _timeline(failure: Failure, width: int) -> list[Line]:
    found = timeline.rows(failure.events)
    if not found:
        return []
    rows, left_out = timeline.shown(found)
    head = f"What happened ({_many(len(failure.events), 'step')})"
    taken = max(len(row.where) for row in rows) + min(24, max(len(row.thread) for row in rows)) + 14
    table: list[list[Span | str]] = [[("step", "dim"), ("thread", "dim"), ("does", "dim"), ("at", "dim")]]
    last: object = None
    for row in rows:
        thread: Span = (row.thread, f"thread {sum(row.path)}") if row.path != last else ("", "")
        table.append([(f"{row.step:>4}", "dim"), thread, row.words, (row.where, "dim")])
        last = row.path
    lines = columns(table, [None, 24, max(50, width - taken), None])
    if left_out:
        lines.insert(1, line(("        " + f"… {_many(left_out, 'row')} before this left out (all of it: --json)", "dim")))
    return _section(head, lines)


def _threads(failure: Failure) -> list[Line]:
    alive = [state for state in failure.threads if state.state != "ended"]
    blocked = [state for state in alive if state.waits_for]
    if not alive:
        return []
    if blocked:
        rows: list[Line] = []
        table = columns([[(_named(s), f"thread {sum(s.path)}"), _doing(s), (s.where, "dim")] for s in alive], [24, 60, None])
        for state, row in zip(alive, table, strict=True):
            rows.append(row)
            rows += [line("    ", (f"in {frame}", "dim")) for frame in _inside(state)]
        ended = len(failure.threads) - len(alive)
        if ended:
            rows.append(line(("  " + f"({_many(ended, 'other thread')} had ended)", "dim")))
        return _section("Who waits for what", rows)
    table = columns([[(_named(s), f"thread {sum(s.path)}"), (s.where or "between two calls", "dim")] for s in alive], [24, None])
    return _section("Where the threads were", table)


def _named(state: ThreadState) -> str:
    return f"{state.name} (daemon)" if state.daemon else state.name


def _doing(state: ThreadState) -> str:
    return state.waits_for or {"timed wait": "waits for a time-out", "runnable": "could go on"}.get(state.state, state.state)


def _inside(state: ThreadState) -> list[str]:
    """The program's own frames below the one that is named already, nearest first."""
    below: list[str] = []
    for frame in state.stack:
        if frame == state.where:
            break
        if "duckrace/channels/" not in frame.replace("\\", "/"):
            below.append(frame)
    return list(reversed(below))[:STACK]


def _printed(output: str) -> list[Line]:
    rows = output.rstrip("\n").splitlines()
    if not rows:
        return []
    left_out = len(rows) - PRINTED if len(rows) > PRINTED + 5 else 0
    lines = [line(f"  {row}") for row in rows[left_out:]]
    if left_out:
        lines.insert(0, line((f"  … {_many(left_out, 'line')} before this left out (all of it: --json)", "dim")))
    return _section("What it printed", lines)


def _others(others: Sequence[Failure], width: int) -> list[Line]:
    lines: list[Line] = []
    for failure in others:
        lines += [line(), line(("Also ", ""), (str(failure.kind), "bad"), f"  first in execution {failure.execution:,}")]
        lines += [*paragraph(failure.message, width, indent=2), *_command(failure, indent=2)]
    return lines


def _keep_going(result: Result, width: int) -> list[Line]:
    """With keep_going there is more than one ending to speak of."""
    if result.executions < 2 or len(result.outcomes) < 2 or result.failed == result.executions:
        return []
    return _gap(_endings(result.outcomes, width))


def _replay(failure: Failure) -> list[Line]:
    return _gap(_command(failure))


def _command(failure: Failure, indent: int = 0) -> list[Line]:
    """The line to paste, never wrapped."""
    return [line(" " * indent, (f"{REPLAY} {failure.schedule}", "command"))] if failure.schedule else []


# -- what was covered -----------------------------------------------------------------------------------


def _covered(result: Result, width: int) -> list[Line]:
    if result.strategy == "replay":
        text = (
            f"The schedule of this token ran to its end without a fault: {_many(result.steps, 'step')}, "
            f"{_many(result.threads, 'thread')}. If it failed once, the code under test is no longer the same."
        )
        return [*paragraph(text, width), *_endings(result.outcomes, width)]
    lines = paragraph(_effort(result), width) + paragraph(_method(result), width)
    lines += _endings(result.outcomes, width)
    return [*lines, *paragraph(_claim(result), width)]


def _effort(result: Result) -> str:
    pace = f" ({result.executions / result.seconds:,.0f} per second)" if result.seconds > 0.05 else ""
    kinds = f", {_many(result.traces, 'distinct order', 'distinct orders')} of events" if result.traces is not None else ""
    return (
        f"{_many(result.executions, 'execution')} in {_seconds(result.seconds)}{pace}{kinds}, "
        f"{_many(result.steps, 'step')}, up to {_many(result.threads, 'thread')}."
    )


def _method(result: Result) -> str:
    switches = SWITCHES.get(result.granularity)
    return (
        f"Strategy {result.strategy}, seed {result.seed}, granularity {result.granularity}"
        + (f": {switches}" if switches else "")
        + "."
    )


def _claim(result: Result) -> str:
    if result.exhaustive and result.passed:
        return "Every interleaving at this granularity was explored."
    if result.passed:
        return "These were samples, not all interleavings: no fault was found in them, and others were not tried."
    return "Nothing wrong was found in what was covered, but it ended early: this is not a pass."


def _endings(outcomes: Mapping[object, int], width: int) -> list[Line]:
    if not outcomes:
        return []
    if len(outcomes) == 1:
        ((value, count),) = outcomes.items()
        if value is None:
            return []
        return paragraph(f"{'Every execution' if count > 1 else 'It'} returned {_value(value)}.", width)
    if len(outcomes) > OUTCOMES:
        return paragraph(f"The executions ended in {len(outcomes):,} different ways.", width)
    ordered = sorted(outcomes.items(), key=lambda item: (-item[1], repr(item[0])))
    table = columns([[f"{count:>6,} ×", _value(value)] for value, count in ordered], [None, max(20, width - 12)])
    return [line("Executions ended with"), *table]


def _value(value: object) -> str:
    return str(value) if isinstance(value, str) and value in Kind.__members__ else repr(value)


def _found(result: Result, failure: Failure, width: int) -> list[Line]:
    if result.strategy == "replay":
        return paragraph("Replayed from its token.", width, style="dim")
    ran = f" of {result.executions:,}" if result.executions > failure.execution else ""
    many = f"; {result.failed:,} of {result.executions:,} executions failed" if result.failed > 1 else ""
    by = f" by {failure.strategy}" if failure.strategy else ""
    text = f"Found{by} in execution {failure.execution:,}{ran} (seed {result.seed}, granularity {result.granularity}){many}."
    return paragraph(f"{text} To see this execution again:", width, style="dim")


def _notes(notes: Iterable[str], width: int) -> list[Line]:
    return [row for note in notes for row in _gap(paragraph(f"Note: {note}", width, style="unsure"))]


# -- checks -----------------------------------------------------------------------------------------------


def _rows(rows: Sequence[Row], width: int) -> list[Line]:
    table: list[list[Span | str]] = [[("checked", "dim"), ("verdict", "dim"), ("time", "dim"), ("explored", "dim")]]
    for row in rows:
        table.append([row.name, (str(row.verdict.kind), _style(row.verdict)), f"{row.seconds:5.1f} s", (row.covered, "dim")])
    name = max((len(row.name) for row in rows), default=0)
    return columns(table, [None, None, None, max(30, width - name - 30)])


def _total(report: CheckReport, width: int) -> list[Line]:
    executions = sum(row.executions for row in report.rows)
    text = (
        f"{_many(executions, 'execution')} in {_seconds(report.seconds)}, profile {report.profile}, seed {report.seed}. "
        "Sampled, not exhaustive: what was not tried can still fail."
    )
    return paragraph(text, width)


def _row_line(row: Row) -> Line:
    program = f"  {row.program}" if row.program else ""
    return line((f"{row.name}: ", "heading"), (str(row.verdict), _style(row.verdict)), program)


def _in_short(row: Row, width: int) -> list[Line]:
    if row.failure is None:
        return []
    return [*paragraph(row.failure.message, width, indent=2), *_command(row.failure, indent=2)]


# -- small things -----------------------------------------------------------------------------------------


def _gap(lines: list[Line]) -> list[Line]:
    return [line(), *lines] if lines else []


def _section(title: str, lines: list[Line]) -> list[Line]:
    return [line(), line((title, "heading")), *lines]


def _many(number: int, one: str, more: str = "") -> str:
    return f"{number:,} {one}" if number == 1 else f"{number:,} {more or one + 's'}"


def _seconds(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 120 else f"{seconds / 60:.1f} min"
