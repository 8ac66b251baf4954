"""redis 3.4.0 (#906): two threads share a pool of one connection. Fetched by benchmarks/fetch_subjects.py.

* two_connections: both ask for a connection; the connections do nothing.

Right: one gets it, the other one fails with ConnectionError. The bug of 3.3.11 is mended.
"""

import sys
from pathlib import Path
from threading import Thread

sys.path.insert(0, str((Path(__file__).parents[1] / ".subjects" / "redis-3.4.0").resolve(strict=True)))

from redis import connection


class Idle:
    def __init__(self, **settings):
        pass

    def connect(self):
        pass

    def can_read(self):
        return False

    def disconnect(self):
        pass


def two_connections():
    pool = connection.ConnectionPool(connection_class=Idle, max_connections=1)
    got = []

    def get():
        try:
            got.append(pool.get_connection("PING"))
        except connection.ConnectionError:
            pass

    threads = [Thread(target=get) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 1, f"{len(got)} connections"
