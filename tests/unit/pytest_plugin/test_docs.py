"""What docs/pytest.md shows is what pytest says."""

import itertools
import re
from pathlib import Path

DOCS = (Path(__file__).parents[3] / "docs" / "pytest.md").read_text(encoding="utf-8")


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", DOCS, re.MULTILINE | re.DOTALL)


def test_python_and_the_console_after_it(projects):
    found = re.findall(r"^```(python|console)\n(.*?)^```$", DOCS, re.MULTILINE | re.DOTALL)
    pairs = [(a[1], b[1]) for a, b in itertools.pairwise(found) if (a[0], b[0]) == ("python", "console")]
    assert len(pairs) == 2
    for test, console in pairs:
        folder = projects.make()
        (folder / "test_it.py").write_text(test, encoding="utf-8")
        ran = projects.run(folder, PYTHONHASHSEED="")
        command, *rows = console.splitlines()
        assert command == "$ pytest"
        pattern = r"(?:[^\n]*\n)*?".join(
            re.escape("".join(f"{comparable(row)}\n" for row in part.splitlines()))
            for part in re.split(r"^\.\.\.\n", "\n".join(rows) + "\n", flags=re.MULTILINE)
        )
        text = "".join(f"{comparable(row)}\n" for row in ran.text.splitlines())
        assert re.search(pattern, text), text


def comparable(row):
    """`row` without what differs from run to run; in which execution a fault is found is not promised."""
    row = re.sub(r"=dr1_.*", "=dr1_", re.sub(r" at 0x\w+", "", row)).replace("python -m pytest ", "pytest ")
    row = re.sub(r"Found by \w+ in execution \d+", "Found by random in execution 0", row)
    row = re.sub(r", \d+ executions? \(sampled\), 1 failed", ", 0 executions (sampled), 1 failed", row)
    return re.sub(r"\(\d+ steps\)", "(0 steps)", row)


def test_ini_is_read(projects):
    (toml,) = blocks("toml")
    folder = projects.make()
    (folder / "pytest.ini").unlink()
    (folder / "pyproject.toml").write_text(toml, encoding="utf-8")
    (folder / "test_it.py").write_text(blocks("python")[0].replace("(executions=200)", ""), encoding="utf-8")
    assert "2 tests explored, 600 executions" in projects.run(folder).text
