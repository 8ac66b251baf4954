"""chan 0.3.1: a `get` that times out while a `put` serves it. Fetched by benchmarks/fetch_subjects.py.

* lost_item: `put` has taken the waiting getter off the list, but not yet given it the item; the getter's time is up, it
  finds itself missing on the list and dies of ValueError; the item is gone.

Right: sent if and only if received. Found with `timeouts="free"`: the timeout must be able to come while `put` runs.
"""

import sys
import time
from pathlib import Path
from threading import Thread

sys.path.insert(0, str((Path(__file__).parents[1] / ".subjects" / "chan-0.3.1").resolve(strict=True)))

import chan

TIMEOUT = 0.002  # seconds


def lost_item():
    channel = chan.Chan()
    sent, received = [], []

    def get():
        try:
            received.append(channel.get(timeout=TIMEOUT))
        except chan.Timeout:
            pass

    def put():
        time.sleep(TIMEOUT)
        try:
            channel.put("item", timeout=0)
        except chan.Timeout:
            pass
        else:
            sent.append("item")

    threads = [Thread(target=get, name="A"), Thread(target=put, name="B")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sent == received, f"sent {sent}, received {received}"
    return len(sent)
