"""A failing list of calls, made as short as it gets: no call can be left out, no simpler channel will do.

Hypothesis shrinks choices, which leaves calls in a list that it cannot tell to be needless within a sensible number of
runs; here every call is tried without, and as a plainer one. Which list Hypothesis comes to is its own business: it
draws constants of the modules that happen to be loaded, too. What is told in the end should not depend on that.
A simpler list must still be one that makes sense: see `possible`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from duckrace.plugins._load import Subject
from duckrace_models import RECEIVER, State, model_for

from .programs._calls import Step, handle_of
from .programs._future import futures

PLAINER: Final = {"recv_timeout": "recv", "send_timeout": "send"}  # the same call, which waits for ever

Steps = tuple[tuple[Any, ...], ...]
Fails = Callable[[int | None, Steps], bool]


def shorter(subject: Subject, capacity: int | None, steps: Steps, fails: Fails) -> tuple[int | None, Steps]:
    """The shortest failing program that leaving out finds. `fails` runs one; it may be called some hundred times."""
    before: tuple[int | None, Steps] | None = None
    while before != (capacity, steps):
        before = capacity, steps
        for simpler in subject.capacities[: subject.capacities.index(capacity)]:
            if possible(simpler, steps) and fails(simpler, steps):
                capacity = simpler
                break
        for position in reversed(range(len(steps))):
            for candidate in _simpler(steps, position):
                if candidate and possible(capacity, candidate) and fails(capacity, candidate):
                    steps = candidate
                    break
    return capacity, steps


def _simpler(steps: Steps, position: int) -> Iterator[Steps]:
    """Without this call, without it and a later one (a clone and its drop), with it on the first sender, or with it
    waiting for ever."""
    head, step, tail = steps[:position], steps[position], steps[position + 1 :]
    yield head + tail
    for later in range(len(tail)):
        yield head + tail[:later] + tail[later + 1 :]
    if handle_of(step) not in ("tx", RECEIVER):
        yield (*head, (step[0], "tx", *step[2:]), *tail)
    if step[0] in PLAINER:
        yield (*head, (PLAINER[step[0]], *step[1:-1]), *tail)


def possible(capacity: int | None, steps: Steps) -> bool:
    """Could these calls be drawn: every handle was made and not lost, and nobody is inside of what is used alone?"""
    model = model_for(capacity)
    states: list[State] = [model.initial()]
    handles = {"tx", RECEIVER}
    for caller, step in enumerate(steps, start=1):
        operation = step[0]
        if operation != "wait" and handle_of(step) not in handles:
            return False
        if alone(step) and any(p.call.handle == handle_of(step) for state in states for p in state.pending):
            return False
        if operation == "lose":
            handles.discard(step[1])
        elif operation == "clone" and all(state.alive(step[1]) for state in states):
            handles.add(step[2])
        try:
            ways = futures(model, states, caller, step)
        except ValueError:  # a call that this channel does not have
            return False
        states = list(dict.fromkeys(way.state for way in ways))
    return True


def alone(step: Step) -> bool:
    """Must nobody else be inside of the handle? (Contract 86 and 87 say what happens then; nobody claims it yet.)"""
    return step[0] in ("recv", "try_recv", "recv_timeout", "drop", "lose")
