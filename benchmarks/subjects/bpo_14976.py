"""bpo-14976: `queue.Queue.put`, called by a destructor while its thread is inside of `get_nowait`, waits for itself.

* put_in_a_destructor: an object in a cycle puts something on a queue when it goes. The collector finds it while the
  same thread holds the lock of that queue. Found with `gc="scheduled"`: the collector must be able to come there.
* put_in_a_simple_queue: the remedy, `queue.SimpleQueue`.
"""

import queue
from threading import Thread


class Connection:
    """In a cycle with itself, so that only the collector frees it."""

    def __init__(self, closed):
        self.itself = self
        self.closed = closed

    def __del__(self):
        self.closed.put("connection")


def use_and_drop(tasks):
    def works():
        Connection(tasks)
        assert tasks.get_nowait() == "task"

    worker = Thread(target=works, name="worker")
    worker.start()
    worker.join()
    return tasks.qsize()


def put_in_a_destructor():
    tasks = queue.Queue()
    tasks.put("task")
    return use_and_drop(tasks)


def put_in_a_simple_queue():
    tasks = queue.SimpleQueue()
    tasks.put("task")
    return use_and_drop(tasks)
