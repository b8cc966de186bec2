"""Dues in the chat: how lines are read, what is never kept, and who may look at whose."""

import io
import json
import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy import select

from handlers.dialogue.errors import Invalid
from handlers.dues_lines import Books, kept_of, may_be_paid, months_in, named_in, plain, reckon
from handlers.messages import Document, Kind
from handlers.sheets import XLSX
from storage.database import Database
from storage.dues import Assessed, PayerKind
from storage.models import AuditEntry, DuesAssessment, DuesPayment, File, OutboxMessage, Run, Status
from storage.people import Member
from tests.branch import settled_town
from tests.fakes import MONDAY, TEXTS, Chat, FakeTown

TODAY = date(2026, 11, 23)
SECRETARY, MEMBER, NEIGHBOUR = "李向阳", "王桂兰", "吴长河"
WANG = Member(1, "王桂兰", "1002", Status.FULL, True, None)
TWINS = [WANG, Member(2, "王桂兰", "2002", Status.FULL, True, None), Member(3, "张三", "3003", Status.FULL, True, None)]


def fixed(payer: PayerKind = PayerKind.EMPLOYED, monthly: str = "50.00", year: int = 2025) -> Assessed:
    return Assessed(1, year, payer, Decimal(monthly), "", date(2026, 1, 1), MONDAY)


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("5200", ["employed", "78.00", "1.5", ""]),
        ("3000", ["employed", "15.00", "0.5", ""]),
        ("3001元", ["employed", "30.01", "1", ""]),
        ("在职 5,200", ["employed", "78.00", "1.5", ""]),
        ("工资10001", ["employed", "200.02", "2", ""]),
        ("退休４１００", ["retired", "20.50", "0.5", ""]),
        ("离退休 5001", ["retired", "50.01", "1", ""]),
        ("年薪 20000", ["yearly", "400.00", "2", ""]),
        ("个体户 4000", ["self_employed", "40.00", "1", ""]),
        ("农民 0.5", ["farmer", "0.5", "", ""]),
        ("农民1元", ["farmer", "1", "", ""]),
        ("学生", ["fixed", "0.20", "", ""]),
        ("下岗", ["fixed", "0.20", "", ""]),
        ("领低保", ["fixed", "0.20", "", ""]),
        ("在职 5200 交100 自愿多交", ["employed", "100", "", "自愿多交"]),
        ("5200，少交10，镇党委4月20日批准", ["employed", "10", "", "镇党委4月20日批准"]),
        ("免交 镇党委4月20日批准", ["employed", "0", "", "镇党委4月20日批准"]),
        ("农民 5 自愿多交", ["farmer", "5", "", "自愿多交"]),
    ],
)
def test_a_line_comes_to_what_the_table_says(words: str, kept: list[str]) -> None:
    assert kept_of(reckon(1, plain(words), None, 2026)) == kept


@pytest.mark.parametrize(
    ("words", "key"),
    [
        ("", "not_read"),
        ("下次再说", "not_read"),
        ("-5", "not_read"),
        ("5200.123", "not_read"),
        ("0.5", "kind_needed"),
        ("农民", "farmer_how_much"),
        ("农民 5", "reason_needed"),
        ("学生 5", "reason_needed"),
        ("在职", "how_much"),
        ("不变", "nothing_before"),
        ("9999999", "income_too_high"),
        ("5200 交100", "reason_needed"),
        ("免交", "reason_needed"),
    ],
)
def test_a_line_that_cannot_be_is_refused_with_a_sentence(words: str, key: str) -> None:
    with pytest.raises(Invalid) as raised:
        reckon(1, plain(words), None, 2026)
    assert raised.value.key == key
    assert TEXTS.say("dues_lines", key, **raised.value.values)


def test_a_bare_figure_is_of_the_kind_that_it_was_and_the_year_is_not_changed_without_a_reason() -> None:
    assert kept_of(reckon(1, "4100", fixed(PayerKind.RETIRED), 2026)) == ["retired", "20.50", "0.5", ""]
    assert kept_of(reckon(1, "4100", fixed(PayerKind.FARMER), 2026))[0] == "employed"
    assert kept_of(reckon(1, "同去年", fixed(), 2026)) == ["employed", "50.00", "", ""]
    with pytest.raises(Invalid, match="changed_within_the_year"):
        reckon(1, "5200", fixed(year=2026), 2026)
    assert kept_of(reckon(1, "5200 工资调整", fixed(year=2026), 2026)) == ["employed", "78.00", "1.5", "工资调整"]


