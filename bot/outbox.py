"""Messages that were given up on, from the command line: listed with the reason, sent again when that is mended."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Column, Table

from bot.settings import Settings
from storage.database import Database
from storage.models import Delivery, Lane
from storage.outbox import parked, send_again

REASONS = {
    Delivery.GONE: "收不到（停用了机器人，或退出了群）",
    Delivery.CLOSED: "平台现在不让发",
    Delivery.REFUSED: "平台不收这条消息",
    Delivery.EXPIRED: "太晚了",
}
LANES = {Lane.REPLY: "答复", Lane.PUSH: "通知", Lane.DIGEST: "群发"}
SORTS = {
    "digest": "周报",
    "remind": "每日提醒",
    "nudge": "上级提醒支部",
    "meeting": "会议通知",
    "series": "例会提议",
    "minutes": "会议记录",
    "leave": "请假答复",
    "make_up": "补学",
    "poll": "征求意见",
    "report": "材料答复",
    "task": "任务",
    "dues_reminder": "党费提醒",
}
"""By the first word of a message's key; what a dialogue says to others by the way has its own number there."""


async def list_parked(settings: Settings, console: Console, limit: int) -> None:
    """Print what was given up on, the newest first: never what it said, nor to whom."""
    database = Database(settings.database_url)
    try:
        await database.migrate()
        async with database.reading() as session:
            found = await parked(session, limit)
    finally:
        await database.close()
    if not found:
        console.print("没有发不出去的消息。")
        return
    table = Table("编号", "时间", "平台", "种类", "原因", Column("平台的话", overflow="fold"))
    here = ZoneInfo("Asia/Shanghai")
    for one in found:
        kind = SORTS.get(one.sort, LANES[one.lane])
        moment = f"{one.created_at.astimezone(here):%m-%d %H:%M}"
        table.add_row(str(one.id), moment, one.channel, kind, REASONS[one.state], one.detail)
    console.print(table)


async def retry(settings: Settings, id: int | None) -> int:
    """Let one message, or all that can, wait to be sent once more; how many do."""
    database = Database(settings.database_url)
    try:
        await database.migrate()
        async with database.transaction() as session:
            return len(await send_again(session, datetime.now(UTC), id))
    finally:
        await database.close()
