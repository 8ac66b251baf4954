"""Why an execution stopped: the sentences, and who is blamed."""

import ast
import os
from pathlib import Path

import pytest

from duckrace import Kind, explore

PROGRAMS = Path(__file__).parent / "programs"
HELD = PROGRAMS / "held.py"


def programs():
    """(name, what its report must say), with HERE made a place."""
    text = HELD.read_text()
    lines = text.splitlines()
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            said = (ast.get_docstring(node) or "").partition("-> ")[2]
            body = range(node.lineno, node.end_lineno + 1)
            marked = [number for number in body if lines[number - 1].endswith("# HERE")]
            if marked:
                said = said.replace("HERE", f"{os.path.relpath(HELD)}:{marked[0]}")
            yield node.name, said


@pytest.mark.parametrize(("name", "said"), list(programs()), ids=[name for name, _ in programs()])
def test_the_sender_that_is_left_is_named(name, said):
    assert said
    result = explore(f"{HELD}::{name}", executions=20)
    assert result.verdict.kind is Kind.ORPHANED_WAIT
    assert said in result.failure.message
    assert "duckrace/kernel" not in result.failure.message
    assert "the last sender is dropped" in result.failure.explanation
    assert result.failure.threads[0].state == "blocked"


def test_the_way_out_is_told():
    failure = explore(f"{HELD}::variable", executions=5).failure
    assert "`tx.drop()` or `del tx`" in failure.explanation
    assert "The loop ends" in failure.explanation
    assert "no other thread is alive" in failure.message


def test_no_sender_left_is_a_lost_wakeup():
    result = explore(f"{PROGRAMS / 'lost.py'}::forgetful", executions=100)
    assert result.verdict.kind is Kind.LOST_WAKEUP
    assert "no sender is left" in result.failure.message
    assert "not woken" in result.failure.explanation


def test_the_attentive_channel_ends():
    assert explore(f"{PROGRAMS / 'lost.py'}::attentive", executions=300).outcomes == {"ended": 300}


WAITS = {
    "cycle_of_two": [
        "A waits to acquire lock#2, held by B; B waits to acquire lock#1, held by A",
        "Each of A, B waits for the next one",
    ],
    "cycle_of_three_beside_a_bystander": [
        "A waits to acquire lock#2, held by B; B waits to acquire lock#3, held by C; C waits to acquire lock#1",
        "in one order everywhere",
    ],
    "lock_and_join": ["MainThread waits for A to end; A waits to acquire lock#1, held by MainThread"],
    "lock_taken_twice": ["A waits for lock#1.1, which it holds itself", "is an RLock"],
    "recursive_lock_kept": ["waits to acquire lock#1, held by"],
    "notify_lost": ["A waits for a notify on the condition of lock#1", "the notification was lost"],
    "item_never_put": ["A get SimpleQueue", "Nobody is left who could end these waits"],
    "some_are_not_stuck": ["A waits for a notify"],
}


@pytest.mark.parametrize("name", WAITS)
def test_a_hang_without_a_channel_is_a_deadlock(name):
    result = explore(f"{PROGRAMS / 'waits.py'}::{name}", executions=200)
    assert result.verdict.kind is Kind.DEADLOCK
    text = f"{result.failure.message} {result.failure.explanation}"
    for part in WAITS[name]:
        assert part in text


def test_a_cycle_blames_only_its_members():
    failure = explore(f"{PROGRAMS / 'waits.py'}::cycle_of_three_beside_a_bystander", executions=5).failure
    assert "D " not in failure.message
    assert {t.name: t.state for t in failure.threads} == dict.fromkeys(("MainThread", *"ABCD"), "blocked")
    assert all("waits.py:" in t.where for t in failure.threads if t.name != "D")


def test_who_is_not_stuck_is_not_blamed():
    failure = explore(f"{PROGRAMS / 'waits.py'}::some_are_not_stuck", executions=5).failure
    assert "daemon" not in failure.message
    states = {t.name: (t.state, t.daemon) for t in failure.threads}
    assert states["B"] == ("ended", False)
    assert states["A"] == ("blocked", False)
    assert states["daemon"][1]
