"""queue.Queue.shutdown, new in 3.13."""

import queue
import threading


def shutdown_wakes_a_reader():
    """-> {'shut down'}"""
    q, said = queue.Queue(), []

    def read():
        try:
            q.get()
        except queue.ShutDown:
            said.append("shut down")

    thread = threading.Thread(target=read)
    thread.start()
    q.shutdown()
    thread.join()
    return said[0]


def shutdown_left_out():
    """-> DEADLOCK: notify"""
    thread = threading.Thread(target=queue.Queue().get)
    thread.start()
    thread.join()


def shutdown_drains():
    """-> {('item', 'shut down')}"""
    q, said = queue.Queue(), []
    q.put("item")

    def read():
        try:
            while True:
                said.append(q.get())
        except queue.ShutDown:
            said.append("shut down")

    thread = threading.Thread(target=read)
    thread.start()
    q.shutdown()
    thread.join()
    return tuple(said)


def shutdown_immediate_may_lose_the_item():
    """-> {('item', 'shut down'), ('shut down',)}"""
    q, said = queue.Queue(), []
    q.put("item")

    def read():
        try:
            while True:
                said.append(q.get())
        except queue.ShutDown:
            said.append("shut down")

    thread = threading.Thread(target=read)
    thread.start()
    q.shutdown(immediate=True)
    thread.join()
    return tuple(said)
