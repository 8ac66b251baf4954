"""Programs that tests start are not measured: to start measuring costs more than most of them run.

The workers of pytest-xdist are measured (they have the variable when they start), and so is the command line in
`unit/cli/test_exit_status.py`.
"""

import os

import pytest

MEASURE = "COVERAGE_PROCESS_CONFIG"
measured = os.environ.pop(MEASURE, None) if "PYTEST_XDIST_WORKER" in os.environ else None


@pytest.fixture(autouse=True)
def _measure_the_command_line(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if measured is not None and request.path.name == "test_exit_status.py":
        monkeypatch.setenv(MEASURE, measured)
