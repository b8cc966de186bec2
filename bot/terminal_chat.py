"""A chat in the terminal against the real database: python -m bot chat --as 张三."""

import asyncio
from pathlib import Path

from bot.app import assembled
from bot.channels.terminal import Terminal
from bot.delivery import Delivery
from bot.settings import Settings, Unusable
from storage.accounts import lock_account
from storage.models import Lane
from storage.people import find_people

PAPERS = Path("收到的文件")


async def converse(settings: Settings, name: str) -> None:
    """Talk as somebody on the roster, or as a stranger when no name is given, until Ctrl-D.

    Phone digits after a blank tell people of one name apart. Raises `Unusable` when it is not one person of the roster.
    """
    async with assembled(settings) as app:
        user = f"terminal-{name}" if name else "terminal"
        terminal = Terminal(user, PAPERS, now=app.clock)
        async with app.database.transaction() as session:
            account = await lock_account(session, "terminal", "local", user, user, app.clock())
            account.person_id = None
            if name:
                alone, _, digits = name.partition(" ")
                found = await find_people(session, name=alone, phone_last4=digits or None)
                if len(found) != 1:
                    many = "没有{0}。" if not found else "不止一位{0}，请加上手机号后四位。"
                    raise Unusable("花名册上" + many.format(name))
                account.person_id = found[0].id
        delivery = Delivery(app.database, {("terminal", "local"): terminal}, app.clock)
        sending = asyncio.create_task(delivery.run(Lane.PUSH, Lane.DIGEST))
        try:
            await terminal.run(app.receiver(terminal, delivery))
        finally:
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)
            await delivery.settle()
