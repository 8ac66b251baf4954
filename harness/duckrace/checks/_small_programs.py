"""All small programs of channel operations, up to symmetry.

A program is plain data: for each thread, the steps that it makes one after another (``programs/_calls``). Every
sending thread has a sender of its own, and uses the newest of those that it has made of it and not dropped; if senders
cannot be cloned, all use the same one. The receiver stays with the last thread.

Left out, and why:

* What differs by names only: sending threads that change places, messages that are called otherwise.
* The use of what was dropped. In Rust there is no such program; what it does in Python, row ``contract`` tells (85).
* Timed calls: what they do depends on the clock, too, and simulated time moves only when nobody can go on.

It knows operations and claims; it must not know what they do.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, product
from typing import Any, Final, TypeAlias

from duckrace._errors import UsageError
from duckrace.plugins._load import Subject
from duckrace_models import RECEIVER, Call

from .programs._calls import model_call, words
from .programs.outcomes import senders

Kinds: TypeAlias = tuple[str, ...]
Steps: TypeAlias = tuple[tuple[Any, ...], ...]
Threads: TypeAlias = tuple[Steps, ...]

CAPACITIES: Final = (None, 1, 0)
MOST: Final = 9  # threads, and operations of each: far more than anybody can wait for
TOO_MANY: Final = 100_000  # programs on one kind of channel


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How large programs may be.  Raises UsageError for what is no size."""

    threads: int = 3  # one receives, the others send
    operations: int = 2  # of one thread
    calls: int | None = None  # of all threads together; None: what the threads can make

    def __post_init__(self) -> None:
        for name, most in (("threads", MOST), ("operations", MOST), ("calls", MOST * MOST)):
            value = getattr(self, name)
            if name == "calls" and value is None:
                continue
            if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
                raise UsageError(f"{name} is a whole number from 1 to {most}, not {value!r}.")

    @property
    def most(self) -> int:
        """Calls of all threads together."""
        every = self.threads * self.operations
        return every if self.calls is None else min(self.calls, every)


def capacities(subject: Subject) -> tuple[int | None, ...]:
    """The channels that are looked at: unbounded, a buffer of one message, none."""
    return tuple(bound for bound in CAPACITIES if bound in subject.capacities)


def programs(subject: Subject, capacity: int | None, size: Size) -> list[Threads]:
    """All programs for a channel of this capacity.  Raises UsageError for more than anybody can wait for."""
    found = list(islice(_programs(subject, capacity, size), TOO_MANY + 1))
    if len(found) > TOO_MANY:
        raise UsageError(f"There are more than {TOO_MANY:,} programs of this size: choose a smaller one.")
    return found


def _programs(subject: Subject, capacity: int | None, size: Size) -> Iterator[Threads]:
    longest = min(size.operations, size.most)
    received = map(_receives, _sequences(["recv", "try_recv", *_drops(subject)], longest))
    receiving = [steps for steps in received if steps is not None]
    for sending in range(min(size.threads, size.most + 1)):
        operations = ["send"]
        if capacity is not None and subject.claims("try_send"):
            operations.append("try_send")
        if subject.claims("clone"):
            operations.append("clone")
        if subject.claims("clone") or sending == 1:
            operations += _drops(subject)
        known = [kinds for kinds in _sequences(operations, longest) if kinds and _sends(kinds, 1, "tx1")]
        for chosen in _chosen(known, sending, size.most):
            own = subject.claims("clone")
            threads = [_sends(kinds, n, f"tx{n if own else 1}") for n, kinds in enumerate(chosen, start=1)]
            left = size.most - sum(map(len, chosen))
            for steps in receiving:
                if len(steps) > left:
                    break
                if steps or threads:
                    yield tuple(thread for thread in (*threads, steps) if thread)


def _chosen(known: Sequence[Kinds], number: int, calls: int, first: int = 0) -> Iterator[tuple[Kinds, ...]]:
    """So many of `known`, in their order, which is by length, and with so many calls at most."""
    if not number:
        yield ()
        return
    for place in range(first, len(known)):
        left = calls - len(known[place])
        if left < number - 1:
            return
        for others in _chosen(known, number - 1, left, place):
            yield known[place], *others


def _drops(subject: Subject) -> list[str]:
    return ["drop"] if subject.claims("drop") else ["lose"] if subject.claims("refcount_drop") else []


def _sequences(operations: Sequence[str], most: int) -> Iterator[Kinds]:
    """The shortest first."""
    for length in range(most + 1):
        yield from product(operations, repeat=length)


def _sends(kinds: Sequence[str], thread: int, sender: str) -> Steps | None:
    """The steps of a thread that begins with one sender; None if it uses what it has dropped."""
    steps: list[tuple[Any, ...]] = []
    living, made = [sender], 0
    for position, kind in enumerate(kinds, start=1):
        if not living:
            return None
        handle = living[-1]
        if kind == "clone":
            made += 1
            living.append(f"{sender}_{made}")
            steps.append((kind, handle, living[-1]))
        elif kind in ("drop", "lose"):
            steps.append((kind, living.pop()))
        else:
            steps.append((kind, handle, thread * 10 + position))
    return tuple(steps)


def _receives(kinds: Sequence[str]) -> Steps | None:
    """The steps of the thread that has the receiver; None if it uses what it has dropped."""
    if any(kind in ("drop", "lose") for kind in kinds[:-1]):
        return None
    return tuple((kind, RECEIVER) if kind in ("drop", "lose") else (kind,) for kind in kinds)


def calls(threads: Threads) -> list[list[Call]]:
    """The program as the models know it; the callers are the threads, from 1."""
    return [[model_call(number, step) for step in steps] for number, steps in enumerate(threads, start=1)]


def shown(capacity: int | None, threads: Threads) -> str:
    """The program as it would be written, a line for each thread."""
    first, *others = senders(threads)
    lines = [f"{first}, {RECEIVER} = {'channel()' if capacity is None else f'sync_channel({capacity})'}"]
    if others:
        lines[0] += "".join(f"; {name} = {first}.clone()" for name in others)
    for number, steps in enumerate(threads, start=1):
        lines.append(f"thread {number}: {'; '.join(map(words, steps))}")
    return "\n".join(lines)
