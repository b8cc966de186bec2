"""Says what is configured, what is missing, and whether the database, the token and all the rest work."""

from datetime import UTC, datetime, timedelta

from rich.console import Console
from rich.table import Column, Table
from sqlalchemy.exc import DBAPIError

from bot.doctor_machine import (
    BAD,
    GOOD,
    NONE,
    WORTH_A_LOOK,
    Finding,
    charts,
    disk,
    local_rules,
    metrics,
    pages,
    secret,
    templates,
    zones,
)
from bot.settings import Settings, is_token
from bot.starting import reason
from knowledge.handbook import Handbook
from storage.database import Database, Unavailable
from storage.health import Health, health, zones_in_use

LATE = timedelta(minutes=10)
"""A message that waits longer, or a round longer ago, is said: whoever should see to it may not be running."""


async def examine(settings: Settings, console: Console) -> bool:
    """Print a table of findings; whether everything that is configured works."""
    findings = [
        *await _database(settings),
        *disk(settings),
        _knowledge(),
        local_rules(settings),
        templates(settings),
        await charts(),
        pages(settings),
        *secret(settings),
        metrics(settings),
        await _telegram(settings),
    ]
    table = Table("", "项目", Column("情况", overflow="fold"))
    for finding in findings:
        table.add_row(*finding)
    console.print(table)
    return all(finding.mark != BAD for finding in findings)


async def _database(settings: Settings) -> list[Finding]:
    database = Database(settings.database_url)
    shown, name = database.url.render_as_string(hide_password=True), "数据库"
    try:
        revision = await database.revision()
        if revision is None:
            return [Finding(BAD, name, f"{shown} 能连上，还没有建表。请运行 python -m bot migrate")]
        if not database.knows(revision):
            words = f"{shown} 的结构版本是 {revision}，这个程序不认得，比它新。请升级程序"
            return [Finding(BAD, name, words)]
        if revision != (newest := database.newest_revision()):
            words = f"{shown} 的结构版本是 {revision}，程序要 {newest}。请运行 python -m bot migrate"
            return [Finding(BAD, name, words)]
        now = datetime.now(UTC)
        try:
            async with database.reading() as session:
                found, in_use = await health(session, now), await zones_in_use(session)
        except DBAPIError as error:
            if isinstance(error, Unavailable) and not database.is_sqlite:
                raise
            words = f"{shown} 的结构版本对，里面却读不出来（{reason(error)}）。请从备份恢复"
            return [Finding(BAD, name, words)]
        return [
            Finding(GOOD, name, f"{shown}，结构版本 {revision}"),
            *_health(found, now),
            zones(in_use or ["Asia/Shanghai"]),
        ]
    except Unavailable as error:
        return [Finding(BAD, name, f"{shown} 连不上：{reason(error)}。请检查 ZHISHU_DATABASE_URL")]
    finally:
        await database.close()


def _health(found: Health, now: datetime) -> list[Finding]:
    """What waits, what was given up, when somebody last looked for what is due, who cannot be reached."""
    count = sum(one.count for one in found.waiting.values())
    oldest = max((now - one.oldest_at for one in found.waiting.values()), default=timedelta())
    words = f"待发消息 {count} 条" + (f"，最早的等了{_span(oldest)}" if count else "")
    if late := oldest > LATE:
        words += "。请看看 worker、bot、web 是不是都在运行"
    findings = [Finding(WORTH_A_LOOK if late else GOOD, "待发消息", words)]
    if given_up := sum(found.parked.values()):
        findings.append(Finding(WORTH_A_LOOK, "没发出的", f"{given_up} 条。请运行 python -m bot outbox list 看原因"))
    if found.last_round is None:
        findings.append(Finding(NONE, "定时巡检", "还没有过。worker 或 run 启动后每半分钟一次，发周报和提醒"))
    else:
        ago = now - found.last_round
        words = f"最近一次在{_span(ago)}前"
        late = ago > LATE
        findings.append(
            Finding(WORTH_A_LOOK if late else GOOD, "定时巡检", words + ("。worker 没有在运行" if late else ""))
        )
    if found.unreachable:
        words = f"{found.unreachable} 个账号收不到消息（停用或屏蔽了机器人），支部书记能看到是谁"
        findings.append(Finding(NONE, "收不到的", words))
    return findings


def _span(time: timedelta) -> str:
    seconds = max(round(time.total_seconds()), 0)
    for unit, length in (("天", 86400), ("小时", 3600), ("分钟", 60)):
        if seconds >= length:
            return f" {seconds // length} {unit}"
    return f" {seconds} 秒"


def _knowledge() -> Finding:
    return Finding(GOOD, "读本", f"{len(Handbook.load().entries)} 条")


async def _telegram(settings: Settings) -> Finding:
    token = settings.telegram_token.get_secret_value()
    if not token:
        return Finding(NONE, "Telegram", "没有配置 ZHISHU_TELEGRAM_TOKEN，只用网页对话")
    if not is_token(token):
        return Finding(BAD, "Telegram", "ZHISHU_TELEGRAM_TOKEN 不是 token 的样子，应像 123456:ABC-def")
    from telegram.error import Forbidden, InvalidToken, TelegramError

    from bot.channels.telegram_broadcast import who_am_i

    try:
        username = await who_am_i(token, settings.telegram_api)
    except (InvalidToken, Forbidden):
        return Finding(BAD, "Telegram", "Telegram 不认这个 token。请检查 ZHISHU_TELEGRAM_TOKEN")
    except TelegramError as error:
        words = f"{settings.telegram_api} 连不上（{type(error).__name__}）。请检查网络和 ZHISHU_TELEGRAM_API"
        return Finding(BAD, "Telegram", words)
    return Finding(GOOD, "Telegram", f"@{username} 可以用")
