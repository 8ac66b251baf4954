"""persist-queue 0.2.2 (#19): two `get()`. Fetched by benchmarks/fetch_subjects.py.

* double_delivery: `get` selects the oldest row and deletes it in two steps, without a lock around both: both threads
  get the same item.

Right: each item once. Fixed in 0.3.0 (persist_queue_030.py).
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path
from threading import Thread

sys.path.insert(0, str((Path(__file__).parents[1] / ".subjects" / "persist-queue-0.2.2").resolve(strict=True)))

from persistqueue import SQLiteQueue

MEMORY = "/dev/shm" if os.path.isdir("/dev/shm") else None  # a database for each execution: not on a disk


def double_delivery():
    folder = tempfile.mkdtemp(dir=MEMORY)
    try:
        queue = SQLiteQueue(folder, multithreading=True)
        queue.put("first")
        queue.put("second")
        received = []

        def get():
            received.append(queue.get())

        threads = [Thread(target=get, name="A"), Thread(target=get, name="B")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(received) == ["first", "second"], received
    finally:
        shutil.rmtree(folder)
