"""Cases as a secretary lives them: begun, recorded under the rules, corrected, set aside, moved, packed."""

import io
import zipfile
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from handlers.messages import Kind
from knowledge.procedure.files import Procedures
from storage.case_steps import history_of, steps_of
from storage.cases import CaseView, case, cases_about
from storage.database import Database
from storage.models import Case, CaseState, Membership, Post, PostKind, Status
from storage.people import membership_of
from tests.branch import settled_town
from tests.fakes import ZONE, Chat, FakeTown

FOLDER = Path(__file__).parent / "procedures"


@dataclass
class Office:
    """The small branch with its secretary at the keyboard and a small procedure."""

    town: FakeTown
    chats: dict[str, Chat]
    ids: dict[str, int]
    database: Database

    @property
    def secretary(self) -> Chat:
        """李向阳."""
        return self.chats["李向阳"]

    async def say(self, *lines: str, who: str = "李向阳") -> str:
        """Says one thing after another; what the last one is answered with."""
        chat = self.chats[who]
        for line in lines:
            chat.hears()
            if any(button.label == line for button in chat.buttons()):
                await chat.taps(line)
            else:
                await chat.says(line)
        return "\n".join(chat.hears())

    async def tap(self, payload: str, who: str = "李向阳") -> str:
        """Presses a button by what it carries, as an old or forged one would."""
        chat = self.chats[who]
        chat.hears()
        await chat.sends(Kind.TAP, payload=payload)
        return "\n".join(chat.hears())

    def on(self, year: int, month: int, day: int) -> None:
        """Set the calendar."""
        self.town.now = datetime(year, month, day, 10, 0, tzinfo=ZONE)

    async def begun(self, name: str = "钱小满", received: str = "2026-11-20") -> CaseView:
        """A case about somebody whose application came on a day."""
        await self.tap("start_case.walk")
        await self.say(name, "是", received, "先记到这里", "确认")
        return await self.newest()

    async def newest(self) -> CaseView:
        """The case that was begun last."""
        async with self.database.reading() as session:
            found = (await session.execute(select(Case.id).order_by(Case.id.desc()).limit(1))).scalar_one()
            view = await case(session, found)
        assert view is not None
        return view

    async def steps(self, case_id: int) -> list[tuple[str, str]]:
        """What is in force in a case: step and day."""
        async with self.database.reading() as session:
            found = (await steps_of(session, [case_id])).get(case_id, [])
        return [(one.step, one.done_on.isoformat()) for one in found]

    async def status(self, name: str) -> Status:
        """As what somebody stands on the roster."""
        async with self.database.reading() as session:
            belongs = await membership_of(session, self.ids[name])
        assert belongs is not None
        return belongs.status


@pytest.fixture
async def office(database: Database) -> Office:
    """The branch on a Monday in November 2026."""
    town, chats, ids = await settled_town(database, Procedures.load(FOLDER))
    return Office(town, chats, ids, database)


async def test_a_case_begins_with_its_first_steps_and_says_what_comes_next(office: Office) -> None:
    page = await office.say("走一遍")
    assert "只给测试用的小规程" in page
    heard = await office.say("开始办", "钱小满", "是", "11月20日", "今天", "王桂兰", "跳过")
    assert "谈话日期：2026年11月23日" in heard
    assert "谈话人：王桂兰" in heard
    heard = await office.say("确认")
    assert "已记下，走一遍：钱小满" in heard
    assert "确定积极分子" in heard
    assert await office.steps((await office.newest()).id) == [("application", "2026-11-20"), ("talk", "2026-11-23")]


async def test_a_sitting_can_end_before_a_step_that_has_not_happened(office: Office) -> None:
    view = await office.begun()
    assert await office.steps(view.id) == [("application", "2026-11-20")]
    assert view.title == "走一遍：钱小满"


async def test_somebody_whom_the_roster_does_not_have_is_registered(office: Office) -> None:
    await office.tap("start_case.walk")
    heard = await office.say("林小雨")
    assert "名单里没有这位同志" in heard
    heard = await office.say("名单里没有，新登记", "林小雨", "尾号是88")
    assert "后四位" in heard
    await office.say("13800008826", "是", "今天", "先记到这里", "确认")
    view = await office.newest()
    assert view.subject_name == "林小雨"
    assert view.subject_id is not None
    async with office.database.reading() as session:
        belongs = await membership_of(session, view.subject_id)
    assert belongs is not None
    assert belongs.status is Status.APPLICANT


