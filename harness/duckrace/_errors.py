"""The exceptions that duckrace raises to its users.

::

    DuckraceError
    ├── UsageError      wrong use: one sentence says what, where, and what to do; exit status 2
    ├── CheckFailed     Result.raise_for_failure: the program under test is wrong
    ├── NotExhaustive   enumerate_outcomes: the set of outcomes is not known
    └── InternalError   we are wrong: please report it
"""


class DuckraceError(Exception):
    """Base of all exceptions of duckrace."""


class UsageError(DuckraceError):
    """The call, the reference or the token cannot be used as it is."""


class CheckFailed(DuckraceError, AssertionError):
    """The program under test failed; the message is the report."""


class NotExhaustive(DuckraceError):
    """Not every interleaving was explored, so the set of outcomes is not known."""


class InternalError(DuckraceError):
    """Something in duckrace itself went wrong."""
