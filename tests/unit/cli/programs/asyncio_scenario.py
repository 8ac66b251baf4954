"""A scenario that runs an asyncio loop."""

import asyncio
from threading import Thread


async def nothing():
    pass


def work():
    asyncio.run(nothing())


def imported_above():
    thread = Thread(target=work)
    thread.start()
    thread.join()
