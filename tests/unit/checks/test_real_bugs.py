"""The bugs of real channels are found by generated programs, and what is left of each is small."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from duckrace import explore, replay
from duckrace._data import Row
from duckrace._token import decode
from duckrace.checks._generated import program_of

pytestmark = [pytest.mark.unmeasured, pytest.mark.once]

EXAMPLES = Path(__file__).parents[3] / "examples" / "real_bugs.py"
BUGS = [  # and what is said of it
    (f"{EXAMPLES}::disconnected_too_soon", "linearizable", "Disconnected while there was always a message"),
    (f"{EXAMPLES}::empty_too_soon", "linearizable", "Empty"),
    (f"{EXAMPLES}::full_and_empty", "blocked", "a send is suspended, and there is room at the end"),
    ("chan", "linearizable", "ValueError: list.remove(x): x not in list"),
]


def cases() -> list[object]:
    """One seed of each on every run, ten by `tox run -e exhaustive`."""
    return [
        pytest.param(
            *bug,
            seed,
            marks=() if seed == 0 else pytest.mark.exhaustive,
            id=f"{bug[0].rpartition('::')[2]}-{bug[1]}-{seed}",
        )
        for bug in BUGS
        for seed in range(10)
    ]


@pytest.mark.parametrize(("channel", "where", "said", "seed"), cases())
def test_it_is_found_and_what_is_left_is_small(
    channel: str, where: str, said: str, seed: int, row: Callable[..., Row], tmp_path: Path
) -> None:
    found = row(where, channel, profile="default", seed=seed)
    assert found.verdict.exit_status == 1, found
    failure = found.failure
    assert failure is not None
    assert said in failure.message
    token = decode(failure.schedule)
    assert program_of(token.arguments[2:], token.timeouts).operations <= 4
    assert failure.preemptions <= 3
    again = replay(failure.schedule)
    assert again.failure is not None
    assert failure.message in again.failure.message

    file = tmp_path / "found.py"
    file.write_text(found.program, encoding="utf-8")
    result = explore(f"{file}::scenario", timeouts=token.timeouts)
    assert result.failure is not None
    assert failure.message in result.failure.message


def test_what_should_have_woken_a_sender_is_named(row: Callable[..., Row]) -> None:
    found = row("blocked", f"{EXAMPLES}::full_and_empty", profile="default")
    assert found.failure is not None
    assert found.failure.message.endswith("the last receive should have woken it")
    said, _, drawn = found.failure.explanation.partition("\n\n")
    assert re.fullmatch(r"(.+), rx\.try_recv\(\) → Ok\(\d+\), should have woken (.+): tx\d\.send\(\d+\)\.", said)
    assert re.search(r"tx\d\.send\(\d+\) waits", drawn)


def test_a_time_out_at_a_bad_moment_is_kept_with_its_setting(row: Callable[..., Row]) -> None:
    """chan 0.3.1 dies of it only where timers fire freely: token, program and file say so."""
    found = row("linearizable", "chan", profile="default")
    assert found.failure is not None
    assert decode(found.failure.schedule).timeouts == "free"
    assert "duckrace explore FILE.py::scenario --timeouts free" in found.program
