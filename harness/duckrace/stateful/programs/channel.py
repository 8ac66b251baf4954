"""A program on a channel, written as data, run and judged.

A step is a tuple (or a list, since a token stores lists)::

    ("send", "tx1", 7)("try_send", "tx1", 7)("send_timeout", "tx1", 7, seconds)
    ("recv", "rx")("try_recv", "rx")("recv_timeout", "rx", seconds)("next", "rx")
    ("clone", "tx1", "tx2")("drop", "tx1")("with", "tx1")("del", "tx1")("leave", "tx1")

``next`` is one round of an iteration; the last four are a drop each: ``with`` leaves a block, ``del`` loses the last
reference, and so does ``leave``, by the end of a function. A handle is used by one thread, or dropped by none.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from duckrace.channels import ChannelError

from ._watched import Watched, leave

if TYPE_CHECKING:
    from duckrace.plugins import ChannelUnderTest

Step = Sequence[Any]
Parts = tuple[Sequence[Step], Sequence[Sequence[Step]], Sequence[Step]]


def run(
    plugin: ChannelUnderTest,
    waits: bool,
    capacity: int | None,
    senders: Sequence[str],
    before: Sequence[Step],
    threads: Sequence[Sequence[Step]],
    after: Sequence[Step],
) -> str:
    """Run the program, judge it, and say what came out. `waits`: who waits must be right to. Raises NotLinearizable."""
    on = performed(plugin, capacity, senders, (before, threads, after))
    return on.judge(waits=waits).kind


def performed(
    plugin: ChannelUnderTest,
    capacity: int | None,
    senders: Sequence[str],
    parts: Parts,
    begins: Callable[[int, int], object] | None = None,
) -> Watched:
    """Run the program up to where nobody can go on. `begins` is told of each step: which thread's, and which one."""
    on = Watched(plugin, capacity, senders)
    before, threads, after = parts
    number = 0
    for steps, names in (
        ([before], ["before"]),
        (threads, [f"thread {n}" for n in range(1, len(threads) + 1)]),
        ([after], ["after"]),
    ):
        workers = [_worker(on, own, number + n, begins) for n, own in enumerate(steps)]
        number += len(workers)
        if any(steps):
            on.together(*workers, names=names)
    if not on.journal.stops:
        on.journal.stop()
    on.journal.over = True
    return on


def _worker(
    on: Watched, steps: Sequence[Step], number: int, begins: Callable[[int, int], object] | None
) -> Callable[[], None]:
    def work() -> None:
        for place, step in enumerate(steps):
            if begins is not None:
                begins(number, place)
            handle = step[1]
            if handle in vars(on) and (step[0] in SHARED or not on.journal.busy(handle)):
                perform(on, step)

    return work


SHARED = ("send", "try_send", "send_timeout")  # several threads may be in these on one handle (contract 6)


def perform(on: Watched, step: Step) -> None:
    """Make one call."""
    operation, handle, *rest = step
    if operation == "clone":
        setattr(on, rest[0], getattr(on, handle).clone(rest[0]))
    elif operation == "del":
        delattr(on, handle)
    elif operation == "leave":
        leave(on, handle)
    elif operation == "with":
        with vars(on).pop(handle):
            pass
    elif operation == "drop":
        getattr(on, handle).drop()
    else:
        call = getattr(getattr(on, handle), "__next__" if operation == "next" else operation)
        with suppress(ChannelError, StopIteration):  # what came of it is in the history
            call(*rest)
