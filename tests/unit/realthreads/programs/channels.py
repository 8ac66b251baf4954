"""Channels on real threads: a right one, and some that are wrong only when threads meet. Each window is made wide."""

import time
from collections import deque
from threading import Condition, Lock

from duckrace.channels import RecvError, RecvTimeoutError, SendError, TryRecvError


def gap():
    """Here another thread may come between."""
    time.sleep(0.00002)


class State:
    """What the handles of one channel share."""

    def __init__(self):
        self.items = deque()
        self.changed = Condition(Lock())
        self.senders = 1
        self.receiver = True

    def put(self, value):
        with self.changed:
            if not self.receiver:
                raise SendError(value)
            self.items.append(value)
            self.changed.notify_all()

    def take(self, seconds):
        """None: it was too long. Raises RecvError."""
        ends = None if seconds is None else time.monotonic() + seconds
        with self.changed:
            while not self.items:
                if not self.senders:
                    raise RecvError
                left = None if ends is None else ends - time.monotonic()
                if left is not None and left <= 0:
                    return None
                self.changed.wait(left)
            return self.items.popleft()

    def leave(self, senders, receiver):
        with self.changed:
            self.senders -= senders
            if receiver:
                self.receiver = False
                self.items.clear()
            self.changed.notify_all()


class Handle:
    def __init__(self, state):
        self.state = state
        self.dropped = False

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.drop()


class Sender(Handle):
    def send(self, value):
        self.state.put(value)

    def clone(self):
        with self.state.changed:
            self.state.senders += 1
        return Sender(self.state)

    def drop(self):
        if not self.dropped:
            self.dropped = True
            self.state.leave(1, False)


class Receiver(Handle):
    def recv(self):
        return self.state.take(None)

    def try_recv(self):
        try:
            value = self.state.take(0)
        except RecvError:
            raise TryRecvError.Disconnected from None
        if value is None:
            raise TryRecvError.Empty
        return value

    def recv_timeout(self, seconds):
        try:
            value = self.state.take(seconds)
        except RecvError:
            raise RecvTimeoutError.Disconnected from None
        if value is None:
            raise RecvTimeoutError.Timeout
        return value

    def __iter__(self):
        try:
            while True:
                yield self.recv()
        except RecvError:
            pass

    def drop(self):
        if not self.dropped:
            self.dropped = True
            self.state.leave(0, True)


class Plugin:
    modules = ()
    capabilities = ("clone", "drop", "timeouts", "unbounded")

    def __init__(self, name, state=State, **more):
        self.name, self.state = name, state
        vars(self).update(more)

    def channel(self):
        state = self.state()
        return Sender(state), Receiver(state)

    def sync_channel(self, bound):
        raise NotImplementedError


class Loses(State):
    """Two senders read the same list, and the second one writes over what the first one wrote."""

    def put(self, value):
        items = self.items
        gap()
        with self.changed:
            self.items = deque([*items, value]) if items else self.items + deque([value])
            self.changed.notify_all()


class Doubles(State):
    """A sender whose message is gone already believes that it was not sent."""

    def put(self, value):
        with self.changed:
            self.items.append(value)
            self.changed.notify_all()
        gap()
        with self.changed:
            if not self.items:
                self.items.append(value)
                self.changed.notify_all()


class Swaps(State):
    """Two lists, taken from by turns."""

    def __init__(self):
        super().__init__()
        self.other = deque()
        self.turn = 0

    def put(self, value):
        with self.changed:
            self.turn += 1
            (self.items if self.turn % 3 else self.other).append(value)
            self.changed.notify_all()

    def take(self, seconds):
        with self.changed:
            if self.other and self.turn % 2 == 0:
                return self.other.popleft()
            if not self.items and self.other:
                return self.other.popleft()
        return super().take(seconds)


class SaysEmpty(State):
    """Who cannot have the lock at once says that there is nothing."""

    def put(self, value):
        with self.changed:
            gap()
            if not self.receiver:
                raise SendError(value)
            self.items.append(value)
            self.changed.notify_all()

    def take(self, seconds):
        if seconds == 0:
            if not self.changed.acquire(blocking=False):
                return None
            self.changed.release()
        return super().take(seconds)


class SaysClosed(State):
    """Nothing there; and nobody left: but between the two looks somebody sent and left (crossfire-rs #70)."""

    def take(self, seconds):
        if not self.items:
            gap()
            if not self.senders:
                raise RecvError
        return super().take(seconds)


class Sleeps(State):
    """Between the look and the wait nobody is told."""

    def take(self, seconds):
        if seconds is None and not self.items and self.senders:
            gap()
            with self.changed:
                self.changed.wait()
        return super().take(seconds)


class Spins(State):
    """A receiver that finds nothing twice never comes back, and does not sleep."""

    def take(self, seconds):
        if seconds is None and not self.items and self.senders == 1:
            while True:
                pass
        return super().take(seconds)


class Raises(State):
    def take(self, seconds):
        if not self.items and seconds is None:
            raise KeyError("nothing there")
        return super().take(seconds)


class Invents(State):
    def take(self, seconds):
        value = super().take(seconds)
        return "duck" if value is not None and value % 3 == 0 else value


right = Plugin("right")
loses = Plugin("loses", Loses)
doubles = Plugin("doubles", Doubles)
swaps = Plugin("swaps", Swaps)
says_empty = Plugin("says Empty", SaysEmpty)
says_closed = Plugin("says Disconnected", SaysClosed)
sleeps = Plugin("sleeps", Sleeps)
spins = Plugin("spins", Spins)
raises = Plugin("raises", Raises)
invents = Plugin("invents", Invents)
late = Plugin("says Empty, and says so", SaysEmpty, empty="late")
lanes = Plugin("swaps, and says so", Swaps, order="FIFO per sender")
no_order = Plugin("no order", order="any")
real = Plugin("real", simulated=False)
