"""Failures of marked tests are kept beside the ini file, and replayed first."""

import pytest

ON = {"DUCKRACE_NO_CORPUS": ""}
TWICE = "        with self.lock:\n            self.value ="
ONCE = "            self.value ="


def test_kept_replayed_and_dropped(projects):
    folder = projects.make(["corpus.py"])
    first = projects.run(folder, "-k", "two_adds", **ON)
    assert first.status == 1
    assert "kept failure" not in first.text
    assert (folder / ".duckrace").is_dir()

    again = projects.run(folder, "-v", "-k", "two_adds", "--duckrace-seed=9", **ON)
    assert again.status == 1
    assert again.executions() == {"test_two_adds": 1}
    assert "1 test explored, 1 execution (sampled), 1 failed; 1 kept failure replayed, 0 dropped" in again.text
    assert "Found in the corpus" in again.said("test_two_adds")
    assert "duckrace_kept" in again.properties("test_two_adds")
    assert first.token("test_two_adds") == again.token("test_two_adds")

    file = folder / "test_corpus.py"
    file.write_text(file.read_text().replace(TWICE, ONCE))
    fixed = projects.run(folder, "-k", "two_adds", **ON)
    assert fixed.status == 0, fixed.text
    assert "1 test explored, 50 executions (sampled), 0 failed; 1 kept failure replayed, 1 dropped" in fixed.text
    assert "duckrace: A kept failure of test_corpus.py::test_two_adds no longer f" in fixed.text
    assert "dropped from the corpus .duckrace: FAILED: AssertionError: assert 1 == 2" in fixed.text

    done = projects.run(folder, "-k", "two_adds", **ON)
    assert (done.status, "kept failure" in done.text) == (0, False)


def test_workers_share_it(projects):
    pytest.importorskip("xdist")
    folder = projects.make(["corpus.py"])
    projects.run(folder, "-n2", "-k", "two_adds", **ON)
    again = projects.run(folder, "-n2", "-k", "two_adds", **ON)
    assert "1 failed; 1 kept failure replayed, 0 dropped" in again.text


@pytest.mark.parametrize(
    ("arguments", "variables", "made"),
    [
        (["-k", "none_is_kept"], ON, []),
        (["-k", "two_adds", "--duckrace-no-corpus"], ON, []),
        (["-k", "two_adds"], {"DUCKRACE_NO_CORPUS": "1"}, []),
        (["-k", "two_adds", "--duckrace-corpus=kept/here"], ON, ["kept"]),
        (["-k", "two_adds"], ON | {"DUCKRACE_CORPUS": "elsewhere"}, ["elsewhere"]),
    ],
    ids=["mark", "option", "environment", "option names it", "environment names it"],
)
def test_where_it_is(projects, arguments, variables, made):
    folder = projects.make(["corpus.py"])
    before = {path.name for path in folder.iterdir()} | {"junit.xml", "__pycache__"}
    assert projects.run(folder, *arguments, **variables).status == 1
    assert sorted({path.name for path in folder.iterdir()} - before) == made


def test_place_that_is_no_folder_is_a_note(projects):
    folder = projects.make(["corpus.py"])
    (folder / ".duckrace").write_text("mine")
    ran = projects.run(folder, "-k", "two_adds", **ON)
    assert ran.status == 1
    assert "duckrace: The corpus .duckrace is not a folder: nothing is replayed from it or kept." in ran.text
    assert ran.outcome("test_two_adds") == "failure"
