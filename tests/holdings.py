"""A branch that holds one record of each kind, and everybody who may try to get at it: what the table of roles needs.

Whatever is nobody else's business has one of `SECRETS` in it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from handlers.codes import link_of, window_at
from storage.branch_entries import add_entry
from storage.case_steps import NewStep, record_steps
from storage.cases import add_case, add_case_file
from storage.checkin import open_check_in
from storage.database import Database, Session
from storage.dues import Assessment, PayerKind, add_assessments, add_payments, payments_by
from storage.files import add_file
from storage.group_chats import group_at, link_chat
from storage.learning import LearningKind, add_hours, learning_of
from storage.make_ups import add_make_ups
from storage.meeting_changes import invite_organizations
from storage.meeting_series import add_series
from storage.meetings import add_meeting, close_meeting, expected_attendees, mark_present
from storage.minutes import add_meeting_files, write_minutes
from storage.models import (
    AgendaKind,
    CheckInWay,
    Meeting,
    MeetingFileKind,
    MeetingKind,
    Membership,
    Organization,
    OrganizationKind,
    Outcome,
    Person,
    Post,
    PostKind,
    ReportKind,
    Status,
)
from storage.polls import add_poll
from storage.questions import add_question
from storage.readings import PassageText, passages_of_chapter, put_reading, readings
from storage.reports import add_report
from storage.tasks import add_task
from storage.votes import Counted, add_votes, items_of
from tests.branch import settled_town
from tests.fakes import HANDBOOK, MONDAY, Chat, FakeTown

SECRETS = tuple(f"机密{sign}" for sign in "甲乙丙丁戊己庚辛壬癸子丑")
"""Words that stand in the records of the branch and nowhere else."""
OWN = ("李向阳", "王桂兰", "赵大海", "周福生", "孙小梅", "钱小满")
"""The people of the branch, whose names are nobody else's business."""
SECRET = "secretsecretsecretsecretsecret12"


@dataclass
class Holdings:
    """The town with everybody at a keyboard, and the ids of the records by the names that the table uses."""

    town: FakeTown
    chats: dict[str, Chat]
    ids: Mapping[str, object]


async def holdings(database: Database) -> Holdings:
    """Everybody there, everything held."""
    town, chats, ids = await settled_town(database)
    async with database.transaction() as session:
        others = await _others(session, ids)
        ids |= others
        records = await _records(session, ids)
    for name in others:
        if name in PEOPLE_BESIDES:
            chats[name] = await town.chat(name, ids[name])
    return Holdings(town, chats, {name: str(id) for name, id in (ids | records).items()} | _besides(records))


PEOPLE_BESIDES = ("冯在外", "高山", "卫知", "韩冬")


async def _others(session: Session, ids: dict[str, int]) -> dict[str, int]:
    """Somebody on the roster without a membership, the secretary and the curator of the level above, an official of
    another subtree; the deputy secretary and the leader of a group of the branch."""
    far = Organization(kind=OrganizationKind.COMMITTEE, name="白云镇党委", path="")
    session.add(far)
    await session.flush()
    far.path = f"/{far.id}/"
    group = Organization(
        kind=OrganizationKind.GROUP,
        name="第一党小组",
        parent_id=ids["桃花村党支部"],
        path=f"/{ids['清河镇党委']}/{ids['桃花村党支部']}/",
    )
    session.add(group)
    await session.flush()
    group.path += f"{group.id}/"
    below = Organization(kind=OrganizationKind.BRANCH, name="白云村党支部", parent_id=far.id, path="")
    session.add(below)
    await session.flush()
    below.path = f"{far.path}{below.id}/"
    found = {"白云镇党委": far.id, "白云村党支部": below.id, "第一党小组": group.id}
    for number, name in enumerate(PEOPLE_BESIDES):
        person = Person(name=name, phone_last4=f"{6000 + number}")
        session.add(person)
        await session.flush()
        found[name] = person.id
    for name, place in (("高山", "杏花村党支部"), ("卫知", "杏花村党支部"), ("韩冬", "白云镇党委")):
        place_id = found.get(place) or ids[place]
        session.add(
            Membership(person_id=found[name], organization_id=place_id, status=Status.FULL, since=date(2020, 1, 1))
        )
    for person_id, place_id, kind in (
        (ids["周福生"], ids["桃花村党支部"], PostKind.DEPUTY_SECRETARY),
        (ids["赵大海"], group.id, PostKind.GROUP_LEADER),
        (found["高山"], ids["清河镇党委"], PostKind.SECRETARY),
        (found["卫知"], ids["清河镇党委"], PostKind.CURATOR),
        (found["韩冬"], far.id, PostKind.OFFICIAL),
    ):
        session.add(Post(person_id=person_id, organization_id=place_id, kind=kind, since=date(2024, 1, 1)))
    await session.flush()
    return found


