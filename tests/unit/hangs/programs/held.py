"""Every way in which a sender lives on although it looks dropped.

Each program says after ``->`` what the report must name; HERE is the line that is marked with it.
"""

import threading
from concurrent.futures import Future, ThreadPoolExecutor

from duckrace.channels import channel, sync_channel


def _other():
    """A thread, so that there is something to interleave."""
    thread = threading.Thread(target=int)
    thread.start()
    thread.join()


def variable():
    """-> the variable `tx` of variable (HERE)"""
    tx, rx = channel()  # HERE
    thread = threading.Thread(target=tx.clone().send, args=(1,))
    thread.start()
    thread.join()
    del thread
    for _ in rx:
        pass


def parameter():
    """-> the variable `tx` of parameter.<locals>.drain (HERE)"""
    _other()

    def drain(tx, rx):  # HERE
        rx.recv()

    drain(*channel())


def loop_variable():
    """-> the variable `mine` of loop_variable (HERE)"""
    tx, rx = channel()
    threads = []
    for _ in range(2):
        mine = tx.clone()  # HERE
        threads.append(threading.Thread(target=_send_and_drop, args=(mine,)))
        threads[-1].start()
        if len(threads) == 1:
            mine.drop()
    tx.drop()
    for thread in threads:
        thread.join()
    del threads, thread
    for _ in rx:
        pass


def _send_and_drop(tx):
    try:
        tx.send(1)
    except ValueError:
        pass


def for_target():
    """-> the variable `tx` of for_target (HERE)"""
    first, rx = channel()
    senders = [first, first.clone()]
    del first
    for tx in senders:  # HERE
        tx.send(1)
    _other()
    senders.clear()
    for _ in rx:
        pass


def closure():
    """-> the variable `tx` of closure ("""
    tx, rx = channel()

    def produce():
        tx.send(1)

    produce()
    _other()
    _keep.append(produce)
    _wait(rx, produce)


def _wait(rx, produce):
    del produce
    rx.recv()
    rx.recv()


def closure_of_a_function_that_returned():
    """-> `closure` of the variable `_send`"""

    def make():
        tx, rx = channel()
        return (lambda: tx.send(1)), rx

    _send, rx = make()
    _other()
    rx.recv()


def exception_being_handled():
    """-> the variable `tx` of exception_being_handled.<locals>.fail (HERE), whose exception ValueError is being handled"""
    _other()

    def fail():
        tx, rx = channel()  # HERE
        failing.append(rx)
        raise ValueError

    failing = []
    try:
        fail()
    except ValueError:
        failing.pop().recv()


def exception_saved():
    """-> the variable `tx` of exception_saved.<locals>.fail (HERE), whose exception ValueError is kept, by the variable `saved`"""
    _other()
    saved = None

    def fail():
        tx, rx = channel()  # HERE
        receivers.append(rx)
        raise ValueError

    receivers = []
    try:
        fail()
    except ValueError as error:
        saved = error
    assert saved
    receivers.pop().recv()


def future_kept():
    """-> whose exception ValueError is kept, by `_exception` of the variable `future`"""
    future, receivers = Future(), []

    def work():
        tx, rx = channel()
        receivers.append(rx)
        raise ValueError

    thread = threading.Thread(target=lambda: _run_into(future, work))
    thread.start()
    thread.join()
    receivers.pop().recv()


def _run_into(future, work):
    try:
        work()
    except ValueError as error:
        future.set_exception(error)


def executor_future_kept():
    """-> whose exception ValueError is kept, by `_exception` of the variable `future`"""
    receivers = []

    def work():
        tx, rx = channel()
        receivers.append(rx)
        raise ValueError

    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(work)
    assert future.exception()
    receivers.pop().recv()


def thread_never_started():
    """-> `_target` of the variable `thread` of thread_never_started (HERE)"""
    tx, rx = channel()
    thread = threading.Thread(target=tx.send, args=(1,))  # HERE
    del tx
    _other()
    rx.recv()
    thread.start()


def thread_never_started_with_arguments():
    """-> `_args[0]` of the variable `thread` of thread_never_started_with_arguments (HERE)"""
    tx, rx = channel()
    thread = threading.Thread(target=_send_and_drop, args=(tx,))  # HERE
    del tx
    _other()
    rx.recv()
    thread.start()


def timer_never_started():
    """-> `function` of the variable `timer` of timer_never_started (HERE)"""
    tx, rx = channel()
    timer = threading.Timer(1, tx.send, args=(1,))  # HERE
    del tx
    _other()
    rx.recv()
    timer.start()


def suspended_generator():
    """-> the suspended generator suspended_generator.<locals>.numbers"""
    tx, rx = channel()

    def numbers(tx):
        for i in range(3):
            tx.send(i)
            yield i

    source = numbers(tx)
    del tx
    next(source)
    _other()
    _parked.append(source)
    del source
    rx.recv()
    rx.recv()


def reference_cycle():
    """-> `tx` of a reference_cycle.<locals>.Node that no variable leads to"""
    tx, rx = channel()

    class Node:
        pass

    node = Node()
    node.self, node.tx = node, tx
    del node, tx
    _other()
    rx.recv()


_global_tx = None
_keep, _parked = [], []
_table = {}


def module_global():
    """-> the global `_global_tx` of held"""
    global _global_tx
    _global_tx, rx = channel()
    _other()
    rx.recv()


def global_container():
    """-> the global `_table['main'][0]` of held"""
    tx, rx = channel()
    _table["main"] = [tx]
    del tx
    _other()
    rx.recv()


def container():
    """-> `['a'][0]` of the variable `senders` of container (HERE)"""
    tx, rx = channel()
    senders = {"a": [tx]}  # HERE
    del tx
    _other()
    rx.recv()
    return senders


class Worker:
    def __init__(self, tx):
        self.tx = tx


def attribute():
    """-> `tx` of the variable `worker` of attribute (HERE)"""
    tx, rx = channel()
    worker = Worker(tx)  # HERE
    del tx
    _other()
    rx.recv()
    return worker


def class_attribute():
    """-> the global `Worker.shared` of held"""
    Worker.shared, rx = channel()
    _other()
    rx.recv()


def bound_method():
    """-> the variable `send` of bound_method (HERE)"""
    tx, rx = channel()
    send = tx.send  # HERE
    del tx
    _other()
    rx.recv()
    send(1)


def default_of_a_function():
    """-> of the variable `send` of default_of_a_function"""
    tx, rx = channel()

    def send(tx=tx):
        tx.send(1)

    del tx
    _other()
    rx.recv()
    send()


def another_thread_that_waits():
    """-> the variable `tx` of another_thread_that_waits.<locals>.work (HERE)"""
    gate = threading.Event()
    tx, rx = channel()

    def work(tx):  # HERE
        gate.wait()
        tx.send(1)

    thread = threading.Thread(target=work, args=(tx,), name="worker")
    thread.start()
    del tx
    rx.recv()
    gate.set()


def bounded():
    """-> the variable `tx` of bounded (HERE)"""
    tx, rx = sync_channel(0)  # HERE
    _other()
    rx.recv()
    tx.drop()


def in_its_own_queue():
    """-> of the variable `other` of in_its_own_queue"""
    tx, rx = channel()
    other, _rx = channel()
    other.send(tx)
    del tx
    _other()
    rx.recv()


def two_senders():
    """-> 2 senders are left"""
    tx, rx = channel()
    more = tx.clone()
    _other()
    rx.recv()
    return more
