"""What minutes say, as text and as a Word file with the attendance sheet."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from handlers.dialogue.turn import Turn
from handlers.meeting_words import file_name, meeting_name, quorum_of_record
from handlers.messages import Document
from handlers.vote_words import short_words
from handlers.wording import Texts
from knowledge.choices import by_pinyin
from knowledge.rules.dates import format_moment
from storage.attendance import AttendanceView, attendance_of, tally
from storage.meetings import MeetingView
from storage.minutes import Minutes, corrections_of, minutes_of
from storage.models import Presence
from storage.tasks import tasks_of_meeting
from storage.votes import items_of, votes_of

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
NO_DECISION = "没有议定事项"


async def minutes_text(turn: Turn, held: MeetingView, found: Minutes) -> str:
    """The minutes as a message: who, what, what was decided, and how far the signing is."""
    items = await items_of(turn.session, held.id)
    return turn.texts.document(
        "minutes.j2",
        held=held,
        name=meeting_name(turn.texts, held),
        found=found,
        starts_at=_moment(held),
        summary=found.summary.splitlines(),
        items=items,
        votes=[short_words(turn.texts, one) for one in await votes_of(turn.session, held.id)],
        tasks=await tasks_of_meeting(turn.session, held.id),
        corrections=await corrections_of(turn.session, held.id),
    )


async def minutes_document(turn: Turn, held: MeetingView) -> Document:
    """The minutes as a Word file; where somebody signed in the chat it says so and when."""
    session, texts = turn.session, turn.texts
    found = await minutes_of(session, held.id)
    assert found is not None
    people = sorted(await attendance_of(session, held.id), key=lambda one: by_pinyin(one.name))
    count = await tally(session, held.id)
    items = await items_of(session, held.id)
    known = {
        # The branch's name stands before it: 桃花村党支部党员大会.
        "meeting": meeting_name(texts, held).removeprefix("支部"),
        "starts_at": _moment(held),
        "place": held.place,
        "host": found.host,
        "recorder": found.recorder,
        "expected": count.expected,
        "present": count.present,
        "excused": _joined(_names(people, Presence.EXCUSED)),
        "absent": _joined(_names(people, Presence.ABSENT)),
        "guests": _joined(one.name for one in people if not one.expected and one.presence is Presence.PRESENT),
        "quorum": quorum_of_record(texts, held, count),
        "agenda": [f"{number}. {one.title}" for number, one in enumerate(items, 1)],
        "summary": found.summary.splitlines(),
        "host_signed": _signed(texts, found.host, found.host_signed_at, held),
        "recorder_signed": _signed(texts, found.recorder, found.recorder_signed_at, held),
    }
    context: dict[str, Any] = {
        "branch": {"name": held.organization_name},
        "today": turn.today,
        "step": {name: value for name, value in known.items() if value not in ("", [])},
        "records": {
            "vote": [{"words": short_words(texts, one)} for one in await votes_of(session, held.id)],
            "item": [{"title": one.title, "decided": one.decided} for one in items],
            "task": [
                {"what": one.what, "who": one.who, "due_on": one.due_on}
                for one in await tasks_of_meeting(session, held.id)
            ],
            "attendance": [_row(texts, held, one) for one in people],
            "correction": [
                {
                    "day": one.corrected_at.astimezone(ZoneInfo(held.timezone)).date(),
                    "by": one.corrected_by,
                    "old": one.old,
                    "new": one.new,
                    "reason": one.reason,
                }
                for one in await corrections_of(session, held.id)
            ],
        },
    }
    blob = turn.around.papers.render("meeting_record", context)
    return Document(f"{file_name(texts, held, '记录')}.docx", WORD, blob)


def _moment(held: MeetingView) -> str:
    return format_moment(held.starts_at.astimezone(ZoneInfo(held.timezone)))


def _names(people: Sequence[AttendanceView], presence: Presence) -> list[str]:
    return [one.name for one in people if one.expected and one.presence is presence]


def _joined(names: Iterable[str]) -> str:
    return "、".join(names) or "无"


def _signed(texts: Texts, name: str, at: datetime | None, held: MeetingView) -> str:
    if at is None:
        return ""
    return texts.say("minutes", "signed_in_chat", name=name, at=format_moment(at.astimezone(ZoneInfo(held.timezone))))


def _row(texts: Texts, held: MeetingView, one: AttendanceView) -> dict[str, str]:
    zone = ZoneInfo(held.timezone)
    way = texts.word(one.way) if one.way else ""
    notes = [] if one.expected else [texts.say("meetings.record", "guest")]
    if one.presence is Presence.PRESENT:
        way = f"{way} {one.checked_in_at.astimezone(zone):%H:%M}" if one.checked_in_at else way
        notes += [texts.say("minutes", "late", minutes=one.late_minutes)] if one.late_minutes else []
        notes += [one.how] if one.how else []
        notes += [texts.say("minutes", "left", at=one.left_at.astimezone(zone))] if one.left_at else []
    elif one.reason:
        notes.append(one.reason)
    return {
        "name": one.name,
        "status": texts.word(one.status),
        "presence": texts.word(one.presence),
        "way": way,
        "note": "；".join(notes),
    }
