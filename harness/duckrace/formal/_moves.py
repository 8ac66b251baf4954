"""A counterexample of the algorithm as what its callers do, for a channel to be driven along it.

What is left of a state is who calls what, who looks at the channel (holds the lock, or leaves his drop to its holder),
whose time is over, and who sleeps at the end. It knows states of `ChannelMutex`; it must not know channels.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

from ._tlc import Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """Something that a caller does, of which the channel notices something."""

    kind: Literal["calls", "looks", "late"]
    caller: str
    operation: str
    handle: str
    value: str
    """The message, or the new handle; empty if there is none."""
    response: str = ""
    """What the call came to when it looked: ``Ok``, ``Timeout``...; empty if it has to wait."""


def moves(answer: Answer) -> tuple[Move, ...]:
    """The counterexample of a run of ChannelMutex; empty if it is none."""
    found: list[Move] = []
    for before, after in pairwise(answer.trace):
        if "thread" not in after.state:
            return ()
        for who, new in sorted(after.state["thread"].items()):
            way = (before.state["thread"][who]["pc"], new["pc"])
            if way == ("idle", "called"):
                found.append(_move("calls", who, new))
            elif way == ("locked", "unlock") or (way[0] == "defer" != way[1]):
                found.append(_move("looks", who, new))
            elif way == ("sleep", "called") and new["late"]:
                found.append(_move("late", who, new))
    return tuple(found)


def sleepers(answer: Answer) -> tuple[str, ...]:
    """Who sleeps in a call at the end of the counterexample, and nobody has woken him."""
    last = answer.trace[-1].state if answer.trace else {}
    threads, gate = last.get("thread", {}), last.get("core", {}).get("gate", {})
    return tuple(sorted(who for who, thread in threads.items() if thread["pc"] == "sleep" and not gate[who]))


def _move(kind: Literal["calls", "looks", "late"], who: str, thread: Mapping[str, Any]) -> Move:
    call, kind_of = thread["call"], thread["response"]["kind"]
    return Move(
        kind=kind,
        caller=who,
        operation=call["operation"],
        handle=call["handle"],
        value=call["value"],
        response="" if kind_of == "none" else kind_of,
    )
