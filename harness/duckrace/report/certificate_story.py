"""The words of ``duckrace verify``: a Certificate as lines.

First what is going to be explored, then what was, then on what the result stands; a program that differs comes last,
so that the last line replays it.

It knows values and wording; it must not know colours or where the lines go.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Final

from duckrace._data import Certificate, Kind
from duckrace._words import many

from . import evidence
from .check_story import UNCLAIMED
from .granularity import SWITCHES
from .layout import Line, Span, columns, line, paragraph
from .words import command, gap, headline, shown_seconds, style_of

LEFT_OUT: Final = "timed calls, buffers of more than one message, the use of what was dropped"
WHAT: Final = {"channel": "the channel", "model": "the model", "duckrace": "the rest of duckrace"}
SHOWN: Final = 16  # digits of a hash; all of them: --json


def of_plan(plan: Certificate, width: int) -> list[Line]:
    """What is going to be explored."""
    size = plan.size
    total = f", {size['calls']} in all" if size["calls"] < size["threads"] * size["operations"] else ""
    kinds = ", ".join(f"{part.programs:,} on {part.channel}" for part in plan.parts)
    text = (
        f"{many(plan.programs, 'program')}: all with up to {many(size['threads'], 'thread')}, one of which receives, "
        f"and up to {many(size['operations'], 'operation')} in each{total}, up to symmetry ({kinds or 'none'})."
    )
    claims = ", ".join(sorted(text.removesuffix(UNCLAIMED) for text in plan.skipped))
    not_claimed = f" Not claimed, so in no program: {claims}." if claims else ""
    text += f"{not_claimed} In no program of any channel: {LEFT_OUT}."
    return [line(("duckrace verify", "heading"), f"  {plan.channel}"), line(), *paragraph(text, width)]


def of_certificate(certificate: Certificate, width: int) -> list[Line]:
    """What came out; comes after :func:`of_plan`."""
    lines = [line(), *_table(certificate)]
    if certificate.verdict.kind is not Kind.SKIPPED:
        lines += gap(_stands_on(certificate, width))
    lines += gap(paragraph(_claim(certificate), width))
    lines += [line(), line((str(certificate.verdict), style_of(certificate.verdict)))]
    failure = certificate.failure
    if failure is None:
        return lines
    return [
        *lines,
        *(
            part
            for one in certificate.statements
            for part in paragraph(f"contract {one.number}: {one.text}", width, indent=2)
        ),
        *gap([line(f"  {text}") for text in certificate.program.splitlines()]),
        *gap(evidence.diagnosis(failure, width)),
        *evidence.of_failure(failure, width),
        *gap(command(failure)),
    ]


def brief(certificate: Certificate) -> list[Line]:
    """The verdict; the program that differs, the sentence and what to paste."""
    lines = [headline(certificate.verdict, certificate.channel)]
    if certificate.failure is not None:
        lines += [line(text) for text in certificate.program.splitlines()]
        lines += [line(certificate.failure.message), *command(certificate.failure)]
    return lines


def _table(certificate: Certificate) -> list[Line]:
    heads = ("channel", "programs", "executions", "traces", "outcomes", "time")
    table: list[list[Span | str]] = [[(head, "dim") for head in heads]]
    for part in certificate.parts:
        programs = f"{part.done:,}" if part.done == part.programs else f"{part.done:,} of {part.programs:,}"
        counts = [f"{number:,}" for number in (part.executions, part.traces, part.outcomes)]
        table.append([part.channel, programs, *counts, f"{part.seconds:.1f} s"])
    return columns(table, [None] * len(heads))


def _stands_on(certificate: Certificate, width: int) -> list[Line]:
    versions = f"{certificate.versions['python']}, duckrace {certificate.versions['duckrace']}"
    switches = SWITCHES.get(certificate.granularity, "")
    text = (
        f"{versions}; strategy {certificate.strategy}, granularity {certificate.granularity}: {switches}. "
        f"{shown_seconds(certificate.seconds)} in all. SHA-256 of the sources:"
    )
    table: list[list[Span | str]] = [
        [WHAT.get(what, what), digest(files)[:SHOWN], many(len(files), "file")]
        for what, files in certificate.sources.items()
        if files
    ]
    return [*paragraph(text, width), *columns(table, [None, None, None])]


def _claim(certificate: Certificate) -> str:
    if certificate.passed:
        return (
            "Every program was explored in every interleaving: what can happen is exactly what the model allows. "
            "Nothing illegal happens, and everything legal can happen. Larger programs were not tried."
        )
    if certificate.verdict.exit_status == 1:
        have = "has" if certificate.done == 1 else "have"
        return f"{many(certificate.done, 'program')} {have} exactly the outcomes of the model; the next one has not."
    if certificate.verdict.kind is Kind.SKIPPED:
        return "The channel claims nothing that a program could be made of."
    return (
        f"{certificate.done:,} of {many(certificate.programs, 'program')} have exactly the outcomes of the model; "
        "the others were not explored to the end: this is not a pass."
    )


def digest(files: Mapping[str, str]) -> str:
    """One hash for many files: of the lines ``HASH  MODULE``, sorted by module."""
    text = "".join(f"{files[name]}  {name}\n" for name in sorted(files))
    return hashlib.sha256(text.encode()).hexdigest()