async def _records(session: Session, ids: dict[str, int]) -> dict[str, int]:
    branch, secretary, member = ids["桃花村党支部"], ids["李向阳"], ids["王桂兰"]
    found = await _meetings(session, ids)
    closed, item = found["closed"], found["item"]
    papers = await add_file(session, "机密照片辛.jpg", "image/jpeg", b"\xff\xd8", MONDAY)
    await write_minutes(
        session,
        closed,
        host_id=secretary,
        recorder_id=member,
        summary="机密乙",
        decided={item: "机密甲的决定"},
    )
    await add_meeting_files(session, closed, MeetingFileKind.PHOTO, [(papers, "机密照片辛.jpg")], secretary, MONDAY)
    counted = Counted(False, 4, 3, None, None, 3, 0, 0, 0, 0, True)
    (found["vote"],) = await add_votes(
        session, item, AgendaKind.DECISION, [("机密甲", counted)], recorded_by_id=secretary, now=MONDAY
    )
    due = MONDAY.date() + timedelta(days=7)
    found["task"] = await add_task(
        session,
        organization_id=branch,
        meeting_id=closed,
        what="机密丙",
        person_id=member,
        due_on=due,
        created_by_id=secretary,
        now=MONDAY,
    )
    found["make_up"] = (await add_make_ups(session, closed, [member], "机密丁", due))[member]
    report = await add_report(
        session,
        organization_id=branch,
        author_id=member,
        kind=ReportKind.THOUGHT_REPORT,
        period="2026-Q4",
        text="机密戊",
        file_ids=[papers],
        now=MONDAY,
    )
    found["report"] = report.id
    found["poll"] = await add_poll(
        session,
        organization_id=branch,
        question="机密己",
        options=["机密己的一", "机密己的二"],
        closes_at=MONDAY + timedelta(days=2),
        created_by_id=secretary,
        now=MONDAY,
    )
    found["series"] = await add_series(
        session,
        organization_id=branch,
        kind=MeetingKind.THEME_DAY,
        day=28,
        minute=900,
        place="机密庚",
        agenda=[("机密庚", AgendaKind.OTHER)],
        created_by_id=secretary,
    )
    await link_chat(session, "fake", "t", "群", organization_id=branch, person_id=secretary, now=MONDAY)
    group = await group_at(session, "fake", "t", "群")
    assert group is not None
    found["group"] = group.id
    return found | await _ledgers(session, ids) | await _cases(session, ids, papers) | await _knowledge(session, ids)