def test_the_one_who_is_meant_is_found_or_asked_for() -> None:
    assert named_in("王桂兰(2002) 5200", TWINS) == (TWINS[1], "5200")
    assert named_in("zhangsan 5200", TWINS) == (TWINS[2], "5200")
    assert named_in(plain("张三同志：10月"), TWINS) == (TWINS[2], "10月")
    for line, key in (("王桂兰 5200", "several_of_the_name"), ("李四 1", "nobody_of_the_name"), ("5200", "no_name")):
        with pytest.raises(Invalid, match=key):
            named_in(line, TWINS)


def books(*paid: date, since: date = date(2020, 1, 1)) -> Books:
    return Books(fixed(), since, frozenset(paid))


@pytest.mark.parametrize(
    ("words", "months"),
    [
        ("", ["2026-11"]),
        ("本月", ["2026-11"]),
        ("交了", ["2026-11"]),
        ("上个月", ["2026-10"]),
        ("10月11月", ["2026-10", "2026-11"]),
        ("10、11月", ["2026-10", "2026-11"]),
        ("9-11月", ["2026-09", "2026-10", "2026-11"]),
        ("9月到11月的党费", ["2026-09", "2026-10", "2026-11"]),
        ("十月、十一月", ["2026-10", "2026-11"]),
        ("四季度", ["2026-10", "2026-11", "2026-12"]),
        ("12月到2027年1月", ["2026-12", "2027-01"]),
        ("2025年12月", ["2025-12"]),
    ],
)
def test_months_are_read_as_people_write_them(words: str, months: list[str]) -> None:
    assert [f"{one:%Y-%m}" for one in months_in(words, books(), TODAY)] == months


def test_a_month_that_is_paid_is_the_next_one_of_that_name_where_that_may_be_paid() -> None:
    assert months_in("1月", books(), TODAY) == [date(2026, 1, 1)]
    assert months_in("1月", books(date(2026, 1, 1)), TODAY) == [date(2027, 1, 1)]
    assert months_in("8月", books(date(2026, 8, 1)), TODAY) == [date(2026, 8, 1)]


def test_what_is_owed_is_made_good_in_one_word() -> None:
    paid = [date(2026, month, 1) for month in range(1, 10)]
    assert months_in("补齐", books(*paid), TODAY) == [date(2026, 10, 1), date(2026, 11, 1)]


@pytest.mark.parametrize(
    ("months", "known", "key"),
    [
        ([date(2027, 6, 1)], books(), "too_far_ahead"),
        ([date(2026, 10, 1)], books(date(2026, 10, 1)), "paid_before"),
        ([date(2026, 5, 1)], books(since=date(2026, 6, 18)), "before_their_time"),
        ([date(2026, 10, 1)], Books(None, date(2020, 1, 1), ()), "not_assessed"),
        ([date(2026, 10, 1)], Books(fixed(monthly="0.00"), date(2020, 1, 1), ()), "pays_nothing"),
    ],
)
def test_months_that_may_not_be_paid_are_refused(months: list[date], known: Books, key: str) -> None:
    with pytest.raises(Invalid) as raised:
        may_be_paid(months, known, TODAY)
    assert TEXTS.say("dues_lines", key, **raised.value.values)
    assert raised.value.key == key


def test_half_a_year_ahead_and_the_month_of_the_general_meeting_may_be_paid() -> None:
    may_be_paid([date(2027, 5, 1)], books(), TODAY)
    may_be_paid([date(2026, 6, 1)], books(since=date(2026, 6, 18)), TODAY)


@pytest.mark.parametrize("words", ["13月", "0月", "大约两个月", "12-10月", "好" * 50])
def test_months_that_are_none_are_refused(words: str) -> None:
    with pytest.raises(Invalid):
        months_in(words, books(), TODAY)


async def assessed(chat: Chat, *lines: str) -> None:
    for words in ("核定党费", "从 1 月起", "\n".join(lines), "好了", "确认"):
        await chat.says(words)


async def everything_kept(database: Database) -> str:
    """All that the database holds of what was typed: journals, messages, ledgers, notes of who did what."""
    found: list[Any] = []
    async with database.reading() as session:
        for column in (Run.journal, OutboxMessage.body, DuesAssessment.reason, AuditEntry.subject):
            found += (await session.scalars(select(column))).all()
    return json.dumps(found, ensure_ascii=False)


