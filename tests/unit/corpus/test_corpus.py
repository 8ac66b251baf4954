"""Failures are kept and replayed first, outlive edits, and go with a note when they no longer fail."""

import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis.database import DirectoryBasedExampleDatabase, ExampleDatabase, InMemoryExampleDatabase

import duckrace
from duckrace import _corpus, _token
from duckrace._corpus import Corpus, key_of
from duckrace._scenario import resolve
from duckrace._settings import Settings

COUNTER = """
from threading import Lock, Thread

lock = Lock()


def scenario():
    total = [0]

    def add():
        with lock:
            seen = total[0]
{between}            total[0] = seen + 1

    threads = [Thread(target=add) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert total[0] == 2, "an update was lost"
"""
WRONG = COUNTER.format(between="        with lock:\n")
RIGHT = COUNTER.format(between="")
MOVED = "# a line more\n" + WRONG
MORE = WRONG.replace("    def add():\n", "    def add():\n        with lock:\n            pass\n")
UNSTEADY = """
    with open("count", "a+") as file:
        file.write(".")
        file.seek(0)
        for _ in range(len(file.read()) % 3):
            with lock:
                pass
"""
FEWER = "def scenario():\n    from threading import Thread\n\n    Thread(target=print).start()\n"


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A scenario file in the current folder, which fails."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "counter.py"
    path.write_text(WRONG)
    return path


def explore(corpus: Any = ".duckrace", **settings: Any) -> duckrace.Result:
    return duckrace.explore("counter.py::scenario", corpus=corpus, **{"executions": 60, "seed": 3, **settings})


def entries(folder: str = ".duckrace") -> list[bytes]:
    return sorted(DirectoryBasedExampleDatabase(folder).fetch(key_of(resolve("counter.py::scenario"))))


def put(*values: bytes) -> None:
    for value in values:
        DirectoryBasedExampleDatabase(".duckrace").save(key_of(resolve("counter.py::scenario")), value)


def changed(value: bytes, **fields: Any) -> bytes:
    """An entry whose token says something else."""
    import msgspec

    token, _, shows = value.decode().partition("\n")
    return f"{_token.encode(msgspec.structs.replace(_token.decode(token), **fields))}\n{shows}".encode()


# -- the life of an entry ---------------------------------------------------------------------------------------------


def test_off_unless_asked_for(file: Path) -> None:
    assert not explore(None).passed
    assert [path.name for path in file.parent.iterdir()] == ["counter.py"]


def test_pass_makes_no_folder(file: Path) -> None:
    file.write_text(RIGHT)
    assert explore().passed
    assert not Path(".duckrace").exists()


@pytest.mark.parametrize("edited", [WRONG, MOVED], ids=["as it was", "a line more"])
def test_failure_is_found_again_in_the_first_execution(file: Path, edited: str) -> None:
    first = explore()
    assert first.failure is not None
    assert first.failure.strategy in ("random", "pct")
    file.write_text(edited)
    again = explore(seed=99)
    assert again.failure is not None
    assert (again.failure.strategy, again.failure.execution, again.executions) == ("corpus", 1, 1)
    assert again.notes == ()
    assert again.failure.kind is first.failure.kind
    assert "Found in the corpus" in again.render(again)
    assert duckrace.replay(again.failure.schedule).failure is not None  # its token is of today's source
    assert len(entries()) == 1
    assert again.failure.schedule.encode() in entries()[0]


def test_schedule_that_fits_no_more_is_replaced_when_the_failure_is_found_otherwise(file: Path) -> None:
    explore()
    before = entries()
    file.write_text(MORE)
    done = explore()
    assert done.failure is not None
    assert (done.failure.kind, done.notes) == (duckrace.Kind.FAILED, ())
    assert len(entries()) == 1
    assert entries() != before


@pytest.mark.parametrize(
    ("edited", "minimize", "said"),
    [
        (RIGHT, False, "no longer fits the program, and what fits of its schedule does not fail"),
        (RIGHT, True, "no longer fails"),  # of a schedule with one preemption, all fits
        (FEWER, True, "no longer fits"),
    ],
    ids=["fixed", "fixed, with little to fit", "rewritten"],
)
def test_fixed_failure_is_dropped_with_a_note(file: Path, edited: str, minimize: bool, said: str) -> None:
    explore(minimize=minimize)
    file.write_text(edited)
    done = explore()
    assert (done.passed, done.executions) == (True, 60)
    (note,) = done.notes
    assert said in note
    assert "was dropped from the corpus .duckrace: FAILED: AssertionError: an update was lost" in note
    assert entries() == []
    assert explore().notes == ()


