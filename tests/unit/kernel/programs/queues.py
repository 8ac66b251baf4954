"""queue.Queue, LifoQueue, PriorityQueue, SimpleQueue."""

import queue
import threading
import time


def _start(*functions):
    threads = [threading.Thread(target=function) for function in functions]
    for thread in threads:
        thread.start()
    return threads


def _run(*functions):
    for thread in _start(*functions):
        thread.join()


def queue_is_fifo():
    """-> {(0, 1, 2)}"""
    q, got = queue.Queue(maxsize=1), []

    def produce():
        for i in range(3):
            q.put(i)

    def consume():
        for _ in range(3):
            got.append(q.get())
            assert q.qsize() <= 1

    _run(produce, consume)
    return tuple(got)


def queue_exactly_once():
    """-> {(0, 1, 2, 3)}"""
    q, got = queue.Queue(), []
    _run(
        lambda: [q.put(i) for i in (0, 1)],
        lambda: [q.put(i) for i in (2, 3)],
        lambda: [got.append(q.get()) for _ in range(2)],
        lambda: [got.append(q.get()) for _ in range(2)],
    )
    assert q.empty()
    return tuple(sorted(got))


def queue_full_for_ever():
    """-> DEADLOCK: notify"""
    q = queue.Queue(maxsize=1)
    _run(lambda: [q.put(i) for i in range(2)])


def queue_empty_for_ever():
    """-> DEADLOCK: notify"""
    q = queue.Queue()
    _run(lambda: q.put(1), q.get, q.get)


def queue_join():
    """-> {2}"""
    q, done = queue.Queue(), []

    def work():
        while True:
            item = q.get()
            done.append(item)
            q.task_done()

    threading.Thread(target=work, daemon=True).start()
    q.put(1)
    q.put(2)
    q.join()
    return len(done)


def queue_join_without_task_done():
    """-> DEADLOCK: MainThread"""
    q = queue.Queue()
    threading.Thread(target=q.get, daemon=True).start()
    q.put(1)
    q.join()


def queue_task_done_too_often():
    """-> FAILED: task_done() called too many times"""
    q = queue.Queue()
    _run(lambda: q.put(1), q.get)
    q.task_done()
    q.task_done()


def queue_timeouts():
    """-> {(1.5, 4.0)}"""
    q = queue.Queue(maxsize=1)
    _run(lambda: None)
    started = time.monotonic()
    try:
        q.get(timeout=1.5)
    except queue.Empty:
        empty = time.monotonic() - started
    q.put(1)
    try:
        q.put(2, timeout=2.5)
    except queue.Full:
        return empty, time.monotonic() - started


def queue_timeout_never_early():
    """A get with a timeout fails only when its time has come.  -> {'item'}"""
    q, got = queue.Queue(), []

    def slow():
        time.sleep(1)
        q.put("item")

    _run(slow, lambda: got.append(q.get(timeout=1.000001)))
    return got[0]


def queue_timeout_just_too_short():
    """-> {'empty'}"""
    q, got = queue.Queue(), []

    def slow():
        time.sleep(1)
        q.put("item")

    def fast():
        try:
            q.get(timeout=0.999999)
        except queue.Empty:
            got.append("empty")

    _run(slow, fast)
    return got[0]


def queue_timeout_at_the_same_moment():
    """-> {'item', 'empty'}"""
    q, got = queue.Queue(), []

    def slow():
        time.sleep(1)
        q.put("item")

    def fast():
        try:
            got.append(q.get(timeout=1))
        except queue.Empty:
            got.append("empty")

    _run(slow, fast)
    return got[0]


def queue_nowait():
    """-> {'full', 'ok'}"""
    q, said = queue.Queue(maxsize=1), []

    def put():
        try:
            q.put_nowait(2)
            said.append("ok")
        except queue.Full:
            said.append("full")

    q.put(1)
    _run(put, q.get)
    return said[0]


def queue_lifo():
    """-> {(2, 1, 0)}"""
    q, got = queue.LifoQueue(), []
    _run(lambda: [q.put(i) for i in range(3)])
    _run(lambda: [got.append(q.get()) for _ in range(3)])
    return tuple(got)


def queue_priority():
    """-> {(0, 1, 2)}"""
    q, got = queue.PriorityQueue(), []
    _run(lambda: q.put(2), lambda: q.put(0), lambda: q.put(1))
    _run(lambda: [got.append(q.get()) for _ in range(3)])
    return tuple(got)


def simple_queue():
    """-> {(0, 1), (1, 0)}"""
    q, got = queue.SimpleQueue(), []
    _run(lambda: q.put(0), lambda: q.put(1), lambda: [got.append(q.get()) for _ in range(2)])
    assert q.empty()
    return tuple(got)


def simple_queue_of_c_is_replaced():
    """-> {True}"""
    import _queue

    assert queue.SimpleQueue is _queue.SimpleQueue
    _run(lambda: None)
    return type(queue.SimpleQueue()).__module__.startswith("duckrace")


def simple_queue_two_readers():
    """-> DEADLOCK: get"""
    q = queue.SimpleQueue()
    _run(q.get, q.get, lambda: q.put(1))


def simple_queue_times_out():
    """-> {3.0}"""
    q = queue.SimpleQueue()
    _run(lambda: None)
    started = time.monotonic()
    for call in (lambda: q.get(timeout=3), q.get_nowait, lambda: q.get(timeout=0)):
        try:
            call()
        except queue.Empty:
            continue
        raise AssertionError("an item from nowhere")
    return time.monotonic() - started


def simple_queue_negative_timeout():
    """-> FAILED: must be a non-negative number"""
    _run(lambda: None)
    queue.SimpleQueue().get(timeout=-1)


def simple_queue_put_inside_get():
    """A finalizer may put into the queue whose get it interrupts (contract 79).  -> {2}"""
    q = queue.SimpleQueue()
    got = []

    class Loud:
        def __del__(self):
            q.put("last words")

    def read():
        got.append(type(q.get()).__name__)
        got.append(q.get())

    q.put(Loud())
    _run(read)
    assert got == ["Loud", "last words"]
    return len(got)
