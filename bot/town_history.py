"""Two invented months of organizational life: meetings, reports, cases and questions, all of them consistent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from bot.town_cases import add_cases
from bot.town_people import CAST, FARM, MILL, SCHOOL, WILLOW
from storage.database import Session
from storage.files import add_file
from storage.meetings import add_meeting, answer_notice, expected_attendees
from storage.models import (
    AgendaItem,
    Attendance,
    CheckInWay,
    Meeting,
    MeetingKind,
    MeetingState,
    Outcome,
    PostKind,
    Presence,
    ReportKind,
    Status,
)
from storage.people import Member, OrganizationView, holders, members_of
from storage.questions import add_question
from storage.reports import add_report, mark_read
from storage.tasks import add_task

ZONE = ZoneInfo("Asia/Shanghai")
MONTHS = timedelta(days=60)

AGENDAS = {
    MeetingKind.GENERAL_MEETING: ("学习上级文件精神", "通报三季度支部工作", "讨论下一步安排"),
    MeetingKind.COMMITTEE_MEETING: ("研究本月主题党日", "研究积极分子培养情况"),
    MeetingKind.GROUP_MEETING: ("学习讨论", "谈一谈近期的想法"),
    MeetingKind.LECTURE: ("书记讲党课：把实事办到群众心坎上",),
    MeetingKind.THEME_DAY: ("集中学习", "交纳党费", "志愿服务：清理河道"),
}
SUMMARIES = {
    MeetingKind.GENERAL_MEETING: "学习了文件精神\n通报了三季度工作\n大家讨论了下一步安排，没有不同意见",
    MeetingKind.COMMITTEE_MEETING: "定了本月主题党日的内容和分工",
    MeetingKind.GROUP_MEETING: "每人都发了言，意见报支部",
    MeetingKind.LECTURE: "书记讲了课，三位同志谈了体会",
    MeetingKind.THEME_DAY: "学习一小时，服务两小时，党费当场交清",
}
PLACES = ("党员活动室", "二楼会议室", "村部大院")
REASONS = ("出差", "生病", "在外地照顾家人", "值班")

PLAN = (
    (MeetingKind.THEME_DAY, 5),
    (MeetingKind.COMMITTEE_MEETING, 9),
    (MeetingKind.LECTURE, 17),
    (MeetingKind.GENERAL_MEETING, 24),
    (MeetingKind.THEME_DAY, 35),
    (MeetingKind.COMMITTEE_MEETING, 40),
    (MeetingKind.GENERAL_MEETING, 52),
)
"""What a branch did how many days ago."""

QUIET_FOR = 33
"""For so many days nothing was recorded in the farmers' branch: the digest should name it."""

UNANSWERED = (
    "党徽别在左边还是右边",
    "支部活动能不能用餐",
    "退休返聘的工资怎么算党费",
    "党员活动室要多大面积",
    "学习强国积分怎么看",
)

TASKS = (
    ("田麦秋", -7, "把河道清理的工具还给水利站"),
    ("田麦秋", 1, "请镇卫生院来讲一次冬季保健"),
    ("苏小满", 1, "更新党员活动室的公开栏"),
    ("程望舒", 1, "汇总各支部组织生活会的时间"),
)
"""Who has to do what, in so many days."""


@dataclass(frozen=True, slots=True)
class Branch:
    """A branch with its people and secretary, as history needs them."""

    place: OrganizationView
    members: Sequence[Member]
    secretary_id: int


async def add_history(
    session: Session,
    branches: Sequence[OrganizationView],
    groups: Sequence[OrganizationView],
    now: datetime,
    rng: Random,
) -> None:
    """Fill the two months before `now`, and convene one meeting for the day after tomorrow."""
    lived = []
    for place in branches:
        [secretary] = await holders(session, place.id, PostKind.SECRETARY)
        lived.append(Branch(place, await members_of(session, place.id), secretary.id))
    today = now.astimezone(ZONE).date()
    for branch in lived:
        for kind, days in PLAN:
            if branch.place.name != FARM[-1][1] or days > QUIET_FOR:
                day = today - timedelta(days=days - branch.place.id % 3)
                await _add_past_meeting(session, branch, branch.place.id, kind, day, rng)
    for group in groups:
        [branch] = [each for each in lived if each.place.id == group.parent_id]
        for days in (13, 43):
            await _add_past_meeting(
                session, branch, group.id, MeetingKind.GROUP_MEETING, today - timedelta(days=days), rng
            )
    await _add_reports(session, lived, now, rng)
    for place in branches:
        await add_cases(session, place, today)
    for hours, text in enumerate(UNANSWERED):
        await add_question(
            session,
            organization_id=lived[hours % len(lived)].place.id,
            text=text,
            outcome=Outcome.UNKNOWN,
            entry=None,
            score=rng.uniform(20, 45),
            now=now - timedelta(hours=7 + 31 * hours),
        )
    await _add_tasks(session, {branch.place.name: branch for branch in lived}, now)
    [willow] = [branch for branch in lived if branch.place.name == WILLOW[-1][1]]
    await _convene_next(session, willow, today)
    await session.flush()


