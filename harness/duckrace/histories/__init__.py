"""Histories: what threads saw of a shared object, and whether one order of a model's steps explains it.

``_history``       operations in one order of calls and returns; the values that everything here passes around
``_written``       a history written down by hand
``_recorded``      a history of a real object, recorded in a scenario or on real threads
``_model``         the user's model, a state machine of ten lines
``_search``        the general search: any model, any history, a budget
``_points``        its graph for a user's model, ``_phases`` for a channel's, ``_lookahead`` what FIFO order prunes
``_linearizable``  the question that users ask; ``_explain`` and ``_draw`` say the answer in words
"""

from ._history import Event, History, Operation
from ._linearizable import Linearizability, linearizable
from ._model import Cancelled, Invocation, Model, Raised
from ._recorded import recorded
from ._written import history

__all__ = [
    "Cancelled",
    "Event",
    "History",
    "Invocation",
    "Linearizability",
    "Model",
    "Operation",
    "Raised",
    "history",
    "linearizable",
    "recorded",
]
