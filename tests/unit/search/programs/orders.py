"""Small programs for strategies."""

import threading
import time
from collections import deque
from queue import SimpleQueue


def one_order_of_three():
    """Main frees a lock that three threads wait for: which one is next is a choice of equals each time."""
    lock, order = threading.Lock(), []

    def enter(name):
        with lock:
            order.append(name)

    lock.acquire()
    threads = [threading.Thread(target=enter, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    time.sleep(1)
    lock.release()
    for thread in threads:
        thread.join()
    return "".join(order)


class Closed(Exception):
    pass


class Channel:
    forgetful = False

    def __init__(self, senders):
        self.changed = threading.Condition(threading.Lock())
        self.buffer, self.senders = deque(), senders

    def send(self, value):
        with self.changed:
            while self.buffer:
                self.changed.wait()
            self.buffer.append(value)
            self.changed.notify_all()

    def close(self):
        with self.changed:
            self.senders -= 1
            if not self.senders and not self.forgetful:
                self.changed.notify_all()

    def recv(self):
        with self.changed:
            while not self.buffer:
                if not self.senders:
                    raise Closed
                self.changed.wait()
            self.changed.notify_all()
            return self.buffer.popleft()


class Forgetful(Channel):
    forgetful = True


def _run(kind, messages):
    channel, received = kind(2), []

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

    threads = [threading.Thread(target=produce, args=(producer,)) for producer in range(2)]
    threads.append(threading.Thread(target=consume))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(received)


def chan22():
    return _run(Channel, 2)


def lost21():
    return _run(Forgetful, 1)


def lost22():
    return _run(Forgetful, 2)


def one_thread_must_stay_away():
    """Only if `late` does nothing while `busy` takes thirty locks: easy for pct, hopeless for random."""
    lock, done = threading.Lock(), []

    def busy():
        for _ in range(30):
            with lock:
                pass
        done.append("busy")

    def late():
        with lock:
            assert not done, "late came last"

    threads = [threading.Thread(target=busy), threading.Thread(target=late)]
    threads[1].start()
    threads[0].start()
    for thread in threads:
        thread.join()


def spins():
    """The one that waits has to let the other one go."""
    flag = []
    thread = threading.Thread(target=flag.append, args=(1,))
    thread.start()
    while not flag:
        time.sleep(0)
    thread.join()
    return "seen"


def four_and_two():
    """One thread puts four times, the other one twice: fifteen orders."""
    queue, order = SimpleQueue(), []

    def put(name, count):
        time.sleep(1)
        for _ in range(count):
            queue.put(name)

    threads = [threading.Thread(target=put, args=("a", 4)), threading.Thread(target=put, args=("b", 2))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    while not queue.empty():
        order.append(queue.get())
    return "".join(order)


def asks_under_a_lock():
    """The one that waits never yields, and takes a lock each time that it looks."""
    lock, flag = threading.Lock(), []

    def tell():
        with lock:
            flag.append(1)

    thread = threading.Thread(target=tell)
    thread.start()
    while True:
        with lock:
            if flag:
                break
    thread.join()
    return "seen"


class Flag:
    up = False


def reads_until_it_is_up():
    """At granularity access, the loop reads."""
    flag = Flag()

    def tell():
        flag.up = True

    thread = threading.Thread(target=tell)
    thread.start()
    while not flag.up:
        pass
    thread.join()
    return "seen"
