"""Tests to be run beside other plugins."""

import os
import threading
import time
from pathlib import Path

import bank
import pytest

HERE = Path(__file__).parent


def together(*targets):
    threads = [threading.Thread(target=target) for target in targets]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.duckrace(executions=30)
@pytest.mark.parametrize("amount", [1, 2, 3])
def test_pay(amount):
    account = bank.Account()
    together(lambda: account.pay(amount), lambda: account.pay(amount))
    assert account.balance == 2 * amount


@pytest.mark.duckrace(executions=30)
@pytest.mark.parametrize("amount", [1, 2])
def test_wrong(amount):
    account = bank.Account()
    together(lambda: account.pay(amount), int)
    assert account.balance == 0


@pytest.mark.duckrace(executions=1_000_000_000)
def test_for_ever():
    (HERE / "begun").touch()
    together(int, int)


@pytest.mark.duckrace
def test_real_wait():
    reading, _ = os.pipe()
    together(lambda: os.read(reading, 1))


@pytest.mark.duckrace(max_steps=1_000_000_000)
def test_one_long_execution():
    together(lambda: [time.sleep(1) for _ in range(1_000_000_000)])
