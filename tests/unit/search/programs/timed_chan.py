"""chan: sent if and only if received, whenever the time of the receiver is up. Right, and wrong in 0.3.1."""

import time
from threading import Thread

import chan


def lost_item():
    channel = chan.Chan()
    sent, received = [], []

    def gets():
        try:
            received.append(channel.get(timeout=0.002))
        except chan.Timeout:
            pass

    def puts():
        time.sleep(0.002)
        try:
            channel.put("item", timeout=0)
        except chan.Timeout:
            pass
        else:
            sent.append("item")

    threads = [Thread(target=gets), Thread(target=puts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sent == received, f"sent {sent}, received {received}"
