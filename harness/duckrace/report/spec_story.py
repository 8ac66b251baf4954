"""The words of ``duckrace spec``: a Report of TLC's runs as lines.

A table of all runs first, then for each that did not come to what it has to: what is wrong, and the counterexample in
words. With ``traces`` the counterexamples of the mutants, too.

It knows values and wording; it must not know colours or where the lines go.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from duckrace._words import many
from duckrace.formal import (
    Checked,
    Proof,
    Report,
    Run,
    Sentence,
    TraceChecked,
    TraceRun,
    translate,
    translate_difference,
)

from . import proof_story
from .layout import Line, Span, columns, line, paragraph
from .words import gap, shown_seconds

if TYPE_CHECKING:
    from duckrace.checks.counterexamples import Replayed

STYLES: Final = {"as expected": "good", "stopped": "unsure", "broken": "unsure"}
JAR: Final = 12  # digits of a hash; all of them: --json


def of_list(runs: Sequence[Run | Proof | TraceRun]) -> list[Line]:
    """What there is to run."""
    table: list[list[Span | str]] = [[(head, "dim") for head in ("run", "has to be", "states", "shows")]]
    for run in runs:
        if isinstance(run, TraceRun):
            table.append([run.name, f"rejected at event {run.rejected}" if run.rejected else "accepted", "", run.shows])
            continue
        expected = _expectation(run) if isinstance(run, Run) else _expected_of(run)
        states = f"{run.distinct:,}" if run.accepted and run.distinct else ""
        table.append([run.name, expected, states, run.shows])
    return [*columns(table, [None] * 4), line(), line(f"{many(len(runs), 'run')}, {_quick(runs)}")]


def of_report(
    report: Report, width: int, *, traces: bool = False, replays: Mapping[str, Replayed] | None = None
) -> list[Line]:
    """What came out; of counterexamples also what came of them on a channel (by the run's name)."""
    table: list[list[Span | str]] = [[(head, "dim") for head in ("run", "TLC says", "states", "time", "")]]
    for one in report.checked:
        word = "" if one.ok else one.finding.upper()
        states = f"{one.answer.distinct:,}"
        time = f"{one.answer.seconds:.1f} s"
        table.append([one.run.name, _said(one), states, time, (word, STYLES.get(one.finding, "bad"))])
    lines = [line(("duckrace spec", "heading"))]
    lines += gap(columns(table, [None] * 5)) if report.checked else []
    lines += gap(_traces(report.traces))
    if report.checked or report.traces:
        lines += gap(paragraph(_effort(report), width))
    if report.proved:
        lines += gap(proof_story.of_proofs(report.proved))
    for proved in report.proved:
        if not proved.ok or (traces and (proved.counterexample or proved.difference)):
            lines += gap(proof_story.of_one(proved, width))
    for one in report.checked:
        if not one.ok or (traces and (one.answer.trace or one.difference)):
            lines += gap(of_one(one, width))
        if replays and one.run.name in replays:
            lines += gap(of_replay(replays[one.run.name], width))
    for trace in report.traces:
        if not trace.ok or (traces and trace.run.rejected):
            lines += gap(of_recorded(trace, width))
    return [*lines, line(), *brief(report)]


def _traces(checked: Sequence[TraceChecked]) -> list[Line]:
    """A row for each entry of traces.toml."""
    if not checked:
        return []
    table: list[list[Span | str]] = [[(head, "dim") for head in ("trace", "TLC says", "traces", "events", "")]]
    for one in checked:
        word = "" if one.ok else one.finding.upper()
        counts = [f"{one.reading.different:,}", f"{one.reading.events:,}"]
        table.append([one.run.name, _read(one), *counts, (word, STYLES.get(one.finding, "bad"))])
    return columns(table, [None] * 5)


def _read(one: TraceChecked) -> str:
    number, _ = one.rejected
    return f"rejected at event {number}" if number else str(one.reading.status)


def of_recorded(one: TraceChecked, width: int) -> list[Line]:
    """One trace, or some, worth a look."""
    lines = [line((one.run.name, "heading"), f"  {one.run.shows}")]
    number, words = one.rejected
    said = f"Event {number}, {words}, is nothing that the spec allows." if number else ""
    match one.finding:
        case "as expected":
            said += " So it has to be."
        case "rejected elsewhere":
            said += f" Event {one.run.rejected} has to be the first."
        case "not rejected":
            said = f"The spec allows all of it; event {one.run.rejected} has to be rejected."
        case "too few":
            said = f"There have to be {one.run.least:,} different traces, and are {one.reading.different:,}."
        case "stopped":
            said = "It took too long and was stopped: nothing can be said."
        case "broken":
            said = "TLC could not read it:"
    lines += paragraph(said, width)
    lines += [line("  ", (text, "dim")) for text in one.reading.message.splitlines()[:20]]
    return lines


def of_one(one: Checked, width: int) -> list[Line]:
    """One run that is worth a look."""
    lines = [line((one.run.name, "heading"), f"  {one.run.shows}")]
    lines += paragraph(_sentence(one), width)
    if one.answer.message:
        lines += [line("  ", (text, "dim")) for text in one.answer.message.splitlines()[:20]]
    if one.difference is not None:
        lines += gap(_rows(translate_difference(one.difference)))
        action = one.difference.path[-1][0] or "the beginning"
        lines.append(line(f"         the last step ({action}) is one that only the {one.difference.only} has"))
    if one.answer.trace:
        lines += gap(of_trace(one))
    return lines


def of_trace(one: Checked) -> list[Line]:
    """The counterexample, a row for each thing that somebody does."""
    lines = _rows(translate(one.answer))
    if one.answer.loops_to is not None:
        at = one.answer.loops_to
        over = "and nothing happens any more" if at == len(one.answer.trace) else f"and all again, from state {at}"
        lines.append(line(f"         {over}"))
    return lines


def of_replay(one: Replayed, width: int) -> list[Line]:
    """The counterexample on a channel: how it failed there, and what to paste to see that."""
    if one.failure is None:
        return paragraph(one.why, width)
    how = {
        "driven": "driven through these calls in this order",
        "driven on": "driven through these calls in this order, and on through the rest of the program",
        "explored": f"the same calls, found in {many(one.executions, 'execution')}",
    }[one.way]
    return [
        *paragraph(f"On {one.channel}, {how}:", width),
        line((str(one.failure.kind), "bad"), f"  {one.failure.message}"),
        line("duckrace replay ", one.failure.schedule),
    ]


def _rows(sentences: Sequence[Sentence]) -> list[Line]:
    table: list[list[Span | str]] = [[(head, "dim") for head in ("state", "caller", "does")]]
    for sentence in sentences:
        table.append([f"{sentence.step:>5}", sentence.caller, sentence.words])
    return columns(table, [None] * 3)


def brief(report: Report) -> list[Line]:
    """The verdict."""
    if report.ok:
        right = sum(one.run.accepted for one in report.checked)
        rejected = len(report.checked) - right
        proofs = sum(one.proof.accepted for one in report.proved)
        refuted = len(report.proved) - proofs
        read = sum(one.reading.different for one in report.traces if not one.run.rejected)
        mutated = sum(one.run.rejected > 0 for one in report.traces)
        parts = (
            f"{many(right, 'run')} accepted" if right else "",
            f"{many(rejected, 'run')} rejected by the check that has to" if rejected else "",
            f"{many(read, 'trace')} accepted" if read else "",
            f"{many(mutated, 'trace')} rejected at the event that has to be" if mutated else "",
            f"{many(proofs, 'proof')} accepted" if proofs else "",
            f"{many(refuted, 'proof')} refuted where it has to be" if refuted else "",
        )
        return [line(("PASSED", "good"), f"  {', '.join(filter(None, parts))}")]
    word, style = ("FAILED", "bad") if report.exit_status == 1 else ("INCONCLUSIVE", "unsure")
    wrong = _wrong(report)
    names = ", ".join(f"{name} ({finding})" for name, finding in wrong)
    runs = many(len(report.checked) + len(report.proved) + len(report.traces), "run")
    return [line((word, style), f"  {len(wrong)} of {runs}: {names}")]


def _wrong(report: Report) -> list[tuple[str, str]]:
    """What did not come to what it has to, and what it came to."""
    runs: list[tuple[str, str]] = [(one.run.name, one.finding) for one in report.checked if not one.ok]
    runs += [(one.run.name, one.finding) for one in report.traces if not one.ok]
    return [*runs, *((one.proof.name, one.finding) for one in report.proved if not one.ok)]


def _expected_of(proof: Proof) -> str:
    return ("the model's steps" if proof.compares else "proved") if proof.accepted else f"{proof.expect} refuted"


def _expectation(run: Run) -> str:
    return run.expect if run.accepted else f"rejected by {run.expect}"


def _said(one: Checked) -> str:
    if one.difference is not None:
        return "another graph than the model's"
    if one.answer.status == "violated":
        return f"{one.violated} is violated"
    return "the model's graph" if one.run.compares and one.answer.status == "accepted" else one.answer.status


def _quick(runs: Sequence[Run | Proof | TraceRun]) -> str:
    return f"{sum(run.quick for run in runs)} of them with --quick"


def _effort(report: Report) -> str:
    states = sum(one.answer.distinct for one in report.checked) + sum(one.reading.states for one in report.traces[:1])
    what = [many(len(report.checked), "run")] * bool(report.checked)
    what += [f"{sum(one.reading.events for one in report.traces):,} events of traces"] * bool(report.traces)
    return (
        f"{', '.join(what)}, {states:,} states in {shown_seconds(report.seconds)}. "
        f"TLC is tla2tools.jar, SHA-256 {report.jar[:JAR]}."
    )


def _sentence(one: Checked) -> str:
    run, answer = one.run, one.answer
    link = f" ({run.link})" if run.link else ""
    match one.finding:
        case "as expected":
            if one.difference is not None:
                return "The graph of the model is another one, as it has to be."
            return f"{run.expect}{link} is violated, as it has to be."
        case "rejected":
            if one.difference is not None:
                return "The state graph of the spec is not that of the Python model. A shortest way to a difference:"
            return f"The right spec violates {one.violated}."
        case "not rejected":
            return f"{run.expect}{link} has to be violated, and is not: the check does not see this mistake."
        case "rejected by another":
            return f"{run.expect}{link} has to be violated, but {one.violated} was violated first."
        case "other states":
            edges = f" (and {one.edges:,} edges, not {run.edges:,})" if one.edges != run.edges else ""
            return (
                f"It has {answer.distinct:,} distinct states, {answer.generated:,} generated; the manifest says "
                f"{run.distinct:,} and {run.generated:,}{edges}. If the spec was meant to change, the manifest has to."
            )
        case "stopped":
            return "It took too long and was stopped: nothing can be said."
        case _:
            return "TLC could not make this run:"
