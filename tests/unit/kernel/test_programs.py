"""What threads and time mean on the simulated machine, one small program per statement.

Every program says in its docstring, after ``->``, what must come out: the exact set of values that its
executions return (``ONE``: some value, always the same), or the kind of failure and a part of its message.
For every right program there is a wrong one beside it, so that a machine that lets everything pass (or
nothing) is found out.
"""

import ast
import re
import sys
from pathlib import Path

import pytest

from duckrace import Kind, explore

PROGRAMS = Path(__file__).parent / "programs"


def said(function):
    text = (ast.get_docstring(function) or "").rpartition("->")[2].strip()
    if text == "ONE":
        return Kind.PASSED, text
    failure = re.fullmatch(r"([A-Z_]{6,}):? ?(.*)", text)
    return (Kind(failure[1]), failure[2]) if failure else (Kind.PASSED, frozenset(split(text)))


def split(text):
    """The members of a set display, as canonical text: not all of them can be hashed."""
    return [repr(ast.literal_eval(node)) for node in ast.parse(text, mode="eval").body.elts]


def programs():
    for path in sorted(PROGRAMS.glob("*.py")):
        if path.stem.endswith("_313") and sys.version_info < (3, 13):
            continue
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                yield pytest.param(path, node.name, said(node), id=f"{path.stem}-{node.name}")


@pytest.mark.parametrize(("path", "name", "expected"), list(programs()))
def test_program(path, name, expected):
    kind, rest = expected
    result = explore(f"{path}::{name}", executions=150)
    assert result.verdict.kind is kind, (result.failure and result.failure.message, result.outcomes)
    if kind is Kind.PASSED:
        outcomes = {o if isinstance(o, str) and o.startswith(("[", "{")) else repr(o) for o in result.outcomes}
        assert outcomes == rest or (rest == "ONE" and len(outcomes) == 1)
        assert result.lost == 0
    else:
        assert rest in result.failure.message
        again = explore(f"{path}::{name}", executions=150)
        assert again.failure.schedule == result.failure.schedule
