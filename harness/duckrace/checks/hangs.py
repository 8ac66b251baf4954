"""Row ``hangs``: programs that must not hang never do, and programs that must are told for what they are.

The second half is a check of the channel (a receive that ends while a sender lives is wrong) and of the diagnosis: a
sender left in scope is an ORPHANED_WAIT where the plug-in can say who holds its handles, and a DEADLOCK elsewhere.
"""

from __future__ import annotations

from typing import Final

from duckrace._data import Kind, Row
from duckrace.plugins._load import Subject

from ._run import Run
from ._suite import Program, explored, flavour, made_by

NAME: Final = "hangs"
# What a program shows to be broken when it does not end as it must.
SHOWS: Final = {
    "ping_pong": (18, 20, 29),
    "counted": (18, 20, 29),
    "senders_race": (31, 47),
    "both_go": (18, 31, 49),
    "pipeline": (18, 20, 29, 31),
    "fan_in": (18, 20, 29, 31),
    "replies": (29, 31),
    "sender_in_scope": (29, 48),
    "sender_beside_recv": (29, 48),
    "receivers_in_a_circle": (29,),
    "full": (2, 18, 20),
    "senders_in_a_circle": (2, 18, 20),
}


def check(run: Run) -> Row:
    counts = run.profile
    return explored(NAME, programs(run.subject), run, counts.hangs, counts.must_hang)


def programs(subject: Subject) -> list[Program]:
    """All of them, claimed or not."""
    return [*_must_end(subject), *_must_hang(subject)]


def _must_end(subject: Subject) -> list[Program]:
    cloned = subject.claims("clone")
    closes = ("drop",)
    found = []

    def add(words: str, function: str, capacity: int | None, *rest: object, needs: tuple[str, ...] = ()) -> None:
        found.append(
            Program(
                words=f"{made_by(capacity)}: {words}",
                function=f"hangs::{function}",
                arguments=(capacity, *rest),
                needs=(flavour(capacity), *needs),
                statements=SHOWS[function],
            )
        )

    for capacity in (None, 1, 0):
        add("ping-pong between two threads, 3 rounds", "ping_pong", capacity, 3)
        add("2 producers, as many receives as messages", "counted", capacity, 2, 2, cloned)
        add(
            "the receiver waits while 3 senders are dropped at once",
            "senders_race",
            capacity,
            2,
            needs=("drop", "clone"),
        )
        add("sender and receiver are dropped at about the same time", "both_go", capacity, 4, needs=closes)
    for capacity in (1, 0):
        add("a pipeline of 2 stages, 3 messages", "pipeline", capacity, 2, 3, needs=closes)
        add("3 producers send 2 messages each into one loop", "fan_in", capacity, 3, 2, needs=("drop", "clone"))
    add("a server with 2 clients, each with a channel for its reply", "replies", 1, 2, needs=("drop", "clone"))
    return found


def _must_hang(subject: Subject) -> list[Program]:
    cloned = subject.claims("clone")
    orphaned = Kind.ORPHANED_WAIT if subject.explained else Kind.DEADLOCK
    found = []

    def add(words: str, function: str, capacity: int | None, *rest: object, hangs: Kind) -> None:
        found.append(
            Program(
                words=f"{made_by(capacity)}: {words} (must hang: {hangs})",
                function=f"hangs::{function}",
                arguments=(capacity, *rest),
                needs=(flavour(capacity),),
                statements=SHOWS[function],
                hangs=hangs,
            )
        )

    for capacity in (None, 1, 0):
        add("a loop over the receiver, a sender left in scope", "sender_in_scope", capacity, 2, cloned, hangs=orphaned)
        add("a receive, and a sender that never sends", "sender_beside_recv", capacity, hangs=orphaned)
        add("two threads wait for each other's first message", "receivers_in_a_circle", capacity, hangs=orphaned)
    for capacity in (1, 0):
        add("a send more than fits, no receive", "full", capacity, hangs=Kind.DEADLOCK)
        add("two threads wait for room in each other's channel", "senders_in_a_circle", capacity, hangs=Kind.DEADLOCK)
    return found
