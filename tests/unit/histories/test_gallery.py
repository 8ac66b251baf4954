"""The gallery: every right implementation is accepted in every interleaving, every broken one rejected, in words."""

from pathlib import Path

import pytest

import duckrace
from duckrace import Kind

GALLERY = Path(__file__).parents[3] / "examples" / "gallery"
SAID = {
    "buffer": ("A: put(2) fits nowhere", "The model lets it wait: it should not have returned at all."),
    "counter": ("MainThread: get() → 1 fits nowhere", "The model allows it only 2."),
    "lock": ("A: acquire() fits nowhere", "The model lets it wait: it should not have returned at all."),
    "pool": ("take() → 'blue' fits nowhere", "The model allows it only 'red'."),
    "register": (") → True fits nowhere", "The model allows it only False."),
    "stack": ("pop() → 2 fits nowhere", "The model allows it only 1."),
}


def test_all_are_here() -> None:
    assert {path.stem for path in GALLERY.glob("*.py")} == set(SAID)


@pytest.mark.parametrize("name", SAID)
def test_the_right_one(name: str) -> None:
    result = duckrace.explore(f"{GALLERY / name}.py::right", strategy="dpor", executions=5_000)
    assert result.verdict.kind is Kind.PASSED, result.failures
    assert result.exhaustive


@pytest.mark.parametrize("name", SAID)
def test_the_broken_one(name: str) -> None:
    result = duckrace.explore(f"{GALLERY / name}.py::broken", executions=500)
    assert result.verdict.kind is Kind.FAILED
    failure = result.failures[0]
    culprit, allowed = SAID[name]
    assert f"The history is not linearizable: {culprit}"[-len(culprit) :] in failure.message
    assert allowed in failure.traceback + failure.explanation
    assert failure.minimized
    assert failure.preemptions <= 2
    assert f"gallery/{name}.py" in failure.message
    drawing = (failure.traceback + failure.explanation).partition(allowed)[2].strip().split("\n\n")[0]
    assert drawing.count(">") == 1 or "→" in drawing
    assert len(drawing.splitlines()) <= 3
    assert "histories" not in failure.message


@pytest.mark.parametrize("name", SAID)
def test_real_threads_accept_the_right_one(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    namespace: dict[str, object] = {"__name__": name}
    exec(compile((GALLERY / f"{name}.py").read_text(), name, "exec"), namespace)
    for _ in range(20):
        namespace["right"]()  # type: ignore[operator]