async def test_a_second_case_about_the_same_person_is_not_begun(office: Office) -> None:
    await office.begun()
    await office.tap("start_case.walk")
    assert "正在办" in await office.say("钱小满")


async def test_what_a_rule_forbids_is_refused_with_what_to_do_and_asked_again(office: Office) -> None:
    view = await office.begun(received="2026-11-20")
    heard = await office.say("记：派人谈话", "11月1日")
    assert "谈话不能早于2026年11月20日" in heard
    assert "哪天谈的" in heard
    heard = await office.say("今天", "李向阳")
    assert "还有要记的吗" in heard
    await office.say("无", "确认")
    assert await office.steps(view.id) == [("application", "2026-11-20"), ("talk", "2026-11-23")]


async def test_what_needs_a_reason_is_recorded_with_one(office: Office) -> None:
    view = await office.begun(received="2026-9-1")
    heard = await office.say("记：派人谈话", "今天")
    assert "最晚2026年10月1日，晚了。" in heard
    assert "第7条" in heard
    assert "写明原因" in heard
    heard = await office.say("支书住院", "王桂兰", "跳过")
    assert "原因：支书住院" in heard
    await office.say("确认")
    async with office.database.reading() as session:
        recorded = (await steps_of(session, [view.id]))[view.id][-1]
    assert recorded.note == "支书住院"
    assert recorded.answers["reasons"] == {"within_a_month": "支书住院"}


async def test_what_is_only_to_be_borne_in_mind_stands_in_the_summary(office: Office) -> None:
    view = await office.begun()
    await office.say("记：派人谈话", "今天", "王桂兰", "跳过", "确认")
    heard = await office.say("记：确定积极分子", "今天", "王桂兰", "好了")
    assert "提醒：联系人一般两名。" in heard
    await office.say("确认")
    assert await office.status("钱小满") is Status.ACTIVIST
    assert ("chosen", "2026-11-23") in await office.steps(view.id)


async def test_people_are_named_in_one_message(office: Office) -> None:
    await office.begun()
    await office.say("记：派人谈话", "今天", "王桂兰", "跳过", "确认")
    heard = await office.say("记：确定积极分子", "今天", "王桂兰、赵大海")
    assert "联系人：王桂兰、赵大海" in heard
    assert "提醒" not in heard


async def until_the_vote(office: Office, name: str = "钱小满", known: bool = True) -> CaseView:
    """A case that waits for the general meeting only, taken over midway."""
    await office.tap("start_case.walk")
    await office.say(*([name] if known else ["名单里没有，新登记", name, "8826"]), "否", "大会表决")
    await office.say("2025-10-1", "确认")
    return await office.newest()


async def test_a_case_that_began_before_is_taken_over_by_the_days_that_matter(office: Office) -> None:
    await office.tap("start_case.walk")
    heard = await office.say("钱小满", "否", "大会表决")
    assert "哪天确定的" in heard
    heard = await office.say("2025-10-1")
    assert "开始办" in heard
    assert "2025年10月1日" in heard
    heard = await office.say("确认")
    view = await office.newest()
    assert view.taken_over_at == "vote"
    assert await office.steps(view.id) == [("chosen", "2025-10-01")]
    assert "大会表决" in heard


async def test_a_date_that_comes_too_early_is_refused_by_the_rule(office: Office) -> None:
    await office.tap("start_case.walk")
    await office.say("钱小满", "否", "大会表决", "2026-10-1", "确认")
    view = await office.newest()
    heard = await office.tap(f"case.{view.id}")
    assert "最早 2027年10月1日" in heard
    assert "要满一年" in heard
    heard = await office.tap(f"record.{view.id}.vote")
    assert "最早 2027年10月1日" in heard