async def test_no_income_is_kept_anywhere(database: Database) -> None:
    _, chats, _ = await settled_town(database)
    await assessed(chats[SECRETARY], "王桂兰 5273", "周福生 5273 交5", "5273", "赵大海 退休 4181 交99 自愿多交")
    heard = "\n".join(chats[SECRETARY].hears())
    assert "每月 79.10 元" in heard
    kept = await everything_kept(database)
    assert "79.10" in kept
    assert not re.search("5273|4181", kept)


def filled_in(rows: list[list[Any]]) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["党费核定表"])
    sheet.append(TEXTS.say("dues_sheet", "heads").split("、"))
    for row in rows:
        sheet.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


async def sends_sheet(chat: Chat, content: bytes, name: str = "核定表.xlsx") -> None:
    await chat.sends(Kind.FILE, files=(Document(name, XLSX, content),))


async def stored_files(database: Database) -> int:
    async with database.reading() as session:
        return len((await session.scalars(select(File.id))).all())


async def test_a_sheet_is_taken_over_as_a_whole_and_not_kept(database: Database) -> None:
    _, chats, _ = await settled_town(database)
    chat = chats[SECRETARY]
    await chat.says("党费核定表")
    made = chat.messages[-1].documents[0]
    table = load_workbook(io.BytesIO(made.blob)).worksheets[0]
    names = [row[0] for row in table.iter_rows(values_only=True)]
    assert {"王桂兰", "孙小梅"} <= set(names)
    assert "钱小满" not in names
    before = await stored_files(database)
    for words in ("用表格核定", "从 1 月起"):
        await chat.says(words)
    rows = [["王桂兰", "1002", "在职", 5273, None, None], ["赵大海", 1003, "退休", 4181.5, 99, "自愿多交"]]
    await sends_sheet(chat, filled_in([*rows, ["周福生", "1004", None, None, None, None]]))
    assert "王桂兰（在职）：全额按 1.5% 一档，每月 79.10 元" in chat.messages[-1].body.replace("\\", "")
    await chat.says("确认")
    assert "2 人" in chat.hears()[-1]
    assert await stored_files(database) == before
    assert not re.search("5273|4181", await everything_kept(database))
    async with database.reading() as session:
        sums = set(await session.scalars(select(DuesAssessment.monthly)))
    assert sums == {Decimal("79.10"), Decimal("99.00")}


async def test_a_sheet_with_a_fault_records_nothing_and_says_each_row(database: Database) -> None:
    _, chats, _ = await settled_town(database)
    chat = chats[SECRETARY]
    for words in ("用表格核定", "从 1 月起"):
        await chat.says(words)
    before = await stored_files(database)
    await sends_sheet(chat, b"x", "照片.jpg")
    assert chat.hears()[-1].startswith("这里要一个 .xlsx 表格文件")
    rows = [
        ["王桂兰", "1002", "在职", 5200, None, None],
        ["钱小满", "", "在职", 5200, None, None],
        ["王桂兰", "", "", 5, 5, None],
    ]
    await sends_sheet(chat, filled_in([*rows, ["周福生", "", "农民", "", 8, ""]]))
    heard = chat.hears()[-1]
    assert "第 4 行：本支部党员里没找到“钱小满”" in heard
    assert "第 5 行：王桂兰写了两次" in heard
    assert "第 6 行：和标准不一样" in heard
    async with database.reading() as session:
        assert (await session.scalars(select(DuesAssessment.id))).all() == []
    assert await stored_files(database) == before, "neither the photo, which was no sheet, nor what was read"


@pytest.mark.parametrize("content", [b"", b"no workbook", b"PK\x03\x04broken"])
async def test_what_is_no_workbook_is_said_so(database: Database, content: bytes) -> None:
    _, chats, _ = await settled_town(database)
    for words in ("用表格核定", "从 1 月起"):
        await chats[SECRETARY].says(words)
    await sends_sheet(chats[SECRETARY], content)
    assert "打不开" in chats[SECRETARY].hears()[-1]


