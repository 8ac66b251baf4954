"""What shows that a failure is one: the sentence, the traceback, the timeline, who waits, what was printed.

It knows a single failure; it must not know how it was found.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from duckrace._data import Failure, ThreadState
from duckrace._words import many

from . import lanes, timeline
from .layout import Line, Span, columns, line, paragraph
from .words import gap, section

WAIT: Final = 60  # columns of what is waited for, at most
PRINTED: Final = 40  # lines of output shown where there are more
STACK: Final = 6  # frames per waiting thread
OURS: Final = "duckrace/channels/"  # frames in there say nothing about the program


def diagnosis(failure: Failure, width: int) -> list[Line]:
    """What happened in one sentence; what it means and what to do."""
    return paragraph(failure.message, width) + gap(paragraph(failure.explanation, width))


def of_failure(failure: Failure, width: int) -> list[Line]:
    """All sections that there is something to say in."""
    return [
        *gap([line(row) for row in failure.traceback.rstrip().splitlines()]),
        *_timeline(failure, width),
        *_threads(failure.threads),
        *_printed(failure.output),
    ]


def _timeline(failure: Failure, width: int) -> list[Line]:
    found = timeline.rows(failure.events)
    if not found:
        return []
    waits = {state.path: state.waits_for for state in failure.threads}
    found[-1].left = found[-1].left or waits.get(found[-1].path, "")
    rows, left_out = timeline.shown(found)
    lines = lanes.lanes(rows, width) or lanes.listed(rows, width)
    if left_out:
        text = f"        … {many(left_out, 'row')} before this left out (all of it: --json)"
        lines.insert(1, line((text, "dim")))
    return section(f"What happened ({_counted(failure)})", lines)


def _counted(failure: Failure) -> str:
    steps = {event.step: False for event in failure.events}
    for event in failure.events:
        steps[event.step] |= event.matters
    matter = sum(steps.values())
    text = many(len(steps), "step") if matter == len(steps) else f"{matter:,} of {many(len(steps), 'step')} matter"
    return f"{text}, {many(failure.preemptions, 'preemption')}" if failure.preemptions else text


def _threads(states: Sequence[ThreadState]) -> list[Line]:
    """Where every thread was that had not ended: what it waits for, if that is why the execution ended."""
    alive = [state for state in states if state.state != "ended" and (state.stack or state.waits_for)]
    if not alive:
        return []
    if not any(state.waits_for for state in alive):
        return section(
            "Where the threads were", columns([[_named(s), (s.where, "dim")] for s in alive], [lanes.NAME, None])
        )
    lines: list[Line] = []
    table = columns([[_named(s), _doing(s), (s.where, "dim")] for s in alive], [lanes.NAME, WAIT, None])
    for state, row in zip(alive, table, strict=True):
        lines += [row, *(line("    ", (f"↳ {frame}", "dim")) for frame in _inside(state))]
    ended = sum(state.state == "ended" for state in states)
    if ended:
        lines.append(line((f"  ({many(ended, 'other thread')} had ended)", "dim")))
    return section("Who waits for what", lines)


def _named(state: ThreadState) -> Span:
    return (f"{state.name} (daemon)" if state.daemon else state.name, lanes.colour(state.path))


def _doing(state: ThreadState) -> str:
    known = {"timed wait": "waits for a time-out", "runnable": "could go on"}
    return state.waits_for or known.get(state.state, state.state)


def _inside(state: ThreadState) -> list[str]:
    """The frames below the one that is named already, outermost first."""
    below: list[str] = []
    for frame in state.stack:
        if frame == state.where:
            break
        if OURS not in frame.replace("\\", "/"):
            below.append(frame)
    return list(reversed(below))[:STACK]


def _printed(output: str) -> list[Line]:
    rows = output.rstrip("\n").splitlines()
    if not rows:
        return []
    left_out = len(rows) - PRINTED if len(rows) > PRINTED + 5 else 0
    lines = [line(f"  {row}") for row in rows[left_out:]]
    if left_out:
        lines.insert(0, line((f"  … {many(left_out, 'line')} before this left out (all of it: --json)", "dim")))
    return section("What it printed", lines)
