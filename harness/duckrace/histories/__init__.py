"""Histories: what threads saw of a shared object, and whether one order of a model's steps explains it.

===============  ========================================================================
``_history``     operations in one order of calls and returns: the values passed around
``_columns``     a history of one channel as columns of integers
``_log``         the recorder: a log of integers, of a deterministic machine or of real threads
``_monitor``     unbounded channels in linear time, and what is wrong with others anyway
``_sweeps``      the monitor's passes over long columns, and the same with numpy
``_closing``     when the last sender, and the last receiver, can have gone
``_capacity``    necessary conditions of bounded channels
``_rendezvous``  necessary conditions of channels without a buffer
``_tags``        messages as integers
``_violation``   what is found wrong, with the operations that show it
===============  ========================================================================
"""

from ._columns import Columns, columns_of
from ._history import Event, History, Operation
from ._log import Log, ThreadLog
from ._monitor import Repeats, monitor
from ._tags import tag, untag
from ._violation import Violation, Wrong

__all__ = [
    "Columns",
    "Event",
    "History",
    "Log",
    "Operation",
    "Repeats",
    "ThreadLog",
    "Violation",
    "Wrong",
    "columns_of",
    "monitor",
    "tag",
    "untag",
]
