"""Reports: read by author and addressee alone, whatever is forged; answered by two at once; packed with all in them."""

import asyncio
import io
import zipfile
from dataclasses import dataclass
from datetime import date

import pytest
from docx import Document as WordDocument
from sqlalchemy import select, update

from handlers.messages import Kind
from storage.database import Database
from storage.models import (
    Membership,
    Organization,
    OrganizationKind,
    Post,
    PostKind,
    Report,
    ReportKind,
    ReportNote,
    ReportState,
)
from storage.reports import add_report
from tests.branch import settled_town
from tests.fakes import TEXTS, Chat, FakeTown

SECRETARY, AUTHOR, NEIGHBOUR, OFFICIAL, STRANGER = "李向阳", "王桂兰", "吴长河", "郑远", "新手机"
SECRET = "只说给书记听的心里话"


@dataclass
class Branch:
    """The small branch, in which somebody has handed in what is not for everybody."""

    town: FakeTown
    chats: dict[str, Chat]
    ids: dict[str, int]
    report_id: int

    async def tap(self, who: str, payload: str) -> list[str]:
        """What somebody hears who presses a button, their own or a forged one."""
        self.chats[who].hears()
        await self.chats[who].sends(Kind.TAP, payload=payload)
        return self.chats[who].hears()

    async def report(self) -> Report:
        """The report as it stands in the database."""
        async with self.town.database.reading() as session:
            return await session.get_one(Report, self.report_id)


async def handed_in(chat: Chat, *lines: str) -> None:
    for line in lines:
        await chat.says(line)


@pytest.fixture
async def branch(database: Database) -> Branch:
    """A thought report waits for the secretary."""
    town, chats, ids = await settled_town(database)
    await handed_in(chats[AUTHOR], "交材料", "思想汇报", "2026年第四季度", SECRET)
    await chats[AUTHOR].sends_file("手写稿.jpg", b"\xff\xd8mine")
    await handed_in(chats[AUTHOR], "好了", "确认")
    async with database.reading() as session:
        report_id = (await session.scalars(select(Report.id))).one()
    return Branch(town, chats, ids, report_id)


READS = ("report", "accept_report", "ask_for_more", "add_to_report")


@pytest.mark.parametrize("who", [NEIGHBOUR, OFFICIAL, "赵大海", STRANGER])
async def test_nobody_else_reads_or_answers_it_by_a_forwarded_button(branch: Branch, who: str) -> None:
    for name in READS:
        heard = await branch.tap(who, f"{name}.{branch.report_id}")
        assert len(heard) == 1, name
        assert SECRET not in heard[0], name
        assert not branch.chats[who].messages[-1].documents, name
        await branch.chats[who].says("取消")
    for payload in (
        f"report_archive.{branch.ids['桃花村党支部']}.{branch.ids[AUTHOR]}",
        f"report_archive.{branch.ids['杏花村党支部']}.{branch.ids[AUTHOR]}",
        f"my_report_archive.{branch.ids[AUTHOR]}",
    ):
        await branch.tap(who, payload)
        assert not branch.chats[who].messages[-1].documents, payload
    found = await branch.report()
    assert (found.state, found.read_at) == (ReportState.HANDED_IN, None)


async def test_the_level_above_does_not_read_it_with_any_post_of_its_own(branch: Branch) -> None:
    async with branch.town.database.transaction() as session:
        committee = branch.ids["清河镇党委"]
        post = {"person_id": branch.ids[OFFICIAL], "organization_id": committee, "since": date(2024, 1, 1)}
        session.add(Post(**post, kind=PostKind.SECRETARY))
    heard = await branch.tap(OFFICIAL, f"report.{branch.report_id}")
    assert heard == [TEXTS.say("shared", "not_yours")]
    await branch.chats[OFFICIAL].says("看材料")
    assert SECRET not in "".join(branch.chats[OFFICIAL].hears())


async def test_a_secretary_who_left_office_reads_it_no_more_and_the_next_one_does(branch: Branch) -> None:
    async with branch.town.database.transaction() as session:
        leaving = update(Post).where(Post.person_id == branch.ids[SECRETARY]).values(until=date(2026, 11, 1))
        await session.execute(leaving)
        post = {"organization_id": branch.ids["桃花村党支部"], "since": date(2026, 11, 1)}
        session.add(Post(person_id=branch.ids["周福生"], **post, kind=PostKind.SECRETARY))
    assert SECRET not in "".join(await branch.tap(SECRETARY, f"report.{branch.report_id}"))
    assert SECRET in "".join(await branch.tap("周福生", f"report.{branch.report_id}"))


async def test_an_author_who_moved_away_still_sees_and_adds_to_what_is_theirs(branch: Branch) -> None:
    async with branch.town.database.transaction() as session:
        moving = update(Membership).where(Membership.person_id == branch.ids[AUTHOR])
        await session.execute(moving.values(organization_id=branch.ids["杏花村党支部"]))
    assert SECRET in "".join(await branch.tap(AUTHOR, f"report.{branch.report_id}"))
    await branch.tap(AUTHOR, f"add_to_report.{branch.report_id}")
    await handed_in(branch.chats[AUTHOR], "再补一句", "好了")
    assert "补充了思想汇报" in branch.chats[SECRETARY].hears()[-1]
    assert SECRET not in "".join(await branch.tap(NEIGHBOUR, f"report.{branch.report_id}"))


