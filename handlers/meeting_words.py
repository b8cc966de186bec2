"""What is said of a meeting: the count, the quorum in words, the record as text and as a workbook."""

import re
from collections.abc import Sequence
from typing import Literal
from zoneinfo import ZoneInfo

from handlers.agenda import STRICTER
from handlers.messages import Document
from handlers.sheets import workbook
from handlers.wording import Texts
from knowledge.choices import by_pinyin
from knowledge.rules.dates import format_moment
from knowledge.rules.quorum import Formula, is_quorate, present_needed, votes_needed
from storage.database import Session
from storage.meetings import AttendanceView, MeetingView, Tally, attendance_of, tally
from storage.models import AgendaKind, MeetingKind, Presence

FORMULAS = {MeetingKind.GENERAL_MEETING: Formula.GENERAL, MeetingKind.COMMITTEE_MEETING: Formula.COMMITTEE}
"""The meetings that need a quorum as such; what else needs one depends on what is voted on."""
_NOT_IN_FILE_NAMES = re.compile(r'[\\/:*?"<>|\s\x00-\x1f]+')


def quorum_words(
    texts: Texts,
    kind: MeetingKind,
    *,
    eligible: int,
    agenda: Sequence[AgendaKind] = (),
    present: int | None = None,
    said: Literal["now", "afterwards"] = "now",
) -> str:
    """How many must be there, and, with `present`, whether they are (or, `afterwards`, were); also for those kinds of
    points of the `agenda` that ask for more. Empty where no number is prescribed."""
    formula = FORMULAS.get(kind)
    if formula is None or eligible == 0:
        return ""
    return "".join(
        texts.say(
            "meetings.quorum",
            "needed" if present is None else "counted" if said == "now" else "recorded",
            formula=one.value,
            eligible=eligible,
            needed=present_needed(one, eligible=eligible),
            votes=votes_needed(eligible=eligible),
            present=present or 0,
        )
        for one in (formula, *_stricter(kind, agenda))
    )


def is_short(kind: MeetingKind, *, eligible: int, present: int) -> bool:
    """Whether too few are there for the meeting to decide anything."""
    formula = FORMULAS.get(kind)
    return formula is not None and eligible > 0 and not is_quorate(present, eligible=eligible, formula=formula)


def _stricter(kind: MeetingKind, agenda: Sequence[AgendaKind]) -> list[Formula]:
    if kind is not MeetingKind.GENERAL_MEETING:
        return []
    return [formula for one, formula in STRICTER.items() if one in agenda]


async def count_words(session: Session, texts: Texts, held: MeetingView) -> str:
    """The live count of a meeting."""
    count = await tally(session, held.id)
    people = sorted(await attendance_of(session, held.id), key=lambda one: by_pinyin(one.name))
    missing = [one.name for one in people if one.expected and one.presence in (Presence.EXPECTED, Presence.ABSENT)]
    return texts.say(
        "meetings.count",
        "said",
        meeting=meeting_name(texts, held),
        count=count,
        quorum=quorum_words(
            texts, held.kind, eligible=count.eligible, agenda=held.kinds, present=count.eligible_in_the_room
        ),
        missing=missing,
        excused=[one.name for one in people if one.presence is Presence.EXCUSED],
    )


def meeting_name(texts: Texts, held: MeetingView) -> str:
    """What a meeting is called: by its own title, by its kind, or by its kind and group."""
    name = held.title or texts.word(held.kind)
    return f"{name}（{held.group_name}）" if held.group_name else name


def file_name(texts: Texts, held: MeetingView, what: str = "") -> str:
    """What a file about a meeting is called, without its ending: 七一座谈会记录_20261124."""
    plain = _NOT_IN_FILE_NAMES.sub("", meeting_name(texts, held))[:40]
    return f"{plain}{what}_{held.starts_at.astimezone(held.zone):%Y%m%d}"


