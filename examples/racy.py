"""A race between two plain accesses: nothing synchronises here, so there is nothing to switch at but the accesses.

    duckrace explore examples/racy.py::two_deposits --granularity access

The update of one deposit is lost where the other one comes between its read and its write. A free-threaded build does
that; CPython with the GIL does it only if something is called in between (`two_careful_deposits`).
"""

from collections.abc import Callable
from threading import Thread


class Account:
    def __init__(self) -> None:
        self.balance = 0

    def deposit(self, amount: int) -> None:
        self.balance += amount

    def careful_deposit(self, amount: int) -> None:
        balance = self.balance
        self.balance = balance + abs(amount)


def together(*deposits: Callable[[int], None]) -> None:
    threads = [Thread(target=deposit, args=(1,)) for deposit in deposits]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def two_deposits() -> None:
    account = Account()
    together(account.deposit, account.deposit)
    assert account.balance == 2, f"one deposit is lost: {account.balance}"


def two_careful_deposits() -> None:
    account = Account()
    together(account.careful_deposit, account.careful_deposit)
    assert account.balance == 2, f"one deposit is lost: {account.balance}"
