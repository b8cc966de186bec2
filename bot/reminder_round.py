"""Everybody's message of the day: once a working day, at a civil hour of the clock that each of them lives by.

People are taken in batches: each is read apart and put into the outbox in a transaction of its own, so that nobody who
talks to the assistant meanwhile waits, and memory does not grow with the number of people. A message has a key by
person and day: whatever crashes, and however many workers are at it, nobody gets two. A day on which no worker ran is
over; what came up on it is said with the next.
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from handlers.daily_reminders import due_for, looked_for, message
from handlers.dialogue.turns import stored_rows
from handlers.reminders import Reminder, is_civil
from handlers.task_reminders import near
from handlers.wording import Texts
from knowledge.procedure.files import Procedures
from knowledge.rules.working_days import is_working_day
from storage.accounts import reach
from storage.database import Database, Session
from storage.models import Lane
from storage.outbox import Draft, put
from storage.reminders import forget_answers, last_round, note_round, recipients, time_zones

BATCH = 300
ASTRAY = timedelta(days=8)
"""A round longer than this after now was that of a clock that had gone astray: it does not silence what is due."""
KEPT = timedelta(days=400)
"""How long answers are kept: no occurrence lasts longer than a year."""


async def remind_everybody(database: Database, texts: Texts, procedures: Procedures, now: datetime) -> int:
    """Put the day's messages into the outbox where their hour has come and they are not there yet; how many."""
    async with database.reading() as session:
        last = {zone: await _last_round(session, zone, now) for zone in await time_zones(session)}
    due = {zone: day for zone, day in last.items() if _is_due(zone, day, now)}
    return sum([await _remind(database, texts, procedures, zone, now, after) for zone, after in due.items()])


async def _last_round(session: Session, zone: str, now: datetime) -> date:
    """The day of a clock's last round; long ago where there was none, or only one in a time that has not come."""
    last = await last_round(session, zone)
    return date.min if last is None or last > now.astimezone(ZoneInfo(zone)).date() + ASTRAY else last


def _is_due(zone: str, last: date, now: datetime) -> bool:
    today = now.astimezone(ZoneInfo(zone)).date()
    return last < today and is_civil(now, zone) and is_working_day(today)


async def _remind(
    database: Database, texts: Texts, procedures: Procedures, zone: str, now: datetime, after: date
) -> int:
    """The round of one clock; the one before was on the day `after`. In the first round everything due is said."""
    local = now.astimezone(ZoneInfo(zone))
    today = local.date()
    first, last = near(today)
    count = newest = 0
    while True:
        async with database.reading() as session:
            people = await recipients(session, [zone], first, last, after=newest, limit=BATCH)
            looked = await looked_for(session, texts, procedures, people, now)
            found = await due_for(looked, today) if people else {}
            said = [message(texts, id, due, local, after) for id, due in found.items()]
            drafts = await _drafts(session, [one for one in said if one is not None])
        if not people:
            break
        async with database.transaction() as session:
            count += len(await put(session, drafts, now))
        newest = people[-1]
    async with database.transaction() as session:
        await note_round(session, zone, today, now)
        await forget_answers(session, now - KEPT)
    return count


async def _drafts(session: Session, said: list[Reminder]) -> list[Draft]:
    of = {person_id: one for one in said for person_id in one.people}
    return [
        Draft(
            channel=account.channel,
            tenant=account.tenant,
            chat=account.chat,
            body=of[account.person_id].body,
            lane=Lane.DIGEST,
            account_id=account.account_id,
            title=of[account.person_id].title,
            buttons=stored_rows(of[account.person_id].rows),
            not_after=of[account.person_id].not_after,
            unique_key=f"{of[account.person_id].key}:{account.account_id}",
        )
        for account in await reach(session, list(of))
    ]
