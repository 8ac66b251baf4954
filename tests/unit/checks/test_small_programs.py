"""The programs of ``duckrace verify``: all of them, each once."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest

from duckrace import UsageError
from duckrace.checks._small_programs import Size, Threads, capacities, programs, shown
from duckrace.checks._verification import allowed_outcomes
from duckrace.plugins._load import load

RECEIVES = ("recv", "try_recv")
MINE = f"{Path(__file__).parents[3] / 'examples' / 'mychannel.py'}::channel"  # it claims no clone and no drop


def every_program(sending: tuple[str, ...], calls: int) -> set[tuple[tuple[tuple[str, ...], ...], tuple[str, ...]]]:
    """By brute force: two sending threads, in either order, and one that receives; two operations each."""

    def legal(kinds: tuple[str, ...]) -> bool:
        living = 1
        for kind in kinds:
            if not living:
                return False
            living += {"clone": 1, "drop": -1}.get(kind, 0)
        return True

    def sequences(kinds: tuple[str, ...]) -> list[tuple[str, ...]]:
        return [one for length in range(3) for one in product(kinds, repeat=length)]

    senders = [one for one in sequences(sending) if legal(one)]
    receivers = [one for one in sequences((*RECEIVES, "drop")) if "drop" not in one[:-1]]
    return {
        (tuple(sorted(one for one in (first, second) if one)), third)
        for first, second, third in product(senders, senders, receivers)
        if 0 < len(first) + len(second) + len(third) <= calls
    }


def kinds_of(threads: Threads) -> tuple[tuple[tuple[str, ...], ...], tuple[str, ...]]:
    """A program by the names of its operations; nobody but the last thread receives."""
    received: tuple[str, ...] = ()
    sent = []
    for place, steps in enumerate(threads):
        names = tuple(step[0] for step in steps)
        if any(step[0] in RECEIVES or step[1:] == ("rx",) for step in steps):
            assert place == len(threads) - 1
            received = names
        else:
            sent.append(names)
    return tuple(sorted(sent)), received


@pytest.mark.parametrize("calls", [3, 6])
@pytest.mark.parametrize(
    ("capacity", "sending"),
    [
        (None, ("send", "clone", "drop")),
        (1, ("send", "clone", "drop", "try_send")),
        (0, ("send", "clone", "drop", "try_send")),
    ],
)
def test_all_of_them_and_each_once(capacity: int | None, sending: tuple[str, ...], calls: int) -> None:
    found = [kinds_of(threads) for threads in programs(load(None), capacity, Size(calls=calls))]
    assert len(found) == len(set(found))
    assert set(found) == every_program(sending, calls)


def test_how_many() -> None:
    """What the documentation says."""
    subject = load(None)
    counted = {
        calls: [len(programs(subject, capacity, Size(calls=calls))) for capacity in capacities(subject)]
        for calls in (3, 4, None)
    }
    assert counted == {3: [105, 185, 185], 4: [252, 539, 539], None: [549, 1529, 1529]}


def test_no_program_does_what_none_can() -> None:
    """The models refuse it."""
    subject = load(None)
    for capacity in capacities(subject):
        for threads in programs(subject, capacity, Size(calls=4)):
            assert allowed_outcomes(capacity, threads), shown(capacity, threads)


def test_messages_are_distinct_and_senders_stay_with_their_threads() -> None:
    for threads in programs(load(None), 1, Size()):
        sent = [step[2] for steps in threads for step in steps if step[0] in ("send", "try_send")]
        assert len(set(sent)) == len(sent)
        used = [{step[1].partition("_")[0] for step in steps if len(step) > 1} for steps in threads]
        assert all(one.isdisjoint(other) for place, one in enumerate(used) for other in used[:place])


def test_a_program_is_shown_as_it_would_be_written() -> None:
    threads = ((("clone", "tx1", "tx1_1"), ("send", "tx1_1", 12)), (("drop", "tx2"),), (("recv",), ("try_recv",)))
    assert shown(1, threads).splitlines() == [
        "tx1, rx = sync_channel(1); tx2 = tx1.clone()",
        "thread 1: tx1_1 = tx1.clone(); tx1_1.send(12)",
        "thread 2: tx2.drop()",
        "thread 3: rx.recv(); rx.try_recv()",
    ]


def test_only_what_is_claimed(broken: Callable[[str], str]) -> None:
    found = {}
    for channel in ("queue", "simplequeue", MINE, broken("sound")):
        subject = load(channel)
        found[channel] = {
            capacity: {step[0] for threads in programs(subject, capacity, Size(calls=3)) for step in sum(threads, ())}
            for capacity in capacities(subject)
        }
    always = {"send", "recv", "try_recv"}
    assert found["simplequeue"] == {None: always | {"clone"}}
    assert found["queue"] == {None: always | {"clone"}, 1: always | {"clone", "try_send"}}
    assert found[MINE] == {None: always, 1: always | {"try_send"}}
    every = always | {"clone", "drop"}
    assert found[broken("sound")] == {None: every, 1: every | {"try_send"}}


def test_who_cannot_clone_shares_a_sender() -> None:
    shared = [threads for threads in programs(load(MINE), None, Size()) if len(threads) == 3]
    assert shared
    assert {step[1] for threads in shared for steps in threads[:2] for step in steps} == {"tx1"}


@pytest.mark.parametrize(
    ("size", "said"),
    [
        ({"threads": 0}, "threads is a whole number from 1 to 9, not 0"),
        ({"operations": 10}, "operations is a whole number from 1 to 9, not 10"),
        ({"calls": True}, "calls is a whole number from 1 to 81, not True"),
        ({"calls": 1.5}, "calls is a whole number"),
    ],
)
def test_what_is_no_size(size: dict[str, int], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        Size(**size)


def test_more_than_anybody_can_wait_for_is_refused_at_once() -> None:
    with pytest.raises(UsageError, match="more than 100,000 programs of this size: choose a smaller one"):
        programs(load(None), None, Size(threads=9, operations=9, calls=9))
