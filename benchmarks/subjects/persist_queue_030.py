"""persist-queue 0.3.0, where the double delivery of 0.2.2 (persist_queue_022.py) is fixed. Fetched by
benchmarks/fetch_subjects.py.

* double_delivery: each item arrives once.
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path
from threading import Thread

sys.path.insert(0, str((Path(__file__).parents[1] / ".subjects" / "persist-queue-0.3.0").resolve(strict=True)))

from persistqueue import SQLiteQueue

MEMORY = "/dev/shm" if os.path.isdir("/dev/shm") else None  # a database for each execution: not on a disk


def double_delivery():
    folder = tempfile.mkdtemp(dir=MEMORY)
    try:
        queue = SQLiteQueue(folder, multithreading=True, auto_commit=True)
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