async def test_too_few_present_cannot_be_recorded(office: Office) -> None:
    await until_the_vote(office)
    heard = await office.say("记：大会表决", "今天", "4", "2")
    assert "实到 2 人，不够开会表决。请改日再开。" in heard
    heard = await office.say("3", "4")
    assert "赞成票多于实到人数" in heard


async def test_a_vote_that_is_lost_ends_the_case(office: Office) -> None:
    view = await until_the_vote(office)
    heard = await office.say("记：大会表决", "今天", "4", "3", "2", "确认")
    assert "没有通过" in heard
    assert "到此为止" in heard
    async with office.database.reading() as session:
        ended = await case(session, view.id)
    assert ended is not None
    assert ended.state is CaseState.CLOSED
    assert ended.outcome == "stopped"


async def test_two_people_at_one_meeting_are_voted_on_one_by_one(office: Office) -> None:
    first = await until_the_vote(office)
    second = await until_the_vote(office, "林小雨", known=False)
    heard = await office.tap(f"record.{first.id}.vote")
    assert "除了钱小满同志" in heard
    await office.say("林小雨", "好了", "今天", "4", "4")
    heard = await office.say("3")
    assert "林小雨" in heard
    heard = await office.say("1")
    assert "钱小满 赞成：3" in heard
    assert "林小雨 赞成：1" in heard
    await office.say("确认")
    assert await office.steps(first.id) == [("chosen", "2025-10-01"), ("vote", "2026-11-23")]
    async with office.database.reading() as session:
        lost = await case(session, second.id)
    assert lost is not None
    assert lost.state is CaseState.CLOSED


async def test_the_roster_follows_from_the_day_that_the_procedure_names(office: Office) -> None:
    await until_the_vote(office)
    await office.say("记：大会表决", "今天", "4", "4", "4", "确认")
    office.on(2026, 12, 20)
    heard = await office.say("记：上级审批", "今天", "确认")
    assert "全部办完了" in heard
    assert await office.status("钱小满") is Status.PROBATIONARY
    async with office.database.reading() as session:
        belongs = await membership_of(session, office.ids["钱小满"])
    assert belongs is not None
    assert belongs.since.isoformat() == "2026-11-23"


async def test_a_wrong_entry_is_corrected_with_a_reason_and_the_old_one_is_kept(office: Office) -> None:
    view = await office.begun()
    await office.tap(f"correct_step.{view.id}")
    heard = await office.say("改其中一项", "1")
    assert "哪天收到的" in heard
    heard = await office.say("2026-11-18", "日期看错了")
    assert "更正原因：日期看错了" in heard
    assert "已更正" in await office.say("确认")
    assert await office.steps(view.id) == [("application", "2026-11-18")]
    async with office.database.reading() as session:
        everything = await history_of(session, view.id)
    assert [one.done_on.isoformat() for one in everything] == ["2026-11-20", "2026-11-18"]
    heard = await office.tap(f"case_history.{view.id}")
    assert "更正：递交申请" in heard
    assert "原因：日期看错了" in heard
    assert "已被更正" in heard


async def test_a_correction_says_what_it_makes_wrong_further_on(office: Office) -> None:
    view = await office.begun(received="2026-11-10")
    await office.say("记：派人谈话", "11月12日", "王桂兰", "跳过", "先记到这里", "确认")
    await office.tap(f"correct_step.{view.id}")
    heard = await office.say("1", "改其中一项", "1", "11月20日", "记错了")
    assert "派人谈话：谈话不能早于2026年11月20日" in heard


async def test_a_step_that_was_never_done_is_taken_back(office: Office) -> None:
    view = await office.begun()
    await office.tap(f"correct_step.{view.id}")
    await office.say("整步撤回（没有办过）", "点错了")
    await office.say("确认")
    assert await office.steps(view.id) == []
    assert "撤回：递交申请" in await office.tap(f"case_history.{view.id}")


async def test_taking_back_the_last_step_opens_a_case_that_had_ended(office: Office) -> None:
    view = await until_the_vote(office)
    await office.say("记：大会表决", "今天", "4", "3", "2", "确认")
    await office.tap(f"correct_step.{view.id}")
    await office.say("2", "整步撤回（没有办过）", "票数记错", "确认")
    async with office.database.reading() as session:
        again = await case(session, view.id)
    assert again is not None
    assert again.state is CaseState.OPEN


