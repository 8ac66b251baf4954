"""concurrent.futures, sched, functools: the interpreter's own source on simulated threads."""

import functools
import sched
import threading
import time
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, TimeoutError, as_completed, wait


def map_keeps_the_order():
    """-> {(0, 1, 4)}"""
    with ThreadPoolExecutor(2) as pool:
        return tuple(pool.map(lambda n: n * n, range(3)))


def wait_first_completed():
    """-> {1}"""
    with ThreadPoolExecutor(2) as pool:
        slow, fast = pool.submit(time.sleep, 10), pool.submit(time.sleep, 1)
        done, rest = wait([slow, fast], return_when=FIRST_COMPLETED)
        assert done == {fast}
        assert rest == {slow}
        return len(done)


def wait_with_timeout():
    """-> {(0, 2.0)}"""
    started = time.monotonic()
    with ThreadPoolExecutor(1) as pool:
        done, _ = wait([pool.submit(time.sleep, 5)], timeout=2)
        return len(done), time.monotonic() - started


def as_completed_by_time():
    """-> {(1, 2, 3)}"""

    def work(seconds):
        time.sleep(seconds)
        return seconds

    with ThreadPoolExecutor(3) as pool:
        return tuple(f.result() for f in as_completed([pool.submit(work, s) for s in (3, 1, 2)]))


def as_completed_in_any_order():
    """-> {'ab', 'ba'}"""
    with ThreadPoolExecutor(2) as pool:
        return "".join(f.result() for f in as_completed([pool.submit(str, "a"), pool.submit(str, "b")]))


def result_times_out():
    """-> {3.0}"""
    started = time.monotonic()
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(time.sleep, 5)
        try:
            future.result(timeout=3)
        except TimeoutError:
            return time.monotonic() - started


def exception_of_a_task():
    """-> FAILED: ZeroDivisionError"""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: 1 / 0).result()


def exception_nobody_asks_for():
    """-> {'ended'}"""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: 1 / 0)
    return "ended"


def not_shut_down():
    """Its workers end when the interpreter does: no hang.  -> {1}"""
    return ThreadPoolExecutor(2).submit(int, 1).result()


_POOL = None


def not_shut_down_and_global():
    """-> {1}"""
    global _POOL
    assert _POOL is None
    _POOL = ThreadPoolExecutor(2)
    return _POOL.submit(int, 1).result()


def task_that_waits_for_a_task():
    """-> DEADLOCK: MainThread"""
    pool = ThreadPoolExecutor(1)
    pool.submit(lambda: pool.submit(int, 1).result()).result()


def enough_workers_for_both():
    """-> {1}"""
    with ThreadPoolExecutor(2) as pool:
        return pool.submit(lambda: pool.submit(int, 1).result()).result()


def left_task_that_waits_for_ever():
    """-> DEADLOCK: ThreadPoolExecutor-0_0"""
    ThreadPoolExecutor(1).submit(threading.Event().wait)


def cancelled_or_run():
    """-> {True, False}"""
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(int, 1)
        return future.cancel()


def callback_once():
    """-> {1}"""
    called = []
    with ThreadPoolExecutor(1) as pool:
        pool.submit(int, 1).add_done_callback(called.append)
    return len(called)


def submit_after_shutdown():
    """-> FAILED: cannot schedule new futures after shutdown"""
    pool = ThreadPoolExecutor(1)
    pool.submit(int)
    pool.shutdown()
    pool.submit(int)


def scheduler():
    """-> {(('a', 1.0), ('b', 2.5))}"""
    log, started = [], time.monotonic()
    plan = sched.scheduler()
    plan.enter(2.5, 0, lambda: log.append(("b", time.monotonic() - started)))
    plan.enter(1, 0, lambda: log.append(("a", time.monotonic() - started)))
    thread = threading.Thread(target=plan.run)
    thread.start()
    thread.join()
    return tuple(log)


_computed = []


@functools.lru_cache
def _cached(n):
    _computed.append(n)
    with threading.Lock():
        return n


def cache_is_empty_at_the_start():
    """lru_cache computes outside its lock, so two threads may both do it.  -> {1, 2}"""
    assert _cached.cache_info().currsize == 0
    threads = [threading.Thread(target=_cached, args=(5,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(_computed)


class _Lazy:
    made = 0

    @functools.cached_property
    def value(self):
        with threading.Lock():
            type(self).made += 1
        return self.made


_LAZY = _Lazy()


def cached_property():
    """With the lock of 3.11 once, without it at most twice.  -> {True}"""
    threads = [threading.Thread(target=lambda: _LAZY.value) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return 1 <= _Lazy.made <= 2 and "value" in vars(_LAZY)
