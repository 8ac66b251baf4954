"""Rewritten code does what it did: at every granularity the same results, places and lifetimes as plain Python."""

from __future__ import annotations

import ast
import importlib.util
import inspect
import sys
from pathlib import Path

import pytest

from duckrace import explore
from duckrace.kernel.rewrite import rewrite
from duckrace.kernel.rewrite.scopes import Scopes

PROGRAM = Path(__file__).parent / "memory" / "rewritten.py"


@pytest.fixture(scope="module")
def plain() -> str:
    """What the program returns without any of us."""
    spec = importlib.util.spec_from_file_location("rewritten", PROGRAM)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["rewritten"] = module
    try:
        spec.loader.exec_module(module)
        return str(module.everything())
    finally:
        del sys.modules["rewritten"]


@pytest.mark.parametrize("granularity", ["sync", "gil", "access"])
def test_a_program_does_the_same(plain: str, granularity: str) -> None:
    result = explore(f"{PROGRAM}::everything", granularity=granularity, executions=2)
    assert result.passed, result.failure
    (text,) = result.outcomes
    assert isinstance(text, str)
    for mine, theirs in zip(text.splitlines(), plain.splitlines(), strict=True):
        assert mine == theirs


@pytest.mark.parametrize("granularity", ["gil", "access"])
def test_the_interpreters_own_sources_can_be_rewritten(granularity: str) -> None:
    folder = Path(inspect.__file__).parent
    for name in ("asyncio/tasks", "concurrent/futures/thread", "dataclasses", "enum", "functools", "traceback"):
        path = folder / f"{name}.py"
        code = rewrite(path.read_bytes(), str(path), None, granularity, "module")
        assert code.co_filename == str(path)


def shared(source: str) -> dict[str, list[int]]:
    """The lines in which a name is used as a shared one."""
    found: dict[str, list[int]] = {}
    for node in Scopes(ast.parse(source)).shared:
        found.setdefault(node.id, []).append(node.lineno)
    return {name: sorted(lines) for name, lines in found.items()}


def test_which_names_are_shared() -> None:
    source = """
total = 0
fixed = 1
def outer(given, kept):
    count = 0
    own = 1
    given = 2
    def inner(count2):
        nonlocal count
        count += own2 + given + kept + fixed
        own = 3
        return own
    own2 = 4
    class Body:
        count = 5
        def method(self):
            return count
    return [count for count in range(3)], (lambda: count), own
def change():
    global total
    total = 2
def look():
    return total
"""
    assert shared(source) == {
        "count": [5, 10, 17, 18],
        "given": [7, 10],
        "own2": [10, 13],
        "total": [21, 23],
    }
