"""Throughput of ``duckrace.channels.channel()`` against ``queue.Queue``: producers send, one consumer receives.

    PYTHONPATH=harness python benchmarks/channel_throughput.py [--messages N] [--producers N] [--runs N]

Both are measured in the same process, in alternating runs, and compared by the median: a loaded machine slows both.
A ratio above 1 means that the channel is faster.
"""

from __future__ import annotations

import argparse
import platform
import queue
import statistics
import threading
import time
from collections.abc import Callable

from duckrace.channels import Receiver, Sender, channel


def run_channel(producers: int, messages: int) -> float:
    """Seconds until the consumer has everything that the producers sent."""
    pair: tuple[Sender[int], Receiver[int]] = channel()
    tx, rx = pair
    senders = [tx.clone() for _ in range(producers)]
    tx.drop()

    def produce(sender: Sender[int]) -> None:
        for number in range(messages):
            sender.send(number)

    def consume() -> None:
        for _ in range(producers * messages):
            rx.recv()

    return timed([lambda sender=sender: produce(sender) for sender in senders], consume)


def run_queue(producers: int, messages: int) -> float:
    """The same with a queue.Queue."""
    q: queue.Queue[int] = queue.Queue()

    def produce() -> None:
        for number in range(messages):
            q.put(number)

    def consume() -> None:
        for _ in range(producers * messages):
            q.get()

    return timed([produce] * producers, consume)


def timed(produce: list[Callable[[], None]], consume: Callable[[], None]) -> float:
    """Run all at once, each in a thread of its own; the seconds from the common start to the end of the last."""
    start = threading.Barrier(len(produce) + 2)

    def after_start(work: Callable[[], None]) -> None:
        start.wait()
        work()

    threads = [threading.Thread(target=after_start, args=(work,)) for work in [*produce, consume]]
    for thread in threads:
        thread.start()
    start.wait()
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    return time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=20_000, help="per producer (default: %(default)s)")
    parser.add_argument("--producers", type=int, nargs="+", default=[1, 4], help="(default: 1 4)")
    parser.add_argument("--runs", type=int, default=9, help="of each, alternating (default: %(default)s)")
    options = parser.parse_args()

    print(
        f"Python {platform.python_version()}, {options.messages} messages per producer, medians of {options.runs} runs"
    )
    print(f"{'producers':>9}  {'channel()':>14}  {'queue.Queue':>14}  {'ratio':>6}")
    for producers in options.producers:
        times: dict[Callable[[int, int], float], list[float]] = {run_channel: [], run_queue: []}
        for _ in range(options.runs):
            for run, seconds in times.items():
                seconds.append(run(producers, options.messages))
        ours, theirs = (producers * options.messages / statistics.median(times[run]) for run in times)
        print(f"{producers:>9}  {ours:>12,.0f}/s  {theirs:>12,.0f}/s  {ours / theirs:>6.2f}")


if __name__ == "__main__":
    main()
