"""``queue.Queue`` as a channel. Nobody can close it, and its ``maxsize`` of 0 is no bound (contract 79)."""

from __future__ import annotations

from queue import Empty, Full, Queue
from typing import Any

from ._handles import Late, Receiver, Sender


class QueuePipe:
    def __init__(self, maxsize: int) -> None:
        self.queue: Queue[Any] = Queue(maxsize)

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


class PythonQueue:
    name = "queue.Queue"
    modules = ()
    capabilities = ("bounded", "clone", "timeouts", "try_send", "unbounded")

    def channel(self) -> tuple[Sender, Receiver]:
        return self.sync_channel(0)

    def sync_channel(self, bound: int, /) -> tuple[Sender, Receiver]:
        pipe = QueuePipe(bound)
        return Sender(pipe), Receiver(pipe)


channel = PythonQueue()
