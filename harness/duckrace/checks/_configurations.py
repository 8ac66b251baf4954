"""The configurations of the spec, for what a channel claims.

A call that it does not claim is left out of its caller's turn, and a turn without calls is left out. What two callers
may do with one handle is for channels that guard their handles (contract 86, 87).
"""

from __future__ import annotations

from dataclasses import replace

from duckrace.formal._graph import Menu
from duckrace.formal._menus import graph_runs, menu_of
from duckrace.formal._values import Record
from duckrace.plugins._load import Subject
from duckrace_models import RECEIVER

from ._suite import flavour

NEEDS = {
    "try_send": "try_send",
    "send_timeout": "timeouts",
    "recv_timeout": "timeouts",
    "clone": "clone",
    "drop": "drop",
}


def configurations(subject: Subject, largest: int) -> dict[str, Menu]:
    """Those of the manifest that have at most `largest` transitions, by name, small ones first."""
    found: dict[str, Menu] = {}
    for name, run in sorted(graph_runs().items(), key=lambda one: one[1].edges):
        if run.large or run.edges > largest:
            continue
        menu = menu_of(run)
        if not subject.claims(flavour(menu.capacity)):
            continue
        claimed = _claimed(menu, subject)
        if claimed is not None and claimed not in found.values():
            found[name] = claimed
    return found


def _claimed(menu: Menu, subject: Subject) -> Menu | None:
    """What is left of a menu; None if that is nothing."""
    if len(menu.senders) > 1 and not subject.claims("clone"):
        return None
    calls = {
        who: tuple(left for turn in turns if (left := frozenset(c for c in turn if _may(c, who, menu, subject))))
        for who, turns in menu.calls.items()
    }
    calls = {who: turns for who, turns in calls.items() if turns}
    return replace(menu, calls=Record(calls)) if calls else None


def _may(call: Record, who: str, menu: Menu, subject: Subject) -> bool:
    operation, handle = call["operation"], call["handle"]
    need = NEEDS.get(operation)
    if need is not None and not subject.claims(need):
        return False
    if subject.claims("guarded"):
        return True
    users = sorted(
        other for other, turns in menu.calls.items() if any(_uses(c, handle) for turn in turns for c in turn)
    )
    if handle == RECEIVER:  # one caller, the first one that receives
        receives = [other for other in users if any(c["operation"] != "drop" for t in menu.calls[other] for c in t)]
        return [who] == receives[:1] and (operation != "drop" or users == [who])
    return operation != "drop" or users == [who]


def _uses(call: Record, handle: str) -> bool:
    return bool(call["handle"] == handle)
