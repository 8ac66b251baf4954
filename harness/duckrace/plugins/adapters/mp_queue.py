"""``multiprocessing.Queue`` as a channel. Nobody can close it for good: ``close()`` is for one process.

What it does not promise: a thread of its own feeds the pipe, so that Empty may come shortly after a ``put`` has
returned, and messages of different processes may change places (its documentation says both). And ``put`` takes a place
before it puts the message into it: a queue can be Full, and a message that is put later still comes out first. What it
needs is real processes, so it cannot be simulated.
"""

from __future__ import annotations

from multiprocessing import get_context
from queue import Empty, Full
from typing import Any

from ._handles import Late, Receiver, Sender


class QueuePipe:
    """A pipe in the sense of `_handles`; its queue can be handed to a child process."""

    def __init__(self, maxsize: int) -> None:
        self.queue: Any = get_context("spawn").Queue(maxsize)

    def put(self, value: Any, timeout: float | None) -> None:
        try:
            self.queue.put(value, timeout=timeout)
        except Full:
            raise Late from None

    def get(self, timeout: float | None) -> Any:
        try:
            return self.queue.get(timeout=timeout)
        except Empty:
            raise Late from None


class MultiprocessingQueue:
    name = "multiprocessing.Queue"
    modules = ()
    capabilities = ("bounded", "clone", "timeouts", "try_send", "unbounded")
    simulated = False
    empty = "late"
    full = "early"
    processes = "FIFO per sender"

    def channel(self) -> tuple[Sender, Receiver]:
        return self.sync_channel(0)

    def sync_channel(self, bound: int, /) -> tuple[Sender, Receiver]:
        pipe = QueuePipe(bound)
        return Sender(pipe), Receiver(pipe)


channel = MultiprocessingQueue()
