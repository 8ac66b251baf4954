"""Reports for programs: everything that a value says, versioned."""

import json

from duckrace import Kind, Verdict
from duckrace._data import CheckReport, Row
from duckrace.report.as_json import encode_check, encode_result

from .samples import TOKEN, failure, result


def test_result() -> None:
    found = json.loads(encode_result(result(failure(), outcomes={("a", 1): 3, None: 2})))
    assert (found["format"], found["kind"]) == (1, "result")
    assert (found["verdict"], found["detail"], found["passed"], found["exit_status"]) == ("DEADLOCK", "", False, 1)
    assert found["outcomes"] == [["('a', 1)", 3], ["None", 2]]
    (fault,) = found["failures"]
    assert fault["kind"] == "DEADLOCK"
    assert fault["replay"] == f"duckrace replay {TOKEN}"
    assert fault["threads"][0]["stack"][0] == "library.py:90 in Pool.get"
    assert fault["events"][2]["operation"] == "acquire lock#1"
    assert fault["output"] == "first line\nsecond line\n"


def test_check() -> None:
    rows = (
        Row(name="delivery", verdict=Verdict(kind=Kind.PASSED), covered="much", executions=7, skipped=("len",)),
        Row(name="hangs", verdict=Verdict(kind=Kind.DEADLOCK), failure=failure(schedule="")),
    )
    found = json.loads(encode_check(CheckReport(channel="mine", rows=rows, seed=4)))
    assert (found["format"], found["kind"], found["channel"], found["seed"]) == (1, "check", "mine", 4)
    assert (found["verdict"], found["exit_status"]) == ("DEADLOCK", 1)
    assert [row["name"] for row in found["rows"]] == ["delivery", "hangs"]
    assert found["rows"][0]["failure"] is None
    assert found["rows"][1]["failure"]["replay"] is None


def test_output_that_is_no_unicode() -> None:
    found = json.loads(encode_result(result(failure(output="half \ud800"))))
    assert found["failures"][0]["output"] == "half \\ud800"
