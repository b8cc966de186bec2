"""What is held on me: everything, mine alone, without other people's names; and the phone that is let go."""

import io
import json
import zipfile
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from docx import Document as Word
from sqlalchemy import select, update

from handlers.messages import Kind
from handlers.my_records import TOPICS, without
from storage.database import Database
from storage.models import (
    Account,
    Attendance,
    Case,
    DuesAssessment,
    DuesPayment,
    MakeUp,
    Membership,
    Presence,
    Report,
    ReportNote,
    Task,
)
from tests.branch import PEOPLE, settled_town
from tests.fakes import TEXTS, Chat

SECRETARY, MEMBER, NEIGHBOUR, OFFICIAL = "李向阳", "王桂兰", "吴长河", "郑远"
OTHERS = {*PEOPLE, NEIGHBOUR, OFFICIAL} - {MEMBER}


async def lived(database: Database, chats: dict[str, Chat], ids: dict[str, int]) -> None:
    """A year in the branch, in which whoever wrote something named other people."""
    secretary, member = chats[SECRETARY], chats[MEMBER]
    for words in ("开会", "党课", "明天下午3点", "赵大海家", "周福生讲党史", "确认"):
        await secretary.says(words)
    for words in ("交材料", "情况反映", "大家都好", "好了", "确认"):
        await member.says(words)
    for words in ("核定党费", "从 1 月起", "王桂兰 5200 交60 赵大海说家里困难", "赵大海 3000", "好了", "确认"):
        await secretary.says(words)
    for words in ("记党费", "王桂兰 10月", "赵大海 10月", "好了", "确认"):
        await secretary.says(words)
    for words in ("记学时", "王桂兰", "好了", "11月10日", "集中培训", "孙小梅讲条例", "8"):
        await secretary.says(words)
    await secretary.sends_file("赵大海拍的.jpg")
    await secretary.says("确认")
    async with database.transaction() as session:
        mine = (await session.scalars(select(Attendance).where(Attendance.person_id == ids[MEMBER]))).one()
        mine.how, mine.presence, mine.granted_by_id = "赵大海电话说的", Presence.EXCUSED, ids[SECRETARY]
        session.add(MakeUp(attendance_id=mine.id, what="跟孙小梅补课", due_on=date(2026, 12, 1)))
        branch = ids["桃花村党支部"]
        now = chats[SECRETARY].town.now
        repair = Task(organization_id=branch, what="和周福生一起修路", person_id=ids[MEMBER], created_at=now)
        session.add(repair)
        report_id = await session.scalar(select(Report.id).where(Report.author_id == ids[MEMBER]))
        note = ReportNote(report_id=report_id, author_id=ids[SECRETARY], text="请问问钱小满", at=now)
        session.add(note)
        session.add(
            Case(
                organization_id=branch,
                procedure="transfer",
                subject_id=ids[MEMBER],
                title="组织关系转接：王桂兰（经手赵大海）",
                started_on=date(2026, 11, 1),
                started_by_id=ids[SECRETARY],
            )
        )


async def exported(chat: Chat) -> tuple[dict[str, Any], str]:
    await chat.says("导出我的记录")
    packed = chat.messages[-1].documents[0]
    assert packed.name == "王桂兰的记录.zip"
    with zipfile.ZipFile(io.BytesIO(packed.blob)) as archive:
        assert archive.namelist() == ["王桂兰的记录.json", "王桂兰的记录.docx"]
        whole = json.loads(archive.read("王桂兰的记录.json"))
        word = Word(io.BytesIO(archive.read("王桂兰的记录.docx")))
    cells = [cell.text for table in word.tables for row in table.rows for cell in row.cells]
    return whole, "\n".join([*(one.text for one in word.paragraphs), *cells])


async def test_everything_on_me_is_in_the_file_and_nobody_else_is_named(database: Database) -> None:
    _, chats, ids = await settled_town(database)
    await lived(database, chats, ids)
    whole, paper = await exported(chats[MEMBER])
    text = json.dumps(whole, ensure_ascii=False)
    for held in (
        "1002",
        "党课",
        "大家都好",
        "60.00",
        "2026年10月",
        "8",
        "一起修路",
        "补课",
        "讲条例",
        "家里困难",
        "请问问",
    ):
        assert held in text, held
        assert held in paper, held
    assert "5200" not in text
    assert [topic for topic in TEXTS.find("my_data", "topics").values() if not whole[topic]] == []
    for name in OTHERS:
        assert name not in text, name
        assert name not in paper, name


async def test_no_page_of_mine_names_anybody_else_and_every_page_can_be_leafed_through(database: Database) -> None:
    _, chats, ids = await settled_town(database)
    await lived(database, chats, ids)
    chat = chats[MEMBER]
    async with database.transaction() as session:
        assessed = (await session.scalars(select(DuesAssessment.organization_id))).first()
        session.add_all(
            DuesPayment(
                person_id=ids[MEMBER],
                organization_id=assessed,
                month=date(2026, month, 1),
                amount=Decimal(60),
                paid_on=date(2026, 11, 1),
                recorded_at=chat.town.now,
            )
            for month in range(1, 10)
        )
    for topic in TOPICS:
        chat.hears()
        await chat.sends(Kind.TAP, payload=f"my_data.{topic}")
        heard = chat.hears()
        assert len(heard) == 1
        assert not [name for name in OTHERS if name in heard[0]], (topic, heard)
    await chat.sends(Kind.TAP, payload="my_data.dues")
    assert "党费（11 条）" in chat.hears()[-1]
    await chat.taps("下一页 ›")
    assert "7. " in chat.hears()[-1]


