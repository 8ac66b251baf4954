"""The program `Stream` of the TLA+ specs (specs/duckrace_specs/Menus.tla), on a channel whose last drop wakes nobody.

    duckrace explore examples/stream.py::stream

One sender, two messages, a buffer of one; the receiver receives to the end. TLC rejects the algorithm with the same
mistake: duckrace spec --only mutant/no-wake-up-on-the-last-drop --traces
"""

from __future__ import annotations

from threading import Thread

from broken import SyncSender, lost_wakeup

from duckrace.channels import RecvError


def send(tx: SyncSender[str]) -> None:
    tx.send("a1")
    tx.send("a2")
    tx.drop()


def stream() -> list[str]:
    tx, rx = lost_wakeup.sync_channel(1)
    sender = Thread(target=send, args=(tx,), name="a")
    sender.start()
    received = [rx.recv(), rx.recv()]
    try:
        rx.recv()  # the end
    except RecvError:
        pass
    sender.join()
    return received