async def _add_tasks(session: Session, branches: Mapping[str, Branch], now: datetime) -> None:
    """What some who can be played have to do, with its day near or over: they are reminded of it."""
    today = now.astimezone(ZONE).date()
    for at, (who, left, what) in enumerate(TASKS):
        [part] = [part for part in CAST if part.name == who]
        branch = branches[part.branch[-1][1]]
        [person_id] = [one.person_id for one in branch.members if one.name == who]
        await add_task(
            session,
            organization_id=branch.place.id,
            what=what,
            person_id=person_id,
            due_on=today + timedelta(days=left),
            created_by_id=branch.secretary_id,
            now=now - timedelta(days=20, minutes=at),
        )


async def _add_past_meeting(
    session: Session, branch: Branch, organization_id: int, kind: MeetingKind, day: date, rng: Random
) -> None:
    expected = await expected_attendees(session, organization_id, kind)
    if not expected or (kind is MeetingKind.COMMITTEE_MEETING and len(expected) < 3):
        return
    starts_at = datetime.combine(day, time(rng.choice((9, 15, 19)), rng.choice((0, 30))), ZONE)
    opened_at = starts_at - timedelta(minutes=15)
    # The mill's shifts keep its people away, and to the school's meetings everybody comes: the digest should show it.
    diligence = {MILL[-1][1]: 0.3, SCHOOL[-1][1]: 1.0}.get(branch.place.name, 0.88)
    others = [member.person_id for member in expected if member.person_id != branch.secretary_id]
    came = {branch.secretary_id, *rng.sample(others, round(diligence * len(others)))}
    session.add(
        Meeting(
            organization_id=organization_id,
            kind=kind,
            state=MeetingState.CLOSED,
            starts_at=starts_at,
            place=rng.choice(PLACES),
            convened_by_id=branch.secretary_id,
            opened_at=opened_at,
            closed_at=starts_at + timedelta(minutes=rng.randint(60, 130)),
            check_in_token=f"{rng.getrandbits(96):024x}",
            summary=SUMMARIES[kind],
            agenda=[AgendaItem(position=position, title=title) for position, title in enumerate(AGENDAS[kind], 1)],
            attendances=[_attendance(member, member.person_id in came, starts_at, rng) for member in expected],
        )
    )


def _attendance(member: Member, came: bool, starts_at: datetime, rng: Random) -> Attendance:
    """How one person came, or did not."""
    attendance = Attendance(person_id=member.person_id, eligible=member.eligible)
    if came:
        late = rng.randint(1, 25) if rng.random() < 0.08 else 0
        attendance.presence = Presence.PRESENT
        attendance.will_come = True if rng.random() < 0.6 else None
        attendance.way = rng.choice((CheckInWay.BUTTON, CheckInWay.LINK, CheckInWay.CODE, CheckInWay.BY_SECRETARY))
        if attendance.way is CheckInWay.BY_SECRETARY:
            late = 0
        attendance.late_minutes = late
        attendance.checked_in_at = starts_at + timedelta(minutes=late if late else -rng.randint(1, 14))
    elif rng.random() < 0.7:
        attendance.presence, attendance.will_come, attendance.reason = Presence.EXCUSED, False, rng.choice(REASONS)
    else:
        attendance.presence = Presence.ABSENT
    return attendance


async def _add_reports(session: Session, branches: Sequence[Branch], now: datetime, rng: Random) -> None:
    """Thought reports of those on their way into the Party, the older ones read, some with a file."""
    writers = [
        (branch, member, now - timedelta(days=rng.randint(1, 55), hours=rng.randint(0, 9)))
        for branch in branches
        for member in branch.members
        if branch.place.name != FARM[-1][1] and member.status is not Status.FULL and rng.random() < 0.7
    ]
    for branch, member, at in sorted(writers, key=lambda each: (each[2], each[1].person_id)):
        files = []
        if rng.random() < 0.3:
            paper = f"{member.name}的思想汇报（虚构示例）\n\n这个季度我参加了集中学习和志愿服务……\n"
            files.append(await add_file(session, f"思想汇报_{member.name}.txt", "text/plain", paper.encode(), at))
        handed_in = await add_report(
            session,
            organization_id=branch.place.id,
            author_id=member.person_id,
            kind=ReportKind.THOUGHT_REPORT,
            period=f"{at.year}-Q{(at.month + 2) // 3}",
            text="这个季度我参加了集中学习和志愿服务，体会是：群众的小事要当大事办。\n不足是学习还不够系统，下一步每周读一小时。",
            file_ids=files,
            now=at,
        )
        if now - at > timedelta(days=12):
            await mark_read(session, handed_in.id, branch.secretary_id, at + timedelta(days=rng.randint(1, 6)))


async def _convene_next(session: Session, branch: Branch, today: date) -> None:
    """A general meeting the day after tomorrow at three, with the first answers to its notice."""
    expected = await expected_attendees(session, branch.place.id, MeetingKind.GENERAL_MEETING)
    held = await add_meeting(
        session,
        organization_id=branch.place.id,
        kind=MeetingKind.GENERAL_MEETING,
        starts_at=datetime.combine(today + timedelta(days=2), time(15), ZONE),
        place="党员活动室",
        agenda=("学习上级文件精神", "讨论接收预备党员", "讨论年终组织生活会安排"),
        expected=expected,
        convened_by_id=branch.secretary_id,
    )
    others = [member.person_id for member in expected if member.person_id != branch.secretary_id]
    told_at = datetime.combine(today, time(8), ZONE)
    for person_id in others[:3]:
        await answer_notice(session, held.id, person_id, will_come=True, now=told_at)
    await answer_notice(session, held.id, others[3], will_come=False, reason="出差", now=told_at)
