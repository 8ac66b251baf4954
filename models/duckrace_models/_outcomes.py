"""Everything that a program of calls may come to.

A program is, per caller, the calls that it makes one after another; callers run as they like. `outcomes` follows every
transition of every state that can be reached, and so says exactly what a channel may do with the program: no more, and
no less. Calls that never return are part of an outcome.

When a call is made nothing in the channel changes (`Machine.start`), and one that was made and has not taken a step is
answered like one that is made later. So a caller's next call is made as soon as the one before it has returned.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final, TypeAlias

from ._machine import Machine
from ._values import BLOCKS, Blocks, Call, Caller, Handle, Response, State

Answers: TypeAlias = tuple[Response | Blocks, ...]
"""What one caller was told, call by call. Only the last one can be BLOCKS; calls after that were not made."""

Outcome: TypeAlias = tuple[Answers, ...]
"""The answers of each caller, in the order of the program."""

Rest: TypeAlias = tuple[tuple[Call, ...], ...]

REMEMBERED: Final = 1 << 17
"""Situations: the programs of a whole enumeration have most of theirs in common."""


def outcomes(model: Machine, program: Sequence[Sequence[Call]], senders: Iterable[Handle]) -> frozenset[Outcome]:
    """Every outcome that `model` allows, on a new channel with these sender handles.

    All calls of one sequence are made by one caller, and each sequence has a caller of its own. A timed call may time
    out whenever it cannot complete: there is no clock here.

    Raises ValueError for what no program can do (`Machine.start`), and for a caller in two places.
    """
    callers = [{call.caller for call in calls} for calls in program]
    if any(len(names) > 1 for names in callers) or len(set().union(*callers)) != sum(map(len, callers)):
        raise ValueError("each sequence of calls has one caller of its own")
    state = model.initial(senders)
    for calls in program:
        if calls:
            state = model.start(state, calls[0])
    return _from_here(model, state, tuple(tuple(calls) for calls in program))


@lru_cache(REMEMBERED)
def _from_here(model: Machine, state: State, rest: Rest) -> frozenset[Outcome]:
    """What is still to come: `rest` are the calls that have not returned, of which the first is pending."""
    steps = model.enabled(state)
    if not steps:
        return frozenset({tuple((BLOCKS,) if calls else () for calls in rest)})
    found: set[Outcome] = set()
    for step in steps:
        if step.response is None:
            found |= _from_here(model, step.state, rest)
            continue
        who = _place(rest, step.caller)
        left = rest[who][1:]
        after = model.start(step.state, left[0]) if left else step.state
        found |= {
            (*others[:who], (step.response, *others[who]), *others[who + 1 :])
            for others in _from_here(model, after, (*rest[:who], left, *rest[who + 1 :]))
        }
    return frozenset(found)


def _place(rest: Rest, caller: Caller) -> int:
    return next(place for place, calls in enumerate(rest) if calls and calls[0].caller == caller)
