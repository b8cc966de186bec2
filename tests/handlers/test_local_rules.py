"""What a committee asks for beyond the national rules, as the secretary of a branch below it sees it."""

from datetime import datetime
from pathlib import Path

from handlers.messages import Kind
from knowledge.procedure.files import Procedures
from storage.database import Database
from tests.branch import settled_town
from tests.fakes import ZONE, Chat

RULES = """\
procedure: heart-to-heart
organization: 清河镇党委
document: 清河镇党委〔2026〕5号
steps:
  talk:
    guide: 谈完当周登记。
    fields:
      - {id: minutes, kind: number, ask: 谈了多少分钟？, label: 时长, unit: 分钟}
    checks:
      - id: long_enough
        rule: is_number_between
        of: {number: minutes}
        literally: {least: 10, most: 600}
        level: stop
        says: 谈心要谈足10分钟。
      - id: rather_long
        rule: is_number_between
        of: {number: minutes}
        literally: {least: 10, most: 60}
        level: warn
        says: 谈了一个多小时。
    papers: [meeting_notice]
"""


async def _begun(database: Database, folder: Path, who: str, whom: str) -> Chat:
    (folder / "town.yaml").write_text(RULES, encoding="utf-8")
    town, chats, _ = await settled_town(database, Procedures.load(overlays=folder))
    town.now = datetime(2026, 11, 23, 10, 0, tzinfo=ZONE)
    chat = chats[who]
    await chat.sends(Kind.TAP, payload="start_case.heart-to-heart")
    await chat.says(whom)
    return chat


async def _said(chat: Chat, *lines: str) -> str:
    for line in lines:
        chat.hears()
        await chat.says(line)
    return "\n".join(chat.hears())


async def test_everything_that_was_added_is_marked_where_it_is_said(database: Database, tmp_path: Path) -> None:
    chat = await _begun(database, tmp_path, "李向阳", "王桂兰")
    assert "本级要求：谈完当周登记。见清河镇党委〔2026〕5号。" in "\n".join(chat.hears())
    heard = await _said(chat, "今天", "李向阳", "日常谈心", "当面", "否")
    assert "（本级要求）谈了多少分钟" in heard
    assert "（本级要求）谈心要谈足10分钟" in await _said(chat, "5")
    summary = await _said(chat, "90")
    assert "时长（本级要求）：90" in summary
    assert "提醒：（本级要求）谈了一个多小时" in summary
    await _said(chat, "确认")
    labels = [button.label for button in chat.buttons()]
    assert "📄 会议通知（本级要求）" in labels


async def test_the_branch_next_door_below_the_same_committee_is_asked_too(database: Database, tmp_path: Path) -> None:
    chat = await _begun(database, tmp_path, "吴长河", "郑远")
    assert "本级要求：谈完当周登记" in "\n".join(chat.hears())
