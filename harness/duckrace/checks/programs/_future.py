"""What may come next, by the model: every way in which a channel and the calls on it can come to rest.

The models' own `settle` leaves calls that could time out waiting; here the callers whose time is over do time out.
It knows the models only, and is used on both sides of the world's border.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from duckrace_models import Machine, Response, Settled, State

from ._calls import Step, model_call, seconds_of


def futures(model: Machine, states: Iterable[State], caller: int, step: Step) -> tuple[Settled, ...]:
    """How `step` may go in any of `states`, and what it may make of the calls that are blocked there."""
    found: dict[Settled, None] = {}
    for state in states:
        due: set[int | str]
        if step[0] == "wait":
            due = {p.call.caller for p in state.pending if p.call.operation in ("send_timeout", "recv_timeout")}
        else:
            state = model.start(state, model_call(caller, step))
            due = {caller} if seconds_of(step) == 0 else set()
        found.update(dict.fromkeys(_at_rest(model, state, due)))
    return tuple(found)


def _at_rest(model: Machine, start: State, due: Collection[int | str]) -> list[Settled]:
    found: list[Settled] = []
    todo = [Settled(responses=(), state=start)]
    seen: set[Settled] = set()
    while todo:
        here = todo.pop()
        if here in seen:
            continue
        seen.add(here)
        steps = [s for s in model.enabled(here.state) if s.action != "time_out" or s.caller in due]
        if not steps:
            found.append(here)
        for following in steps:
            responses = here.responses
            if following.response is not None:
                responses = _with(responses, following.caller, following.response)
            todo.append(Settled(responses=responses, state=following.state))
    return found


def _with(
    responses: tuple[tuple[int | str, Response], ...], caller: int | str, response: Response
) -> tuple[tuple[int | str, Response], ...]:
    return tuple(sorted((*responses, (caller, response)), key=lambda one: str(one[0]).rjust(8)))
