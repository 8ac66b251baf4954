"""Virtual time."""

import datetime
import queue
import threading
import time


def _run(*functions):
    threads = [threading.Thread(target=function) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def sleepers_wake_in_order():
    """-> {(0.1, 0.2, 0.3)}"""
    log = []

    def nap(seconds):
        time.sleep(seconds)
        log.append(seconds)

    _run(*[lambda s=s: nap(s) for s in (0.3, 0.1, 0.2)])
    return tuple(log)


def equal_sleeps_are_a_choice():
    """-> {'ab', 'ba'}"""
    log = []

    def nap(name):
        time.sleep(1)
        log.append(name)

    _run(lambda: nap("a"), lambda: nap("b"))
    return "".join(log)


def sums_of_fractions_meet():
    """Ten times 0.1 s and 1 s end together, as on a clock, not as floats add up.  -> {'ab', 'ba'}"""
    log = []

    def steps():
        for _ in range(10):
            time.sleep(0.1)
        log.append("a")

    def leap():
        time.sleep(1)
        log.append("b")

    _run(steps, leap)
    return "".join(log)


def clocks_agree():
    """-> {(7.25, 7.25, 7.25, 7.25, 7250000000, 7250000000, 7.25, 7.25)}"""
    _run(lambda: None)

    def now():
        return (
            time.monotonic(),
            time.perf_counter(),
            time.time(),
            datetime.datetime.now().timestamp(),
            time.time_ns(),
            time.monotonic_ns(),
            datetime.datetime.now(datetime.UTC).timestamp(),
            time.process_time(),
        )

    before = now()
    assert before == now()
    assert datetime.date.today() == datetime.date.fromtimestamp(time.time())
    assert time.localtime() == time.localtime(time.time())
    assert time.strftime("%S") == time.strftime("%S", time.localtime(time.time()))
    time.sleep(7.25)
    return tuple(b - a for a, b in zip(before, now(), strict=True))


def time_stands_still_while_somebody_can_go_on():
    """-> {0.0}"""
    started, spent = time.monotonic(), []

    def work():
        for _ in range(50):
            time.sleep(0)
        spent.append(time.monotonic() - started)

    sleeper = threading.Thread(target=time.sleep, args=(0.000001,))
    sleeper.start()
    _run(work, work)
    sleeper.join()
    return max(spent)


def timeouts_are_never_early():
    """-> {True}"""
    event = threading.Event()
    _run(lambda: None)
    for seconds in (0.1, 1e-9, 0.7, 1 / 3, 1234.5678):
        deadline = time.monotonic() + seconds
        event.wait(seconds)
        assert time.monotonic() >= deadline - 1e-9, (time.monotonic(), deadline)
    return True


def a_loop_of_waits_ends():
    """-> {10.0}"""
    cond, started = threading.Condition(), time.monotonic()
    _run(lambda: None)
    deadline = started + 10
    with cond:
        while (left := deadline - time.monotonic()) > 0:
            cond.wait(min(left, 3))
    return time.monotonic() - started


def a_wait_of_no_time_is_over_at_once():
    """-> {0.0}"""
    cond, started = threading.Condition(), time.monotonic()
    _run(lambda: None)
    with cond:
        assert not cond.wait(0)
        assert not cond.wait(-5)
    assert not threading.Event().wait(0)
    return time.monotonic() - started


def polling_with_short_sleeps():
    """-> {True}"""
    done = []

    def work():
        time.sleep(2)
        done.append(1)

    thread = threading.Thread(target=work)
    thread.start()
    while not done:
        time.sleep(0.01)
    thread.join()
    return 2 <= time.monotonic() - 1000 <= 2.011


def long_sleeps_while_main_waits():
    """A thread that sleeps a thousand times is slow, not stuck.  -> {1000.0}"""
    started = time.monotonic()

    def work():
        for _ in range(1000):
            time.sleep(1)

    _run(work)
    return time.monotonic() - started


def many_sleeps_after_main():
    """-> FAILED: at last"""

    def work():
        for _ in range(100):
            time.sleep(1)
        raise ValueError("at last")

    threading.Thread(target=work).start()


def idle_for_ever_in_a_timed_wait():
    """-> {'ended'}"""

    def work():
        while not threading.Event().wait(1):
            pass

    threading.Thread(target=work).start()
    return "ended"


def blocked_while_a_daemon_polls_for_ever():
    """-> DEADLOCK: MainThread waits"""

    def poll():
        while True:
            time.sleep(1)

    threading.Thread(target=poll, daemon=True).start()
    queue.Queue().get()


def freed_by_a_daemon_that_polls():
    """-> {'item'}"""
    q = queue.Queue()

    def poll():
        for _ in range(100):
            time.sleep(1)
        q.put("item")
        while True:
            time.sleep(1)

    threading.Thread(target=poll, daemon=True).start()
    return q.get()


def sleep_misuse():
    """-> {'refused'}"""
    _run(lambda: None)
    for wrong in (-1, float("nan"), "1", None):
        try:
            time.sleep(wrong)
        except (TypeError, ValueError):
            continue
        return f"slept {wrong}"
    return "refused"


def sleeping_long():
    """-> {86400000.0}"""
    started = time.monotonic()
    _run(lambda: time.sleep(86_400_000))
    return time.monotonic() - started


def real_dates_are_dates():
    """-> {True}"""
    _run(lambda: None)
    stamp = datetime.datetime.now()
    return (
        isinstance(stamp, datetime.datetime)
        and isinstance(stamp, datetime.date)
        and isinstance(stamp + datetime.timedelta(1), datetime.datetime)
        and isinstance(datetime.datetime.fromtimestamp(0), datetime.datetime)
        and datetime.datetime.strptime("2024-01-02", "%Y-%m-%d") == datetime.datetime(2024, 1, 2)
    )
