"""The cases of the contract on real threads, where "blocks" is a guess and "at once" is not exact.

The same files that a world loads run on the host here: what passes only on the simulated machine is no channel.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest

from duckrace.checks._suite import PROGRAMS, Program
from duckrace.checks.contract import programs
from duckrace.checks.programs.contract import _calls
from duckrace.plugins.adapters import model, queue_queue, reference, simple_queue

pytestmark = [pytest.mark.unmeasured, pytest.mark.once]

CHANNELS = {
    "reference": reference.reference,
    "model": model.channel,
    "queue": queue_queue.channel,
    "simplequeue": simple_queue.channel,
}
# They compare times that are equal on a clock that stands still only, or sleep for seconds.
SIMULATED_ONLY = {
    "recv_at_once",
    "no_time_and_no_message",
    "never_early",
    "send_timeout_gives_up",
    "a_wake_up_is_no_new_start",
    "stolen_room_is_no_new_start",
}
REST = 0.01  # seconds in which a thread that can go on surely does


def cases() -> Iterator[Any]:
    for channel, plugin in CHANNELS.items():
        for program in programs():
            name = program.function.partition("::")[2]
            if name not in SIMULATED_ONLY and set(plugin.capabilities) >= set(program.needs):
                yield pytest.param(channel, program, id=f"{channel}-{name}-{program.arguments[0]}")


@pytest.mark.parametrize(("channel", "program"), list(cases()))
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")  # a thread dies on purpose
def test_it_holds(channel: str, program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_calls, "REST", REST)
    file, _, name = program.function.partition("::")
    case = getattr(import_module(f"{PROGRAMS}.{file}"), name)
    for attempt in range(5):
        try:
            return case(CHANNELS[channel], *program.arguments)
        except AssertionError:  # a thread that was slow, on a busy machine? Then not with more patience
            if attempt == 4:
                raise
            monkeypatch.setattr(_calls, "REST", REST * 5**attempt)
            time.sleep(REST)


def test_it_would_notice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_calls, "REST", REST)
    making = import_module(f"{PROGRAMS}.contract.making")
    with pytest.raises(AssertionError, match="though the bound is 2"):
        making.the_bound_is_exact(_Off(), 2)


class _Off:
    """One message too many."""

    def sync_channel(self, bound: int, /) -> Any:
        return queue_queue.channel.sync_channel(bound + 1)
