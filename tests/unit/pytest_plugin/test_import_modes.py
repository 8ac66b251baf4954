"""Test files in packages, under each of pytest's ways to import them."""

import pytest

INIT = 'import pytest\n\npytest.register_assert_rewrite("suite.unit.helper")\n'
HELPER = """
from threading import Lock, Thread


class Counter:
    def __init__(self):
        self.lock = Lock()
        self.value = 0

    def add(self):
        with self.lock:
            value = self.value
        with self.lock:
            self.value = value + 1


def check(counter):
    threads = [Thread(target=counter.add) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counter.value == 2
"""
TEST = """
import pytest

{imports} import Counter, check


@pytest.mark.duckrace(executions=100)
@pytest.mark.parametrize("kind", [Counter])
def test_counter(kind):
    assert kind is Counter
    check(kind())
"""


@pytest.mark.parametrize(
    ("mode", "imports", "package"),
    [
        ("prepend", "from suite.unit.helper", True),
        ("importlib", "from .helper", True),
        ("prepend", "from helper", False),
    ],
    ids=["prepend", "importlib", "no package"],
)
def test_import_mode(projects, mode, imports, package):
    folder = projects.make()
    unit = folder / "suite" / "unit"
    unit.mkdir(parents=True)
    if package:
        (unit.parent / "__init__.py").write_text(INIT)
        (unit / "__init__.py").touch()
    (unit / "helper.py").write_text(HELPER)
    (unit / "test_it.py").write_text(TEST.format(imports=imports))
    ran = projects.run(folder, f"--import-mode={mode}")
    said = ran.said("test_counter[Counter]")
    assert said.startswith("FAILED: AssertionError: assert 1 == 2" if package else "FAILED: AssertionError in")
    assert "suite/unit/helper.py:" in said
