"""One thread reads items from Redis, another processes them; the channel between them ends with the reader.

    REDIS_URL=redis://127.0.0.1:6379/0 python examples/redis_pipeline.py
    duckrace explore examples/redis_pipeline.py::redis_pipeline

It needs the `redis` client and a running redis-server. The main thread puts ITEMS numbers into a list and takes the sum
of their squares from the processor at the end. The channel is bounded: a slow processor holds the reader back.
"""

import os
from threading import Thread

import redis

from duckrace.channels import Receiver, Sender, SyncSender, channel, sync_channel

REDIS_URL = os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/0")
ITEMS = int(os.environ.get("ITEMS", 1_000 if __name__ == "__main__" else 3))
KEY = "duckrace:items"


def read(client: redis.Redis, tx: SyncSender[int]) -> None:
    with tx:
        while (item := client.lpop(KEY)) is not None:
            tx.send(int(item))


def process(rx: Receiver[int], result: Sender[int]) -> None:
    with rx, result:
        result.send(sum(item * item for item in rx))


def redis_pipeline() -> int:
    with redis.Redis.from_url(REDIS_URL) as client:
        client.delete(KEY)
        client.rpush(KEY, *range(ITEMS))

        tx, rx = sync_channel(16)
        result_tx, result_rx = channel()
        reader = Thread(target=read, args=(client, tx))
        processor = Thread(target=process, args=(rx, result_tx))
        reader.start()
        processor.start()
        total = result_rx.recv()
        reader.join()
        processor.join()

    expected = sum(item * item for item in range(ITEMS))
    assert total == expected, f"{total} instead of {expected}"
    print(f"Processed {ITEMS} items: {total}")
    return total


if __name__ == "__main__":
    redis_pipeline()