@pytest.mark.parametrize("argument", ["nothing", "dues.999", "dues.-1", "dues.x", "1", "__class__"])
async def test_a_forged_page_is_the_first_one(database: Database, argument: str) -> None:
    _, chats, _ = await settled_town(database)
    await chats[MEMBER].sends(Kind.TAP, payload=f"my_data.{argument}")
    heard = chats[MEMBER].hears()
    assert len(heard) == 1
    assert heard[0].startswith(("这里记了您这些", "党费（0 条）"))


async def test_each_sees_only_what_is_theirs(database: Database) -> None:
    _, chats, ids = await settled_town(database)
    await lived(database, chats, ids)
    await chats["周福生"].says("导出我的记录")
    packed = chats["周福生"].messages[-1].documents[0]
    with zipfile.ZipFile(io.BytesIO(packed.blob)) as archive:
        text = archive.read("周福生的记录.json").decode()
    assert "周福生" in text
    for held in ("大家都好", "60.00", "修路", "王桂兰"):
        assert held not in text, held


async def test_a_mistake_goes_to_the_secretary_and_to_nobody_else(database: Database) -> None:
    _, chats, _ = await settled_town(database)
    for who in (SECRETARY, NEIGHBOUR, OFFICIAL, "赵大海"):
        chats[who].hears()
    for words in ("更正我的记录", "我的手机号后四位是 8826", "确认"):
        await chats[MEMBER].says(words)
    assert "8826" not in "".join(chats[SECRETARY].hears())  # only that there is one
    payload = chats[SECRETARY].buttons()[0].payload
    for who in (NEIGHBOUR, OFFICIAL, "赵大海"):
        await chats[who].sends(Kind.TAP, payload=payload)
        heard = chats[who].hears()
        assert len(heard) == 1
        assert "8826" not in heard[0]
    await chats[SECRETARY].sends(Kind.TAP, payload=payload)
    assert "8826" in chats[SECRETARY].hears()[0]


async def test_a_secretary_alone_only_notes_it(database: Database) -> None:
    _, chats, _ = await settled_town(database)
    for words in ("更正我的记录", "职务写错了", "确认"):
        await chats[SECRETARY].says(words)
    assert "您就是书记" in chats[SECRETARY].hears()[-1]


async def test_somebody_of_no_branch_is_told_whom_to_ask(database: Database) -> None:
    _, chats, ids = await settled_town(database)
    async with database.transaction() as session:
        gone = update(Membership).where(Membership.person_id == ids[MEMBER])
        await session.execute(gone.values(until=date(2026, 11, 1)))
    await chats[MEMBER].says("更正我的记录")
    assert chats[MEMBER].hears()[-1].startswith("您的支部现在没有登记书记")


async def test_a_phone_that_was_let_go_sees_nothing_and_can_be_bound_anew(database: Database) -> None:
    town, chats, ids = await settled_town(database)
    chat = chats[MEMBER]
    second = await town.chat("第二部手机", ids[MEMBER])
    for words in ("交材料", "情况反映", "心里话"):
        await chat.says(words)
    chat.hears()
    await chat.says("解绑")
    assert "另外 1 个账号不受影响" in chat.hears()[-1]
    await chat.says("确认")
    heard = chat.hears()
    assert heard == ["这部手机已经解除绑定，不再和您的记录相连。规定方面的问题，还可以随时问我。"]
    await chat.says("接着办")
    assert "没有放下的事" in chat.hears()[-1]
    for words in ("我的", "我的党费", "我的学时", "导出我的记录", "我的材料"):
        await chat.says(words)
        assert MEMBER not in "".join(chat.hears())
    for words in ("开会", "党课", "明天下午3点", "村小学", "讲党史", "确认"):
        await chats[SECRETARY].says(words)
    assert chat.hears() == []
    assert any("党课" in one for one in second.hears())
    async with database.reading() as session:
        bound = set(await session.scalars(select(Account.user).where(Account.person_id == ids[MEMBER])))
    assert bound == {"第二部手机"}


async def test_letting_go_can_be_called_off(database: Database) -> None:
    _, chats, _ = await settled_town(database)
    for words in ("解绑", "取消", "我的"):
        await chats[MEMBER].says(words)
    assert chats[MEMBER].hears()[-1].startswith("这里记了您这些")


@pytest.mark.parametrize(
    ("words", "left"),
    [("和周福生、周福一起", "和某同志、某同志一起"), ("修路", "修路"), ("", ""), ("周.福", "周.福")],
)
def test_other_names_are_taken_out_of_what_others_wrote(words: str, left: str) -> None:
    assert without(words, ["周福生", "周福"], "某同志") == left
    assert without(words, [], "某同志") == words
