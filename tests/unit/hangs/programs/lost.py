"""A channel that forgets to wake its receiver when the last sender goes."""

import threading

from duckrace.channels import _waiting, channel


def _drain():
    tx, rx = channel()
    thread = threading.Thread(target=tx.drop, name="dropper")
    del tx
    thread.start()
    for _ in rx:
        pass
    thread.join()
    return "ended"


def forgetful():
    """The real one, with its wake-ups cut."""
    for name in ("wake_first", "wake_all", "wake", "_wake"):
        if name in vars(_waiting.Line):
            setattr(_waiting.Line, name, lambda self, *args: None)
    return _drain()


def attentive():
    return _drain()
