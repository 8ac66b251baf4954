"""A channel under test: what `duckrace check --channel FILE::channel` drives through its interleavings.

It works as it stands. Put your own channel in its place:

1. `Sender` and `Receiver` are what the checks use. Let them call your code; what cannot go through, and why, they say
   with the errors of `duckrace.channels`.
2. `MyChannel` makes them. List in `capabilities` what your channel can do: that is checked, and the rest is skipped.
3. Name in `modules` the packages that your channel stands on, so that their locks are simulated, too.

docs/contract.md has the numbered statements that a channel is held to, docs/plugins.md all methods and capabilities.
"""

from collections import deque
from threading import Condition

from duckrace.channels import DroppedError, RecvError, SendError, TryRecvError, TrySendError


class Shared:
    """What both ends of a channel share. Yours may be a queue, a socket, a lock-free ring..."""

    def __init__(self, bound=None):
        self.bound = bound  # None: there is always room
        self.messages: deque[object] = deque()
        self.senders = 0
        self.receiver = True
        self.changed = Condition()  # guards all of these, and is notified when one of them changes


class Handle:
    """Either end: dropped by `drop()` or at the end of a `with` block, once (capability "drop")."""

    def __init__(self, shared):
        self.shared = shared
        self.dropped = False

    def drop(self):
        with self.shared.changed:
            if not self.dropped:
                self.dropped = True
                self.gone()
                self.shared.changed.notify_all()  # whoever waits for this end must see that it is gone

    def gone(self):
        """Write down that it is gone; under the lock."""
        raise NotImplementedError

    def alive(self, unsent=None):
        if self.dropped:
            raise DroppedError(f"this {type(self).__name__} was dropped", unsent)

    def __enter__(self):
        self.alive()
        return self

    def __exit__(self, *exc):
        self.drop()


class Sender(Handle):
    def __init__(self, shared):
        super().__init__(shared)
        with shared.changed:
            shared.senders += 1

    def send(self, value):
        """Wait until there is room. SendError: the receiver is gone."""
        with self.shared.changed:
            self.alive(value)
            while self.shared.receiver and self.full():
                self.shared.changed.wait()
            if not self.shared.receiver:
                raise SendError(value)
            self.put(value)

    def try_send(self, value):
        """The same without waiting, for bounded channels (capability "try_send")."""
        with self.shared.changed:
            self.alive(value)
            if not self.shared.receiver:
                raise TrySendError.Disconnected(value)
            if self.full():
                raise TrySendError.Full(value)
            self.put(value)

    def clone(self):
        """One sender more (capability "clone")."""
        self.alive()
        return Sender(self.shared)

    def full(self):
        return self.shared.bound is not None and len(self.shared.messages) >= self.shared.bound

    def put(self, value):
        self.shared.messages.append(value)
        self.shared.changed.notify_all()

    def gone(self):
        self.shared.senders -= 1


class Receiver(Handle):
    def recv(self):
        """Wait for a message. RecvError: there is none left, and no sender."""
        with self.shared.changed:
            self.alive()
            while not self.shared.messages and self.shared.senders:
                self.shared.changed.wait()
            if not self.shared.messages:
                raise RecvError
            return self.take()

    def try_recv(self):
        """The same without waiting."""
        with self.shared.changed:
            self.alive()
            if self.shared.messages:
                return self.take()
            raise TryRecvError.Empty if self.shared.senders else TryRecvError.Disconnected

    def __iter__(self):
        """Every message until the channel is closed and drained."""
        while True:
            try:
                value = self.recv()
            except RecvError:
                return
            yield value

    def take(self):
        self.shared.changed.notify_all()  # there is room
        return self.shared.messages.popleft()

    def gone(self):
        self.shared.receiver = False
        self.shared.messages.clear()


class MyChannel:
    name = "my channel"  # in reports
    modules = ()  # packages of yours, as ("mypackage",)
    capabilities = (
        "unbounded",  # channel()
        "bounded",  # sync_channel(n), n > 0
        # "rendezvous",  sync_channel(0): a send waits until its message was received
        "clone",
        "drop",
        # "refcount_drop",  the last reference to a handle that goes is a drop
        "try_send",
        # "timeouts",  recv_timeout(seconds), and send_timeout(value, seconds) of bounded channels
    )

    def channel(self):
        shared = Shared()
        return Sender(shared), Receiver(shared)

    def sync_channel(self, bound):
        shared = Shared(bound)
        return Sender(shared), Receiver(shared)


channel = MyChannel()
