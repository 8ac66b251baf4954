"""Hangs without a channel: who waits for what."""

import queue
import threading


def _start(*functions):
    threads = [threading.Thread(target=function, name="ABCDE"[i]) for i, function in enumerate(functions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def cycle_of_two():
    one, two, both = threading.Lock(), threading.Lock(), threading.Barrier(2)

    def take(first, second):
        with first:
            both.wait()
            with second:
                pass

    _start(lambda: take(one, two), lambda: take(two, one))


def cycle_of_three_beside_a_bystander():
    locks, all_there = [threading.Lock() for _ in range(3)], threading.Barrier(3)

    def take(i):
        with locks[i]:
            all_there.wait()
            with locks[(i + 1) % 3]:
                pass

    _start(lambda: take(0), lambda: take(1), lambda: take(2), queue.Queue().get)


def lock_and_join():
    lock = threading.Lock()

    def work():
        with lock:
            pass

    thread = threading.Thread(target=work, name="A")
    with lock:
        thread.start()
        thread.join()


def lock_taken_twice():
    def work():
        lock = threading.Lock()
        with lock, lock:
            pass

    _start(work)


def recursive_lock_kept():
    lock = threading.RLock()
    _start(lock.acquire, lock.acquire)


def notify_lost():
    cond = threading.Condition()

    def wait():
        with cond:
            cond.wait()

    _start(wait)


def item_never_put():
    _start(queue.SimpleQueue().get)


def some_are_not_stuck():
    """Daemons and threads in a timed wait are shown, not blamed."""
    threading.Thread(target=threading.Event().wait, name="daemon", daemon=True).start()
    _start(threading.Event().wait, lambda: None)
