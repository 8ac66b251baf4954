"""``gc="scheduled"``: the cycle collector as a decision. What it finds, what it leaves alone, and that it replays."""

import base64
import os
import subprocess
import sys
import zlib
from pathlib import Path

import msgspec
import pytest

from duckrace import Kind, _token, explore, replay
from duckrace._settings import GRANULARITIES
from duckrace.kernel import machine

PROGRAMS = Path(__file__).parent / "programs" / "garbage.py"
STRATEGIES = ("dfs", "pct", "portfolio", "random")

# name: (how an execution ends, between executions only; the same with a collector that is scheduled)
ENDINGS = {
    "bpo_14976": ({0}, {0, 1, "DEADLOCK"}),
    "remedy": ({0}, {0, 1}),
    "callback": ({None}, {None, "DEADLOCK"}),
    "once": ({0}, {0, 1}),
    "both_or_none": ({"[]"}, {"[]", "[1, 2]"}),
    "alive": ({None}, {None}),
    "waits_in_there": ({(0, 0)}, {(0, 0), (1, 0), (1, 1), (2, 0), (2, 1)}),
    "blocked": ({True}, {True}),
    "shared": ({1}, {1, 2}),
}


@pytest.mark.parametrize("name", ENDINGS)
def test_how_executions_end(name):
    between, scheduled = ENDINGS[name]
    assert set(explore(f"{PROGRAMS}::{name}", executions=100, keep_going=True).outcomes) == between
    result = explore(f"{PROGRAMS}::{name}", executions=300, keep_going=True, gc="scheduled")
    assert set(result.outcomes) == scheduled
    assert result.lost == 0


@pytest.mark.parametrize("name", ["bpo_14976", "remedy", "callback", "once", "both_or_none"])
def test_dfs_executes_them_all(name):
    result = explore(f"{PROGRAMS}::{name}", strategy="dfs", preemptions=2, keep_going=True, gc="scheduled")
    assert set(result.outcomes) == ENDINGS[name][1]
    assert result.verdict.detail in ("exhaustive", "exhaustive ≤ 2 preemptions") or result.failed
    between = explore(f"{PROGRAMS}::{name}", strategy="dfs", preemptions=2, keep_going=True)
    assert between.executions < result.executions
    assert between.passed


def test_what_a_destructor_raises_goes_nowhere(monkeypatch):
    said = []
    monkeypatch.setattr(sys, "unraisablehook", lambda args: said.append(args.exc_type))
    result = explore(f"{PROGRAMS}::raises", strategy="dfs", gc="scheduled")
    assert result.exhaustive
    assert set(said) == {ZeroDivisionError}
    assert 0 < len(said) < result.executions


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_put_in_a_destructor_during_a_get_of_its_thread(strategy):
    result = explore(f"{PROGRAMS}::bpo_14976", strategy=strategy, gc="scheduled", executions=100)
    assert result.verdict.kind is Kind.DEADLOCK
    failure = result.failure
    assert "waits for lock#1, which it holds itself" in failure.message
    assert "the garbage collector runs" in [event.call for event in failure.events]
    assert -1 in _token.decode(failure.schedule).threads()
    for _ in range(10):
        again = replay(failure.schedule).failure
        assert (again.message, again.events, again.threads) == (failure.message, failure.events, failure.threads)


@pytest.mark.parametrize("seed", range(10))
def test_it_is_found_whatever_the_seed(seed):
    assert not explore(f"{PROGRAMS}::bpo_14976", gc="scheduled", seed=seed, executions=100).passed


def test_it_replays_in_a_new_process():
    failure = explore(f"{PROGRAMS}::bpo_14976", gc="scheduled").failure
    done = subprocess.run(
        [sys.executable, "-m", "duckrace", "replay", failure.schedule],
        env={**os.environ, "PYTHONHASHSEED": "7"},
        cwd=Path.cwd(),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert failure.message in done.stdout
    assert "the garbage collector runs" in done.stdout


@pytest.mark.once
@pytest.mark.parametrize("granularity", GRANULARITIES)
@pytest.mark.parametrize("timeouts", ["idle", "free"])
@pytest.mark.parametrize("strategy", ["portfolio", "dfs"])
def test_it_goes_with_all_other_settings(granularity, timeouts, strategy):
    """A failure that does not replay would be NONDETERMINISM."""
    for name, failing in (("callback", Kind.DEADLOCK), ("blocked", None), ("shared", None)):
        result = explore(
            f"{PROGRAMS}::{name}",
            strategy=strategy,
            granularity=granularity,
            timeouts=timeouts,
            gc="scheduled",
            executions=60,
        )
        kind = result.verdict.kind
        assert kind is failing or result.passed or (strategy == "dfs" and kind is Kind.BUDGET), (name, result.verdict)


def test_old_tokens_are_read():
    """Those of before there was this setting."""
    fields = ["a.py::f", "0", "3.11", "sync", "0", "idle", "fail", 100, None, _token.pack_decisions([0, 1]), [], ""]
    body = zlib.compress(msgspec.msgpack.encode(fields))
    old = "dr1_" + base64.urlsafe_b64encode(zlib.crc32(body).to_bytes(4, "big") + body).decode().rstrip("=")
    token = _token.decode(old)
    assert (token.threads(), token.timeouts, token.gc) == ([0, 1], "idle", "between")


def test_nothing_of_it_is_left_behind():
    """The next exploration has no collector in it, and is as fast."""
    explore(f"{PROGRAMS}::remedy", gc="scheduled", executions=3)
    assert "point" not in vars(machine)
    assert set(explore(f"{PROGRAMS}::remedy", strategy="dfs", preemptions=2).outcomes) == {0}
