"""A log of real threads as plain data, and back: what is written to a file, so that it can be judged again.

It knows the parts of a log; it must not know files.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any

from duckrace._errors import UsageError

from .recording import DROP, OK, ThreadLog, _Events

COLUMNS = ("kind", "handle", "payload", "position")


def plain(log: ThreadLog) -> dict[str, Any]:
    """The log as lists, numbers and texts. Names of handles and processes must be texts."""
    return {
        "order": log.order,
        "handles": list(log._handles),
        "receivers": sorted(log._receivers),
        "suspended": sorted(log._suspended, key=str),
        "processes": [
            {"name": name, **{column: list(getattr(buffer.events(), column)) for column in COLUMNS}}
            for name, buffer in log._buffers.items()
        ],
    }


def log_of(data: Mapping[str, Any]) -> ThreadLog:
    """The log that `plain` was made of. Raises UsageError: it is none."""
    try:
        log = ThreadLog(data["order"])
        for number, handle in enumerate(data["handles"]):
            (log.receiver if number in data["receivers"] else log.sender)(handle)
        last = -1
        for process in data["processes"]:
            events = _Events(bytearray(process["kind"]), *(array("q", process[column]) for column in COLUMNS[1:]))
            _whole(process["name"], events, len(data["handles"]))
            log.add(process["name"], events)
            last = max([last, *events.position])
        log.suspended(data["suspended"])
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise UsageError(f"this is no log: {type(error).__name__}: {error}") from error
    log._tick = count(last + 1).__next__
    return log


def _whole(name: object, events: _Events, handles: int) -> None:
    sizes = {len(events.kind), len(events.handle), len(events.payload), len(events.position)}
    if len(sizes) != 1:
        raise ValueError(f"the columns of {name!r} are not of one length")
    kinds: Sequence[int] = events.kind
    if any(not (0 <= kind <= DROP or (kind % 16 == 0 and OK <= kind < OK + 16 * 7)) for kind in kinds):
        raise ValueError(f"{name!r} has an event of an unknown kind")
    if any(not -1 <= handle < handles for handle in events.handle):
        raise ValueError(f"{name!r} uses a handle that there is not")
    if any(position < 0 for position in events.position):
        raise ValueError(f"{name!r} has an event before the first one")