def test_fix_that_leaves_the_schedule_fitting(file: Path) -> None:
    explore()
    file.write_text(WRONG.replace("total[0] = seen + 1", "total[0] += 1"))
    (note,) = explore().notes
    assert note.startswith("A kept failure of counter.py::scenario no longer fails, and was dropped")


def test_keep_going_explores_on(file: Path) -> None:
    explore()
    done = explore(keep_going=True)
    assert done.executions == 60
    assert done.failure is not None
    assert done.failure.strategy == "corpus"


def test_samples_are_the_same_beside_a_replay(file: Path) -> None:
    explore()
    file.write_text(RIGHT)
    assert explore().outcomes == explore().outcomes


def test_limits_and_doubts_are_not_kept(file: Path) -> None:
    assert str(explore(max_steps=5).verdict.kind) == "BUDGET"
    file.write_text(WRONG.replace("    total = [0]\n", "    total = [0]\n" + UNSTEADY))
    assert str(explore().verdict.kind) == "NONDETERMINISM"
    assert not any(b"NONDETERMINISM" in value or b"BUDGET" in value for value in entries())


def test_replay_that_ends_early_drops_nothing(file: Path) -> None:
    explore()
    done = explore(max_steps=5)
    assert str(done.verdict.kind) == "BUDGET"
    assert any("could not be replayed to its end, and stays" in note for note in done.notes)
    assert len(entries()) == 1


def test_other_settings_leave_entries_alone(file: Path) -> None:
    explore()
    done = explore(thread_exceptions="ignore", executions=1)
    assert any("1 kept failure was found under other settings" in note for note in done.notes)
    assert entries()


@pytest.mark.parametrize("fields", [{"python": "3.99"}, {"hash_seed": "123456"}])
def test_entry_of_another_interpreter_is_tried_and_never_dropped(file: Path, fields: dict[str, str]) -> None:
    explore()
    (value,) = entries()
    DirectoryBasedExampleDatabase(".duckrace").delete(key_of(resolve("counter.py::scenario")), value)
    put(changed(value, **fields))
    done = explore()
    assert done.failure is not None
    assert done.failure.strategy == "corpus"
    assert changed(value, **fields) in entries()
    file.write_text(RIGHT)
    notes = " ".join(explore().notes)
    assert "does not fail here; found with Python" in notes
    assert changed(value, **fields) in entries()


def test_another_scenario_has_entries_of_its_own(file: Path) -> None:
    explore()
    Path("other.py").write_text(RIGHT)
    assert duckrace.explore("other.py::scenario", corpus=".duckrace", executions=3).notes == ()
    assert len(entries()) == 1


def test_any_database_will_do(file: Path) -> None:
    database = InMemoryExampleDatabase()
    explore(database)
    found = explore(database)
    assert found.failure is not None
    assert found.failure.strategy == "corpus"


def test_ten_are_kept_and_no_more(file: Path) -> None:
    explore()
    (value,) = entries()
    put(*(value.replace(b"update", f"{'up' * n}date".encode()) for n in range(2, 13)))
    assert len(entries()) == 12
    corpus = Corpus(".duckrace")
    kept, _ = corpus.kept(key_of(resolve("counter.py::scenario")), Settings())
    assert len(kept) == _corpus.LIMIT
    file.write_text(WRONG.replace("an update", "another one"))
    done = explore(keep_going=True)
    assert not any("takes no more" in note for note in done.notes)  # it takes the place of what was replayed
    assert len(entries()) <= 12


# -- what can be wrong with a corpus ----------------------------------------------------------------------------------


def test_damaged_entry_is_left_alone(file: Path) -> None:
    explore()
    good = entries()[0]
    bad = [b"\xff\x00", b"", good[:40], b"dr2_" + good[4:]]
    put(*bad)
    done = explore()
    assert done.failure is not None
    assert done.failure.strategy == "corpus"
    assert len(done.notes) == 4
    assert all(note.startswith("An entry of the corpus .duckrace was left alone: ") for note in done.notes)
    assert sum("is of format 2; this duckrace reads format 1" in note for note in done.notes) == 1
    assert set(entries()) == {good, *bad}


