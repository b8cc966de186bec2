"""Invented 发展党员 in the demonstration town: by the rules so far, and not at their end.

Each candidate has one; and in two branches others on their way, with whom something is overdue, so that their
secretaries are reminded of it.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.town_people import FERRY, WILLOW
from knowledge.rules.admission import notice_ends, notice_is_required
from knowledge.rules.working_days import is_working_day
from storage.cases import NewStep, add_case, record_steps
from storage.database import Session
from storage.models import PostKind, Status
from storage.people import OrganizationView, holders, members_of, membership_of

ZONE = ZoneInfo("Asia/Shanghai")
OVERDUE = {WILLOW[-1][1]: Status.ACTIVIST, FERRY[-1][1]: Status.APPLICANT}
"""Of whom else a branch keeps a case: an activist not reviewed for half a year, an applicant nobody has talked with."""
OVERDUE_AFTER = 193
"""So many days ago such an activist was reviewed for the last time."""


async def add_cases(session: Session, place: OrganizationView, today: date) -> None:
    """The cases of one branch, each recorded by its secretary in the evening of the day on which a step was done."""
    [secretary] = await holders(session, place.id, PostKind.SECRETARY)
    members = await members_of(session, place.id)
    contact = next(one for one in members if one.status is Status.FULL and one.person_id != secretary.id)
    talker, contacts = _named(secretary.id, secretary.name), [_named(contact.person_id, contact.name)]
    for member in members:
        belongs = await membership_of(session, member.person_id)
        if belongs is None or belongs.status not in (Status.CANDIDATE, OVERDUE.get(place.name)):
            continue
        steps = list(_steps(belongs.status, belongs.since, today, talker, contacts))
        case_id = await add_case(
            session,
            organization_id=place.id,
            procedure="admission",
            subject_id=member.person_id,
            title=f"发展党员：{member.name}",
            started_on=steps[0].done_on,
            remind_on=today + timedelta(days=1),
            started_by_id=secretary.id,
        )
        newest = 0
        for step in steps:
            at = datetime.combine(step.done_on, time(17), ZONE)
            [newest] = await record_steps(session, case_id, [step], after=newest, recorded_by_id=secretary.id, now=at)


def _named(person_id: int, name: str) -> dict[str, Any]:
    return {"id": person_id, "name": name}


def _steps(
    status: Status, since: date, today: date, talker: dict[str, Any], contacts: list[dict[str, Any]]
) -> Iterator[NewStep]:
    """What was done until somebody became what they are, and with an activist since then until half a year ago."""
    if status is Status.APPLICANT:
        yield _application(since)
    elif status is Status.ACTIVIST:
        yield from _until_activist(since, talker, contacts)
        last = (today - since).days - OVERDUE_AFTER
        for days in sorted(range(last, 5, -170)):
            yield _step("cultivation", "reviewed_on", since + timedelta(days=days))
    else:
        yield from _until_listed(since, talker, contacts)


def _step(id: str, field: str, day: date, **answers: Any) -> NewStep:
    return NewStep(id, day, {field: day.isoformat(), **answers})


def _application(day: date) -> NewStep:
    return _step("application", "received_on", day, born_on=date(day.year - 34, 5, 4).isoformat())


def _until_activist(decided: date, talker: dict[str, Any], contacts: list[dict[str, Any]]) -> Iterator[NewStep]:
    talk = decided - timedelta(days=100)
    yield _application(talk - timedelta(days=15))
    yield _step("talk", "held_on", talk, talker=talker)
    yield _step("activist", "decided_on", decided, way="members")
    yield _step("contact_people", "named_on", decided, contacts=contacts)
    yield _step("activist_filing", "filed_on", decided + timedelta(days=5))


def _until_listed(listed: date, talker: dict[str, Any], contacts: list[dict[str, Any]]) -> Iterator[NewStep]:
    """The steps from the application to the day on which somebody was listed as a candidate."""
    first = listed - timedelta(days=7)
    while notice_ends(first) > listed or not is_working_day(first):
        first -= timedelta(days=1)
    announced = notice_is_required(first - timedelta(days=1))
    replied = first - timedelta(days=1) if announced else listed
    decided = replied - timedelta(days=8)
    activist = decided - timedelta(days=400)
    yield from _until_activist(activist, talker, contacts)
    for days in (170, 340):
        yield _step("cultivation", "reviewed_on", activist + timedelta(days=days))
    yield _step("candidate", "decided_on", decided)
    yield _step("candidate_reply", "replied_on", replied)
    if announced:
        yield _step("candidate_notice", "notice_first", first)
        yield _step("notice_result", "ended_on", listed, clear=True)
