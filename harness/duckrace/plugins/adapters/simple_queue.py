"""``queue.SimpleQueue`` as a channel: unbounded, and nobody can close it."""

from __future__ import annotations

from queue import Empty, SimpleQueue
from typing import Any

from ._handles import Late, Receiver, Sender


class SimplePipe:
    def __init__(self) -> None:
        self.queue: SimpleQueue[Any] = SimpleQueue()

    def put(self, value: Any, timeout: float | None) -> None:
        self.queue.put(value)

    def get(self, timeout: float | None) -> Any:
        try:
            return self.queue.get(timeout=timeout)
        except Empty:
            raise Late from None


class PythonSimpleQueue:
    name = "queue.SimpleQueue"
    modules = ()
    capabilities = ("clone", "timeouts", "unbounded")

    def channel(self) -> tuple[Sender, Receiver]:
        pipe = SimplePipe()
        return Sender(pipe), Receiver(pipe)


channel = PythonSimpleQueue()
