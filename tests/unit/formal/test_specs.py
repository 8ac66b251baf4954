"""What is said when a run does not come to what it has to."""

from __future__ import annotations

import threading
from dataclasses import replace
from functools import cache

import pytest

from duckrace.formal import Checked, Run, Tools, check_specs, find_tools, load_manifest
from duckrace.formal._manifest import configuration, spec_modules
from duckrace.formal._runs import check_run
from duckrace.formal._tlc import run_tlc

pytestmark = pytest.mark.tlc


@cache
def tools() -> Tools:
    return find_tools()


def named(name: str) -> Run:
    return next(run for run in load_manifest() if run.name == name)


def finding(run: Run) -> Checked:
    return check_run(tools(), run)


def test_right_spec_that_is_rejected() -> None:
    mutant = named("mutant/no-wake-up-on-send")
    checked = finding(replace(mutant, expect="accepted"))
    assert (checked.finding, checked.violated) == ("rejected", "NobodyIsForgotten")


def test_mutant_that_is_not_rejected() -> None:
    assert finding(replace(named("mutant/no-wake-up-on-send"), mistake="")).finding == "not rejected"


def test_mutant_that_another_formula_rejects() -> None:
    checked = finding(replace(named("mutant/no-wake-up-on-send"), expect="Refines"))
    assert (checked.finding, checked.violated) == ("rejected by another", "NobodyIsForgotten")


def test_states_that_the_manifest_does_not_know() -> None:
    run = named("channel/stream-1")
    assert finding(replace(run, distinct=run.distinct + 1)).finding == "other states"
    assert finding(replace(run, generated=run.generated - 1)).finding == "other states"


def test_limit_is_no_pass() -> None:
    report = check_specs(tools(), [named("channel/stream-1")], limit=0.1)
    assert [one.finding for one in report.checked] == ["stopped"]
    assert (report.ok, report.exit_status) == (False, 3)


def test_stop() -> None:
    stop = threading.Event()
    stop.set()
    assert check_run(tools(), named("channel/stream-1"), stop=stop).finding == "stopped"


@pytest.mark.parametrize(
    ("text", "configured", "says"),
    [
        ("VARIABLE x\nInit == x = \n====", "SPECIFICATION Spec", "Encountered"),
        ("VARIABLE x\nInit == x = 0\nNext == x' = x\n====", "INIT Init\nNEXT Nxet", "Nxet"),
        (
            "EXTENDS Naturals\nVARIABLE x\nInit == x = 0\nNext == x' = 1 + {}\n====",
            "INIT Init\nNEXT Next",
            "Line 5, column 14",
        ),
        ("EXTENDS Naturals\nASSUME 1 = 2\nVARIABLE x\nI == x = 0\nN == x' = x\n====", "INIT I\nNEXT N", "ssum"),
    ],
)
def test_specs_that_tlc_cannot_run(text: str, configured: str, says: str) -> None:
    answer = run_tlc(tools(), "M", configured, modules={"M": f"---- MODULE M ----\n{text}"})
    assert answer.status == "broken", answer
    assert says in answer.message


def test_counts_and_depth() -> None:
    text = "---- MODULE M ----\nEXTENDS Naturals\nVARIABLE x\nI == x = 0\nN == x' = (x + 1) % 5\nNot3 == x # 3\n===="
    answer = run_tlc(tools(), "M", "INIT I\nNEXT N", modules={"M": text})
    assert (answer.status, answer.generated, answer.distinct, answer.depth) == ("accepted", 6, 5, 5)
    answer = run_tlc(tools(), "M", "INIT I\nNEXT N\nINVARIANT Not3", modules={"M": text})
    assert (answer.status, answer.violated) == ("violated", "Not3")
    assert [moment.state["x"] for moment in answer.trace] == [0, 1, 2, 3]
    assert [moment.action for moment in answer.trace] == ["", "N", "N", "N"]


def test_loops() -> None:
    text = "---- MODULE M ----\nEXTENDS Naturals\nVARIABLE x\nI == x = 0\nN == x' = IF x = 2 THEN 1 ELSE x + 1\n"
    text += "S == I /\\ [][N]_x /\\ WF_x(N)\nP == <>(x = 3)\n===="
    answer = run_tlc(tools(), "M", "SPECIFICATION S\nPROPERTY P", modules={"M": text})
    assert (answer.status, answer.violated, answer.loops_to) == ("violated", "temporal property", 2)
    answer = run_tlc(tools(), "M", "SPECIFICATION S\nPROPERTY P", modules={"M": text.replace(" /\\ WF_x(N)", "")})
    assert (answer.status, answer.loops_to) == ("violated", len(answer.trace))


def test_configuration_is_what_tlc_reads() -> None:
    run = named("mutant/do-not-wait-for-the-handover")
    assert "Capacity = 0" in configuration(run)
    assert {"Channel", "ChannelMutex", "MCMutex", "Menus"} <= set(spec_modules())
