"""What is checked by other machines than ours: the TLA+ specs of the channel, by TLC, and for any size by z3.

``_tools``      where Java and TLC are
``_tlc``        one run of TLC, and what it said
``_values``     TLA+ values as Python's
``_graph``      the state graph of the spec, that of the Python model, and where they differ
``_mistakes``   models that are wrong, for the comparison to reject
``_manifest``   which runs there are, and what each has to come to
``_runs``       all of them, and whether they came to that
``_translate``  a counterexample as channel operations in words
``_moves``      a counterexample as what its callers do, for a channel to do the same
``proof``       the channel once more, for z3: what is true of it for any number of callers and messages
``_recorded``   a recorded execution as a trace, and traces as a TLA+ module
``_reading``    traces read by TLC: how far each is something that the channel can do
``_written``    the traces that every run of the specs reads, and mutants of them
``_traces``     all of these, and whether they came to what they have to
``_entries``    all that there is to run

The specs are data, in ``duckrace_specs``. It knows specs and models; it must not know channels, nor screens.
"""

from ._entries import Entry, load_entries
from ._graph import Difference
from ._manifest import Run, load_manifest
from ._moves import Move, moves, sleepers
from ._reading import Reading, in_words, read_traces
from ._recorded import Trace
from ._runs import Checked, Report, check_specs
from ._tlc import Answer, Moment
from ._tools import NotInstalled, Tools, find_tools
from ._traces import TraceChecked, check_traces
from ._translate import Sentence, translate, translate_difference, translate_state, translate_step
from ._written import TraceRun, load_traces
from .proof import Counterexample, Proof, Proved, check_proofs, load_proofs

__all__ = [
    "Answer",
    "Checked",
    "Counterexample",
    "Difference",
    "Entry",
    "Moment",
    "Move",
    "NotInstalled",
    "Proof",
    "Proved",
    "Reading",
    "Report",
    "Run",
    "Sentence",
    "Tools",
    "Trace",
    "TraceChecked",
    "TraceRun",
    "check_proofs",
    "check_specs",
    "check_traces",
    "find_tools",
    "in_words",
    "load_entries",
    "load_manifest",
    "load_proofs",
    "load_traces",
    "moves",
    "read_traces",
    "sleepers",
    "translate",
    "translate_difference",
    "translate_state",
    "translate_step",
]