async def test_a_case_rests_and_goes_on(office: Office) -> None:
    view = await office.begun()
    await office.tap(f"pause_case.{view.id}")
    assert "暂停了" in await office.say("外出半年")
    assert "暂停了" in await office.tap(f"record.{view.id}")
    assert "暂停：外出半年" in await office.tap(f"case.{view.id}")
    assert "派人谈话" in await office.tap(f"resume_case.{view.id}")
    assert "没有暂停" in await office.tap(f"resume_case.{view.id}")


async def test_a_case_that_will_not_go_on_is_ended_with_why(office: Office) -> None:
    view = await office.begun()
    await office.tap(f"stop_case.{view.id}")
    assert "已终止" in await office.say("本人撤回申请", "确认")
    assert "已终止：本人撤回申请" in await office.tap(f"case.{view.id}")
    assert "已经结束" in await office.tap(f"record.{view.id}")
    assert "还没有" not in await office.tap("cases.closed")


async def test_a_case_goes_to_another_branch_with_its_person(office: Office) -> None:
    view = await office.begun()
    await office.tap(f"move_case.{view.id}")
    await office.say("杏花村")
    heard = await office.say("确认")
    assert "已转到杏花村党支部" in heard
    assert "转来" not in heard
    assert "转到了您的支部" in "\n".join(office.chats["吴长河"].hears())
    assert "没有权限" in await office.tap(f"case.{view.id}")
    assert "派人谈话" in await office.tap(f"case.{view.id}", who="吴长河")
    async with office.database.reading() as session:
        belongs = await membership_of(session, office.ids["钱小满"])
    assert belongs is not None
    assert belongs.organization_name == "杏花村党支部"


async def test_two_people_who_record_at_once_do_not_record_twice(office: Office) -> None:
    async with office.database.transaction() as session:
        since = {"organization_id": office.ids["桃花村党支部"], "since": date(2024, 1, 1)}
        session.add(Post(person_id=office.ids["王桂兰"], kind=PostKind.DEPUTY_SECRETARY, **since))
    view = await office.begun()
    await office.say("记：派人谈话", "今天", "周福生", "跳过")
    await office.tap(f"record.{view.id}.talk", who="王桂兰")
    heard = await office.say("今天", "赵大海", "跳过", "确认", who="王桂兰")
    assert "已记下" in heard
    heard = await office.say("确认")
    assert "别的同志也在记" in heard or "已经记过" in heard
    assert await office.steps(view.id) == [("application", "2026-11-20"), ("talk", "2026-11-23")]


BUTTONS = (
    *("case.{id}", "record.{id}", "papers.{id}", "paper.{id}.talk_record", "archive.{id}", "timeline.{id}"),
    *("correct_step.{id}", "pause_case.{id}", "stop_case.{id}", "move_case.{id}", "attach.{id}", "case_more.{id}"),
    *("case_history.{id}", "case_file.{id}", "resume_case.{id}"),
)


@pytest.mark.parametrize("payload", BUTTONS)
async def test_another_branch_s_case_is_nobody_else_s(office: Office, payload: str) -> None:
    view = await office.begun()
    assert "没有权限" in await office.tap(payload.format(id=view.id), who="吴长河")
    assert "支部书记" in await office.tap(payload.format(id=view.id), who="王桂兰")


@pytest.mark.parametrize("number", ["0", "99999", "x", "-1", "9" * 30, ""])
async def test_a_forged_case_is_none(office: Office, number: str) -> None:
    for name in ("case", "papers", "timeline", "case_more"):
        heard = await office.tap(f"{name}.{number}")
        assert heard
        assert "对不起" not in heard


async def test_papers_are_word_files_filled_in_with_what_is_known(office: Office) -> None:
    view = await office.begun()
    heard = await office.tap(f"papers.{view.id}")
    assert "材料" in heard
    await office.tap(f"paper.{view.id}.application_outline")
    document = office.secretary.messages[-1].documents[0]
    assert document.name == "入党申请书提纲（钱小满）.docx"
    assert zipfile.is_zipfile(io.BytesIO(document.blob))
    assert "已经不在了" in await office.tap(f"paper.{view.id}.nonsense")