async def test_nobody_puts_their_own_report_on_file(database: Database) -> None:
    town, chats, _ = await settled_town(database)
    secretary = chats[SECRETARY]
    await handed_in(secretary, "交材料", "述职报告", "2026年", "我的述职", "好了", "确认")
    assert "没有通知别人" in secretary.hears()[-1]
    async with town.database.reading() as session:
        report_id = (await session.scalars(select(Report.id))).one()
    for name in ("accept_report", "ask_for_more"):
        await secretary.sends(Kind.TAP, payload=f"{name}.{report_id}")
        assert secretary.hears() == [TEXTS.say("shared", "not_yours")]
    await secretary.sends(Kind.TAP, payload=f"report.{report_id}")
    assert "我的述职" in secretary.hears()[-1]
    async with town.database.reading() as session:
        assert (await session.get_one(Report, report_id)).read_at is None


async def test_two_secretaries_file_it_at_once_and_the_author_is_told_once(branch: Branch) -> None:
    async with branch.town.database.transaction() as session:
        post = {"organization_id": branch.ids["桃花村党支部"], "since": date(2024, 1, 1)}
        session.add(Post(person_id=branch.ids["赵大海"], **post, kind=PostKind.DEPUTY_SECRETARY))
    branch.chats[AUTHOR].hears()
    await asyncio.gather(
        *(
            branch.chats[who].sends(Kind.TAP, payload=f"accept_report.{branch.report_id}")
            for who in (SECRETARY, "赵大海")
        )
    )
    said = [branch.chats[who].hears()[-1] for who in (SECRETARY, "赵大海")]
    assert sum("已阅存：" in words for words in said) == 1
    assert sum("已经阅存，不再改动" in words for words in said) == 1
    assert [words for words in branch.chats[AUTHOR].hears() if "阅存" in words] != []
    async with branch.town.database.reading() as session:
        (stored,) = await session.scalars(select(Report.state))
    assert stored is ReportState.ACCEPTED


async def test_what_is_filed_while_its_author_writes_is_told_to_the_author_and_left_alone(branch: Branch) -> None:
    await branch.tap(AUTHOR, f"add_to_report.{branch.report_id}")
    await handed_in(branch.chats[AUTHOR], "还没写完")
    await branch.tap(SECRETARY, f"accept_report.{branch.report_id}")
    branch.chats[AUTHOR].hears()
    await branch.chats[AUTHOR].says("好了")
    assert "已经阅存，不再改动" in branch.chats[AUTHOR].hears()[-1]
    async with branch.town.database.reading() as session:
        assert list(await session.scalars(select(ReportNote.id))) == []


