"""How long the general search takes on histories of a FIFO queue, with and without lookahead, and porcupine beside it.

    python benchmarks/linear_search.py [--most N] [--timeout S] [--no-porcupine]

For each size and concurrency a history of a run of a queue (ok), and the same one with two results exchanged in its
middle (bad). Times are of the decision alone; ``>`` is a decision that was given up. Quote ratios, not seconds.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
from porcupine_peer import porcupine  # type: ignore[import-not-found]

import duckrace
from duckrace.histories import Event, History, Invocation, Operation

SIZES = ((100, 8), (1_000, 2), (1_000, 8), (1_000, 32), (10_000, 2), (10_000, 8), (100_000, 8))


class Blind:
    """A queue; a take of an empty one returns None."""

    def initial(self) -> tuple[int, ...]:
        return ()

    def step(self, state: tuple[int, ...], name: str, arguments: tuple[Any, ...]) -> Iterator[tuple[Any, Any]]:
        if name == "put":
            yield None, (*state, *arguments)
        else:
            yield (state[0], state[1:]) if state else (None, state)


class Queue(Blind):
    """The same, and it says that it is a FIFO."""

    def fifo(self, operation: Operation) -> tuple[str, int] | None:
        if operation.what.name == "put":
            return "in", operation.what.arguments[0]
        return None if operation.result is None else ("out", operation.result)


def run(operations: int, concurrency: int, seed: int = 0) -> list[Event]:
    """The events of a run: calls, effects and returns at random, takes a little more often than puts."""
    rng = random.Random(f"{operations} {concurrency} {seed}")
    queue: deque[int] = deque()
    inside: dict[int, list[Any]] = {}
    events: list[Event] = []
    made = value = 0
    while made < operations or inside:
        process = rng.randrange(concurrency)
        call = inside.get(process)
        if call is None:
            if made < operations:
                made += 1
                what = Invocation("take")
                if rng.random() < 0.48:
                    value += 1
                    what = Invocation("put", (value,))
                inside[process] = [what, False, None]
                events.append(Event("call", process, what))
        elif not call[1]:
            call[1] = True
            if call[0].name == "put":
                queue.append(*call[0].arguments)
            else:
                call[2] = queue.popleft() if queue else None
        else:
            events.append(Event("return", process, call[2]))
            del inside[process]
    return events


def spoiled(events: list[Event]) -> list[Event]:
    """Two values in the middle, put one after the other and taken one after the other, exchanged."""
    history = History.of(events)
    put = {o.what.arguments[0]: o for o in history.operations if o.what.name == "put"}
    taken = [o for o in history.operations if o.what.name == "take" and o.result is not None]
    for place in range(len(taken) // 2, len(taken)):
        one = taken[place]
        for other in taken[place : place + 100]:
            if one.precedes(other) and put[one.result].precedes(put[other.result]):
                events = list(events)
                for this, that in ((one, other), (other, one)):
                    assert this.ret is not None
                    events[this.ret] = events[this.ret]._replace(payload=that.result)
                return events
    raise AssertionError("no such pair")


def written(events: list[Event], path: Path) -> None:
    """The notation of ``benchmarks/porcupine``."""
    lines = []
    for event in events:
        if event.kind == "call":
            lines.append(f"{event.process} call {event.payload.name} {' '.join(map(str, event.payload.arguments))}")
        else:
            lines.append(f"{event.process} return {'' if event.payload is None else event.payload}")
    path.write_text("\n".join(lines))


def decided(history: History, model: Any, timeout: float, right: bool) -> str:
    """The time of the decision, which has to be right."""
    started = time.perf_counter()
    answer = duckrace.linearizable(history, model, max_steps=int(timeout * 40_000), max_entries=4_000_000)
    seconds = time.perf_counter() - started
    if answer.verdict.kind is duckrace.Kind.BUDGET:
        return f"> {seconds:.0f} s"
    if answer.ok != right:
        sys.exit(f"wrong: {answer.verdict}")
    return f"{seconds * 1000:,.1f} ms"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--most", type=int, default=100_000, help="operations of the longest history")
    parser.add_argument("--timeout", type=float, default=20.0, help="seconds for each decision, about")
    parser.add_argument("--no-porcupine", action="store_true")
    options = parser.parse_args()
    print(f"{'operations, concurrency':<24} {'':<4} {'search':>12} {'+ lookahead':>12} {'porcupine':>12}")
    for operations, concurrency in SIZES:
        if operations > options.most:
            continue
        right = run(operations, concurrency)
        for name, events in (("ok", right), ("bad", spoiled(right))):
            history = History.of(events)
            ours = [decided(history, model, options.timeout, name == "ok") for model in (Blind(), Queue())]
            theirs = "-"
            if not options.no_porcupine:
                with tempfile.TemporaryDirectory() as folder:
                    path = Path(folder) / "queue.txt"
                    written(events, path)
                    peer = porcupine("queue", 1, [str(path)], options.timeout)
                if isinstance(peer, str):
                    print(f"porcupine is left out: {peer}")
                    options.no_porcupine = True
                else:
                    ((word, seconds),) = peer.values()
                    if word != "Unknown" and (word == "Ok") != (name == "ok"):
                        sys.exit(f"porcupine says {word} of a history that is {name}")
                    theirs = f"> {seconds:.0f} s" if word == "Unknown" else f"{seconds * 1000:,.1f} ms"
            size = f"{operations:,}, {concurrency}"
            print(f"{size:<24} {name:<4} {ours[0]:>12} {ours[1]:>12} {theirs:>12}", flush=True)


if __name__ == "__main__":
    main()
