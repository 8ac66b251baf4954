"""What cannot be explored says so, in one sentence, as an error of that test."""

import ast
from pathlib import Path

import pytest

FILES = ("wrong.py", "fixtures.py", "bank.py")


def said():
    tree = ast.parse((Path(__file__).parent / "projects" / "wrong.py").read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and (text := ast.get_docstring(node)):
            yield pytest.param(node.name, text, id=node.name)


@pytest.mark.parametrize(("test", "text"), list(said()))
def test_sentence(batch, test, text):
    name = "test_parameter[<lambda>]" if test == "test_parameter" else test
    if text == "PASSED":
        assert batch.outcome(name) == "passed", batch.said(name)
        return
    assert batch.outcome(name) in ("error", "failure")
    found = batch.said(name)
    assert text in found
    assert f"::{test}" in found
    assert "Traceback" not in found
    assert batch.properties(name) == {}
