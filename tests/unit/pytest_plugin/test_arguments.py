"""What fixtures and parameters hand into the simulated world."""

import re

FILES = ("arguments.py", "fixtures.py", "bank.py")


def test_all_of_them_pass(batch):
    outcomes = re.findall(r"^test_arguments\.py::(\S+) (\w+)", batch.text, re.MULTILINE)
    assert len(outcomes) == 24
    assert {name: outcome for name, outcome in outcomes if outcome != "PASSED"} == {}, batch.text


def test_each_was_explored(batch):
    assert set(batch.executions().values()) == {20}
    assert "24 tests explored, 480 executions (sampled), 0 failed" in batch.text
