"""Traces read by TLC as behaviours of Channel.tla: how far each of them can be read.

One run of TLC reads many: starting it takes longer than reading some thousand events. A trace that differs from one
before in names only is read once.
"""

from __future__ import annotations

import re
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

from duckrace_models import Call

from ._manifest import read_spec, spec_modules
from ._recorded import Plain, Trace, module, plain
from ._tlc import KILLED_AFTER, Answer, run_tlc
from ._tools import Tools

MODULE: Final = "TraceChannel"
BATCH: Final = 20_000  # events of one run of TLC: some seconds

_READ: Final = re.compile(r'<<"READ", (\d+), (\d+)>>')


Item: TypeAlias = tuple[int | None, Plain]
"""Capacity, and trace."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What TLC made of some traces. Only ``accepted`` is a pass: ``stopped`` and ``broken`` say nothing."""

    traces: tuple[Trace, ...]
    read: tuple[int | None, ...]
    """How many events of each could be read; None: nobody knows."""
    items: tuple[Item, ...]
    """The traces without their names."""
    states: int
    seconds: float
    """Of all that was read together."""
    message: str = ""
    """Why it is broken."""

    def part(self, begin: int, end: int) -> Reading:
        """What was made of these traces of it."""
        cut = slice(begin, end)
        return replace(self, traces=self.traces[cut], read=self.read[cut], items=self.items[cut])

    @property
    def different(self) -> int:
        """How many traces there are up to names."""
        return len(set(self.items))

    @property
    def events(self) -> int:
        """Of the different ones."""
        return sum(len(events) for _, (_, events) in set(self.items))

    @property
    def rejected(self) -> tuple[tuple[Trace, int], ...]:
        """The traces that Channel cannot do, and the number of the first event that it cannot, from 1."""
        found = zip(self.traces, self.read, strict=True)
        return tuple((trace, n + 1) for trace, n in found if n is not None and n < len(trace.events))

    @property
    def status(self) -> Literal["accepted", "rejected", "stopped", "broken"]:
        if self.rejected:
            return "rejected"
        if None in self.read:
            return "broken" if self.message else "stopped"
        return "accepted"


def read_traces(
    tools: Tools,
    traces: Sequence[Trace],
    *,
    jobs: int = 1,
    limit: float = KILLED_AFTER,
    progress: Callable[[int, int], None] = lambda done, of: None,
    stop: threading.Event | None = None,
    lazy: bool = True,
) -> Reading:
    """Read these traces, with `jobs` runs of TLC at a time, in `limit` seconds.

    `progress` is told how many events are done, of how many. `lazy`: of TraceChannel.tla; without it TLC does more and
    comes to the same. Raises UsageError for a trace that no program can have left.
    """
    began = time.monotonic()
    halt = threading.Event() if stop is None else stop
    items = [(trace.capacity, plain(trace)) for trace in traces]
    far: dict[Item, int | None] = {}
    states, message = 0, ""
    total = sum(len(item[1][1]) for item in dict.fromkeys(items))
    done = 0

    def read(batch: Sequence[Item]) -> Answer:
        left = limit - (time.monotonic() - began)
        modules = {**spec_modules(), "Traces": module([item[1] for item in batch])}
        text = configuration(batch[0][0], lazy=lazy)
        return run_tlc(tools, MODULE, text, modules=modules, limit=max(left, 0.0), stop=halt, short=True)

    with ThreadPoolExecutor(max_workers=max(jobs, 1)) as pool:
        futures = {pool.submit(read, batch): batch for batch in _batches(items)}
        waiting = set(futures)
        try:
            while waiting:
                progress(done, total)
                ready, waiting = wait(waiting, timeout=0.2, return_when=FIRST_COMPLETED)
                for future in ready:
                    batch, answer = futures[future], future.result()
                    far |= zip(batch, _read(answer, len(batch)), strict=True)
                    done += sum(len(item[1][1]) for item in batch)
                    states += answer.distinct
                    message = message or answer.message
        except BaseException:
            halt.set()
            for future in futures:
                future.cancel()
            raise
    progress(done, total)
    return Reading(
        traces=tuple(traces),
        read=tuple(far[item] for item in items),
        items=tuple(items),
        states=states,
        seconds=time.monotonic() - began,
        message=message,
    )


def configuration(capacity: int | None, *, lazy: bool = True) -> str:
    """The text of the .cfg file for traces of channels of this capacity."""
    text = read_spec(f"{MODULE}.cfg")
    for name, value in (("Capacity", "<- Unbounded" if capacity is None else f"= {capacity}"),
                        ("Lazy", f"= {str(lazy).upper()}")):  # fmt: skip
        text, times = re.subn(rf"^(\s*{name}) = \w+$", rf"\g<1> {value}", text, flags=re.MULTILINE)
        if times != 1:
            raise ValueError(f"{MODULE}.cfg has not one line for {name}, but {times}")
    return text


def _batches(items: Sequence[Item]) -> Iterator[list[Item]]:
    """The different ones, by capacity, which is a constant of a run; not too many at once."""
    by_capacity: dict[int | None, list[Item]] = defaultdict(list)
    for item in dict.fromkeys(items):
        by_capacity[item[0]].append(item)
    for batch in by_capacity.values():
        begin = events = 0
        for place, (_, (_, its_events)) in enumerate(batch):
            if events and events + len(its_events) > BATCH:
                yield batch[begin:place]
                begin, events = place, 0
            events += len(its_events)
        yield batch[begin:]


def _read(answer: Answer, traces: int) -> list[int | None]:
    """How far each trace was read; of a run that did not end nobody knows."""
    if answer.status != "accepted":
        return [None] * traces
    far: list[int | None] = [0] * traces
    for k, i in _READ.findall(answer.printed):  # each further than those before
        far[int(k) - 1] = int(i)
    return far


def in_words(trace: Trace, number: int) -> str:
    """The event of this number, from 1: ``rx.recv() of b returns Ok(2)``."""
    inside: dict[object, Call] = {}
    words = ""
    for kind, who, what in trace.events[:number]:
        if isinstance(what, Call):
            inside[who] = what
            words = f"{who} calls {_call(what)}"
        elif kind == "return":
            words = f"{_call(inside.pop(who))} of {who} returns {_response(what)}"
        else:
            waiting = [f"{process} is in {_call(call)}" for process, call in inside.items()]
            words = f"nobody goes on: {', '.join(waiting) or 'nobody is in a call'}"
    return words


def _call(call: Call) -> str:
    if call.operation == "clone":
        return f"{call.value} = {call.handle}.clone()"
    return f"{call.handle}.{call.operation}({repr(call.value) if call.operation.endswith(SENDING) else ''})"


SENDING: Final = ("send", "send_timeout")


def _response(response: object) -> str:
    value = getattr(response, "value", None)
    return f"{type(response).__name__}({'' if value is None else repr(value)})"
