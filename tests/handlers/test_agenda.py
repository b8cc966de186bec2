"""What a point of an agenda is taken for, and how the calendar file of a meeting looks to a phone."""

from datetime import timedelta

import icalendar
import pytest

from handlers.agenda import guessed_kind
from handlers.convening import usual_agenda
from handlers.meeting_calendar import calendar_file
from storage.database import Database
from storage.meeting_changes import change_meeting
from storage.meetings import MeetingView, cancel_meeting, meeting
from storage.models import AgendaKind, MeetingKind
from tests.fakes import TEXTS
from tests.storage.kit import NOW, add_convened_meeting, add_town


@pytest.mark.parametrize(
    ("point", "kind"),
    [
        ("学习条例", AgendaKind.LEARNING),
        ("集中学习选举工作条例", AgendaKind.LEARNING),
        ("重温入党誓词", AgendaKind.LEARNING),
        ("讨论孙小梅转正", AgendaKind.ADMISSION),
        ("接收钱小满为预备党员", AgendaKind.ADMISSION),
        ("听取介绍人意见，投票表决接收钱小满", AgendaKind.ADMISSION),
        ("通报孙小梅转正材料", AgendaKind.REPORT),
        ("补选组织委员", AgendaKind.ELECTION),
        ("换届选举", AgendaKind.ELECTION),
        ("审议年度计划", AgendaKind.DECISION),
        ("讨论并表决修路", AgendaKind.DECISION),
        ("讨论道路硬化", AgendaKind.DISCUSSION),
        ("支委会报告工作", AgendaKind.REPORT),
        ("志愿服务", AgendaKind.OTHER),
        ("😀", AgendaKind.OTHER),
        ("字" * 200, AgendaKind.OTHER),
    ],
)
def test_a_point_is_taken_for_what_it_says(point: str, kind: AgendaKind) -> None:
    assert guessed_kind(point) is kind


def test_every_kind_of_meeting_but_a_free_one_has_its_usual_agenda() -> None:
    for kind in MeetingKind:
        assert bool(usual_agenda(TEXTS, kind)) == (kind is not MeetingKind.OTHER), kind


def an_event(held: MeetingView) -> tuple[str, icalendar.Event]:
    """The method of the meeting's file, and its one event."""
    document = calendar_file(TEXTS, held, "党课", NOW)
    found = icalendar.Calendar.from_ical(document.blob)
    [event] = found.walk("VEVENT")
    assert isinstance(event, icalendar.Event)
    return str(found["METHOD"]), event


async def test_a_later_file_moves_the_same_event_and_the_last_takes_it_out(database: Database) -> None:
    town = await add_town(database)
    meeting_id = await add_convened_meeting(database, town, kind=MeetingKind.LECTURE)
    seen: list[tuple[str, str, str, object, str]] = []
    for step in ("convened", "changed", "called off"):
        async with database.transaction() as session:
            if step == "changed":
                assert await change_meeting(session, meeting_id, seen=0, starts_at=NOW + timedelta(days=1)) == 1
                assert await change_meeting(session, meeting_id, seen=0, place="别处") is None
            elif step == "called off":
                assert await cancel_meeting(session, meeting_id)
                assert await change_meeting(session, meeting_id, seen=2, place="别处") is None
            held = await meeting(session, meeting_id)
        assert held is not None
        method, event = an_event(held)
        assert (str(event["LOCATION"]), str(event["SUMMARY"])) == ("村部会议室", "党课（柳荫村党支部）")
        seen.append((method, str(event["UID"]), str(event["SEQUENCE"]), event.start, str(event["STATUS"])))
        assert event.end - event.start == timedelta(minutes=90)
    uid = f"zhishu-meeting-{meeting_id}"
    assert seen == [
        ("PUBLISH", uid, "0", NOW, "CONFIRMED"),
        ("PUBLISH", uid, "1", NOW + timedelta(days=1), "CONFIRMED"),
        ("CANCEL", uid, "2", NOW + timedelta(days=1), "CANCELLED"),
    ]
