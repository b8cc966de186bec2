"""One-time invitations from the command line, for the first secretary of a branch."""

from datetime import UTC, datetime

from rich.console import Console

from bot.settings import Settings
from storage.database import Database
from storage.invitations import add_invitation
from storage.people import audit, find_people


async def invite_by_name(settings: Settings, who: str, console: Console) -> int:
    """Print a code for the one person of that name (and, after a blank, phone digits); the exit status."""
    name, _, digits = who.strip().partition(" ")
    if not name:
        console.print("请写上姓名，例如：invite 张三")
        return 1
    now = datetime.now(UTC)
    database = Database(settings.database_url)
    try:
        await database.migrate()
        async with database.transaction() as session:
            found = await find_people(session, name=name, phone_last4=digits or None)
            if len(found) != 1:
                console.print(
                    f"花名册上{'没有' if not found else '不止一位'}{name}{'，请加上手机号后四位' if found else ''}。"
                )
                return 1
            code = await add_invitation(session, found[0].id, now=now)
            await audit(session, now, None, None, "invite", f"person:{found[0].id}")
    finally:
        await database.close()
    console.print(f"{name}的邀请码：{code}\n请本人在机器人里发：绑定 {code}")
    return 0
