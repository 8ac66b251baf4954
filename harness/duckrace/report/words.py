"""Small words that all reports share: verdicts, counts, headings, the line to paste."""

from __future__ import annotations

from typing import Final

from duckrace._data import Failure, Verdict

from .layout import Line, line

REPLAY: Final = "duckrace replay"


def headline(verdict: Verdict, subject: str) -> Line:
    return line((str(verdict), style_of(verdict)), f"  {subject}")


def style_of(verdict: Verdict) -> str:
    return {0: "good", 1: "bad"}.get(verdict.exit_status, "unsure")


def command(failure: Failure, indent: int = 0) -> list[Line]:
    """The line to paste, never wrapped; none for a failure without a schedule."""
    return [line(" " * indent, (f"{REPLAY} {failure.schedule}", "command"))] if failure.schedule else []


def gap(lines: list[Line]) -> list[Line]:
    """`lines` after an empty one, if there are any."""
    return [line(), *lines] if lines else []


def section(title: str, lines: list[Line]) -> list[Line]:
    return [line(), line((title, "heading")), *lines]


def shown_seconds(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 120 else f"{seconds / 60:.1f} min"
