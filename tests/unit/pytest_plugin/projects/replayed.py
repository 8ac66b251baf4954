import threading

import bank
import pytest


@pytest.fixture
def start():
    return 0


@pytest.mark.duckrace
@pytest.mark.parametrize("amount", [1, 2], ids=["one", 'a "two" $x'])
def test_transfer(start, amount):
    account = bank.Slow(start)
    threads = [threading.Thread(target=account.pay, args=(amount,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert account.balance == 2 * amount


def test_other():
    pass
