"""A scenario that runs an asyncio loop, imported late."""

from threading import Thread


async def nothing():
    pass


def work():
    import asyncio

    asyncio.run(nothing())


def imported_inside():
    thread = Thread(target=work)
    thread.start()
    thread.join()
