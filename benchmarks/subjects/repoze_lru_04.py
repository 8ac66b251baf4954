"""repoze.lru 0.4 (#6): `clear` under a `get`. Fetched by benchmarks/fetch_subjects.py.

* cleared_under_a_get: one thread clears the cache while another one gets a value.

Right: the value, or the default. Wrong: IndexError, since `get` marks an entry of a table that `clear` has begun
to fill anew. Needs granularity `gil`.
"""

import sys
from pathlib import Path
from threading import Thread

sys.path.insert(0, str((Path(__file__).parents[1] / ".subjects" / "repoze.lru-0.4").resolve(strict=True)))

from repoze.lru import LRUCache


def cleared_under_a_get():
    cache = LRUCache(4)
    cache.put("key", "value")
    seen = []
    threads = [Thread(target=cache.clear), Thread(target=lambda: seen.append(cache.get("key", "default")))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen in (["value"], ["default"]), seen
