"""Which programs that tests start are measured for coverage: to start measuring costs more than most of them run.

The workers of pytest-xdist are, and what shows something that no test in a worker does. And no test leaves a corpus
in the checkout.
"""

import os

import pytest

os.environ["DUCKRACE_NO_CORPUS"] = "1"  # of whatever tests start: a failure that they look for is not one to keep

UNMEASURED = ("docs", "examples", "test_memory.py", "test_output.py", "test_replay.py", "test_wrong_use.py")


@pytest.fixture(autouse=True)
def _measure_few_programs(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    parts = request.path.parts
    if "PYTEST_XDIST_WORKER" in os.environ and "pytest_plugin" not in parts and not set(UNMEASURED).isdisjoint(parts):
        monkeypatch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)