def meeting_label(texts: Texts, zone: ZoneInfo, held: MeetingView) -> str:
    """A meeting on a button: 11月25日 15:00 党课."""
    local = held.starts_at.astimezone(zone)
    return f"{local.month}月{local.day}日 {local:%H:%M} {meeting_name(texts, held)}"


def _local(held: MeetingView) -> str:
    return format_moment(held.starts_at.astimezone(ZoneInfo(held.timezone)))


def minutes_of(texts: Texts, held: MeetingView, people: Sequence[AttendanceView], count: Tally) -> str:
    """The record of a closed meeting as text."""
    people = sorted(people, key=lambda one: by_pinyin(one.name))
    return texts.document(
        "meeting_record.j2",
        held=held,
        name=meeting_name(texts, held),
        starts_at=_local(held),
        summary=held.summary.splitlines(),
        count=count,
        quorum=quorum_of_record(texts, held, count),
        excused=[one for one in people if one.expected and one.presence is Presence.EXCUSED],
        absent=[one.name for one in people if one.expected and one.presence in (Presence.ABSENT, Presence.EXPECTED)],
        late=[one for one in people if one.late_minutes],
        left=[(one.name, f"{one.left_at.astimezone(ZoneInfo(held.timezone)):%H:%M}") for one in people if one.left_at],
        guests=[one.name for one in people if not one.expected and one.presence is Presence.PRESENT],
    )


def record_workbook(texts: Texts, held: MeetingView, people: Sequence[AttendanceView], count: Tally) -> Document:
    """The record of a meeting with its attendance sheet."""
    people = sorted(people, key=lambda one: by_pinyin(one.name))
    lines = [
        f"支部：{held.organization_name}",
        f"时间：{_local(held)}　地点：{held.place}",
        f"议题：{_numbered(held.agenda)}",
        f"应到 {count.expected} 人，实到 {count.present} 人，请假 {count.excused} 人，缺席 {count.absent} 人",
        quorum_of_record(texts, held, count),
        f"内容和决定：{_numbered(held.summary.splitlines())}",
    ]
    heads = ["序号", "姓名", "身份", "到会情况", "签到方式", "签到时间", "备注"]
    rows = [_row(texts, held, number, one) for number, one in enumerate(people, 1)]
    foot = "主持人（签字）：　　　　　　　　记录人（签字）：　　　　　　　　"
    title = f"{meeting_name(texts, held)}记录"
    return workbook(file_name(texts, held, "记录"), title, [line for line in lines if line], heads, rows, foot=foot)


def quorum_of_record(texts: Texts, held: MeetingView, count: Tally) -> str:
    """Whether enough came, as a record says it afterwards."""
    return quorum_words(
        texts,
        held.kind,
        eligible=count.eligible,
        agenda=held.kinds,
        present=count.eligible_present,
        said="afterwards",
    )


def _numbered(points: Sequence[str]) -> str:
    if len(points) == 1:
        return points[0]
    return "\n".join(["", *(f"{number}. {point}" for number, point in enumerate(points, 1))])


def _row(texts: Texts, held: MeetingView, number: int, one: AttendanceView) -> list[str | int | float]:
    zone = ZoneInfo(held.timezone)
    at = f"{one.checked_in_at.astimezone(zone):%H:%M}" if one.checked_in_at else ""
    notes = [] if one.expected else [texts.say("meetings.record", "guest")]
    if one.presence is Presence.PRESENT:
        # Whoever came after all needs no excuse, and why she had asked leave is nobody's business any more.
        notes += [f"迟到 {one.late_minutes} 分钟"] if one.late_minutes else []
        notes += [one.how] if one.how else []
        notes += [f"{one.left_at.astimezone(zone):%H:%M} 离开"] if one.left_at else []
    elif one.reason:
        notes.append(one.reason)
        notes += [texts.say("meetings.record", "granted", name=one.granted_by)] if one.granted_by else []
    way = texts.word(one.way) if one.way else ""
    return [number, one.name, texts.word(one.status), texts.word(one.presence), way, at, "；".join(notes)]
