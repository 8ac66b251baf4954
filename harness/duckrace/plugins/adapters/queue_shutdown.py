"""``queue.Queue`` of Python 3.13 and newer as a channel that closes: its flag ``shutdown()``, and a count of senders.

The last sender shuts it down, so that ``get`` drains it and raises; the receiver does so at once, which empties it and
ends every ``put`` (contract 78). The queue's lock is not re-entrant, so a lost reference is no drop: that would be a
finalizer that takes it.
"""

from __future__ import annotations

import queue
from typing import Any

from ._drops import CountedSender, OneReceiver, pair
from ._handles import Closed
from .queue_queue import QueuePipe

_library: Any = queue  # `ShutDown` and `shutdown` are unknown to older versions, and to type checkers for them


class ClosingQueue(QueuePipe):
    def put(self, value: Any, timeout: float | None) -> None:
        try:
            super().put(value, timeout)
        except _library.ShutDown:
            raise Closed from None

    def get(self, timeout: float | None) -> Any:
        try:
            return super().get(timeout)
        except _library.ShutDown:
            raise Closed from None

    def no_senders(self) -> None:
        self._shutdown(immediate=False)

    def no_receiver(self) -> None:
        self._shutdown(immediate=True)

    def _shutdown(self, *, immediate: bool) -> None:
        closing: Any = self.queue
        closing.shutdown(immediate=immediate)


class PythonQueueWithShutdown:
    name = "queue.Queue with shutdown"
    modules = ()
    capabilities = ("bounded", "clone", "drop", "timeouts", "try_send", "unbounded")

    def channel(self) -> tuple[CountedSender, OneReceiver]:
        return self.sync_channel(0)

    def sync_channel(self, bound: int, /) -> tuple[CountedSender, OneReceiver]:
        return pair(ClosingQueue(bound))


channel = PythonQueueWithShutdown()
