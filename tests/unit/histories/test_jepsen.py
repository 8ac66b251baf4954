"""The register model and the general search on what Jepsen recorded of etcd: the published verdicts.

All 102 logs; they are not part of the project and are read from beside the checkout.
"""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

import duckrace
from duckrace import Kind

BENCHMARKS = Path(__file__).parents[3] / "benchmarks"


@pytest.fixture(scope="module")
def jepsen() -> ModuleType:
    spec = importlib.util.spec_from_file_location("benchmark_jepsen", BENCHMARKS / "jepsen.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    before = list(sys.path)
    spec.loader.exec_module(module)
    sys.path[:] = before
    return module


def test_published_verdicts(jepsen: ModuleType) -> None:
    if not (jepsen.FOLDER / "expected.csv").is_file():
        pytest.skip(f"the logs are not here: {jepsen.FOLDER} (porcupine's test_data/jepsen, with expected.csv)")
    verdicts = jepsen.expected(jepsen.FOLDER)
    assert (len(verdicts), sum(verdicts.values())) == (102, 23)
    for name, right in verdicts.items():
        found = duckrace.linearizable(jepsen.read(jepsen.FOLDER / name), jepsen.Register())
        assert found.verdict.kind is (Kind.PASSED if right else Kind.FAILED), f"{name}: {found.verdict}"
        assert right or "fits nowhere" in found.explanation


LOG = """\
INFO  jepsen.util - 0	:invoke	:write	1
INFO  jepsen.util - 1   :invoke :cas    [1 2]
INFO  jepsen.util - 0	:{kind}	:write	{text}
INFO  jepsen.util - 1	:ok	:cas	[1 2]
INFO  jepsen.util - 2	:invoke	:read	nil
INFO  jepsen.util - 2	:ok	:read	{read}
"""


@pytest.mark.parametrize(
    ("kind", "text", "read", "right"),
    [
        ("ok", "1", "2", True),
        ("info", ":timed-out", "2", True),  # it took effect, and its answer did not come
        ("info", ":timed-out", "1", False),
        ("ok", "1", "nil", False),
    ],
)
def test_notation(jepsen: ModuleType, tmp_path: Path, kind: str, text: str, read: str, right: bool) -> None:
    path = tmp_path / "etcd.log"
    path.write_text(LOG.format(kind=kind, text=text, read=read))
    assert duckrace.linearizable(jepsen.read(path), jepsen.Register()).ok is right
    path.write_text("INFO nothing")
    with pytest.raises(ValueError, match="INFO nothing"):
        jepsen.read(path)
