"""Histories: what threads saw of a shared object, and whether one order of a model's steps explains it.

``_history``  operations in one order of calls and returns; the values that everything here passes around
"""

from ._history import Event, History, Operation

__all__ = ["Event", "History", "Operation"]