async def test_each_sees_their_own_dues_only_and_another_secretary_sees_none(database: Database) -> None:
    _, chats, ids = await settled_town(database)
    await assessed(chats[SECRETARY], "王桂兰 5200", "赵大海 退休 4100")
    for words in ("记党费", "王桂兰 10月", "好了", "确认"):
        await chats[SECRETARY].says(words)
    chats[MEMBER].hears()
    await chats[MEMBER].says("我的党费")
    mine = chats[MEMBER].hears()[-1]
    assert "78.00" in mine
    assert "赵大海" not in mine
    async with database.reading() as session:
        payment_id = await session.scalar(select(DuesPayment.id))
    branch = ids["桃花村党支部"]
    names = ("dues", "record_dues", "assess_dues", "dues_owed", "remind_dues", "dues_people", "dues_ledger")
    for payload in (
        *(f"{name}.{branch}" for name in (*names, "dues_summary", "dues_sheet", "import_dues")),
        f"dues_of.{ids[MEMBER]}",
        f"void_dues.{payment_id}",
    ):
        for who in (NEIGHBOUR, MEMBER, "郑远"):
            chats[who].hears()
            await chats[who].sends(Kind.TAP, payload=payload)
            heard = chats[who].hears()
            assert len(heard) == 1, (payload, who, heard)
            assert "78" not in heard[0], (payload, who)
            assert "桃花村" not in heard[0], (payload, who)


async def test_somebody_else_records_the_same_month_before_it_is_confirmed(database: Database) -> None:
    town, chats, ids = await settled_town(database)
    await assessed(chats[SECRETARY], "王桂兰 5200", "赵大海 退休 4100")
    second = await second_phone(town, ids[SECRETARY])
    for words in ("记党费", "王桂兰 10月", "好了"):
        await chats[SECRETARY].says(words)
    for words in ("记党费", "王桂兰 10月", "好了", "确认"):
        await second.says(words)
    chats[SECRETARY].hears()
    await chats[SECRETARY].says("确认")
    assert "王桂兰：2026年10月已经交过了" in chats[SECRETARY].hears()[0]
    async with database.reading() as session:
        assert len((await session.scalars(select(DuesPayment.id))).all()) == 1


async def second_phone(town: FakeTown, person_id: int) -> Chat:
    return await town.chat("第二部手机", person_id)


async def test_a_payment_is_taken_back_once(database: Database) -> None:
    _, chats, _ = await settled_town(database)
    chat = chats[SECRETARY]
    await assessed(chat, "王桂兰 5200")
    for words in ("记党费", "王桂兰 10月", "好了", "确认"):
        await chat.says(words)
    async with database.reading() as session:
        payment_id = await session.scalar(select(DuesPayment.id))
    for words in ("记成别人的了", "确认"):
        if words != "确认":
            await chat.sends(Kind.TAP, payload=f"void_dues.{payment_id}")
        await chat.says(words)
    chat.hears()
    await chat.sends(Kind.TAP, payload=f"void_dues.{payment_id}")
    assert chat.hears() == ["这一笔已经撤销了。"]


async def test_nobody_is_reminded_twice_on_a_day(database: Database) -> None:
    _, chats, _ = await settled_town(database)
    await assessed(chats[SECRETARY], "王桂兰 5200")
    chats[MEMBER].hears()
    for _ in range(2):
        for words in ("提醒欠交的", "确认"):
            await chats[SECRETARY].says(words)
    assert len([one for one in chats[MEMBER].hears() if "党费没交" in one]) == 1


async def test_books_opened_in_the_middle_of_a_year_owe_nothing_for_before(database: Database) -> None:
    town, chats, _ = await settled_town(database)
    chat = chats[SECRETARY]
    for words in ("核定党费", "从本月（11月）起", "王桂兰 5200", "好了", "确认", "谁还没交"):
        await chat.says(words)
    assert chat.hears()[-1] == "以前月份的都交齐了。"
    town.later(days=10)
    await chat.says("谁还没交")
    assert "🟡 王桂兰 欠 1 个月（2026年11月），78.00 元" in chat.hears()[-1]


async def test_last_years_sums_are_taken_over_with_one_button(database: Database) -> None:
    town, chats, _ = await settled_town(database)
    chat = chats[SECRETARY]
    await assessed(chat, "王桂兰 5200", "赵大海 退休 4100")
    town.now = town.now.replace(year=2027, month=1, day=10)
    for words in ("核定党费", "赵大海 退休 5100", "其余和去年一样", "好了", "确认"):
        await chat.says(words)
    async with database.reading() as session:
        query = select(DuesAssessment.monthly).where(DuesAssessment.year == 2027)
        assert sorted(await session.scalars(query)) == [Decimal("51.00"), Decimal("78.00")]
