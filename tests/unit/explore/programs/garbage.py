"""Cycles whose destructors do something, for gc="scheduled"."""

import queue
from threading import Thread


class Speaks:
    """In a cycle with itself, so that only the collector frees it."""

    def __init__(self, last_words):
        self.me = self
        self.last_words = last_words

    def __del__(self):
        self.last_words()


def bpo_14976():
    """`Queue.put` called by a destructor while its thread is inside of `Queue.get_nowait`."""
    tasks = queue.Queue()
    tasks.put("task")

    def works():
        Speaks(lambda: tasks.put("cleanup"))
        tasks.get_nowait()

    worker = Thread(target=works, name="worker")
    worker.start()
    worker.join()
    return tasks.qsize()
