"""Parallel programs that Hypothesis draws, with their schedules, and shrinks together with them.

===================  ==================================================================================
``_values``          a program as data, and with the schedule that goes with it; ``_kept``: values of bundles
``_schedule``        schedules that are part of a program
``_drawing``         how both are drawn from one test case; ``_hunt``: a test of Hypothesis that does so
``_trial``           runs programs; ``_channel_trial``, ``_rules``: on a channel, on a user's machine
``_channels``        the programs on a channel; ``_written``, ``_rules_written``: programs as Python files
``_machine``         `ParallelMachine`, for users
``programs``         what runs in the simulated world
===================  ==================================================================================

`rule`, `initialize`, `precondition`, `invariant`, `Bundle`, `consumes` and `multiple` are Hypothesis' own.
"""

from hypothesis.stateful import Bundle, consumes, initialize, invariant, multiple, precondition, rule

from ._machine import ParallelMachine, run_parallel_machine_as_test

__all__ = [
    "Bundle",
    "ParallelMachine",
    "consumes",
    "initialize",
    "invariant",
    "multiple",
    "precondition",
    "rule",
    "run_parallel_machine_as_test",
]
