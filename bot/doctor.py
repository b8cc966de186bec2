"""Says what is configured, what is missing, and whether the database and the token work."""

from rich.console import Console
from rich.table import Column, Table

from bot.settings import Settings, is_token
from bot.starting import reason
from knowledge.handbook import Handbook
from storage.database import Database, Unavailable
from storage.models import Delivery
from storage.outbox import counts

GOOD, BAD, NONE = "✓", "✗", "–"


async def examine(settings: Settings, console: Console) -> bool:
    """Print a table of findings; whether everything that is configured works."""
    findings = [await _database(settings), _knowledge(), await _telegram(settings)]
    table = Table("", "项目", Column("情况", overflow="fold"))
    for mark, name, words in findings:
        table.add_row(mark, name, words)
    console.print(table)
    return all(mark != BAD for mark, _, _ in findings)


async def _database(settings: Settings) -> tuple[str, str, str]:
    database = Database(settings.database_url)
    shown = database.url.render_as_string(hide_password=True)
    try:
        revision = await database.revision()
        if revision is None:
            return BAD, "数据库", f"{shown} 能连上，还没有建表。请运行 python -m bot migrate"
        if revision != (newest := database.newest_revision()):
            return BAD, "数据库", f"{shown} 的结构版本是 {revision}，程序要 {newest}。请运行 python -m bot migrate"
        async with database.reading() as session:
            waiting = (await counts(session)).get(Delivery.WAITING, 0)
        return GOOD, "数据库", f"{shown}，结构版本 {revision}，待发消息 {waiting} 条"
    except Unavailable as error:
        return BAD, "数据库", f"{shown} 连不上：{reason(error)}。请检查 ZHISHU_DATABASE_URL"
    finally:
        await database.close()


def _knowledge() -> tuple[str, str, str]:
    return GOOD, "读本", f"{len(Handbook.load().entries)} 条"


async def _telegram(settings: Settings) -> tuple[str, str, str]:
    token = settings.telegram_token.get_secret_value()
    if not token:
        return NONE, "Telegram", "没有配置 ZHISHU_TELEGRAM_TOKEN，只用网页对话"
    if not is_token(token):
        return BAD, "Telegram", "ZHISHU_TELEGRAM_TOKEN 不是 token 的样子，应像 123456:ABC-def"
    from telegram.error import Forbidden, InvalidToken, TelegramError

    from bot.channels.telegram_broadcast import who_am_i

    try:
        username = await who_am_i(token, settings.telegram_api)
    except (InvalidToken, Forbidden):
        return BAD, "Telegram", "Telegram 不认这个 token。请检查 ZHISHU_TELEGRAM_TOKEN"
    except TelegramError as error:
        return (
            BAD,
            "Telegram",
            f"{settings.telegram_api} 连不上（{type(error).__name__}）。请检查网络和 ZHISHU_TELEGRAM_API",
        )
    return GOOD, "Telegram", f"@{username} 可以用"
