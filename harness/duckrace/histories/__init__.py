"""Histories: what threads saw of a shared object, and whether one order of a model's steps explains it.

=================  ======================================================================================
``_history``       operations in one order of calls and returns; the values that everything here passes around
``_written``       a history written down by hand
``_recorded``      a history of a real object, recorded in a scenario or on real threads
``recording``      a history of one channel recorded as integers; ``_tags``: messages as integers
``keeping``         a log as plain data, and back
``_columns``       a history of one channel as columns of integers
``_monitor``       channels in linear time: decides unbounded ones, finds what is wrong with others
``_plain``         its short way, for histories of sends and receives alone
``_sweeps``        its passes over long columns, and ``_sweeps_numpy`` the same with numpy
``_closing``       what it knows of drops, ``_capacity`` of bounds, ``_rendezvous`` of channels without a buffer
``_violation``     what is found wrong, with the operations that show it; ``_telling`` says it
``_model``         the user's model, a state machine of ten lines
``_search``        the general search: any model, any history, a budget
``_points``        its graph for a user's model, ``_phases`` for a channel's, ``_lookahead`` what FIFO order prunes
``_linearizable``  the question that users ask; ``_explain`` and ``_draw`` say the answer in words
``_judge``         the same question about a channel: the monitor first, the search for what it cannot decide
``_receivers``     several receivers as one, for the search
=================  ======================================================================================
"""

from ._columns import Columns, columns_of
from ._history import Event, History, Operation
from ._judge import Judgement, judge
from ._linearizable import Linearizability, linearizable
from ._model import Cancelled, Invocation, Model, Raised
from ._monitor import Repeats, monitor
from ._recorded import recorded
from ._tags import tag, untag
from ._violation import Violation, Wrong
from ._written import history
from .recording import Log, ThreadLog

__all__ = [
    "Cancelled",
    "Columns",
    "Event",
    "History",
    "Invocation",
    "Judgement",
    "Linearizability",
    "Log",
    "Model",
    "Operation",
    "Raised",
    "Repeats",
    "ThreadLog",
    "Violation",
    "Wrong",
    "columns_of",
    "history",
    "judge",
    "linearizable",
    "monitor",
    "recorded",
    "tag",
    "untag",
]
