"""Which setting comes from where, and that there is one way to do each thing."""

import inspect
import re
from pathlib import Path

import pytest

import _duckrace_pytest
import duckrace
from duckrace import cli
from duckrace.pytest_support import summary
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
    """Whoever adds a keyword to duckrace.explore adds a row to KNOBS, one to docs/pytest.md, and one to the README."""
    assert {knob.name for knob in _duckrace_pytest.KNOBS} == KEYWORDS


def test_table_of_the_docs_is_complete():
    text = DOCS.read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\S+)` \| `(\S+)` \| `(\S+)` \| `(\S+)` \|", text, re.MULTILINE)
    assert rows == [(knob.name, knob.option, knob.variable, knob.key) for knob in _duckrace_pytest.KNOBS]


def test_a_setting_is_called_the_same_everywhere():
    """Keyword, option and variable of ``duckrace explore``, and the README's table: one name, one default."""
    text = (DOCS.parents[1] / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| `--[\w-]+`.*?\| `(\w+)` \| (.*?) \|", text, re.MULTILINE)
    written = {name: (variable, default.strip("`")) for name, variable, default in rows}
    assert set(written) == KEYWORDS
    parameters = inspect.signature(duckrace.explore).parameters
    options = {option.name: option for option in cli.explore.params}
    words = {True: "on", False: "off"}
    for knob in _duckrace_pytest.KNOBS:
        variable, told = written[knob.name]
        option = options[knob.name]
        assert f"--{knob.name.replace('_', '-')}" in option.opts
        assert variable == option.envvar == knob.variable
        default = parameters[knob.name].default
        if default is not None:
            assert option.default == default
            shown = f"{default:g}" if isinstance(default, float) else str(default)
            assert told == (words[default] if isinstance(default, bool) else shown)


def test_bounded_search_by_each_of_its_names(projects):
    """`preemptions` reaches `dfs` from the command line, the environment and the ini file; the summary counts it."""
    folder = projects.make(["settings.py", "bank.py"], "[pytest]\n")
    for arguments, variables, ini in (
        (("--duckrace-preemptions=0",), {}, ""),
        ((), {"DUCKRACE_PREEMPTIONS": "0"}, ""),
        ((), {}, "duckrace_preemptions = 0\n"),
    ):
        (folder / "pytest.ini").write_text("[pytest]\nduckrace_strategy = dfs\n" + ini)
        ran = projects.run(folder, "--duckrace-executions=100", *arguments, "-v", **variables)
        assert ran.properties("test_default")["duckrace_verdict"] == "PASSED(exhaustive ≤ 0 preemptions)", ran.text
        assert "executions (bounded), 0 failed" in ran.text


def test_summary_says_how_many_were_tried_in_which_way():
    verdicts = ["PASSED(exhaustive)"] * 2 + ["PASSED(sampled 1,000)"]
    assert summary._how(verdicts) == "(2 exhaustive, 1 sampled)"
    assert summary._how([*verdicts, "PASSED(exhaustive ≤ 2 preemptions)", "DEADLOCK"]) == (
        "(2 exhaustive, 1 bounded, 1 sampled)"
    )
    assert summary._how(verdicts[:2]) == "(exhaustive)"
    assert summary._how(verdicts[2:]) == summary._how(["FAILED(exception)"]) == "(sampled)"
