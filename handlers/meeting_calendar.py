"""A meeting as a calendar file: a phone that takes it in reminds by itself, and a later file moves what it has."""

from datetime import UTC, datetime, timedelta

from icalendar import Alarm, Calendar, Event, vCalAddress, vText

from handlers.meeting_words import file_name
from handlers.messages import Document
from handlers.wording import Texts
from storage.meetings import MeetingView
from storage.models import MeetingState

MEDIA_TYPE = "text/calendar"
ALARM = timedelta(hours=-1)
NOBODYS_ADDRESS = "invalid:nomail"
"""What a calendar says of an organizer whose address nobody is to have."""


def calendar_file(texts: Texts, held: MeetingView, name: str, now: datetime) -> Document:
    """The file that goes with a notice, a change or a cancellation; what is called off is taken out of the calendar.

    The UID stays the same for one meeting, and SEQUENCE is its revision, so that the newest file counts.
    """
    called_off = held.state is MeetingState.CANCELLED
    made = Calendar()
    made.add("prodid", "-//zhishu//meetings//ZH")
    made.add("version", "2.0")
    made.add("method", "CANCEL" if called_off else "PUBLISH")
    event = Event()
    event.add("uid", f"zhishu-meeting-{held.id}")
    event.add("sequence", held.revision)
    event.add("dtstamp", now.astimezone(UTC))
    event.add("dtstart", held.starts_at.astimezone(UTC))
    event.add("dtend", (held.starts_at + timedelta(minutes=held.lasts_minutes)).astimezone(UTC))
    event.add("summary", f"{name}（{held.organization_name}）")
    event.add("location", held.place)
    event.add("description", "\n".join(held.agenda))
    event.add("status", "CANCELLED" if called_off else "CONFIRMED")
    organizer = vCalAddress(NOBODYS_ADDRESS)
    organizer.params["CN"] = vText(held.organization_name)
    event.add("organizer", organizer)
    if not called_off:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", name)
        alarm.add("trigger", ALARM)
        event.add_component(alarm)
    made.add_component(event)
    return Document(f"{file_name(texts, held)}.ics", MEDIA_TYPE, made.to_ical())
