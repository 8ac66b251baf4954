"""The contract, case by case: what a channel must do, one function for each statement or two.

One file per section of the contract. A case is marked with the numbers of its statements and with what it needs
(``_case``); it makes calls with the tools of ``_calls``. The host reads the marks, the world runs the functions.
"""
