"""Small programs that are run often."""

import threading

_log = []


class _Cycle:
    def __init__(self):
        self.self = self
        self.payload = bytearray(200)


def counter():
    """-> {2}"""
    lock, state = threading.Lock(), {"n": 0}
    _log.append(_Cycle())

    def add():
        with lock:
            state["n"] += 1

    threads = [threading.Thread(target=add) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return state["n"]


def leftovers():
    """-> {'ended'}"""
    lock = threading.Lock()

    def wait():
        with lock:
            _Cycle()
            threading.Event().wait()

    for _ in range(2):
        threading.Thread(target=wait, daemon=True).start()
    return "ended"
