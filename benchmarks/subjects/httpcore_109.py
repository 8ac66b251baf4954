"""httpcore 1.0.9 (#1110): a request is given an idle connection that another request closes. Fetched by
benchmarks/fetch_subjects.py.

* closed_under_a_request: a pool of one connection, idle, to a; one thread asks a, one asks b: the pool gives the idle
  connection to the first and, since it still looks idle, closes it for the second.

Right: 200 and 200. Wrong: ReadError.
"""

import sys
from pathlib import Path
from threading import Thread

sys.path.insert(0, str((Path(__file__).parents[1] / ".subjects" / "httpcore-1.0.9").resolve(strict=True)))

import httpcore

REPLY = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"


def closed_under_a_request():
    statuses = {}

    def get(host):
        statuses[host] = pool.request("GET", f"http://{host}/").status

    with httpcore.ConnectionPool(max_connections=1, network_backend=httpcore.MockBackend([REPLY] * 3)) as pool:
        get("a")
        threads = [Thread(target=get, args=("a",), name="A"), Thread(target=get, args=("b",), name="B")]
        statuses.clear()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert statuses == {"a": 200, "b": 200}, statuses
