"""Calls, one after another, on a channel and on its model at once.

Every call is made by a thread of its own, so that one that blocks is a blocked thread and nothing else. Then the main
thread sleeps: simulated time moves only when nobody can go on, so when it wakes, every thread is through with its call
or really blocked, whatever the schedule was. What returned must be what the model lets return, no more and no less.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from threading import Thread
from typing import TYPE_CHECKING, Any, Final

from duckrace_models import BLOCKS, RECEIVER, Blocks, Response, Settled, model_for

from ._calls import Step, answer, made, words
from ._future import futures

if TYPE_CHECKING:
    from duckrace.plugins import ChannelUnderTest

REST: Final = 1e-6  # seconds of simulated time, far less than any timeout of a step


def run(plugin: ChannelUnderTest, capacity: int | None, steps: Sequence[Step]) -> None:
    """Make the calls; print each with what it does; raise AssertionError where channel and model part."""
    model = model_for(capacity)
    tx, rx = plugin.channel() if capacity is None else plugin.sync_channel(capacity)
    handles: dict[str, Any] = {"tx": tx, RECEIVER: rx}
    del tx, rx
    returned: dict[int, Response] = {}
    states = [model.initial()]
    print(f"      tx, rx = {'channel()' if capacity is None else f'sync_channel({capacity})'}")
    for caller, step in enumerate(steps, start=1):
        before = set(returned)
        if step[0] == "wait":
            time.sleep(step[1])
        else:
            Thread(target=_make, args=(caller, step, handles, returned), name=f"call {caller}", daemon=True).start()
        time.sleep(REST)
        seen = {number: returned[number] for number in sorted(returned) if number not in before}
        print(f"{caller:>4}  {_told(steps, caller, seen)}")
        allowed = futures(model, states, caller, step)
        states = list(dict.fromkeys(way.state for way in allowed if dict(way.responses) == seen))
        if not states:
            waiting = [
                number for number in range(1, caller + 1) if number not in before and steps[number - 1][0] != "wait"
            ]
            raise AssertionError(_difference(steps, waiting, allowed, seen))


def _make(caller: int, step: Step, handles: dict[str, Any], returned: dict[int, Response]) -> None:
    returned[caller] = made(step, handles)


def _told(steps: Sequence[Step], caller: int, seen: dict[int, Response]) -> str:
    step = steps[caller - 1]
    text = words(step)
    if step[0] != "wait":
        text = f"{text:<26} {answer(step, seen.get(caller, BLOCKS))}"
    others = [f"{number}: {words(steps[number - 1])} {answer(steps[number - 1], seen[number])}" for number in seen]
    return "; ".join([text, *(other for number, other in zip(seen, others, strict=True) if number != caller)])


def _difference(
    steps: Sequence[Step], waiting: list[int], allowed: tuple[Settled, ...], seen: dict[int, Response]
) -> str:
    """The nearest of the ways that the model allows, against what was seen, as one sentence."""

    def wrong(way: Settled) -> list[int]:
        right = dict(way.responses)
        return [number for number in waiting if right.get(number) != seen.get(number)]

    nearest = min(allowed, key=lambda way: len(wrong(way)))
    right: dict[int | str, Response | Blocks] = dict(nearest.responses)
    parts = []
    for number in wrong(nearest):
        step = steps[number - 1]
        must, does = right.get(number, BLOCKS), seen.get(number, BLOCKS)
        said = "must block" if must is BLOCKS else f"must {_infinitive(answer(step, must))}"
        parts.append(f"call {number}, {words(step)}, {said}, but {answer(step, does)}")
    also = f" (the model allows {len(allowed)} outcomes, this is the nearest)" if len(allowed) > 1 else ""
    return "; ".join(parts) + also


def _infinitive(words: str) -> str:
    verb, space, rest = words.partition(" ")
    return verb.removesuffix("s") + space + rest
