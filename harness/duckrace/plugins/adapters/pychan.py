"""``chan.Chan`` of the package chan (Go's channels for Python): bounded or without a buffer.

``close()`` is one flag, as in Go (contract 83): the last sender sets it; so does the receiver, which then takes out
what is left. A ``Chan`` closed twice raises, so the first of the two closes it.
"""

from __future__ import annotations

from threading import Lock
from typing import Any

from chan import Chan, ChanClosed, Timeout

from ._drops import CountedSender, OneReceiver, pair
from ._handles import Closed, Late


class ChanPipe:
    def __init__(self, buflen: int) -> None:
        self.chan = Chan(buflen)
        self.lock = Lock()
        self.closed = False

    def put(self, value: Any, timeout: float | None) -> None:
        try:
            self.chan.put(value, timeout)
        except Timeout:
            raise Late from None
        except ChanClosed:
            raise Closed from None

    def get(self, timeout: float | None) -> Any:
        try:
            return self.chan.get(timeout)
        except Timeout:
            raise Late from None
        except ChanClosed:
            raise Closed from None

    def no_senders(self) -> None:
        with self.lock:
            first, self.closed = not self.closed, True
        if first:
            self.chan.close()

    def no_receiver(self) -> None:
        self.no_senders()
        try:
            while True:
                self.get(0)
        except (Closed, Late):  # Late: empty, and the last sender is about to close it
            pass


class PyChan:
    name = "chan.Chan"
    modules = ("chan",)
    capabilities = ("bounded", "clone", "drop", "rendezvous", "timeouts", "try_send")

    def sync_channel(self, bound: int, /) -> tuple[CountedSender, OneReceiver]:
        return pair(ChanPipe(bound))


channel = PyChan()
