"""Row ``closure``: the channel closes with the last drop, in every way in which a handle can be dropped.

Peers that wait wake up at once (18, 21, 31, 41, 49), peers that come later are told (17, 22, 23, 32, 36), what was sent
is drained first (30), and the drop of any other handle than the last one changes nothing (48). Also by a thread that
dies of an exception (54), a second drop, and use after drop (85).
"""

from __future__ import annotations

from typing import Final

from duckrace._data import Row
from duckrace.plugins._load import Subject

from ._run import Run
from ._suite import Program, explored, flavour, made_by

NAME: Final = "closure"
NONE: Final[int | None] = None

# way -> (how it is said, capability that makes it a drop)
WAYS: Final = {
    "drop": ("drop()", "drop"),
    "with": ("the end of a with block", "drop"),
    "del": ("del of the last reference", "refcount_drop"),
    "end": ("the end of the thread's function", "refcount_drop"),
    "exception in with": ("an exception that leaves a with block and ends the thread", "drop"),
    "exception": ("a thread that dies of an exception", "refcount_drop"),
}
# What a program shows to be broken when it hangs.
SHOWS: Final = {
    "last_sender": (31, 47),
    "receiver_goes": (18, 21, 49),
    "nobody_receives": (17, 23),
    "drained": (30, 32, 36),
    "timed_receive": (41,),
    "some_senders": (48,),
    "twice": (48, 85),
    "after_drop": (85,),
    "handed_on": (27, 47),
}
# For each way: capacity and what else.
LAST_SENDER: Final = {
    "drop": ((NONE, 1, "recv"), (NONE, 3, "for"), (1, 2, "recv"), (0, 2, "for")),
    "with": ((NONE, 2, "for"), (1, 2, "try_recv")),
    "exception in with": ((NONE, 2, "recv"), (1, 1, "recv_timeout")),
    "del": ((NONE, 2, "for"), (1, 2, "recv"), (0, 1, "recv")),
    "end": ((NONE, 2, "recv"), (2, 2, "mixed"), (0, 2, "for")),
    "exception": ((NONE, 2, "for"), (1, 1, "recv"), (0, 1, "recv_timeout")),
}
RECEIVER_GOES: Final = {
    "drop": ((1, 2, "send"), (0, 2, "send"), (1, 1, "send_timeout"), (0, 1, "send_timeout")),
    "with": ((2, 2, "send"),),
    "exception in with": ((1, 1, "send"),),
    "del": ((1, 2, "send"), (0, 1, "send")),
    "end": ((1, 1, "send"), (0, 2, "send")),
    "exception": ((1, 2, "send"), (0, 1, "send")),
}


def check(run: Run) -> Row:
    counts = run.profile
    return explored(NAME, programs(run.subject), run, counts.closure, counts.must_hang)


def programs(subject: Subject) -> list[Program]:
    """All of them, claimed or not."""
    found: list[Program] = []
    for way, (said, claim) in WAYS.items():
        dies = "ignore" if way.startswith("exception") else "fail"

        def add(
            words: str,
            function: str,
            capacity: int | None,
            *rest: object,
            needs: tuple[str, ...] = (),
            way: str = way,
            claim: str = claim,
            dies: str = dies,
        ) -> None:
            found.append(
                Program(
                    words=f"{made_by(capacity)}: {words}",
                    function=f"closure::{function}",
                    arguments=(capacity, way, *rest),
                    needs=(flavour(capacity), claim, *needs),
                    thread_exceptions=dies,
                    statements=SHOWS[function],
                )
            )

        for capacity, senders, receiving in LAST_SENDER[way]:
            who = "the only sender goes" if senders == 1 else f"{senders} senders go"
            add(
                f"{who} by {said}, the receiver receives by {receiving}",
                "last_sender",
                capacity,
                senders,
                receiving,
                True,
                needs=("clone",) * (senders > 1) + ("timeouts",) * (receiving in ("mixed", "recv_timeout")),
            )
        for capacity, senders, sending in RECEIVER_GOES[way]:
            add(
                f"the receiver goes by {said} while {senders} wait in {sending}",
                "receiver_goes",
                capacity,
                senders,
                sending,
                needs=("timeouts",) * (sending == "send_timeout"),
            )
        for capacity in (None, 1):
            add(f"the receiver goes by {said}, then sends", "nobody_receives", capacity, False)
            add(f"the last sender goes by {said}, then recv", "drained", capacity, "recv")
        add(f"the receiver goes by {said}, then try_send", "nobody_receives", 1, True, needs=("try_send",))
        add(f"the last sender goes by {said}, then try_recv", "drained", 2, "try_recv")
        add(f"the last sender goes by {said}, then recv_timeout", "drained", None, "recv_timeout", needs=("timeouts",))
        add(f"the last sender goes by {said} during recv_timeout", "timed_receive", 1, needs=("timeouts",))
        add(f"2 of 3 senders go by {said} in other threads", "some_senders", None, 2, needs=("clone", "drop"))
    return _once(subject) + found


def _once(subject: Subject) -> list[Program]:
    """What does not depend on the way."""
    found = []
    for capacity in (None, 1, 0):
        kind, bounded = flavour(capacity), capacity is not None
        sends = ["send", "with", *_claimed(subject, "clone", "clone")]
        if bounded:
            sends += [*_claimed(subject, "try_send", "try_send"), *_claimed(subject, "timeouts", "send_timeout")]
        receives = ["recv", "try_recv", "for", "with", *_claimed(subject, "timeouts", "recv_timeout")]
        what = [
            ("a sender is dropped twice while another one lives", "twice", (), ("clone",)),
            ("dropped handles are used", "after_drop", (tuple(sends), tuple(receives)), ()),
            ("senders are cloned from thread to thread, each is dropped", "handed_on", (2,), ("clone",)),
        ]
        found += [
            Program(
                words=f"{made_by(capacity)}: {words}",
                function=f"closure::{function}",
                arguments=(capacity, *arguments),
                needs=(kind, "drop", *needs),
                statements=SHOWS[function],
            )
            for words, function, arguments, needs in what
        ]
    return found


def _claimed(subject: Subject, capability: str, method: str) -> list[str]:
    return [method] if subject.claims(capability) else []
