"""Right channels are not rejected: 5,000 generated executions each; ``benchmarks/false_alarms.py`` runs 200,000."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[3]
EXECUTIONS = 5_000

pytestmark = pytest.mark.unmeasured


@pytest.fixture(scope="module")
def benchmark() -> ModuleType:
    spec = importlib.util.spec_from_file_location("false_alarms", ROOT / "benchmarks" / "false_alarms.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look there
    spec.loader.exec_module(module)
    return module


@pytest.mark.once
@pytest.mark.parametrize("channel", ["reference", "queue", "model"])
def test_no_false_alarm(benchmark: ModuleType, channel: str) -> None:
    assert channel in benchmark.CHANNELS
    count = benchmark.alarms(channel, EXECUTIONS)
    assert count.rejected == ""
    assert not count.undecided
    assert count.executions >= EXECUTIONS
    assert count.operations > 3 * EXECUTIONS
    assert count.waiting > 500
    assert len(count.histories) > 300


@pytest.mark.parametrize("channel", ["lost_wakeup", "newest_first"])
def test_it_would_reject(benchmark: ModuleType, channel: str) -> None:
    """By either question: is it explained, and was it right to wait?"""
    count = benchmark.alarms(f"{ROOT}/examples/broken.py::{channel}", 10 * EXECUTIONS)
    assert count.rejected
    assert count.executions < 10 * EXECUTIONS
