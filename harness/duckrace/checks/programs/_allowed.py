"""Whether what was seen of some calls is what their model allows.

The states that the model may be in are followed from event to event: a call begins, takes its hidden steps whenever it
likes, and ends. None left: the channel did what it must not. This is exact, and needs no limit: the calls of a script
are few.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, TypeAlias

from duckrace_models import Machine, State, model_for

from ._calls import Step, model_call, result, seconds_of, words

Event: TypeAlias = tuple[str, str, Any, float]
"""``("begins", caller, line, at)``, ``("ends", caller, what it came to, at)``, ``("line", "", line, at)``: the line is
through. `at` in seconds."""

States: TypeAlias = frozenset[State]

BLOCK: Final = "block"
REMEMBERED: Final = 1 << 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """What is not allowed."""

    message: str
    line: int  # of the script, in which it was seen
    operation: str
    must: str  # what the call had to come to, or BLOCK


def judged(
    capacity: int | None, senders: Iterable[str], script: Sequence[Sequence[Any]], events: Iterable[Event]
) -> Wrong | None:
    """The first event that the model does not allow, with all that came before it; None if there is none."""
    model = model_for(capacity)
    states: States = frozenset({model.initial(senders)})
    inside: dict[str, tuple[Step, float]] = {}  # by caller: its call, and when its time is up
    now = 0  # the line
    for kind, caller, what, at in events:
        if kind == "begins":
            step = script[what][1]
            seconds = seconds_of(step)
            inside[caller] = step, float("inf") if seconds is None else at + seconds
            states = frozenset(model.start(state, _call(caller, step)) for state in states)
            continue
        up = frozenset(who for who, (_, ends) in inside.items() if ends <= at)
        if kind == "ends":
            step, _ = inside.pop(caller)
            possible = _reached(model, states, up)
            states = _returned(model, possible, caller, what)
            if not states:
                return _wrong(now, caller, step, f"came to {what}", _ends(possible, caller))
        else:
            now = what + 1
            if not script[what][2]:
                continue  # somebody may still be able to go on
            possible = _reached(model, states, up)
            states = _resting(model, possible, up)
            if not states:
                return _stuck(what, model, possible, inside, up)
    return None


def _stuck(
    line: int, model: Machine, possible: States, inside: Mapping[str, tuple[Step, float]], up: frozenset[str]
) -> Wrong:
    """Nobody can go on, and somebody must."""
    for caller, (step, _) in inside.items():
        if not any(_rests(model, state, up, caller) for state in possible):
            must = _ends(possible, caller)
            late = ", though its time is up" if caller in up else ""
            return _wrong(line, caller, step, f"blocks{late}", must)
    caller, (step, _) = next(iter(inside.items()))
    among = " or ".join(f"{who}'s {words(other)}" for who, (other, _) in inside.items())
    wrong = _wrong(line, caller, step, "", _ends(possible, caller))
    return Wrong(message=f"nobody can go on, and {among} must", line=line, operation=wrong.operation, must=wrong.must)


def _wrong(line: int, caller: str, step: Step, did: str, must: Sequence[str]) -> Wrong:
    due = f"must come to {' or '.join(must)}" if must else "must block"
    return Wrong(
        message=f"{caller}'s {words(step)} {did}, and {due}",
        line=line,
        operation=str(step[0]),
        must=must[0] if must else BLOCK,
    )


def _call(caller: str, step: Step) -> Any:
    call = model_call(0, step)
    return type(call)(caller=caller, operation=call.operation, handle=call.handle, value=_value(step))


def _value(step: Step) -> Any:
    """The message, or the new handle: the seconds of a receive are none."""
    return step[2] if step[0] in ("send", "try_send", "send_timeout", "clone") else None


@lru_cache(REMEMBERED)
def _reached(model: Machine, states: States, up: frozenset[str]) -> States:
    """Where hidden steps lead, none of them included; only who is in `up` can be out of time."""
    found, todo = set(states), list(states)
    while todo:
        for step in model.enabled(todo.pop()):
            late = step.action == "time_out" and step.caller not in up
            if step.action != "return" and not late and step.state not in found:
                found.add(step.state)
                todo.append(step.state)
    return frozenset(found)


@lru_cache(REMEMBERED)
def _returned(model: Machine, states: States, caller: str, word: str) -> States:
    return frozenset(
        step.state
        for state in states
        for step in model.enabled(state)
        if step.action == "return" and step.caller == caller and step.response and result(step.response) == word
    )


def _ends(states: States, caller: str) -> list[str]:
    """What a call can come to in these states."""
    found = {pending.response for state in states if (pending := state.of(caller)) is not None}
    return sorted(result(response) for response in found if response is not None)


@lru_cache(REMEMBERED)
def _resting(model: Machine, states: States, up: frozenset[str]) -> States:
    return frozenset(state for state in states if _rests(model, state, up))


def _rests(model: Machine, state: State, up: frozenset[str], caller: str = "") -> bool:
    """Can nobody (or not this caller) go on, as long as no time passes? The time of the callers in `up` is over."""
    return not any(
        step.action != "time_out" or step.caller in up
        for step in model.enabled(state)
        if not caller or step.caller == caller
    )
