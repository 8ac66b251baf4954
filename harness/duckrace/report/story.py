"""The words on an exploration or a replay: a Result as lines.

Order of a failure: the verdict, what happened in one sentence, what it means and what to do, the evidence,
and as the last line what to paste to replay it.  A pass says what it covered and what it does not claim.

It knows values and wording; it must not know colours or where the lines go.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from duckrace._data import Failure, Kind, Result
from duckrace._words import many

from . import evidence
from .granularity import CLAIMS, SWITCHES, meaning
from .layout import Line, columns, line, paragraph
from .words import command, gap, headline, shown_seconds

OUTCOMES: Final = 8  # outcomes that are all shown

UNSEEDED: Final = ("dfs", "dpor", "source")  # strategies that draw nothing
MORE: Final = {  # (setting, value): what may happen besides, and what every order then includes
    ("timeouts", "free"): ("time-outs may come at any moment", "every moment of a time-out"),
    ("gc", "scheduled"): ("the cycle collector may run at any step", "every moment of a collection"),
}


def of_result(result: Result, width: int) -> list[Line]:
    """The whole report."""
    failure = result.failure
    lines = [headline(result.verdict, result.scenario)]
    if failure is None:
        return [*lines, *gap(_covered(result, width)), *_notes(result.notes, width)]
    return [
        *lines,
        *gap(evidence.diagnosis(failure, width)),
        *gap(paragraph(meaning(failure), width)),
        *evidence.of_failure(failure, width),
        *_others(result.failures[1:], width),
        *_after(result, failure, width),
        *_notes(result.notes, width),
        *gap(_found(result, failure, width)),
        *gap(command(failure)),
    ]


def brief(result: Result) -> list[Line]:
    """One line for a pass; the sentence and what to paste for a failure."""
    lines = [headline(result.verdict, result.scenario)]
    if result.failure is not None:
        lines += [line(result.failure.message), *command(result.failure)]
    return lines


# -- of a failure -----------------------------------------------------------------------------------------


def _others(others: Sequence[Failure], width: int) -> list[Line]:
    lines: list[Line] = []
    for failure in others:
        lines += gap([line("Also ", (str(failure.kind), "bad"), f"  first in execution {failure.execution:,}")])
        lines += [*paragraph(failure.message, width, indent=2), *command(failure, indent=2)]
    return lines


def _after(result: Result, failure: Failure, width: int) -> list[Line]:
    """How all executions ended, if there were more after the failure."""
    if result.executions == failure.execution or len(result.outcomes) < 2:
        return []
    return gap(_endings(result.outcomes, width))


def _found(result: Result, failure: Failure, width: int) -> list[Line]:
    if result.strategy == "replay":
        return paragraph("Replayed from its token.", width, style="dim")
    by = "in the corpus, as a failure of an earlier run," if failure.strategy == "corpus" else f"by {failure.strategy}"
    text = f"Found {by} in execution {failure.execution:,}"
    if result.executions > failure.execution:
        text += f" of {result.executions:,}"
    text += f" (seed {result.seed}, granularity {result.granularity}{_set(result)})"
    if result.failed > 1:
        text += f"; {result.failed:,} of {many(result.executions, 'execution')} failed"
    if failure.minimized:
        text += ".\nReduced until no single step less fails in the same way"
    return paragraph(f"{text}. To see this execution again:", width, style="dim")


def _notes(notes: Iterable[str], width: int) -> list[Line]:
    return [row for note in notes for row in gap(paragraph(f"Note: {note}", width, style="unsure"))]


# -- of a pass, or of what ended early ----------------------------------------------------------------------


def _covered(result: Result, width: int) -> list[Line]:
    if result.strategy == "replay":
        text = (
            f"The schedule of this token ran to its end without a fault: {many(result.steps, 'step')}, "
            f"{many(result.threads, 'thread')}. If it failed once, the code under test is no longer the same."
        )
        return [*paragraph(text, width), *_endings(result.outcomes, width)]
    return [
        *paragraph(_effort(result), width),
        *paragraph(_method(result), width),
        *_endings(result.outcomes, width),
        *paragraph(_claim(result), width),
    ]


def _effort(result: Result) -> str:
    text = f"{many(result.executions, 'execution')} in {shown_seconds(result.seconds)}"
    if result.executions >= 100 and result.seconds:
        text += f" ({result.executions / result.seconds:,.0f} per second)"
    if result.traces is not None:
        text += f", {many(result.traces, 'distinct order')} of events"
        redundant = result.executions - result.traces
        if redundant and not result.failures:
            text += f" ({many(redundant, 'execution')} saw no new one)"
    return f"{text}, {many(result.steps, 'step')}, up to {many(result.threads, 'thread')}."


def _method(result: Result) -> str:
    switches = SWITCHES.get(result.granularity)
    seed = "" if result.strategy in UNSEEDED else f", seed {result.seed}"
    text = f"Strategy {result.strategy}{seed}, granularity {result.granularity}{_set(result)}"
    words = "; ".join([*([switches] if switches else []), *(may for may, _ in _more(result))])
    return f"{text}: {words}." if words else f"{text}."


def _set(result: Result) -> str:
    """The settings that are not as usual: ``, timeouts free``."""
    return "".join(f", {name} {value}" for name, value in MORE if getattr(result, name) == value)


def _more(result: Result) -> list[tuple[str, str]]:
    return [words for (name, value), words in MORE.items() if getattr(result, name) == value]


def _claim(result: Result) -> str:
    if not result.passed:
        return "Nothing wrong was found in what was covered, but it ended early: this is not a pass."
    if result.exhaustive:
        also = "".join(f" That includes {moments}." for _, moments in _more(result))
        return f"{CLAIMS[result.granularity]}{also}"
    if result.verdict.detail.startswith("exhaustive"):
        bound = result.verdict.detail.removeprefix("exhaustive ≤ ")
        return f"Every schedule with at most {bound} was executed; those with more were not tried."
    return "These were samples, not all interleavings: no fault was found in them, and others were not tried."


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
    return value if isinstance(value, str) and value in Kind.__members__ else repr(value)