def members_of_zip(blob: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(blob)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def words_in(blob: bytes) -> str:
    document = WordDocument(io.BytesIO(blob))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


@pytest.mark.parametrize("who", [SECRETARY, AUTHOR])
async def test_an_archive_holds_the_list_each_report_in_word_and_every_file(branch: Branch, who: str) -> None:
    await branch.tap(SECRETARY, f"ask_for_more.{branch.report_id}")
    await branch.chats[SECRETARY].says("请写打算")
    await branch.tap(AUTHOR, f"add_to_report.{branch.report_id}")
    await branch.chats[AUTHOR].says("打算读书")
    await branch.chats[AUTHOR].sends_file("计划/书单.docx", b"plan")
    await branch.chats[AUTHOR].says("好了")
    if who == AUTHOR:
        await branch.chats[AUTHOR].says("打包我的材料")
    else:
        await branch.tap(who, f"report_archive.{branch.ids['桃花村党支部']}.{branch.ids[AUTHOR]}")
    (document,) = branch.chats[who].messages[-1].documents
    parts = members_of_zip(document.blob)
    assert list(parts) == [
        "00_材料目录.docx",
        "01_2026-0001_思想汇报.docx",
        "01_2026-0001_思想汇报_附件1_手写稿.jpg",
        "01_2026-0001_思想汇报_附件2_计划书单.docx",
    ]
    assert parts["01_2026-0001_思想汇报_附件1_手写稿.jpg"] == b"\xff\xd8mine"
    assert "2026-0001" in words_in(parts["00_材料目录.docx"])
    paper = words_in(parts["01_2026-0001_思想汇报.docx"])
    for words in (SECRET, "2026年第四季度", "李向阳（2026年11月23日）：请写打算", "打算读书", "手写稿.jpg"):
        assert words in paper


async def test_what_is_too_large_to_send_is_left_out_and_said(branch: Branch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("handlers.report_archive.LARGEST", 3)
    await branch.chats[AUTHOR].says("打包我的材料")
    assert "附件太大，没有放进去" in branch.chats[AUTHOR].hears()[-1]
    (document,) = branch.chats[AUTHOR].messages[-1].documents
    assert len(members_of_zip(document.blob)) == 2


async def test_what_begins_like_a_formula_or_a_mark_stands_in_word_as_it_was_written(branch: Branch) -> None:
    text = "=1+1\n> 不是落款\n# 不是标题\n{{ step.number }}"
    await handed_in(branch.chats["赵大海"], "交材料", "情况反映", text, "好了", "确认", "打包我的材料")
    (document,) = branch.chats["赵大海"].messages[-1].documents
    paper = words_in(members_of_zip(document.blob)["01_2026-0002_情况反映.docx"])
    for line in text.splitlines():
        assert line in paper


async def test_a_branch_of_many_reports_is_leafed_through(branch: Branch) -> None:
    for number in range(9):
        await handed_in(branch.chats["周福生"], "交材料", "情况反映", f"第{number}件", "好了", "确认")
    secretary = branch.chats[SECRETARY]
    await secretary.says("党员材料")
    assert "有 10 份还没看" in secretary.hears()[-1]
    first = {button.payload for button in secretary.buttons()}
    await secretary.taps("下一页 ›")
    second = {button.payload for button in secretary.buttons()}
    seen = {payload for payload in first | second if payload.startswith("report.")}
    assert len(seen) == 10
    for forged in ("reports.99", "reports.-1", "reports.x", "reports.999999999"):
        assert len(await branch.tap(SECRETARY, forged)) == 1


async def test_who_serves_two_branches_sees_both_and_packs_each_by_itself(branch: Branch) -> None:
    async with branch.town.database.transaction() as session:
        post = {"organization_id": branch.ids["杏花村党支部"], "since": date(2024, 1, 1)}
        session.add(Post(person_id=branch.ids[SECRETARY], **post, kind=PostKind.DEPUTY_SECRETARY))
    await handed_in(branch.chats[OFFICIAL], "交材料", "情况反映", "杏花村的事", "好了", "确认")
    secretary = branch.chats[SECRETARY]
    await secretary.says("党员材料")
    assert {button.label.split()[0] for button in secretary.buttons()} >= {AUTHOR, OFFICIAL}
    await secretary.says("打包材料")
    await secretary.taps("郑远（1 份）")
    (document,) = secretary.messages[-1].documents
    assert document.name == "郑远_材料.zip"


@pytest.mark.parametrize("argument", ["", ".thought_report", ".conversion", ".nonsense", ".1", "." + "9" * 30])
async def test_a_kind_named_by_a_button_is_taken_only_if_this_person_may_hand_it_in(
    branch: Branch, argument: str
) -> None:
    heard = await branch.tap("赵大海", f"hand_in_report{argument}"[:48])
    begins = "是哪个季度的？" if argument == ".thought_report" else "交什么材料？"
    assert [words[:7] for words in heard] == [begins[:7]]


async def test_a_group_is_no_place_that_a_report_is_handed_in_to_by_its_secretary_alone(branch: Branch) -> None:
    async with branch.town.database.transaction() as session:
        home = await session.get_one(Organization, branch.ids["桃花村党支部"])
        group = Organization(kind=OrganizationKind.GROUP, name="第一党小组", parent_id=home.id, path="")
        session.add(group)
        await session.flush()
        group.path = f"{home.path}{group.id}/"
        post = {"organization_id": group.id, "since": date(2024, 1, 1)}
        session.add(Post(person_id=branch.ids["周福生"], **post, kind=PostKind.GROUP_LEADER))
    assert await branch.tap("周福生", f"report.{branch.report_id}") == [TEXTS.say("shared", "not_yours")]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_an_author_leafs_through_everything_and_gets_the_files_on_request_alone(branch: Branch) -> None:
    async with branch.town.database.transaction() as session:
        for number in range(9):
            await add_report(
                session,
                organization_id=branch.ids["桃花村党支部"],
                author_id=branch.ids[AUTHOR],
                kind=ReportKind.FEEDBACK,
                period="",
                text=f"第{number}份",
                file_ids=[],
                now=branch.town.now,
            )
    author = branch.chats[AUTHOR]
    await branch.tap(AUTHOR, "my_reports")
    assert [button.payload for button in author.buttons()][-2:] == ["my_reports.1", "my_report_archive"]
    await branch.tap(AUTHOR, "my_reports.1")
    shown = [button.payload for button in author.buttons() if button.payload.startswith("report.")]
    assert shown[-1] == f"report.{branch.report_id}", "the first that was handed in is the last of all"
    for who in (AUTHOR, SECRETARY):
        await branch.tap(who, f"report.{branch.report_id}")
        first = branch.chats[who].messages[-1].documents
        await branch.tap(who, f"report.{branch.report_id}")
        assert not branch.chats[who].messages[-1].documents
        await branch.tap(who, f"report_files.{branch.report_id}")
        again = branch.chats[who].messages[-1].documents
        assert [one.name for one in again] == ["手写稿.jpg"]
        assert bool(first) == (who == SECRETARY), "who wrote it has it already"
