"""A bounded channel of capacity 1: a deque and one `threading.Condition` over a plain `Lock`.

chanPM is P producers with M messages each, one consumer until the channel is closed; main starts all and joins all.
Each asserts exactly-once delivery and the order of each sender, and returns what was received, in order.

* chan11, chan12, chan21, chan22: correct; 6, 24, 336 and 86,400 orders of critical sections.
* lost21, lost22: the last sender's close forgets to notify; in 36,480 of lost22's 86,400 orders the consumer waits for
  ever.
* chan11_twice: two channels that share nothing; 36 orders.
* drain11: after a wake-up the receiver looks at "no senders" before the buffer, and a message is lost.
"""

import threading
from collections import deque


class Closed(Exception):
    """Nothing is buffered and no sender is left."""


class Channel:
    def __init__(self, senders, capacity=1):
        self.changed = threading.Condition(threading.Lock())
        self.buffer = deque()
        self.senders = senders
        self.capacity = capacity

    def send(self, value):
        with self.changed:
            while len(self.buffer) >= self.capacity:
                self.changed.wait()
            self.buffer.append(value)
            self.changed.notify_all()

    def close(self):
        with self.changed:
            self.senders -= 1
            if not self.senders:
                self.changed.notify_all()

    def recv(self):
        with self.changed:
            while not self.buffer:
                if not self.senders:
                    raise Closed
                self.changed.wait()
            value = self.buffer.popleft()
            self.changed.notify_all()
            return value


class LostWakeup(Channel):
    def close(self):
        with self.changed:
            self.senders -= 1


class Drain(Channel):
    def recv(self):
        with self.changed:
            while not self.buffer:
                if not self.senders:
                    raise Closed
                self.changed.wait()
                if not self.senders:
                    raise Closed
            value = self.buffer.popleft()
            self.changed.notify_all()
            return value


def prepared(channel_class, producers, messages):
    """The threads, not started yet, and a check of what they have done."""
    channel = channel_class(producers)
    received = []

    def produce(producer):
        for number in range(messages):
            channel.send((producer, number))
        channel.close()

    def consume():
        while True:
            try:
                received.append(channel.recv())
            except Closed:
                return

    def check():
        for producer in range(producers):
            own = [number for sender, number in received if sender == producer]
            assert own == list(range(messages)), f"sender {producer} sent {messages} messages; of them arrived {own}"
        assert len(received) == producers * messages, f"received what nobody sent: {received}"
        return tuple(received)

    threads = [threading.Thread(target=produce, args=(producer,)) for producer in range(producers)]
    threads.append(threading.Thread(target=consume))
    return threads, check


def complete(threads):
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def run(channel_class, producers, messages):
    threads, check = prepared(channel_class, producers, messages)
    complete(threads)
    return check()


def chan11():
    return run(Channel, 1, 1)


def chan12():
    return run(Channel, 1, 2)


def chan21():
    return run(Channel, 2, 1)


def chan22():
    return run(Channel, 2, 2)


def lost21():
    return run(LostWakeup, 2, 1)


def lost22():
    return run(LostWakeup, 2, 2)


def drain11():
    return run(Drain, 1, 1)


def drain11_reversed():
    """The receiver is started first."""
    threads, check = prepared(Drain, 1, 1)
    complete(threads[::-1])
    return check()


def chan11_twice():
    """Two channels that share nothing: 6 * 6."""
    (one, check_one), (other, check_other) = prepared(Channel, 1, 1), prepared(Channel, 1, 1)
    complete([*one, *other])
    return check_one(), check_other()
