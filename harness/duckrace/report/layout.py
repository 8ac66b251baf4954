"""Lines of styled text, paragraphs and columns.

A line is a list of spans, a span is (text, style); styles are words that say what a text *is* (``bad``,
``heading``), never a colour.  It must not know what the text is about, nor how styles look.
"""

from __future__ import annotations

import re
import textwrap
import unicodedata
from collections.abc import Sequence

Span = tuple[str, str]
Line = list[Span]

GLUE = "\N{NO-BREAK SPACE}"  # not a place to wrap at
WIDTH = 100  # columns of a report where no terminal says otherwise


def line(*spans: Span | str) -> Line:
    return [span if isinstance(span, tuple) else (span, "") for span in spans]


def plain(lines: Sequence[Line]) -> str:
    """The lines without styles."""
    return "\n".join("".join(text for text, _ in spans).rstrip() for spans in lines)


def paragraph(text: str, width: int, *, indent: int = 0, style: str = "") -> list[Line]:
    """`text` wrapped between words, never inside of backticks; its own line breaks and indentation stay."""
    found: list[Line] = []
    for part in text.splitlines():
        margin = " " * (indent + len(part) - len(part.lstrip()))
        glued = re.sub(r"`[^`]*`", lambda code: code.group().replace(" ", GLUE), part.strip())
        wrapped = textwrap.wrap(glued, max(width - len(margin), 20), break_long_words=False, break_on_hyphens=False)
        found += [line(margin, (row.replace(GLUE, " "), style)) for row in wrapped] or [line()]
    return found


def columns(rows: Sequence[Sequence[Span | str]], widths: Sequence[int | None], *, indent: int = 2) -> list[Line]:
    """Rows of cells, aligned; `widths` are the most that each column may take (None: what it needs)."""
    table = [[_cell(cell, most) for cell, most in zip(row, widths, strict=False)] for row in rows]
    wide = [max((columns_of(row[i][0]) for row in table if i < len(row)), default=0) for i in range(len(widths))]
    found: list[Line] = []
    for row in table:
        spans: Line = [(" " * indent, "")]
        for position, (text, style) in enumerate(row):
            spans.append((text, style))
            if position + 1 < len(row):
                spans.append((" " * (wide[position] - columns_of(text) + 2), ""))
        found.append(spans)
    return found


def columns_of(text: str) -> int:
    """How many columns a terminal needs for `text`."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text
    )


def cut(text: str, most: int) -> str:
    """`text` in at most so many columns."""
    if columns_of(text) > most:
        while columns_of(text) >= most:
            text = text[:-1]
        text = text.rstrip(" …") + "…"
    return text


def _cell(cell: Span | str, most: int | None) -> Span:
    text, style = cell if isinstance(cell, tuple) else (cell, "")
    text = " ".join(text.splitlines())
    return (text if most is None else cut(text, most)), style
