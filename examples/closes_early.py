"""A channel with the bug of crossfire-rs #70: it looks for a message, then for senders, and something comes between."""

import time
from collections import deque
from threading import Condition

from duckrace.channels import RecvError, SendError, TryRecvError


class State:
    def __init__(self):
        self.items = deque()
        self.changed = Condition()
        self.senders = 1
        self.receiver = True


class Sender:
    def __init__(self, state):
        self.state = state

    def send(self, value):
        with self.state.changed:
            if not self.state.receiver:
                raise SendError(value)
            self.state.items.append(value)
            self.state.changed.notify()

    def drop(self):
        with self.state.changed:
            self.state.senders = 0
            self.state.changed.notify()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.drop()


class Receiver:
    def __init__(self, state):
        self.state = state

    def try_recv(self):
        if not self.state.items:
            time.sleep(0)  # here the last message may come, and the sender go
            if not self.state.senders:
                raise TryRecvError.Disconnected
        with self.state.changed:
            if not self.state.items:
                raise TryRecvError.Empty
            return self.state.items.popleft()

    def recv(self):
        while True:
            try:
                return self.try_recv()
            except TryRecvError.Disconnected:
                raise RecvError from None
            except TryRecvError.Empty:
                with self.state.changed:
                    if not self.state.items and self.state.senders:
                        self.state.changed.wait()

    def __iter__(self):
        try:
            while True:
                yield self.recv()
        except RecvError:
            pass

    def drop(self):
        with self.state.changed:
            self.state.receiver = False
            self.state.items.clear()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.drop()


class ClosesEarly:
    name, modules = "closes early", ()
    capabilities = ("unbounded", "drop")

    def channel(self):
        state = State()
        return Sender(state), Receiver(state)

    def sync_channel(self, bound):
        raise NotImplementedError


channel = ClosesEarly()
