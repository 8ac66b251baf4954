"""``duckrace check`` without what it checks: arguments, reports, statuses, Ctrl-C."""

import json
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from duckrace import Failure, Kind, UsageError, Verdict, cli
from duckrace._data import CheckReport, Row

FAULT = Failure(kind=Kind.LOST_WAKEUP, message="nobody told it", schedule="dr1_token")
ROWS = {
    0: (Row(name="delivery", verdict=Verdict(kind=Kind.PASSED), covered="12 programs"),),
    1: (Row(name="hangs", verdict=Verdict(kind=Kind.LOST_WAKEUP), failure=FAULT, program="one sender, dropped"),),
    3: (Row(name="hangs", verdict=Verdict(kind=Kind.BUDGET, detail="interrupted")),),
}


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Replace the checks by a function."""

    def replace(function: Callable[..., object]) -> None:
        module = ModuleType("duckrace.checks")
        vars(module)["check"] = function
        monkeypatch.setitem(sys.modules, "duckrace.checks", module)

    return replace


@pytest.mark.parametrize("status", [0, 1, 3])
@pytest.mark.parametrize("option", [None, "-q", "--json"])
def test_report_and_status(
    checks: Callable[..., None], capsys: pytest.CaptureFixture[str], status: int, option: str | None
) -> None:
    checks(lambda channel, **settings: CheckReport(channel="mine", rows=ROWS[status]))
    assert cli.main(["check", *([option] if option else [])]) == status
    out, err = capsys.readouterr()
    assert err == ""
    if option == "--json":
        assert json.loads(out)["exit_status"] == status
        return
    assert "mine" in out
    assert out.count("\n") < 5 or option is None
    last = out.splitlines()[-1]
    if status == 1:
        assert last == "duckrace replay dr1_token"
    elif option is None and status == 0:
        assert last == "PASSED"


def test_arguments_reach_the_library(checks: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, Any] = {}

    def check(channel: object, **settings: Any) -> CheckReport:
        seen.update(settings, channel=channel)
        settings["progress"]("delivery", 1, 2)
        return CheckReport(channel="mine", rows=ROWS[0])

    checks(check)
    line = ["check", "--channel", "x.py::y", "--profile", "quick", "--seed", "5", "--deadline", "9"]
    assert cli.main(line) == 0
    del seen["progress"]
    given = {"channel": "x.py::y", "profile": "quick", "seed": 5, "deadline": 9.0, "rows": None, "corpus": None}
    assert seen == given
    assert cli.main(["check", "-q", "--row", "hangs"]) == 0
    del seen["progress"]
    left_out = {"channel": None, "profile": "default", "seed": 0, "deadline": None, "corpus": None}
    assert seen == left_out | {"rows": ("hangs",)}
    monkeypatch.delenv("DUCKRACE_NO_CORPUS")
    assert cli.main(["check", "-q"]) == 0
    assert seen["corpus"] == ".duckrace"
    assert cli.main(["check", "-q", "--no-corpus"]) == 0
    assert seen["corpus"] is None


def test_wrong_use(checks: Callable[..., None], capsys: pytest.CaptureFixture[str]) -> None:
    def check(channel: object, **settings: object) -> CheckReport:
        raise UsageError("There is no such channel.")

    checks(check)
    assert cli.main(["check", "--channel", "x"]) == 2
    assert capsys.readouterr() == ("", "Error: There is no such channel.\n")


def test_interrupt_between_explorations(checks: Callable[..., None], capsys: pytest.CaptureFixture[str]) -> None:
    def check(channel: object, *, progress: Callable[[str, int, int], None], **settings: object) -> CheckReport:
        progress("closure", 1, 9)
        raise KeyboardInterrupt

    checks(check)
    assert cli.main(["check"]) == 3
    assert capsys.readouterr() == ("", "Interrupted while closure was checked: nothing can be said.\n")
