"""The channel for any number of callers, handles and messages: inductive invariants of Channel.tla, proved by z3.

``_terms``       what formulas are made of, and reading them as plain Python
``_symbols``     reading them by z3 (which is imported here, and nowhere before it is needed)
``_channel``     Channel.tla, action by action
``_statements``  what is proved of it
``_prove``       the queries; and a counterexample where there is one
``_mistakes``    channels for which the proof has to fail
``_records``     states of the proof as states of Channel.tla
``_compare``     are these the steps of the Python model?
``_entries``     which proofs there are: entries of the manifest
``_results``     what came of them
``_runs``        all of them
"""

from ._entries import Proof, load_proofs
from ._results import Counterexample, Proved, Statement
from ._runs import check_proofs

__all__ = ["Counterexample", "Proof", "Proved", "Statement", "check_proofs", "load_proofs"]
