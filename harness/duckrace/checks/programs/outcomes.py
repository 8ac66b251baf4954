"""A small program as plain data, run by threads; it returns what each call came to.

The main thread makes the handles, starts the threads and sleeps: simulated time moves only when nobody can go on, so
when it wakes, every thread is through or waits for ever. No thread is joined and no handle is dropped at the end: a
program does what it says and nothing else, and a hang is an outcome like any other.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from threading import Thread
from typing import TYPE_CHECKING, Any, Final

from duckrace_models import RECEIVER

from ._calls import Step, handle_of, made, result, words
from ._tools import made as made_by

if TYPE_CHECKING:
    from duckrace.plugins import ChannelUnderTest

LONG: Final = 1.0  # seconds of simulated time; longer than a channel may sleep between two looks
BLOCKS: Final = "blocks"


def run(
    plugin: ChannelUnderTest, capacity: int | None, threads: Sequence[Sequence[Step]], forbidden: Any = None
) -> tuple[tuple[str, ...], ...]:
    """Run the program; returns, for each thread, what its calls came to, up to one that ``blocks``.

    Raises AssertionError if that is `forbidden`: so the schedule of an outcome is found, and can be replayed.
    """
    tx, rx = made_by(plugin, capacity)
    first, *others = senders(threads)
    handles: dict[str, Any] = {RECEIVER: rx, first: tx}
    for name in others:
        handles[name] = tx.clone()
    del tx, rx
    given: list[list[str]] = [[] for _ in threads]
    for number, steps in enumerate(threads, start=1):
        target = (steps, handles, given[number - 1])
        Thread(target=_make, args=target, name=f"thread {number}", daemon=True).start()
    time.sleep(LONG)
    outcome = tuple(
        tuple(results) if len(results) == len(steps) else (*results, BLOCKS)
        for steps, results in zip(threads, given, strict=True)
    )
    if forbidden is not None and outcome == tuple(map(tuple, forbidden)):
        raise AssertionError(f"{told(threads, outcome)}: no interleaving of these calls allows it")
    return outcome


def _make(steps: Sequence[Step], handles: dict[str, Any], given: list[str]) -> None:
    for step in steps:
        given.append(result(made(step, handles)))


def senders(threads: Sequence[Sequence[Step]]) -> list[str]:
    """The senders that a program begins with: those that it uses and does not make. The first one is never missing."""
    made_here = {step[2] for steps in threads for step in steps if step[0] == "clone"}
    used = {handle_of(step) for steps in threads for step in steps} - made_here - {RECEIVER}
    return sorted(used) or ["tx1"]


def told(threads: Sequence[Sequence[Step]], outcome: Sequence[Sequence[str]]) -> str:
    """The calls that were made, with what they came to."""
    return " | ".join(
        ", ".join(f"{words(step)} → {came_to}" for step, came_to in zip(steps, results, strict=False))
        for steps, results in zip(threads, outcome, strict=True)
    )
