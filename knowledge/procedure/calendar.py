"""The plan of a case as a calendar file: what is planned, the latest days, and what has been done since.

What a step is called in it stays the same from one export to the next, so that a phone that takes the file in again
moves what it has instead of adding to it.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

from icalendar import Alarm, Calendar, Event

from knowledge.procedure.timeline import Round, Row
from knowledge.procedure.words import plain

MEDIA_TYPE = "text/calendar"
ALARM = timedelta(hours=-15)
"""Nine in the morning of the day before: a whole day begins at midnight."""
PROVISIONAL = "暂算：这一年的放假安排还没有公布，公布后再核。"
SUPPOSED = "按计划推算，前面的日子变了它也变。"


def calendar(case_id: int, title: str, rows: Sequence[Row], now: datetime, *, resting: bool = False) -> bytes:
    """The file; `now` is when it was made, and tells a phone which of two is the newer.

    For a case that is `resting` or over what was planned is called off.
    """
    made = Calendar()
    made.add("prodid", "-//zhishu//timeline//ZH")
    made.add("version", "2.0")
    made.add("x-wr-calname", plain(title))
    for row in rows:
        for number, one in enumerate(row.rounds, 1):
            for event in _events(f"zhishu-case-{case_id}-{row.step.id}-{number}", plain(title), row, one, resting):
                event.add("dtstamp", now.astimezone(UTC))
                event.add("sequence", int(now.timestamp()) // 60)
                made.add_component(event)
    return bytes(made.to_ical())


def _events(uid: str, title: str, row: Row, one: Round, resting: bool) -> Iterator[Event]:
    name, allowed = plain(row.step.title), one.allowed
    notes = [*([PROVISIONAL] if allowed.provisional else []), *([SUPPOSED] if allowed.supposed else [])]
    about = "\n".join((title, plain(row.step.who), *notes))
    mark = "（暂算）" if allowed.provisional else ""
    if one.done_on:
        yield _event(f"{uid}-plan", f"已办：{name}", one.done_on, title)
    if one.planned:
        yield _event(f"{uid}-plan", f"计划{mark}：{name}", one.planned, about, remind=True, off=resting)
    if allowed.latest:  # a phone that took the file in before it was done would still remind of it
        off = resting or one.planned is None
        yield _event(f"{uid}-latest", f"最晚{mark}：{name}", allowed.latest, about, remind=True, off=off)


def _event(uid: str, words: str, day: date, about: str, *, remind: bool = False, off: bool = False) -> Event:
    event = Event()
    event.add("uid", uid)
    event.add("summary", words)
    event.add("description", about)
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))
    event.add("transp", "TRANSPARENT")
    event.add("class", "PRIVATE")
    if off:
        event.add("status", "CANCELLED")
    elif remind:
        reminder = Alarm()
        reminder.add("action", "DISPLAY")
        reminder.add("description", words)
        reminder.add("trigger", ALARM)
        event.add_component(reminder)
    return event
