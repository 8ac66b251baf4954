"""Beside xdist, pytest-timeout, coverage, and pytest's own options."""

import re
import signal
import subprocess
import sys
import time

import pytest

INI = "[pytest]\naddopts = --strict-config --strict-markers\nfilterwarnings = error\n"
FILES = ("others.py", "bank.py")


def test_xdist_brings_everything_to_the_controller(projects):
    ran = projects.run(projects.make(FILES), "-n2", "-v", "-k", "pay or wrong")
    assert "duckrace: 5 tests explored, 92 executions (sampled), 2 failed" in ran.text, ran.text
    assert sorted(ran.executions().items()) == [
        ("test_pay[1]", 30),
        ("test_pay[2]", 30),
        ("test_pay[3]", 30),
        ("test_wrong[1]", 1),
        ("test_wrong[2]", 1),
    ]
    assert ran.properties("test_pay[1]")["duckrace_verdict"] == "PASSED(sampled 30)"
    last = ran.said("test_wrong[1]").rstrip().splitlines()[-1]
    assert re.match(r'PYTHONHASHSEED=0 python -m pytest "test_others.py::test_wrong\[1\]" --duckrace-replay=dr', last)
    assert "- FAILED: AssertionError: assert 1 == 0" in ran.text


@pytest.mark.parametrize("method", ["signal", "thread"])
def test_time_limit_ends_the_exploration_and_tells_what_it_covered(projects, method):
    ran = projects.run(projects.make(FILES), "--timeout=3", f"--timeout-method={method}", "-k", "for_ever or pay")
    assert "3 passed" in ran.text
    said = " ".join(ran.said("test_for_ever").split())
    assert said.startswith("BUDGET: the 3 s that pytest-timeout allows this test; ")
    assert said.endswith("so the exploration ended before that. Raise the limit, or ask for fewer executions.")


def test_time_limit_leaves_time_to_tell_what_stands_still(projects):
    ran = projects.run(projects.make(FILES), "--timeout=7", "--timeout-method=thread", "-k", "real or pay")
    assert "3 passed" in ran.text
    assert ran.said("test_real_wait").startswith("UNCONTROLLED: ")


def test_time_limit_ends_a_single_execution_that_is_too_long(projects):
    ran = projects.run(projects.make(FILES), "--timeout=2", "-k", "one_long")
    assert ran.said("test_one_long_execution").startswith("BUDGET: the 2 s that pytest-timeout allows this test; ")


def test_coverage_sees_what_ran_in_the_world(projects):
    folder = projects.make(FILES)
    (folder / ".coveragerc").write_text("[run]\nconcurrency = thread, greenlet\nsource = .\ncore = ctrace\n")
    environment = {k: v for k, v in projects.environment().items() if not k.startswith("COVERAGE")}
    for command in (
        ["run", "-m", *projects.command("-k", "pay")[2:]],
        ["report", "-m", "--include=bank.py"],
    ):
        done = subprocess.run(
            [sys.executable, "-m", "coverage", *command],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
    source = (folder / "bank.py").read_text(encoding="utf-8").splitlines()
    missed = done.stdout.splitlines()[2].rpartition("%")[2]
    assert missed.strip(), done.stdout
    inside = next(number for number, row in enumerate(source, start=1) if "self.balance += amount" in row)
    spans = [tuple(map(int, part.split("-"))) for part in missed.replace(" ", "").split(",")]
    assert not any(span[0] <= inside <= span[-1] for span in spans)  # only the world ran this line


def test_first_failure_and_last_failed(projects):
    folder = projects.make(FILES, INI)
    ran = projects.run(folder, "-x", "-k", "wrong or pay", "-v")
    assert "1 failed, 3 passed" in ran.text
    assert "4 tests explored, 91 executions (sampled), 1 failed" in ran.text
    ran = projects.run(folder, "--lf", "-v")
    assert set(ran.executions()) == {"test_wrong[1]"}


def test_interrupt_ends_the_exploration_and_then_pytest(projects):
    folder = projects.make(FILES)
    process = subprocess.Popen(
        projects.command("-k", "for_ever or real", "-v"),
        cwd=folder,
        env=projects.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        for _ in range(600):
            if (folder / "begun").exists():
                break
            time.sleep(0.05)
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        text, _ = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 2
    assert re.search(r"duckrace: interrupted in test_others.py::test_for_ever after [\d,]+ executions", text), text
    assert "KeyboardInterrupt" in text
    assert "test_real_wait" not in text


def test_plugin_is_light_where_nothing_is_marked(projects, monkeypatch):
    monkeypatch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)  # measuring imports what it measures
    folder = projects.make()
    (folder / "test_light.py").write_text(
        "import sys\n\ndef test_nothing():\n    assert not [name for name in sys.modules if name.split('.')[0] in\n"
        "        ('duckrace', 'duckrace_models', 'greenlet', 'msgspec')]\n",
        encoding="utf-8",
    )
    ran = projects.run(folder)
    assert ran.status == 0, ran.text
    assert "duckrace:" not in ran.text


def test_marked_test_that_another_plugin_runs_does_not_pass(projects):
    folder = projects.make(FILES)
    (folder / "conftest.py").write_text(
        "import pytest\n\n@pytest.hookimpl(wrapper=True)\ndef pytest_runtest_call(item):\n"
        "    item.runtest = lambda: None\n    return (yield)\n",
        encoding="utf-8",
    )
    ran = projects.run(folder, "-k", "pay")
    assert ran.outcome("test_pay[1]") == "failure"
    assert "test_pay[1] is marked with duckrace and was not explored" in ran.said("test_pay[1]")
    assert "3 failed" in ran.text
