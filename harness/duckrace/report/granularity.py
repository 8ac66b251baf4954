"""The words on granularity: where threads switched, and what a finding at one of them means for real interpreters.

It knows the names of granularities; it must not know how anything was found.
"""

from __future__ import annotations

from typing import Final

from duckrace._data import Failure

SWITCHES: Final = {
    "sync": "threads switch at locks, starts, joins and sleeps, not between two plain reads or writes",
    "gil": "threads switch where CPython with the GIL may (calls, loops, locks), not between two plain reads or writes",
    "access": "threads switch at locks and at every read or write of what they share, as free-threaded builds do",
}
CLAIMS: Final = {
    "sync": (
        "Every order of operations on locks, events, queues and threads was explored. Two plain reads or writes "
        "without a lock have no order of their own at this granularity."
    ),
    "gil": (
        "Every order that switches at calls, loops and locks can lead to was explored: those that CPython with the GIL "
        "takes. A free-threaded build may take others (access)."
    ),
    "access": (
        "Every order of operations on locks, events, queues and threads and of reads and writes of what they share was "
        "explored."
    ),
}
_MEANS: Final = {
    "sync": "Switches at locks and other synchronisation are enough for this: it can happen on every interpreter.",
    "gil": "It can happen on CPython with the GIL today: a switch after a call or in a loop is enough.",
    "access": (
        "It needs a switch between two plain accesses: a free-threaded build makes it anywhere, CPython with the GIL "
        "only where an access calls something."
    ),
}


def meaning(failure: Failure) -> str:
    """What the granularity of a finding means; empty where there is nothing to add."""
    if not failure.granularity:
        return ""
    excluded = [name for name, how in failure.weaker if how == "excluded"]
    unseen = [f"{how} at {name}" for name, how in failure.weaker if how != "excluded"]
    sentences = [_MEANS[failure.granularity]]
    if excluded:
        sentences.append(f"A complete search at {' and at '.join(excluded)} excludes it there.")
    if unseen:
        sentences.append(f"It did not come up in {' and '.join(unseen)}, which proves nothing.")
    return " ".join(sentences)
