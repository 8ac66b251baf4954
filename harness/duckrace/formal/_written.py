"""The traces that `duckrace spec` reads: ``duckrace_specs/traces.toml``, which says what is in it.

The file is data, and ours: what is wrong with it is said by ValueError.
"""

from __future__ import annotations

import ast
import re
import tomllib
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final, cast, get_args

import duckrace_models
from duckrace_models import Call, Operation, Response

from ._manifest import read_spec
from ._recorded import Event, Trace

NOBODY: Final = "nobody goes on"
_CALL: Final = re.compile(r"(\w+): (?:(\w+) = )?(\w+)\.(\w+)\((.*)\)")
_RETURN: Final = re.compile(r"(\w+) -> (\w+)\((.*)\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceRun:
    """One or more traces, and what has to come of them."""

    name: str
    shows: str
    trace: Trace | None = None
    """None: they are recorded when they are needed."""
    control: str = ""
    """The trace that is the same without the mistake."""
    rejected: int = 0
    """The number of the event that has to be rejected; 0: none."""
    programs: int = 0
    samples: int = 0
    least: int = 0
    """Recorded: how many programs, under how many schedules each, and how many different traces there have to be."""
    quick: bool = False
    large: bool = field(default=False, init=False)


@cache
def load_traces() -> tuple[TraceRun, ...]:
    """All of them."""
    return read_written(read_spec("traces.toml"))


def read_written(text: str) -> tuple[TraceRun, ...]:
    """Those of this text. Raises ValueError if it makes no sense."""
    document = tomllib.loads(text)
    runs: dict[str, TraceRun] = {}
    lines: dict[str, tuple[dict[str, Any], list[str]]] = {}
    for entry in document.get("trace", []):
        rows = str(entry["events"]).splitlines()
        lines[entry["name"]] = entry, rows
        _add(runs, TraceRun(**_of(entry, "name", "shows", "quick"), trace=_trace(entry, rows)))
    for entry in document.get("mutant", []):
        if entry["control"] not in lines:
            raise ValueError(f"{entry['name']}: its control {entry['control']!r} is no trace")
        control, rows = lines[entry["control"]]
        changed = dict(enumerate(rows, start=1)) | {int(n): line for n, line in entry["replace"].items()}
        if len(changed) > len(rows):
            raise ValueError(f"{entry['name']}: {entry['control']} has not so many events")
        trace = _trace(control, list(filter(None, changed.values())))
        if not 1 <= entry["rejected"] <= len(trace.events):
            raise ValueError(f"{entry['name']}: there is no event {entry['rejected']}")
        _add(runs, TraceRun(**_of(entry, "name", "shows", "quick", "control", "rejected"), trace=trace))
    for entry in document.get("recorded", []):
        _add(runs, TraceRun(**_of(entry, "name", "shows", "quick", "programs", "samples", "least")))
    return tuple(runs.values())


def _of(entry: dict[str, Any], *keys: str) -> dict[str, Any]:
    unknown = sorted(entry.keys() - {*keys, "capacity", "senders", "events", "replace"})
    if unknown:
        raise ValueError(f"{entry['name']}: unknown keys {unknown}")
    return {key: entry[key] for key in keys if key in entry}


def _add(runs: dict[str, TraceRun], run: TraceRun) -> None:
    if run.name in runs:
        raise ValueError(f"two traces are named {run.name!r}")
    runs[run.name] = run


def _trace(entry: dict[str, Any], lines: list[str]) -> Trace:
    events = tuple(_event(entry["name"], line) for line in lines)
    return Trace(capacity=entry.get("capacity"), senders=tuple(entry["senders"]), events=events)


def _event(name: str, line: str) -> Event:
    if line == NOBODY:
        return ("stop", None, None)
    call = _CALL.fullmatch(line)
    if call is not None and call[4] in get_args(Operation):
        who, new, handle, operation, value = call.groups()
        message = new if operation == "clone" else ast.literal_eval(value) if value else None
        return "call", who, Call(caller=who, operation=cast("Operation", operation), handle=handle, value=message)
    returned = _RETURN.fullmatch(line)
    kind = getattr(duckrace_models, returned[2], None) if returned is not None else None
    if returned is not None and isinstance(kind, type) and issubclass(kind, Response):
        return "return", returned[1], kind(*([ast.literal_eval(returned[3])] if returned[3] else []))
    raise ValueError(f"{name}: {line!r} is no event")
