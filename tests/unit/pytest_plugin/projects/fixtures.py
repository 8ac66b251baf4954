import threading
from functools import partial
from types import SimpleNamespace

import bank
import pytest


@pytest.fixture
def numbers():
    yield [1, 2, 3]


@pytest.fixture
def account():
    return bank.Account(history=[0])


@pytest.fixture
def kind():
    return bank.Kind.LOAN


@pytest.fixture
def opener():
    return bank.open_account


@pytest.fixture
def module():
    return bank


@pytest.fixture(params=[1, 2])
def size(request):
    return request.param


@pytest.fixture
def lock_maker():
    return threading.Lock


# -- what cannot be handed over ---------------------------------------------------------------------------


@pytest.fixture
def lock():
    return threading.Lock()


@pytest.fixture
def thread():
    return {"worker": [SimpleNamespace(thread=threading.Thread())]}


@pytest.fixture
def safe():
    return bank.Safe()


@pytest.fixture
def closure():
    guard = threading.Condition()

    def use():
        return guard

    return use


@pytest.fixture
def bound():
    return partial(print, bank.Safe())


@pytest.fixture
def factory():
    def make():
        return bank.Account()

    return make
