"""Friendly words to who hands in by custom and has not yet: once a period, in its last days."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from handlers.messages import Button
from handlers.reminders import Reminder, is_civil
from handlers.wording import Texts
from knowledge.rules.customs import CustomName, Every, agreed, period_code, period_words
from knowledge.rules.owed import LAST_DAYS, period_of
from storage.customs import customs_by_path, customs_over
from storage.database import Session
from storage.frequencies import Writer, writers, written_for
from storage.models import ReportKind
from storage.outbox import keys_that_begin

DUE = {CustomName.THOUGHT_REPORT: ReportKind.THOUGHT_REPORT, CustomName.MOBILE_REPORT: ReportKind.MOBILE_REPORT}
LAST_DAYS_OF_A_MONTH = 5
"""So many days before the end of a month somebody is reminded who writes every month."""


async def report_reminders(session: Session, texts: Texts, now: datetime) -> list[Reminder]:
    """Who is to be reminded now; who was reminded for this period, or has handed in for it, is left alone.

    Whoever began within the period writes for the first time in the next. The number of statements does not depend on
    how many people there are.
    """
    found = []
    for name, kind in DUE.items():
        people = [one for one in await writers(session, kind, reachable=True) if is_civil(now, one.timezone)]
        customs = await customs_by_path(session, name)
        due: dict[str, list[tuple[Writer, Every]]] = {}
        for one in people:
            every = agreed(Every(own.value["every"]) for own in customs_over(one.path, customs))
            if _is_late(one, every, now):
                code = period_code(now.astimezone(ZoneInfo(one.timezone)).date(), every)
                due.setdefault(code, []).append((one, every))
        for code, late in due.items():
            found += await _for_a_period(session, texts, kind, code, late)
    return found


def _is_late(one: Writer, every: Every, now: datetime) -> bool:
    if every is Every.NEVER:
        return False
    today = now.astimezone(ZoneInfo(one.timezone)).date()
    first, last = period_of(today, every.months)
    days = LAST_DAYS_OF_A_MONTH if every is Every.MONTH else LAST_DAYS
    return one.since <= first and last - today < timedelta(days=days)


async def _for_a_period(
    session: Session, texts: Texts, kind: ReportKind, code: str, late: Sequence[tuple[Writer, Every]]
) -> list[Reminder]:
    start = f"report_due:{kind}:{code}:"
    told = {key.removeprefix(start).partition(":")[0] for key in await keys_that_begin(session, start)}
    written = await written_for(session, kind, [code])
    say = texts.say
    rows = ((Button(say("report_reminders", "button"), f"hand_in_report.{kind}"),),)
    return [
        Reminder(
            (one.person_id,),
            say("report_reminders", "title", kind=kind),
            say("report_reminders", "due", name=one.name, kind=kind, period=period_words(code), every=every),
            rows,
            f"{start}{one.person_id}",
        )
        for one, every in late
        if one.person_id not in written and str(one.person_id) not in told
    ]
