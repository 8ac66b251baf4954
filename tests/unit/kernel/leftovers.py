"""What is left when an execution ends; run by test_leftovers.py, all of them in one process of their own."""

import gc
import queue
import threading
import time

from duckrace.channels import channel


def swallows_everything():
    q = queue.Queue()

    def work():
        while True:
            try:
                q.get()
            except BaseException:
                pass

    threading.Thread(target=work, daemon=True).start()


def swallows_without_waiting():
    def work():
        try:
            threading.Event().wait()
        except BaseException:
            while True:
                pass

    threading.Thread(target=work, daemon=True).start()


def swallows_and_sleeps():
    def work():
        while True:
            try:
                time.sleep(1)
            except BaseException:
                print("swallowed")

    threading.Thread(target=work, daemon=True).start()


def cleans_up_under_locks():
    lock, q = threading.Lock(), queue.Queue()

    def work():
        try:
            try:
                q.get()
            finally:
                with lock:
                    q.put("never")
        finally:
            lock.acquire()

    for _ in range(2):
        threading.Thread(target=work, daemon=True).start()
    lock.acquire()


def cleans_up_with_join():
    def sleep():
        threading.Event().wait()

    def work():
        inner = threading.Thread(target=sleep, daemon=True)
        inner.start()
        try:
            inner.join()
        finally:
            threading.Thread(target=sleep).start()
            inner.join()

    threading.Thread(target=work, daemon=True).start()


class Owner:
    """Its finalizer uses everything that could switch or wait."""

    def __init__(self):
        self.lock, self.cond, self.queue = threading.Lock(), threading.Condition(), queue.Queue(1)
        self.event, self.ends = threading.Event(), channel()
        self.self = self  # only the collector ends it

    def __del__(self):
        with self.lock:
            self.event.set()
        with self.cond:
            self.cond.notify_all()
        self.queue.put(1)
        tx, rx = self.ends
        tx.send(1)
        rx.recv()
        tx.drop()
        time.sleep(1)
        self.queue.put(2)  # full: would wait for ever
        print("still here")


def finalizers_after_the_end():
    owner = Owner()
    owner.lock.acquire()

    def work():
        mine = Owner()
        with mine.cond:
            mine.cond.wait()

    threading.Thread(target=work, daemon=True).start()


def finalizer_that_fails():
    class Broken:
        def __del__(self):
            raise ValueError("from a finalizer")

    def work():
        _broken, _cycle = Broken(), [Broken()]
        _cycle.append(_cycle)
        threading.Event().wait()

    threading.Thread(target=work, daemon=True).start()


def generator_with_a_lock():
    lock = threading.Lock()

    def numbers():
        try:
            yield 1
        finally:
            with lock:
                print("generator closed")

    def work():
        with lock:
            source = numbers()
            next(source)
            threading.Event().wait()

    threading.Thread(target=work, daemon=True).start()


def hangs_with_finalizers():
    """A hang: its failing executions are replayed, looked at and unwound."""
    owner = Owner()
    owner.lock.acquire()
    owner.lock.acquire()


def children_started_late():
    """Threads that were started and never ran are unwound, too."""

    def never():
        raise AssertionError("ran")

    def work():
        for _ in range(3):
            threading.Thread(target=never, daemon=True).start()

    threading.Thread(target=work, daemon=True).start()
    gc.collect()


def afterwards():
    """Nothing of the above reaches the next exploration."""
    assert threading.active_count() == 1
    thread = threading.Thread(target=lambda: None)
    thread.start()
    thread.join()
    return threading.Thread().name