@pytest.mark.parametrize("place", ["a_file", "a_file/below"])
def test_place_that_is_no_folder(file: Path, place: str) -> None:
    Path("a_file").write_text("mine")
    done = explore(place)
    assert str(done.verdict) == "FAILED(exception)"
    assert len(done.notes) == 1
    assert "is not a folder" in done.notes[0] or "cannot be written to" in done.notes[0]
    assert Path("a_file").read_text() == "mine"


class Silent(ExampleDatabase):
    """As a folder that may not be written to: nothing is said, nothing is done."""

    def __init__(self, *values: bytes) -> None:
        super().__init__()
        self.values = values

    def fetch(self, key: bytes) -> Iterable[bytes]:
        yield from self.values

    def save(self, key: bytes, value: bytes) -> None:
        pass

    def delete(self, key: bytes, value: bytes) -> None:
        pass


def test_corpus_that_cannot_be_written_to(file: Path) -> None:
    done = explore(Silent())
    assert str(done.verdict) == "FAILED(exception)"
    assert done.notes == ("The failure could not be kept: the corpus Silent cannot be written to.",)
    explore()
    database = Silent(*entries())
    file.write_text(RIGHT)
    done = explore(database)
    assert done.passed
    assert "but could not be removed from Silent" in done.notes[0]


class Raising(Silent):
    def fetch(self, key: bytes) -> Iterable[bytes]:
        raise PermissionError(13, "not yours")


def test_corpus_that_cannot_be_read(file: Path) -> None:
    done = explore(Raising())
    assert str(done.verdict) == "FAILED(exception)"
    assert "The corpus Raising cannot be read: PermissionError" in done.notes[0]


class Vanishing(Silent):
    """Each entry is seen once: another process takes it away, or is writing it."""

    def fetch(self, key: bytes) -> Iterable[bytes]:
        values, self.values = self.values, ()
        return values


def test_entry_that_vanishes_is_no_error(file: Path) -> None:
    file.write_text(RIGHT)
    done = explore(Vanishing(b"half an ent"))
    assert (done.passed, done.notes) == (True, ())


def test_two_may_write_at_once(file: Path) -> None:
    first = explore(None).failure
    assert first is not None
    key = key_of(resolve("counter.py::scenario"))
    notes: list[str] = []

    def settle() -> None:
        for _ in range(20):
            notes.extend(Corpus(".duckrace").settle(key, "it", [], [first]))
            kept, said = Corpus(".duckrace").kept(key, Settings())
            notes.extend(said)
            assert len(kept) <= 1

    threads = [threading.Thread(target=settle) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert notes == []
    assert len(entries()) == 1


@pytest.mark.parametrize("where", ["", 3])
def test_what_is_no_corpus(file: Path, where: Any) -> None:
    with pytest.raises(duckrace.UsageError, match="corpus is the path of a folder"):
        explore(where)


# -- checks -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def channel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The channels of examples/broken.py, to be mended."""
    monkeypatch.chdir(tmp_path)
    source = Path(__file__).parents[3] / "examples" / "broken.py"
    path = tmp_path / "mine.py"
    path.write_text(source.read_text())
    return path


def check(name: str) -> duckrace.CheckReport:
    rows = ["conformance", "delivery", "hangs"]
    return duckrace.check(f"mine.py::{name}", profile="quick", rows=rows, corpus=".duckrace")


def test_check_finds_kept_failures_first_and_drops_those_that_were_mended(channel: Path) -> None:
    first = check("lost_wakeup")
    assert [row.verdict.exit_status for row in first.rows] == [1, 1, 1]
    again = check("lost_wakeup")
    assert again.notes == ()
    by_name = {row.name: row for row in again.rows}
    assert by_name["conformance"].executions < 10
    for name in ("delivery", "hangs"):
        failure = by_name[name].failure
        assert failure is not None
        assert (failure.strategy, failure.execution) == ("corpus", 1)
    mended = channel.read_text().replace('"lost wake-up", LostWakeup', '"lost wake-up", Channel')
    channel.write_text(mended)
    done = check("lost_wakeup")
    assert done.passed
    assert len(done.notes) == 3
    assert all("dropped from the corpus .duckrace" in note for note in done.notes)
    assert "Note: A kept failure" in done.render(done)
    assert check("lost_wakeup").notes == ()


def test_hang_that_must_be_is_not_kept(channel: Path) -> None:
    assert check("sound").passed
    assert not Path(".duckrace").exists()
