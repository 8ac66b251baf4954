"""Programs for real threads, drawn from a seed: who sends how much in which ways, who clones and who drops when.

A plan is plain data, so that another process can run a part of it. The seed chooses the plan and where its threads
yield; what the threads then do to each other is the operating system's choice.

It knows capabilities and kinds of calls; it must not know how a part is run.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from random import Random
from typing import Final

from duckrace.histories.recording import RECV, RECV_TIMEOUT, SEND, SEND_TIMEOUT, TRY_RECV, TRY_SEND

PAUSES: Final = 31
"""Pauses of a part, by turns; a prime, so that they meet other steps each time."""
SHORT: Final = (3, 9)
"""Messages of a sender in a history that a search has to decide."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one thread does."""

    name: str
    sends: int = 0
    """Messages that it tries to send; 0: it receives."""
    number: int = 0
    """Of the sender, which is in the tags of its messages."""
    steps: bytes
    """Kinds of calls, by turns."""
    pauses: bytes
    """How to yield before each call, by turns: an index of `_work.YIELDS`."""
    patience: float
    """Seconds of calls with a time-out."""
    drop: str = ""
    """How it drops its handle at the end: ``drop``, ``with``, ``del``; empty: not at all."""
    clone_at: int = -1
    """Before this message it goes on with a clone of its handle, and drops the handle if handles can be dropped."""
    leaves_after: int = -1
    """A receiver drops its handle after so many messages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A program: some senders, one receiver, and the main thread, which makes the handles."""

    capacity: int | None
    senders: tuple[Part, ...]
    receiver: Part
    main_drops: str = ""
    """How the main thread drops its sender once the others have theirs; empty: it hands it to the first one."""
    empty_is_exact: bool = True
    """Empty, when all senders have ended, means that nothing more comes."""
    processes: bool = False

    @property
    def holders(self) -> int:
        """Threads that have a sender at the start."""
        return len(self.senders) + bool(self.main_drops)

    @property
    def closes(self) -> bool:
        """The receiver is told that nothing more comes; else the last message of each sender says so."""
        return all(part.drop for part in self.senders)


def draw(
    claims: Collection[str],
    capacity: int | None,
    *,
    seed: str,
    threads: int,
    operations: int | None,
    refcount: bool,
    empty_is_exact: bool = True,
    processes: bool = False,
) -> Plan:
    """A plan of `threads` threads, for a channel that claims `claims`.

    `operations`: how many calls the history shall have, roughly; None: as few as a search decides in no time.
    `refcount`: a reference that goes is a drop at once (not so on a free-threaded build).
    """
    random = Random(seed)
    drops = "drop" in claims
    ways = [*(["drop", "with"] if drops else ()), *(["del"] if refcount and "refcount_drop" in claims else ())]
    count = max(1, threads - 1) if "clone" in claims else 1
    if operations is None and not processes:
        count = random.randint(1, count)
    bounded = capacity is not None
    sends = [SEND, SEND]
    if bounded and "try_send" in claims:
        sends += [TRY_SEND]
    if bounded and "timeouts" in claims:
        sends += [SEND_TIMEOUT]
    receives = [RECV, RECV, TRY_RECV, *([RECV_TIMEOUT] if "timeouts" in claims else ())]
    long = operations is not None
    leaves = drops and not processes and random.random() < (0.15 if not long else 0.05)
    senders = []
    for number in range(count):
        many = max(1, (operations or 0) // (2 * count)) if long else random.randint(*SHORT)
        clones = "clone" in claims and not processes and random.random() < 0.3
        senders.append(
            Part(
                name=f"sender {number + 1}",
                sends=many,
                number=number,
                steps=_drawn(random, sends),
                pauses=_pauses(random, long),
                patience=_patience(random),
                drop=random.choice(ways) if ways else "",
                clone_at=random.randrange(many) if clones else -1,
            )
        )
    total = sum(part.sends for part in senders)
    receiver = Part(
        name="receiver",
        steps=_drawn(random, receives),
        pauses=_pauses(random, long),
        patience=_patience(random),
        drop=random.choice(ways) if ways else "",
        leaves_after=random.randrange(total) if leaves else -1,
    )
    return Plan(
        capacity=capacity,
        senders=tuple(senders),
        receiver=receiver,
        main_drops=random.choice(ways) if ways and "clone" in claims and not processes else "",
        empty_is_exact=empty_is_exact,
        processes=processes,
    )


def _drawn(random: Random, kinds: list[int]) -> bytes:
    """Mostly one kind, or all of them by turns."""
    if random.random() < 0.3:
        return bytes([random.choice(kinds)])
    return bytes(random.choice(kinds) for _ in range(random.choice((3, 7, 13))))


def _pauses(random: Random, long: bool) -> bytes:
    """Rare in long runs, where the switch interval does the rest."""
    often = random.choice((0.0, 0.05, 0.2) if long else (0.0, 0.3, 0.8))
    return bytes(random.choice((1, 1, 2, 3)) if random.random() < often else 0 for _ in range(PAUSES))


def _patience(random: Random) -> float:
    return random.choice((0.0, 0.0, 0.00002, 0.0005))
