"""Friendly words to who hands in by custom and has not yet: once a period, in its last days."""

from collections.abc import Sequence
from datetime import date, timedelta

from handlers.messages import Button
from handlers.reminders import Item, Looked
from knowledge.rules.customs import CustomName, Every, agreed, period_code, period_words
from knowledge.rules.owed import LAST_DAYS, Light, period_of
from storage.customs import customs_by_path, customs_over
from storage.frequencies import Writer, writers, written_for
from storage.models import ReportKind

DUE = {CustomName.THOUGHT_REPORT: ReportKind.THOUGHT_REPORT, CustomName.MOBILE_REPORT: ReportKind.MOBILE_REPORT}
LAST_DAYS_OF_A_MONTH = 5
"""So many days before the end of a month somebody is reminded who writes every month."""


async def report_items(looked: Looked) -> list[Item]:
    """What these people have not handed in yet, while it is time; in as many statements as for one of them.

    Whoever began within the period writes for the first time in the next.
    """
    found = []
    for name, kind in DUE.items():
        customs = await customs_by_path(looked.session, name)
        late: dict[str, list[tuple[Writer, Every, date]]] = {}
        for one in await writers(looked.session, kind, among=looked.people):
            every = agreed(Every(own.value["every"]) for own in customs_over(one.path, customs))
            begun = _late_since(one, every, looked.today(one.timezone))
            if begun is not None:
                late.setdefault(period_code(begun, every), []).append((one, every, begun))
        for code, writing in late.items():
            found += await _for_a_period(looked, kind, code, writing)
    return found


def _late_since(one: Writer, every: Every, today: date) -> date | None:
    if every is Every.NEVER:
        return None
    first, last = period_of(today, every.months)
    days = LAST_DAYS_OF_A_MONTH if every is Every.MONTH else LAST_DAYS
    begun = last - timedelta(days=days - 1)
    return begun if one.since <= first and today >= begun else None


async def _for_a_period(
    looked: Looked, kind: ReportKind, code: str, writing: Sequence[tuple[Writer, Every, date]]
) -> list[Item]:
    people = [one.person_id for one, _, _ in writing]
    written = await written_for(looked.session, kind, [code], among=people)
    say = looked.texts.say
    return [
        Item(
            key=f"report:{kind}:{one.person_id}:{code}",
            people=(one.person_id,),
            light=Light.NONE,
            begun=begun,
            label=looked.texts.word(kind),
            words=say("report_reminders", "due", kind=kind, period=period_words(code), every=every),
            buttons=(Button(say("report_reminders", "button"), f"hand_in_report.{kind}"),),
            marks=(begun,),
        )
        for one, every, begun in writing
        if one.person_id not in written
    ]
