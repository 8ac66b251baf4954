"""The words on the proof for any size: which statements are proved, and what is wrong with the others.

It knows values and wording; it must not know colours or where the lines go.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from duckrace.formal import Counterexample, Proved, translate_difference, translate_state, translate_step

from .layout import Line, Span, columns, line, paragraph
from .words import gap

STYLES: Final = {"as expected": "good", "not proved": "unsure"}


def of_proofs(proved: Sequence[Proved]) -> list[Line]:
    """All entries, and all statements."""
    table: list[list[Span | str]] = [[(head, "dim") for head in ("proof", "z3 says", "queries", "time", "")]]
    for one in proved:
        word = "" if one.ok else one.finding.upper()
        queries = f"{one.queries:,}" if one.statements else f"{one.states:,} states" if one.states else ""
        style = STYLES.get(one.finding, "bad")
        table.append([one.proof.name, said(one), queries, f"{one.seconds:.1f} s", (word, style)])
    return [*columns(table, [None] * 5), *gap(of_statements(proved))]


def of_statements(proved: Sequence[Proved]) -> list[Line]:
    """What is proved, and with how many queries for each kind of channel."""
    whole = [one for one in proved if one.statements]
    if not whole:
        return []
    heads = ("for any number of threads and messages", *(one.proof.channel for one in whole), "")
    table: list[list[Span | str]] = [[(head, "dim") for head in heads]]
    for at, statement in enumerate(whole[0].statements):
        cells: list[Span | str] = []
        for one in whole:
            same = one.statements[at]
            cells.append(f"{same.queries} unsat" if same.proved else (f"{len(same.open)} open", "bad"))
        table.append([statement.name, *cells, f"{'lemma: ' if statement.lemma else ''}{statement.says}"])
    return columns(table, [None] * len(heads))


def of_one(one: Proved, width: int) -> list[Line]:
    """One entry that is worth a look."""
    lines = [line((one.proof.name, "heading"), f"  {one.proof.shows}"), *paragraph(sentence(one), width)]
    for statement in one.statements:
        if not statement.proved:
            lines += paragraph(f"  {statement.name} is not proved after: {', '.join(statement.open)}.", width)
    if one.difference is not None:
        only = "proof" if one.difference.only == "spec" else "model"
        lines += gap(
            _rows([(str(each.step), each.caller, each.words) for each in translate_difference(one.difference)])
        )
        action = one.difference.path[-1][0] or "the beginning"
        lines.append(line(f"         the last step ({action}) is one that only the {only} has"))
    if one.counterexample is not None:
        lines += gap(of_counterexample(one.counterexample))
    return lines


def of_counterexample(found: Counterexample) -> list[Line]:
    """State, action, state."""
    history = found.before["history"]
    rows = [("1", each.caller, each.words) for each in translate_state(found.before)]
    if found.capacity is not None:
        rows.insert(0, ("1", "", f"the capacity is {found.capacity}"))
    rows.append(("1", "", f"sent: {_list(history['sent'])}; received: {_list(history['got'])}"))
    if found.step:
        rows += [(found.step, each.caller, each.words) for each in translate_step(found.before, found.after)]
        after = found.after["history"]
        rows.append(("2", "", f"sent: {_list(after['sent'])}; received: {_list(after['got'])}"))
    return _rows(rows)


def said(one: Proved) -> str:
    """In a few words."""
    if one.proof.compares:
        return "other steps than the model's" if one.difference else "the model's steps"
    if one.violated:
        return f"{one.violated} is refuted"
    if not one.proof.accepted:
        return f"{one.proof.expect} is not refuted"
    return "proved" if all(each.proved for each in one.statements) else "not proved"


def sentence(one: Proved) -> str:
    """What is wrong, or that it is as it has to be."""
    proof = one.proof
    match one.finding:
        case "as expected":
            return (
                "It has to be so." if proof.accepted else f"{proof.expect} ({proof.link}) is refuted, as it has to be."
            )
        case "not rejected":
            return f"{proof.expect} ({proof.link}) has to be refuted, and is not: the proof does not see this mistake."
        case "refuted" if proof.compares:
            return "The channel that is proved right has other steps than the Python model. A shortest way to one:"
        case "refuted":
            return f"{one.violated} is not kept: a state in which all holds, and a step after which it does not."
        case "not proved":
            return "z3 could neither prove nor refute all of it: nothing can be said."
        case "vacuous":
            return f"No state allows {', '.join(one.never)}: what is proved about that says nothing."
        case _:
            return (
                f"{one.queries:,} queries, {one.states:,} states and {one.edges:,} edges; the manifest says "
                f"{proof.queries:,}, {proof.distinct:,} and {proof.edges:,}."
            )


def _rows(rows: Sequence[tuple[str, str, str]]) -> list[Line]:
    table: list[list[Span | str]] = [[(head, "dim") for head in ("state", "caller", "does")]]
    return columns([*table, *([f"{state:>5}", caller, words] for state, caller, words in rows)], [None] * 3)


def _list(texts: Sequence[str]) -> str:
    return " ".join(texts) or "nothing"
