"""A module under test."""

import enum
import threading
from dataclasses import dataclass, field


class Kind(enum.Enum):
    SAVINGS = 1
    LOAN = 2


@dataclass
class Account:
    kind: Kind = Kind.SAVINGS
    balance: int = 0
    history: list = field(default_factory=list)

    def pay(self, amount):
        lock = threading.Lock()  # of the world, or this is no schedule point
        with lock:
            self.balance += amount
            self.history.append(amount)


class Safe:
    def __init__(self):
        self.lock = threading.RLock()


def open_account():
    return Account()
