"""Tests with fixtures and parameters."""

import queue
import threading
import time
from functools import partial

import bank
import pytest

HOST = threading.current_thread().ident


class Stub:
    def __init__(self, size):
        self.lock = threading.Lock()
        self.items = []
        self.size = size

    def put(self, item):
        with self.lock:
            self.items.append(item)


def generated():
    yield 1
    yield 2


def together(*targets):
    threads = [threading.Thread(target=target) for target in targets]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


pytestmark = pytest.mark.duckrace(executions=20)


def test_plain_data_starts_anew_every_time(numbers):
    together(lambda: numbers.append(4), lambda: numbers.append(5))
    assert sorted(numbers) == [1, 2, 3, 4, 5]


def test_object_is_the_worlds(account):
    assert isinstance(account, bank.Account)
    assert account.history == [0]
    together(lambda: account.pay(1), lambda: account.pay(2))
    assert account.balance == 3
    assert account.kind is bank.Kind.SAVINGS


def test_enum_is_the_worlds(kind):
    together(int)
    assert kind is bank.Kind.LOAN


def test_function_is_the_worlds(opener, module):
    together(int)
    assert opener is bank.open_account
    assert module is bank
    assert isinstance(opener(), bank.Account)


def test_lock_class_is_the_worlds(lock_maker):
    lock = lock_maker()

    def wait():
        with lock:
            time.sleep(1)

    together(wait, wait)


@pytest.mark.parametrize("more", [1, 2])
def test_fixture_with_parameters(size, more, tmp_path, request, monkeypatch, pytestconfig):
    together(int)
    assert size in (1, 2)
    assert request.node.name.startswith("test_fixture_with_parameters[")
    assert tmp_path.is_dir()
    monkeypatch.setattr(bank, "open_account", lambda: "patched")
    assert bank.open_account() == "patched"


@pytest.mark.parametrize(
    ("make", "size"),
    [
        (queue.Queue, 1),
        pytest.param(lambda: queue.Queue(2), 2, id="lambda"),
        (partial(queue.LifoQueue, 3), 3),
        (bank.open_account, 0),
        (threading.Lock, 0),
    ],
)
@pytest.mark.parametrize("stub", [Stub(1), Stub(2)], ids=["one", "two"])
def test_parameters_are_the_worlds(make, size, stub):
    made = make()
    assert stub.items == []
    assert type(stub) is Stub
    together(lambda: stub.put(made), lambda: stub.put(made))
    assert stub.items == [made, made]
    if hasattr(made, "maxsize") and size > 1:
        assert made.maxsize == size


@pytest.mark.parametrize("number", list(generated()))
def test_generated_plain_parameters(number):
    together(int)
    assert number in (1, 2)


@pytest.mark.parametrize("account", [bank.Account(balance=1)] * 2, indirect=False)
class TestWithParameters:
    @pytest.mark.parametrize(["a", "b"], [(1, 2)])
    def test_method(self, a, b, account):
        assert account.balance == 1
        account.pay(a + b)
        together(int)
        assert account.balance == 4


def test_indirect_generated(made):
    together(int)
    assert isinstance(made, bank.Account)


def pytest_generate_tests(metafunc):
    if "made" in metafunc.fixturenames:
        metafunc.parametrize("made", [bank.Account()])
