"""A timeline as columns, one per thread, or as a list where there are more threads than fit.

Only one thread does anything in a row, so a text may run on over the columns to its right; it is wrapped where the
report ends. Under the last row of a thread's run stands why it was left.

It knows rows and widths; it must not know what happened.
"""

from __future__ import annotations

import os
import textwrap
from collections.abc import Sequence
from typing import Final

from .layout import Line, Span, columns, columns_of, cut, line
from .timeline import Row

NAME: Final = 24  # columns of a thread's name, at most
CALL: Final = 56  # of a call in a list, at least
LANE: Final = 24  # of a thread, at least for the last one
WRAPPED: Final = 3  # lines that a text may take
STEP: Final = 8  # the margin, the number of a step and the gap after it
GAP: Final = 2

Path = tuple[int, ...]


def colour(path: Path) -> str:
    """The style of a thread."""
    return f"thread {sum(path)}"


def lanes(rows: Sequence[Row], width: int) -> list[Line] | None:
    """The rows with a column for each thread; None: they do not fit."""
    names = {row.path: cut(row.thread, NAME) for row in rows}
    threads = sorted(names)
    places = [row.where for row in rows]
    starts = _starts(rows, threads, names, width, places)
    if starts is None or _most(rows, threads, starts) > _room(width, places):
        places = _short(places)
        starts = _starts(rows, threads, names, width, places)
    if starts is None:
        return None
    start, room = dict(zip(threads, starts, strict=True)), _room(width, places)
    texts = [_wrapped(row.words, room - start[row.path]) for row in rows]
    ends = [start[row.path] + max(map(columns_of, text)) for row, text in zip(rows, texts, strict=True)]
    heads = [start[path] + columns_of(names[path]) for path in threads]
    at = max(*ends, *heads) + GAP
    header: Line = [("  step  ", "dim")]
    for path in threads:
        header += [_blank(start[path] - _wide(header) + STEP), (names[path], colour(path))]
    found = [[*header, _blank(at - _wide(header) + STEP), ("at", "dim")]]
    for row, text, place in zip(rows, texts, places, strict=True):
        margin = start[row.path]
        first: Line = [(f"  {row.step:>4}  ", "dim"), _blank(margin), (text[0], "")]
        found.append([*first, _blank(at - _wide(first) + STEP), (place, "dim")] if place else first)
        found += [line(_blank(STEP + margin), more) for more in text[1:]]
        if row.left:
            reason = _wrapped(f"↳ {row.left}", width - STEP - margin)
            found += [line(_blank(STEP + margin), (part, _reason(row))) for part in reason]
    return found


def listed(rows: Sequence[Row], width: int) -> list[Line]:
    """The rows with the name of the thread where it changes."""
    taken = max(len(row.where) for row in rows) + min(NAME, max(len(row.thread) for row in rows)) + 14
    table: list[list[Span | str]] = [[("step", "dim"), ("thread", "dim"), ("does", "dim"), ("at", "dim")]]
    last: object = None
    for row in rows:
        thread = (row.thread, colour(row.path)) if row.path != last else ""
        table.append([(f"{row.step:>4}", "dim"), thread, row.words, (row.where, "dim")])
        if row.left:
            table.append(["", "", (f"↳ {row.left}", _reason(row)), ""])
        last = row.path
    return columns(table, [None, NAME, max(CALL, width - taken), None])


def _reason(row: Row) -> str:
    return "unsure" if row.preempted else "dim"


def _starts(
    rows: Sequence[Row], threads: list[Path], names: dict[Path, str], width: int, places: list[str]
) -> list[int] | None:
    """Where each column begins; None: they have no room. As wide as their texts, if all have room for that."""
    room = _room(width, places)
    least = [columns_of(names[path]) + GAP for path in threads]
    need = {path: max(_need(row) for row in rows if row.path == path) for path in threads}
    if sum(least[:-1]) + max(LANE, least[-1] - GAP) > room:
        return None
    spare = max(0, room - sum(least[:-1]) - max(LANE, need[threads[-1]]))
    starts, at = [], 0
    for path, wide in zip(threads, least, strict=True):
        starts.append(at)
        more = min(max(0, need[path] - wide), spare)
        spare -= more
        at += wide + more
    return starts


def _need(row: Row) -> int:
    return GAP + max(columns_of(row.words), columns_of(f"↳ {row.left}") if row.preempted else 0)


def _room(width: int, places: list[str]) -> int:
    """Columns for all threads together."""
    return width - STEP - GAP - max(map(columns_of, places))


def _most(rows: Sequence[Row], threads: list[Path], starts: list[int]) -> int:
    start = dict(zip(threads, starts, strict=True))
    return max(start[row.path] + columns_of(row.words) for row in rows)


def _short(places: list[str]) -> list[str]:
    """``file:line`` without folders, where no two files have one name."""
    files = {place.rpartition(":")[0] for place in places}
    alone = len({os.path.basename(file) for file in files}) == len(files)
    return [os.path.basename(place) for place in places] if alone else places


def _wrapped(text: str, width: int) -> list[str]:
    """`text` in a few lines, the later ones indented; cut if that is not enough, or if its width is not its length."""
    text = " ".join(text.splitlines())
    if columns_of(text) <= width:
        return [text]
    found = textwrap.wrap(text, width, subsequent_indent="  ") if text.isascii() or text.startswith("↳") else []
    return found if 0 < len(found) <= WRAPPED else [cut(text, width)]


def _wide(spans: Line) -> int:
    return sum(columns_of(text) for text, _ in spans)


def _blank(count: int) -> Span:
    return (" " * count, "")
