"""What the manifest promises: a mutant differs from its control in one thing, and every formula has one to reject."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from duckrace._errors import UsageError
from duckrace.formal import Run, load_manifest, load_proofs
from duckrace.formal._manifest import choose, configuration, formulas, read_manifest, spec_modules
from duckrace.formal._mistakes import MISTAKES

MUTANTS = [run for run in load_manifest() if run.mistake]
IN_SPECS = [run for run in MUTANTS if not run.compares]  # the others are of the model
UNREJECTED = {
    # What says how the state looks, not what the channel promises. Mistakes in it are seen by the others first.
    *("Shape", "CoreInOrder", "NobodyPassesBy"),
    # Said of Channel only, and rejected for ChannelMutex as NobodyIsForgotten.
    "OnlyTheRightOnesStandStill",
}


@pytest.mark.parametrize("mutant", IN_SPECS, ids=lambda run: run.name)
def test_mutant_is_its_control_with_one_mistake(mutant: Run) -> None:
    control = next(run for run in load_manifest() if run.name == mutant.control)
    assert control.accepted
    assert mutant.expect in formulas(control), "the control run has to accept what the mutant is rejected by"
    theirs = {line for line in configuration(control).splitlines() if line.strip() not in mutant.without}
    (changed,) = {line for line in configuration(mutant).splitlines() if line.strip()} - theirs
    assert changed.split(" = ")[0].strip() in ("Bug", "Fault")
    assert changed.split(" = ")[1] == f'"{mutant.mistake}"'


def test_mistakes_are_those_of_the_specs() -> None:
    text = "\n".join(spec_modules().values())
    for mutant in IN_SPECS:
        assert f'= "{mutant.mistake}"' in text or f'# "{mutant.mistake}"' in text, mutant.name


def test_every_formula_has_something_to_reject() -> None:
    checked = {name for run in load_manifest() for name in formulas(run)}
    rejecting = {run.expect for run in load_manifest() if not run.accepted}
    assert checked - rejecting == UNREJECTED


def test_there_are_enough() -> None:
    mutants = [run for run in MUTANTS if run.name.startswith("mutant/")]
    assert len({run.mistake for run in mutants}) >= 8
    assert {run.link for run in MUTANTS} == {"safety", "deadlock freedom", "refinement", "liveness", "model ≡ spec"}
    for module in ("MCChannel", "MCChannelLive", "MCMutex", "MCChannelGraph"):
        capacities = {run.constants["Capacity"] for run in load_manifest() if run.module == module}
        assert {"Unbounded", 0, 1} <= capacities, f"{module} is not run for every capacity"


def test_one_property_each() -> None:
    """TLC does not name the property that is violated."""
    for run in load_manifest():
        assert list(formulas(run).values()).count("PROPERTY") <= 1, run.name


RUN = '[[run]]\nname = "a"\nmodule = "MCMutex"\nconfig = "MCMutex"\nshows = "so"\n'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (RUN + RUN, "two runs are named 'a'"),
        (RUN + "speed = 3\n", "a: unknown keys"),
        (RUN + 'expect = "Speed"\n', "a: MCMutex.cfg does not check Speed"),
        ('[[mutant]]\nname = "m"\ncontrol = "b"\n', "m: its control 'b' is no run"),
        (RUN + '[[mutant]]\nname = "m"\ncontrol = "a"\nshows = "so"\n', "m: a mutant has a mistake"),
    ],
)
def test_manifests_that_make_no_sense(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_manifest(text)


def test_constants_that_the_file_has_not() -> None:
    (run,) = read_manifest(RUN + "constants = { Speed = 3 }\n")
    with pytest.raises(ValueError, match=r"a: MCMutex\.cfg has not one line like"):
        configuration(run)


def test_choosing() -> None:
    runs = load_manifest()
    assert choose(runs) == tuple(run for run in runs if not run.large)
    assert {run.name for run in choose(runs, ["mutex/two"])} == {
        "mutex/two-unbounded",
        "mutex/two-rendezvous",
        "mutex/two-1",
    }
    assert all(run.quick for run in choose(runs, quick=True))
    with pytest.raises(UsageError, match="No run has 'nothing' in its name"):
        choose(runs, ["nothing"])
    with pytest.raises(UsageError, match="None of the quick runs has 'mutex/leaving-1' in its name"):
        choose(runs, ["mutex/leaving-1"], quick=True)


def test_mistakes_are_those_of_the_models() -> None:
    assert {run.mistake for run in MUTANTS if run.compares} == set(MISTAKES)
    assert len(MISTAKES) >= 6


def test_graphs_are_large_enough() -> None:
    graphs = [run for run in load_manifest() if run.compares and not run.mistake]
    assert len(graphs) >= 8
    assert max(run.distinct for run in graphs if not run.large) >= 20_000
    assert max(run.distinct for run in graphs) >= 100_000


def test_large_runs_are_named_in_full() -> None:
    assert not any(run.large for run in choose(load_manifest()))
    assert [run.large for run in choose(load_manifest(), ["graph/three-kinds-long-1"])] == [True]
    with pytest.raises(UsageError, match="None of the runs that need not be named in full has 'kinds-long'"):
        choose(load_manifest(), ["kinds-long"])


def test_pages_say_how_many_mistakes_there_are() -> None:
    root = Path(__file__).parents[3]
    mistakes = len({(run.module, run.mistake) for run in MUTANTS} | {("proof", one.mistake) for one in load_proofs()})
    mistakes -= 1  # the empty one, of proofs that are accepted
    for page in ("README.md", "docs/formal.md"):
        text = (root / page).read_text(encoding="utf-8")
        assert re.findall(r"(\d+) mistakes", text) == [str(mistakes)], page