async def test_what_was_handed_in_is_kept_with_the_case_and_packed_with_it(office: Office) -> None:
    view = await office.begun()
    await office.tap(f"attach.{view.id}")
    await office.secretary.sends_file("申请书.jpg", b"\xff\xd8scan")
    heard = await office.say("好了", "确认")
    assert "收好了 1 个文件" in heard
    await office.tap(f"archive.{view.id}")
    packed = office.secretary.messages[-1].documents[0]
    assert packed.name == "走一遍：钱小满_归档.zip"
    with zipfile.ZipFile(io.BytesIO(packed.blob)) as archive:
        names = archive.namelist()
        assert archive.read(names[-1]) == b"\xff\xd8scan"
    assert [name[:2] for name in names] == [f"{number:02d}" for number in range(len(names))]
    assert any("归档目录" in name for name in names)
    assert names[-1].endswith("申请书.jpg")


async def test_a_person_sees_what_is_under_way_about_them(office: Office) -> None:
    await office.begun()
    heard = await office.say("我的", who="钱小满")
    assert "走一遍：钱小满（在办）：递交申请 2026年11月20日" in heard


async def test_what_is_under_way_is_listed_with_what_is_due(office: Office) -> None:
    view = await office.begun()
    heard = await office.say("在办的事")
    assert "走一遍：钱小满" in heard
    assert "派人谈话" in heard
    heard = await office.say(view.title)
    assert "第 2 步，共 6 步" in heard
    assert "◐○○ 申请" in heard


async def test_a_repeated_step_is_recorded_again_until_the_next_one_is_done(office: Office) -> None:
    await office.tap("start_case.walk")
    await office.say("钱小满", "否", "半年考察", "2025-10-1", "确认")
    view = await office.newest()
    await office.tap(f"record.{view.id}.review")
    await office.say("2026-4-1", "确认")
    await office.tap(f"record.{view.id}.review")
    heard = await office.say("2026-9-30", "确认")
    assert "半年考察" in heard
    assert "大会表决" in heard
    assert await office.steps(view.id) == [
        ("chosen", "2025-10-01"),
        ("review", "2026-04-01"),
        ("review", "2026-09-30"),
    ]


async def test_a_future_day_is_not_recorded_as_done(office: Office) -> None:
    await office.tap("start_case.walk")
    assert "不能晚于2026年11月23日" in await office.say("钱小满", "是", "2026年11月24日")


async def test_a_procedure_is_shown_to_a_member_without_a_way_to_begin_it(office: Office) -> None:
    heard = await office.say("走一遍", who="王桂兰")
    assert "只给测试用的小规程" in heard
    assert "开始办" not in [button.label for button in office.chats["王桂兰"].buttons()]
    assert "没谈话就往下走" in await office.say("常见错误和依据", who="王桂兰")
    assert "本人书面递交" in await office.tap("procedure_steps.walk", who="王桂兰")


async def test_cases_outlive_the_secretary_s_term(office: Office) -> None:
    view = await office.begun()
    async with office.database.transaction() as session:
        post = (await session.scalars(select(Post).where(Post.person_id == office.ids["李向阳"]))).one()
        post.until = date(2026, 11, 22)
        since = {"organization_id": office.ids["桃花村党支部"], "since": date(2026, 11, 22)}
        session.add(Post(person_id=office.ids["王桂兰"], kind=PostKind.SECRETARY, **since))
    assert "走一遍：钱小满" in await office.say("在办的事", who="王桂兰")
    assert "支部书记" in await office.tap(f"case.{view.id}")


async def test_nothing_about_a_person_is_lost_when_they_leave_the_roster(office: Office) -> None:
    view = await office.begun()
    async with office.database.transaction() as session:
        held = (await session.scalars(select(Membership).where(Membership.person_id == office.ids["钱小满"]))).one()
        held.until = date(2026, 11, 23)
    assert "走一遍：钱小满" in await office.tap(f"case.{view.id}")
    async with office.database.reading() as session:
        assert [one.id for one in await cases_about(session, office.ids["钱小满"])] == [view.id]
