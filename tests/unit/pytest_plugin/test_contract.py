"""The contract inside somebody's own test suite: one test for each row, with the report as its failure."""

import re
from pathlib import Path

import pytest

from duckrace.checks import ROWS

PROJECT = Path(__file__).parent / "projects" / "contract.py"
BROKEN = Path(__file__).parents[3] / "examples" / "broken.py"

pytestmark = pytest.mark.unmeasured  # a whole check


@pytest.fixture(scope="module")
def printed(projects):
    folder = projects.make()
    text = PROJECT.read_text(encoding="utf-8").replace("BROKEN_FILE", str(BROKEN))
    (folder / "test_contract.py").write_text(text, encoding="utf-8")
    ran = projects.run(folder, "-v", "-k", "Sound or None or NewestFirst and delivery or test_fixture or unknown")
    return ran.text


@pytest.mark.parametrize("row", sorted(ROWS))
def test_every_row_is_a_test(printed, row):
    assert f"TestSound::test_contract[{row}] PASSED" in printed


def test_the_report_is_the_failure(printed):
    assert "TestNewestFirst::test_contract[delivery] FAILED" in printed
    assert re.search(r"^FAILED in delivery: .*AssertionError: ", printed, re.MULTILINE)
    assert re.search(r"^duckrace replay dr1_", printed, re.MULTILINE)


def test_the_fixture_gives_the_report(printed):
    assert "::test_fixture PASSED" in printed


def test_wrong_use_is_one_sentence(printed):
    assert "There is no channel 'nowhere': known by name are " in printed
    assert 'TestNone says no channel: write `channel = "FILE_OR_MODULE::NAME"` into the class.' in printed
    assert "UsageError" not in printed  # no traceback of ours


def test_what_is_not_claimed_is_skipped_never_passed(projects):
    folder = projects.make()
    (folder / "test_nothing.py").write_text(
        f"import sys; sys.path.insert(0, {str(BROKEN.parent)!r})\n"
        "import broken\n"
        "class Bare:\n"
        "    name, modules, capabilities = 'bare', (), ('unbounded',)\n"
        "    def channel(self): return broken.sound.channel()\n"
        "bare = Bare()\n"
        "def test_closure(duckrace_check):\n"
        "    duckrace_check(bare, rows=('closure',), profile='quick')\n",
        encoding="utf-8",
    )
    ran = projects.run(folder)
    assert ran.outcome("test_closure") == "skipped", ran.text
