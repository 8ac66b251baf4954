"""The arrows of docs/architecture.md: nothing imports what stands above it."""

import ast
from pathlib import Path

import pytest

import duckrace

ROOT = Path(duckrace.__file__).parent
FLOORS = {
    "_data": 0,
    "_errors": 0,
    "_words": 0,
    "kernel": 1,
    "channels": 1,
    "hangs": 2,
    "histories": 2,
    "search": 3,
    "formal": 3,
    "_token": 3,
    "_scenario": 4,
    "_settings": 4,
    "_corpus": 4,
    "_session": 4,
    "plugins": 4,
    "_endings": 4,
    "_minimising": 4,
    "_exploration": 4,
    "_explore": 4,
    "_weakest": 4,
    "checks": 4,
    "report": 5,
    "pytest_support": 5,
    "testing": 5,
    "cli": 5,
    "__main__": 5,
}
# Neighbours on one floor that must not know each other.
APART = {
    ("kernel", "channels"),
    ("channels", "kernel"),
    ("hangs", "channels"),
    ("search", "hangs"),
    ("histories", "hangs"),
    ("histories", "kernel"),
    ("histories", "channels"),
    ("formal", "channels"),
}


def imported(path: Path) -> set[str]:
    """The parts of duckrace that a file imports when it is loaded, except for types only."""
    package = ["duckrace", *path.relative_to(ROOT).parts[:-1]]
    found: set[str] = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            names = ".".join([*base, *([node.module] if node.module else [])])
            found |= {f"{names}.{alias.name}" for alias in node.names} if names == "duckrace" else {names}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return {name.split(".")[1] for name in found if name.startswith("duckrace.")}


@pytest.mark.parametrize("part", sorted(FLOORS))
def test_nothing_imports_what_stands_above_it(part: str) -> None:
    files = [ROOT / f"{part}.py"] if (ROOT / f"{part}.py").exists() else sorted((ROOT / part).rglob("*.py"))
    assert files
    for path in files:
        if "programs" in path.parts:  # they run in the world
            continue
        for other in imported(path) - {part}:
            assert FLOORS[other] <= FLOORS[part], f"{path.name} imports {other}, which stands above it"
            assert (part, other) not in APART, f"{path.name} must not know {other}"


def test_every_part_has_its_floor() -> None:
    parts = {path.stem for path in ROOT.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert parts - {"__init__"} == set(FLOORS)
