"""The verdict on a hang, and the sentences that a newcomer needs.

ORPHANED_WAIT: a receiver waits, and every sender that still lives is held by a thread that waits too, or by
nobody who runs.  LOST_WAKEUP: a receiver waits although no sender is left.  Everything else is a DEADLOCK,
with its cycle where there is one.

It knows waits and holders; it must not know which channel it speaks of.
"""

from __future__ import annotations

import types
from collections.abc import Sequence
from dataclasses import dataclass

from duckrace._data import Kind, ThreadState
from duckrace.kernel import Machine, SimThread, frames

from ._provider import Provider
from .holders import Holder, Search
from .waits import Wait, cycle, states, wait_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    kind: Kind
    message: str
    explanation: str
    threads: tuple[ThreadState, ...]


def diagnose(
    machine: Machine, scenario: str, modules: Sequence[types.ModuleType], providers: Sequence[Provider]
) -> Diagnosis:
    """Explain the execution that just stopped; its threads must still be parked."""
    stuck = machine.stuck
    waits = {t: wait_of(t, frames.frames_of(t), providers) for t in stuck}
    everyone = states(machine.threads, scenario, waits)
    where = {state.path: state.where for state in everyone}
    circle = cycle(list(waits.values()))
    message = "; ".join(f"{wait.thread.name} {wait.text}" for wait in circle or waits.values())
    kind, explanation = Kind.DEADLOCK, _deadlock(circle, list(waits.values()))
    sending = [wait for wait in waits.values() if wait.role == "sender"]
    receiving = [wait for wait in waits.values() if wait.role == "receiver"]
    if not circle and not sending:
        search = Search(machine.threads, modules)
        for wait in receiving:
            living = _senders(wait, providers)
            place = where[wait.thread.path]
            if living:
                kind = Kind.ORPHANED_WAIT
                holders = [search.holder(sender) for sender in living]
                message, explanation = _orphaned(wait, place, holders, _others(machine, wait.thread))
            else:
                kind = Kind.LOST_WAKEUP
                message = f"{wait.thread.name} {wait.text} at {place}, but no sender is left"
                explanation = (
                    "The last sender is gone, so this receive must return (contract 31). It was not woken: look for a "
                    "drop that changes the number of senders without notifying, or that notifies before it changes it."
                )
            break
    return Diagnosis(kind=kind, message=message, explanation=explanation, threads=everyone)


def _senders(wait: Wait, providers: Sequence[Provider]) -> list[object]:
    for provider in providers:
        if provider.role(wait.handle) is not None:
            return [handle for role, handle in provider.living(wait.handle) if role == "sender"]
    return []


def _others(machine: Machine, thread: SimThread) -> list[SimThread]:
    return [t for t in machine.threads if not t.done and t is not thread]


def _orphaned(wait: Wait, place: str, holders: list[Holder | None], others: list[SimThread]) -> tuple[str, str]:
    known = [holder for holder in holders if holder is not None]
    if len(holders) == 1:
        left = f"the only sender left is {known[0].text if known else 'one that no variable names'}"
    else:
        names = [f"  - {holder.text}" if holder else "  - one that no variable names" for holder in holders]
        left = f"{len(holders)} senders are left:\n" + "\n".join(names)
    alive = (
        "no other thread is alive"
        if not others
        else f"every other thread waits too ({', '.join(t.name for t in others)})"
    )
    message = f"{wait.thread.name} {wait.text} at {place}; {alive}, and {left}"
    name = known[0].name if known else ""
    loop = "The loop ends" if wait.looping else "The receive ends"
    advice = (
        f"{loop} when the last sender is dropped, and nobody will drop {'this one' if len(holders) == 1 else 'these'} "
        f"while {wait.thread.name} waits. "
    )
    if name.isidentifier():
        advice += f"Drop it when its work is done, before you receive: `{name}.drop()` or `del {name}`, "
        advice += f"or send inside `with {name}:`."
    else:
        advice += "Drop it when its work is done, before you receive (`.drop()`, `del`, or `with`)."
    return message, advice


def _deadlock(circle: list[Wait], waits: list[Wait]) -> str:
    if len(circle) == 1:
        return "The thread waits for itself; a lock that its holder may take again is an RLock."
    if circle:
        names = ", ".join(wait.thread.name for wait in circle)
        return f"Each of {names} waits for the next one. Take the locks in one order everywhere, or hold only one."
    if any("notify" in wait.text for wait in waits):
        return (
            "Nobody is left who could notify. Either the notification was lost (it came before the wait, or went to "
            "another waiter), or the change that was waited for never notifies."
        )
    return "Nobody is left who could end these waits."
