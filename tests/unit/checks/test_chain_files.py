"""Which files a certificate is about: all of the channel's own, wherever they are."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from duckrace._data import CheckReport
from duckrace.checks import chain

ROOT = Path(__file__).parents[3]
REPORT = CheckReport(channel="mine", profile="quick", rows=())
HELPERS = """
import sys
import near_of_it
import package_of_it.part
import on_the_path
import installed_thing
sys.path.insert(0, {hidden!r})
import hidden_from_us


class Lazy(type(channel)):
    def channel(self):
        import needed_by_the_factory
        return super().channel()


channel = Lazy()
"""


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The example's channel, with helpers everywhere; its `modules` names none of them."""
    plug, path, site, hidden = (tmp_path / name for name in ("plug", "path", "site-packages", "hidden"))
    for folder in (
        plug / "package_of_it",
        path,
        site / "installed_thing",
        site / "installed_thing-1.dist-info",
        hidden,
    ):
        folder.mkdir(parents=True)
    file = Path(shutil.copy(ROOT / "examples" / "mychannel.py", plug))
    file.write_text(file.read_text() + HELPERS.format(hidden=str(hidden)))
    (plug / "near_of_it.py").write_text("from near_of_that import X\n")
    (plug / "near_of_that.py").write_text("X = 1\n")
    (plug / "needed_by_the_factory.py").write_text("")
    (plug / "package_of_it" / "__init__.py").write_text("")
    (plug / "package_of_it" / "part.py").write_text("")
    (path / "on_the_path.py").write_text("")
    (hidden / "hidden_from_us.py").write_text("")
    (site / "installed_thing" / "__init__.py").write_text("")
    (site / "installed_thing-1.dist-info" / "METADATA").write_text("Name: installed-thing\nVersion: 1\n")
    (site / "installed_thing-1.dist-info" / "top_level.txt").write_text("installed_thing\n")
    monkeypatch.syspath_prepend(str(path))
    monkeypatch.syspath_prepend(str(site))
    return file


def made(file: Path) -> chain.Chain:
    channel, part = chain.of_check(REPORT, f"{file}::channel", (), "file")
    return chain.Chain(channel=channel, check=part, spec=chain.unchecked_spec("file", ""))


OWN = {
    "mychannel": "plug/mychannel.py",
    "near_of_it": "plug/near_of_it.py",
    "near_of_that": "plug/near_of_that.py",
    "needed_by_the_factory": "plug/needed_by_the_factory.py",
    "package_of_it": "plug/package_of_it/__init__.py",
    "package_of_it.part": "plug/package_of_it/part.py",
    "on_the_path": "path/on_the_path.py",
    "hidden_from_us": "hidden/hidden_from_us.py",
}


def test_every_file_of_the_channel(mine: Path, tmp_path: Path) -> None:
    held = made(mine)
    found = {name for name in held.check.sources["channel"] if not name.startswith("duckrace.")}
    assert found == set(OWN)
    assert held.check.distributions == {"installed-thing": "1"}
    assert set(held.check.elsewhere) == {"hidden_from_us"}
    assert chain.stale(held) == ()
    for module, name in OWN.items():
        file = tmp_path / name
        before = file.read_text()
        file.write_text(before + "\n# changed\n")
        (stale,) = chain.stale(held)
        assert stale.changed == (f"channel {module} (changed)",)
        file.write_text(before)
    assert chain.stale(held) == ()
    (tmp_path / "path" / "on_the_path.py").unlink()
    (stale,) = chain.stale(held)
    assert stale.changed == ("channel on_the_path (gone)",)


def test_another_version_of_what_it_imports(mine: Path, tmp_path: Path) -> None:
    held = made(mine)
    metadata = tmp_path / "site-packages" / "installed_thing-1.dist-info" / "METADATA"
    metadata.write_text("Name: installed-thing\nVersion: 2\n")
    (stale,) = chain.stale(held)
    assert stale.changed == ("distribution installed-thing (changed)",)


def test_a_distribution_of_its_own_is_hashed(mine: Path) -> None:
    mine.write_text(mine.read_text() + "Lazy.modules = (*Lazy.modules, 'installed_thing')\n")
    held = made(mine)
    assert "installed_thing" in held.check.sources["channel"]
    assert held.check.distributions == {}
    assert chain.stale(held) == ()


def test_a_module_that_comes_before_it(mine: Path) -> None:
    held = made(mine)
    (mine.parent / "on_the_path.py").write_text("# another one\n")
    (stale,) = chain.stale(held)
    assert stale.changed == ("channel on_the_path (changed)",)
