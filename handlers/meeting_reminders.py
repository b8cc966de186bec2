"""Who has not answered the notice of a meeting is reminded a day and an hour before it, never at night."""

from datetime import datetime, time, timedelta

from handlers.meeting_notices import answer_buttons
from handlers.meeting_words import meeting_name
from handlers.reminders import FIRST, LAST, Reminder
from handlers.wording import Texts
from storage.database import Session
from storage.meeting_reminders import meetings_to_remind_of, note_reminded, take_unanswered
from storage.meetings import MeetingView

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
EARLIEST = timedelta(days=2)
"""No reminder of a meeting goes out longer before it than this, however far the night moves it."""
FRESH = timedelta(hours=12), timedelta(hours=1)
"""Who got the notice so shortly before the reminder of a day, or of an hour, does not need that."""


def moments(held: MeetingView) -> tuple[datetime, datetime]:
    """When people are reminded a day before, and an hour before, of a meeting.

    What would be in the night is moved: the one of a day to the next moment at which people may be spoken to, the one
    of an hour to the last such moment before, so that it still comes in time.
    """
    local = held.starts_at.astimezone(held.zone)
    day, hour = local - DAY, local - HOUR
    if day.time() < FIRST:
        day = _at(day, FIRST)
    elif day.time() > LAST:
        day = _at(day, LAST)
    if hour.time() < FIRST:
        hour = _at(hour - DAY, LAST)
    elif hour.time() > LAST:
        hour = _at(hour, LAST)
    return day, max(day, hour)


def _at(moment: datetime, clock: time) -> datetime:
    return datetime.combine(moment.date(), clock, moment.tzinfo)


async def notice_is_the_reminder(session: Session, held: MeetingView, now: datetime) -> None:
    """Right after a notice nobody is reminded of it: what would come too soon is taken as done."""
    day, hour = moments(held)
    await note_reminded(session, held.id, now, day=now > day - FRESH[0], hour=now > hour - FRESH[1])


async def meeting_reminders(session: Session, texts: Texts, now: datetime) -> list[Reminder]:
    """One message about each meeting whose moment has come, to those on its list who have not answered."""
    found = []
    for held in await meetings_to_remind_of(session, now, now + EARLIEST):
        day, hour = moments(held)
        local = now.astimezone(held.zone)
        if local < day or not FIRST <= local.time() <= LAST:
            continue
        last = local >= hour
        host = [held.convened_by_id] if held.convened_by_id is not None else []
        people = await take_unanswered(session, held.id, now, hour=last, except_for=host)
        if people:
            found.append(_reminder(texts, held, people, "hour" if last else "day", local))
    return found


def _reminder(texts: Texts, held: MeetingView, people: list[int], which: str, local: datetime) -> Reminder:
    name, starts_at = meeting_name(texts, held), held.starts_at.astimezone(held.zone)
    return Reminder(
        tuple(people),
        texts.say("meeting_reminders", "title", name=name),
        texts.say(
            "meeting_reminders",
            "remind",
            name=name,
            branch=held.organization_name,
            starts_at=starts_at,
            days=(starts_at.date() - local.date()).days,
            place=held.place,
        ),
        answer_buttons(texts, held.id),
        f"meeting:{held.id}:{held.revision}:{which}",
        not_after=held.starts_at,
    )