async def _meetings(session: Session, ids: dict[str, int]) -> dict[str, int]:
    """One that is over and minuted, one to come, one that takes check-ins, one to which the neighbours are asked."""
    branch, secretary = ids["桃花村党支部"], ids["李向阳"]

    async def convened(kind: MeetingKind, days: float) -> int:
        added: Meeting = await add_meeting(
            session,
            organization_id=branch,
            kind=kind,
            starts_at=MONDAY + timedelta(days=days),
            place="机密壬",
            agenda=["机密甲"],
            kinds=[AgendaKind.DECISION],
            expected=await expected_attendees(session, branch, kind),
            convened_by_id=secretary,
        )
        return added.id

    closed = await convened(MeetingKind.GENERAL_MEETING, -1)
    await open_check_in(session, closed, MONDAY - timedelta(days=1), "x" * 32, remote=False)
    there = [secretary, ids["周福生"], ids["赵大海"]]
    await mark_present(session, closed, there, MONDAY - timedelta(days=1), way=CheckInWay.PAPER)
    await close_meeting(session, closed, now=MONDAY - timedelta(hours=22), summary="机密乙")
    running = await convened(MeetingKind.LECTURE, 0)
    await open_check_in(session, running, MONDAY, SECRET, remote=True)
    joint = await convened(MeetingKind.THEME_DAY, 2)
    await invite_organizations(session, joint, [ids["杏花村党支部"]])
    item = (await items_of(session, closed))[0].id
    coming = await convened(MeetingKind.LECTURE, 1)
    return {"closed": closed, "coming": coming, "running": running, "joint": joint, "item": item}


async def _ledgers(session: Session, ids: dict[str, int]) -> dict[str, int]:
    branch, secretary, member = ids["桃花村党支部"], ids["李向阳"], ids["王桂兰"]
    fixed = Assessment(member, PayerKind.EMPLOYED, Decimal("78.00"), "机密癸")
    await add_assessments(session, branch, 2026, [(fixed, date(2026, 1, 1))], assessed_by_id=secretary, now=MONDAY)
    await add_payments(
        session,
        branch,
        [(member, date(2026, 1, 1), Decimal("78.00"))],
        paid_on=date(2026, 1, 20),
        recorded_by_id=secretary,
        now=MONDAY,
    )
    await add_hours(
        session,
        branch,
        [member],
        held_on=date(2026, 5, 20),
        title="机密癸",
        kind=LearningKind.TRAINING,
        hours=Decimal(8),
        proof_id=None,
        recorded_by_id=secretary,
        now=MONDAY,
    )
    (paid,) = await payments_by(session, [member])
    (learned,) = await learning_of(session, [member], 2026)
    return {"payment": paid.id, "learning": learned.id}


async def _cases(session: Session, ids: dict[str, int], papers: int) -> dict[str, int]:
    secretary = ids["李向阳"]
    case = await add_case(
        session,
        organization_id=ids["桃花村党支部"],
        procedure="admission",
        subject_id=ids["钱小满"],
        title="机密子",
        started_on=date(2026, 1, 5),
        remind_on=None,
        started_by_id=secretary,
    )
    step = NewStep("application", date(2026, 1, 5), {})
    await record_steps(session, case, [step], after=0, recorded_by_id=secretary, now=MONDAY)
    filed = await add_case_file(
        session, case, step="application", file_id=papers, name="机密子.jpg", added_by_id=secretary, now=MONDAY
    )
    return {"case": case, "case_file": filed}


async def _knowledge(session: Session, ids: dict[str, int]) -> dict[str, int]:
    branch = ids["桃花村党支部"]
    entry = await add_entry(
        session,
        organization_id=branch,
        author_id=ids["李向阳"],
        title="机密丑",
        aliases=[],
        answer="机密丑",
        source="支部会议",
        now=MONDAY,
    )
    asked = [
        await add_question(
            session, organization_id=branch, text=text, outcome=Outcome.UNKNOWN, entry=None, score=0, now=MONDAY
        )
        for text in ("机密丑问什么", "鱼塘承包到哪年")
    ]
    await put_reading(
        session,
        organization_id=branch,
        title="机密丑手册",
        file_name="机密丑手册.md",
        digest="0" * 64,
        passages=[
            PassageText("机密丑一章", "机密丑一节", "1", "机密丑的正文"),
            PassageText("机密丑二章", "", "2", "机密丑"),
        ],
        now=MONDAY,
    )
    reading = (await readings(session))[0].id
    (passage, _), *_ = await passages_of_chapter(session, reading, "机密丑一章")
    return {"entry": entry, "question": asked[0], "another_question": asked[1], "reading": reading, "passage": passage}


def _besides(records: dict[str, int]) -> dict[str, str]:
    return {"public": HANDBOOK.entries[0].id, "link": link_of(records["running"], SECRET, window_at(MONDAY))}
