"""The channel of examples/broken.py, whose receiver does not trust notifications and looks again every now and then."""

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[4] / "examples"))

from broken import Channel, Plugin

from duckrace.channels import RecvError

EVERY = 0.01  # seconds


class Polling(Channel):
    def recv(self):
        with self.changed:
            while not self.buffer:
                if not self.senders:
                    raise RecvError
                self.changed.wait(EVERY)
            return self.take()


class NeverCloses(Polling):
    def drop_sender(self):
        pass


class Sleepy(Channel):
    def send(self, value):
        time.sleep(2)
        super().send(value)


class Polls(Plugin):
    modules = ("broken",)


polling = Polls("polls", Polling)
sleepy = Polls("sleeps", Sleepy)
never_closes = Polls("polls for ever", NeverCloses)
