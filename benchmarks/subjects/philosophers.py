"""Three philosophers, three forks.

* philosophers: each takes the left fork first; if all three hold one, nobody eats.
* orderly: each takes the fork with the lower number first; correct.
"""

from threading import Lock, Thread

SEATS = 3


def dine(order):
    forks = [Lock() for _ in range(SEATS)]
    meals = []

    def eat(seat):
        first, second = order(seat, (seat + 1) % SEATS)
        with forks[first], forks[second]:
            meals.append(seat)

    threads = [Thread(target=eat, args=(seat,)) for seat in range(SEATS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(meals) == list(range(SEATS)), f"these ate: {meals}"


def philosophers():
    dine(lambda left, right: (left, right))


def orderly():
    dine(lambda left, right: (min(left, right), max(left, right)))
