"""A history as text: a line for each process, time from left to right, one column for each event.

::

    A   |write(1)-------|
    B       |read() → 0|   |read() → 1|

A call that never returned has no end; ``waits`` says that it was blocked when nobody could go on any more.

It knows operations; it must not know what they mean.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Sequence
from typing import Any

from duckrace_models import Call, Response

from ._history import Operation
from ._model import Cancelled, Invocation, Raised


def called(what: Any) -> str:
    """What was called, in words: ``write(3)``, ``tx.send(1)``."""
    if isinstance(what, Call):
        if what.operation == "clone":
            return f"{what.value} = {what.handle}.clone()"
        value = "" if what.value is None else repr(what.value)
        return f"{what.handle}.{what.operation}({value})"
    return str(what) if isinstance(what, Invocation) else repr(what)


def came_back(result: Any) -> str:
    """A result in words."""
    if isinstance(result, Raised | Cancelled):
        return str(result)
    if isinstance(result, Response):
        value = getattr(result, "value", None)
        return f"{type(result).__name__}{'' if value is None else f'({value!r})'}"
    return repr(result)


def shown(operation: Operation) -> str:
    """An operation in words: ``write(3)``, ``read() → 0``, ``take() waits``. That a call returned None is not said."""
    text = called(operation.what)
    if operation.suspended:
        return f"{text} waits"
    if operation.ret is None:
        return f"{text} …"
    if operation.result is None:
        return text
    arrow = " " if isinstance(operation.result, Raised | Cancelled) else " → "
    return f"{text}{arrow}{came_back(operation.result)}"


def lanes(operations: Sequence[Operation], *, marked: Collection[Operation] = (), width: int = 116) -> str:
    """The drawing; marked operations stand between ``>`` and ``<``. More than fits `width` becomes a list of events."""
    positions = sorted(p for o in operations for p in (o.call, o.ret) if p is not None)
    texts = {o.call: shown(o) for o in operations}
    column = dict.fromkeys(positions, 0)
    ends = {o.ret: o for o in operations if o.ret is not None}
    place = 0
    for position in positions:  # as close as the texts allow
        operation = ends.get(position)
        if operation is not None:
            place = max(place, column[operation.call] + len(texts[operation.call]) + 1)
        column[position] = place
        place += 2
    right = max((column[o.call] + len(texts[o.call]) + 2 for o in operations), default=0)
    right = max(right, place)
    processes: dict[Hashable, list[Operation]] = {}
    for operation in operations:
        processes.setdefault(operation.process, []).append(operation)
    wide = max((len(str(process)) for process in processes), default=0) + 2
    if wide + right > width:
        return _list(operations, marked)
    rows = []
    for process, own in sorted(processes.items(), key=lambda pair: _natural(pair[0])):
        row = [" "] * (right + 1)
        for operation in own:
            left, text = column[operation.call], texts[operation.call]
            end = right if operation.ret is None else column[operation.ret]
            bar = text + "-" * (end - left - 1 - len(text))
            first, last = (">", "<") if operation in marked else ("|", "|")
            row[left : left + 1 + len(bar)] = first + bar
            if operation.ret is not None:
                row[end] = last
        rows.append(f"{process!s:<{wide}}{''.join(row)}".rstrip())
    return "\n".join(rows)


def _list(operations: Sequence[Operation], marked: Collection[Operation]) -> str:
    events: list[tuple[int, str]] = []
    wide = max(len(str(operation.process)) for operation in operations)
    for operation in operations:
        name, mark = f"{operation.process!s:<{wide}}", "  <--" if operation in marked else ""
        events.append((operation.call, f"{name}  {called(operation.what)}{mark if operation.ret is None else ''}"))
        if operation.ret is not None:
            events.append((operation.ret, f"{name}    {shown(operation)}{mark}"))
    return "\n".join(f"{position:>6}  {text}" for position, text in sorted(events))


def _natural(process: Hashable) -> tuple[str, int, str]:
    text = str(process)
    head = text.rstrip("0123456789")
    return head, int(text[len(head) :] or 0), text
