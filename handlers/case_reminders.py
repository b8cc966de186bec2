"""What is said of cases without being asked: steps whose day has come, and terms of office that end."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from handlers.case_words import next_words
from handlers.case_work import Work, branch_of, work_from
from handlers.messages import Button
from handlers.reminders import Reminder, is_civil
from handlers.wording import Marked, Texts
from knowledge.procedure.files import Procedures
from storage.case_steps import steps_of
from storage.cases import CaseView, cases_to_remind, set_remind, terms_ending
from storage.database import Session
from storage.people import secretaries_of

BEFORE_A_TERM_ENDS = (180, 90, 30, 0)
"""Days before the end of a term on which an election is proposed. 支部党务规程资料, part 5."""
SHOWN = 8
EAST = timedelta(hours=14)
"""How far ahead of UTC the earliest day begins anywhere."""


async def case_reminders(session: Session, texts: Texts, procedures: Procedures, now: datetime) -> list[Reminder]:
    """One message a branch about all its cases of which something is to be said today; then each is due another day."""
    due = [one for one in await cases_to_remind(session, (now + EAST).date()) if _has_come(one, now)]
    steps = await steps_of(session, [one.id for one in due])
    found = []
    for organization_id in dict.fromkeys(one.organization_id for one in due):
        branch = await branch_of(session, organization_id)
        mine = [one for one in due if one.organization_id == organization_id]
        today = now.astimezone(ZoneInfo(mine[0].timezone)).date()
        works = [
            work_from(procedures, today, one, branch, steps.get(one.id, []))
            for one in mine
            if one.procedure in procedures
        ]
        for work in works:
            await set_remind(session, work.case.id, work.standing.next_reminder(today))
        for gone in mine:
            if gone.procedure not in procedures:
                await set_remind(session, gone.id, None)
        people = tuple(one.id for one in await secretaries_of(session, organization_id))
        if works and people:
            found.append(_reminder(texts, organization_id, people, works, today))
    return found


def _has_come(one: CaseView, now: datetime) -> bool:
    local = now.astimezone(ZoneInfo(one.timezone))
    return one.remind_on is not None and one.remind_on <= local.date() and is_civil(now, one.timezone)


def _reminder(
    texts: Texts, organization_id: int, people: tuple[int, ...], works: Sequence[Work], today: date
) -> Reminder:
    lines = [(work.case.title, _about(texts, work)) for work in works]
    body = texts.say("case_reminders", "due", lines=lines[:SHOWN], more=max(0, len(lines) - SHOWN))
    rows = tuple((Button(work.case.title[:30], f"case.{work.case.id}"),) for work in works[:SHOWN])
    return Reminder(people, texts.say("case_reminders", "title"), body, rows, f"cases:{organization_id}:{today}")


def _about(texts: Texts, work: Work) -> Marked:
    """The steps that today is about, or all that are open when its day was missed."""
    since = work.case.remind_on or work.today
    days = [since + timedelta(days=step) for step in range((work.today - since).days + 1)][-31:]
    places = list(dict.fromkeys(place.step.id for day in days for place in work.standing.reminded_on(day)))
    words = [next_words(texts, work, only=work.standing.place(id)) for id in places]
    return Marked("\n".join(words)) if words else next_words(texts, work)


async def term_reminders(session: Session, texts: Texts, now: datetime) -> list[Reminder]:
    """Elections proposed to branches whose committee's term ends within half a year, at each of the days before it."""
    today = now.date()
    found = []
    for one in await terms_ending(session, today - timedelta(days=30), today + timedelta(days=BEFORE_A_TERM_ENDS[0])):
        left = (one.term_ends - now.astimezone(ZoneInfo(one.timezone)).date()).days
        mark = min((days for days in BEFORE_A_TERM_ENDS if left <= days), default=None)
        people = tuple(person.id for person in await secretaries_of(session, one.organization_id))
        if mark is None or not people or not is_civil(now, one.timezone):
            continue
        body = texts.say("case_reminders", "term", name=one.organization_name, day=one.term_ends, left=left)
        rows = ((Button(texts.title("start_case"), "start_case.election"),),)
        key = f"term:{one.organization_id}:{one.term_ends}:{mark}"
        found.append(Reminder(people, texts.say("case_reminders", "term_title"), body, rows, key))
    return found
