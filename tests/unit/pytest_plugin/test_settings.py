"""Which setting comes from where, and that there is one way to do each thing."""

import re
from pathlib import Path

import pytest

import _duckrace_pytest
from duckrace.pytest_support.settings import KEYWORDS

DOCS = Path(__file__).parents[3] / "docs" / "pytest.md"
INI = (
    "[pytest]\naddopts = --strict-config --strict-markers\nduckrace_executions = 9\nduckrace_keep_going = true\n"
    "duckrace_modules = bank test_settings\n"
)


@pytest.mark.parametrize(
    ("arguments", "variables", "executions"),
    [
        ((), {}, [9, 5, 6, 4]),
        ((), {"DUCKRACE_EXECUTIONS": "7", "DUCKRACE_KEEP_GOING": "no"}, [7, 5, 6, 4]),
        (("--duckrace-executions=3",), {"DUCKRACE_EXECUTIONS": "7"}, [3, 3, 3, 3]),
    ],
    ids=["ini", "environment", "command line"],
)
def test_precedence(projects, arguments, variables, executions):
    ran = projects.run(projects.make(["settings.py", "bank.py"], INI), "-v", *arguments, **variables)
    assert ran.status == 0, ran.text + ran.errors
    assert list(ran.executions().values()) == executions
    seeds = [ran.properties(name)["duckrace_seed"] for name in ("test_default", "test_of_class", "test_nearest_mark")]
    assert seeds == ["0", "3", "3"]


def test_value_that_means_nothing_is_told_with_its_source(projects):
    ini = INI.replace("= 9", "= many").replace("= true", "= false")
    ran = projects.run(projects.make(["settings.py", "bank.py"], ini))
    assert ran.status == 1
    assert "executions is a whole number, but the ini file says duckrace_executions = many." in ran.said("test_marked")
    ran = projects.run(projects.make(["settings.py", "bank.py"]), DUCKRACE_DEADLINE="soon")
    assert "deadline is a number, but DUCKRACE_DEADLINE=soon." in ran.said("test_marked")


def test_every_keyword_of_explore_is_a_setting():
    """Whoever adds a keyword to duckrace.explore adds a row to KNOBS, and one to docs/pytest.md."""
    assert {knob.name for knob in _duckrace_pytest.KNOBS} == KEYWORDS - {"preemptions"}


def test_table_of_the_docs_is_complete():
    text = DOCS.read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\S+)` \| `(\S+)` \| `(\S+)` \| `(\S+)` \|", text, re.MULTILINE)
    assert rows == [(knob.name, knob.option, knob.variable, knob.key) for knob in _duckrace_pytest.KNOBS]
