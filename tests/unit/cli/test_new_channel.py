"""`duckrace new-channel`: a skeleton that runs, and nothing overwritten by chance."""

from __future__ import annotations

from pathlib import Path


def test_it_writes_a_channel_that_passes(duckrace, tmp_path: Path) -> None:
    done = duckrace("new-channel", "mine.py", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == "duckrace check --channel mine.py::channel"
    checked = duckrace("check", "--channel", "mine.py::channel", "--profile", "quick", "-q", cwd=tmp_path)
    assert (checked.returncode, checked.stdout) == (0, "PASSED  my channel\n")


def test_what_was_promised_is_checked(duckrace, tmp_path: Path) -> None:
    """Break the skeleton as its comment warns, and the check says where."""
    duckrace("new-channel", "mine.py", cwd=tmp_path)
    file = tmp_path / "mine.py"
    text = file.read_text(encoding="utf-8")
    line = "self.shared.changed.notify_all()  # whoever waits for this end must see that it is gone"
    assert text.count(line) == 1
    file.write_text(text.replace(line, "pass"), encoding="utf-8")
    done = duckrace("check", "--channel", "mine.py::channel", "--profile", "quick", cwd=tmp_path)
    assert done.returncode == 1
    assert "contract 31: recv ends when the last sender goes" in done.stdout
    assert "mine.py:" in done.stdout


def test_nothing_is_overwritten_by_chance(duckrace, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("precious = 1\n")
    done = duckrace("new-channel", "mine.py", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "Error: There is a 'mine.py' already: take another name, or overwrite it with --force.\n"
    assert (tmp_path / "mine.py").read_text() == "precious = 1\n"
    assert duckrace("new-channel", "mine.py", "--force", cwd=tmp_path).returncode == 0
    assert "class MyChannel" in (tmp_path / "mine.py").read_text()


def test_no_place_for_it(duckrace, tmp_path: Path) -> None:
    for file, said in (("mine", "call it 'mine.py', not 'mine'"), ("no/mine.py", "cannot be written: No such file")):
        done = duckrace("new-channel", file, cwd=tmp_path)
        assert (done.returncode, done.stdout) == (2, "")
        assert said in done.stderr
        assert len(done.stderr.splitlines()) == 1
