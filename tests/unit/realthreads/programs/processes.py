"""Queues of processes with a mistake in the child."""

import os

from duckrace.histories import untag
from duckrace.plugins.adapters._handles import Receiver, Sender
from duckrace.plugins.adapters.mp_queue import MultiprocessingQueue, QueuePipe


class Loses(QueuePipe):
    """The last message of the second sender goes nowhere."""

    def put(self, value, timeout):
        sender, number = untag(value)
        if sender == 1 and number >= LAST:
            return
        super().put(value, timeout)


class Raises(QueuePipe):
    def get(self, timeout):
        if untag(super().get(timeout))[1] > 20:
            raise KeyError("in the child")
        return super().get(timeout)


class Dies(QueuePipe):
    def put(self, value, timeout):
        if untag(value)[1] > 20:
            os._exit(7)
        super().put(value, timeout)


LAST = 49


class Plugin(MultiprocessingQueue):
    capabilities = ("clone", "unbounded")

    def __init__(self, name, pipe):
        self.name, self.pipe = name, pipe

    def channel(self):
        pipe = self.pipe(0)
        return Sender(pipe), Receiver(pipe)


loses = Plugin("loses", Loses)
raises = Plugin("raises", Raises)
dies = Plugin("dies", Dies)
