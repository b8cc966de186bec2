"""What is said of a meeting: the count, the quorum in words, the record as text and as a workbook."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from handlers.messages import Document
from handlers.sheets import workbook
from handlers.wording import Texts
from knowledge.rules.dates import format_moment
from knowledge.rules.quorum import Formula, is_quorate, present_needed
from storage.database import Session
from storage.meetings import AttendanceView, MeetingView, Tally, attendance_of, tally
from storage.models import MeetingKind, Presence

FORMULAS = {MeetingKind.GENERAL_MEETING: Formula.GENERAL, MeetingKind.COMMITTEE_MEETING: Formula.COMMITTEE}
"""The meetings that need a quorum as such; what else needs one depends on what is voted on."""


def quorum_words(texts: Texts, kind: MeetingKind, *, eligible: int, present: int | None = None) -> str:
    """How many must be there, and, with `present`, whether they are; empty where no number is prescribed."""
    formula = FORMULAS.get(kind)
    if formula is None or eligible == 0:
        return ""
    needed = present_needed(formula, eligible=eligible)
    if present is None:
        key = "needed"
    else:
        key = "enough" if is_quorate(present, eligible=eligible, formula=formula) else "not_enough"
    return texts.say("meetings.quorum", key, kind=kind, eligible=eligible, needed=needed, present=present or 0)


async def count_words(session: Session, texts: Texts, held: MeetingView) -> str:
    """The live count of a meeting."""
    count = await tally(session, held.id)
    people = await attendance_of(session, held.id)
    missing = [one.name for one in people if one.presence in (Presence.EXPECTED, Presence.ABSENT)]
    return texts.say(
        "meetings.count",
        "said",
        kind=held.kind,
        count=count,
        quorum=quorum_words(texts, held.kind, eligible=count.eligible, present=count.eligible_present),
        missing=missing,
        excused=[one.name for one in people if one.presence is Presence.EXCUSED],
    )


def meeting_label(texts: Texts, zone: ZoneInfo, held: MeetingView) -> str:
    """A meeting on a button: 11月25日 15:00 党课."""
    local = held.starts_at.astimezone(zone)
    return f"{local.month}月{local.day}日 {local:%H:%M} {texts.word(held.kind)}"


def _local(held: MeetingView) -> str:
    return format_moment(held.starts_at.astimezone(ZoneInfo(held.timezone)))


def minutes_of(texts: Texts, held: MeetingView, people: Sequence[AttendanceView], count: Tally) -> str:
    """The record of a closed meeting as text."""
    return texts.document(
        "meeting_record.j2",
        held=held,
        starts_at=_local(held),
        summary=held.summary.splitlines(),
        count=count,
        quorum=quorum_words(texts, held.kind, eligible=count.eligible, present=count.eligible_present),
        excused=[one for one in people if one.presence is Presence.EXCUSED],
        absent=[one.name for one in people if one.presence in (Presence.ABSENT, Presence.EXPECTED)],
        late=[one for one in people if one.late_minutes],
    )


def record_workbook(texts: Texts, held: MeetingView, people: Sequence[AttendanceView], count: Tally) -> Document:
    """The record of a meeting with its attendance sheet."""
    kind = texts.word(held.kind)
    points = "；".join(f"{number}. {point}" for number, point in enumerate(held.agenda, 1))
    lines = [
        f"支部：{held.organization_name}",
        f"时间：{_local(held)}　地点：{held.place}",
        f"议题：{points}",
        f"应到 {count.expected} 人，实到 {count.present} 人，请假 {count.excused} 人，缺席 {count.absent} 人",
        quorum_words(texts, held.kind, eligible=count.eligible, present=count.eligible_present),
        f"主要内容：{held.summary}",
    ]
    heads = ["序号", "姓名", "身份", "到会情况", "签到方式", "签到时间", "备注"]
    rows = [_row(texts, held, number, one) for number, one in enumerate(people, 1)]
    name = f"{kind}记录_{held.starts_at:%Y%m%d}"
    return workbook(name, f"{kind}记录", [line for line in lines if line], heads, rows)


def _row(texts: Texts, held: MeetingView, number: int, one: AttendanceView) -> list[str | int | float]:
    at = f"{one.checked_in_at.astimezone(ZoneInfo(held.timezone)):%H:%M}" if one.checked_in_at else ""
    note = f"迟到 {one.late_minutes} 分钟" if one.late_minutes else one.reason
    way = texts.word(one.way) if one.way else ""
    return [number, one.name, texts.word(one.status), texts.word(one.presence), way, at, note]
