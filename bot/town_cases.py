"""An invented 发展党员 of each candidate in the demonstration town: by the rules so far, and not at its end."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from knowledge.rules.admission import notice_ends, notice_is_required
from knowledge.rules.working_days import is_working_day
from storage.cases import NewStep, add_case, record_steps
from storage.database import Session
from storage.models import PostKind, Status
from storage.people import OrganizationView, holders, members_of, membership_of

ZONE = ZoneInfo("Asia/Shanghai")


async def add_cases(session: Session, place: OrganizationView, today: date) -> None:
    """The cases of one branch, each recorded by its secretary in the evening of the day on which a step was done."""
    [secretary] = await holders(session, place.id, PostKind.SECRETARY)
    members = await members_of(session, place.id)
    contact = next(one for one in members if one.status is Status.FULL and one.person_id != secretary.id)
    talker, contacts = _named(secretary.id, secretary.name), [_named(contact.person_id, contact.name)]
    for member in members:
        belongs = await membership_of(session, member.person_id)
        if belongs is None or belongs.status is not Status.CANDIDATE:
            continue
        steps = list(_until_listed(belongs.since, talker, contacts))
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


def _until_listed(listed: date, talker: dict[str, Any], contacts: list[dict[str, Any]]) -> Iterator[NewStep]:
    """The steps from the application to the day on which somebody was listed as a candidate."""
    first = listed - timedelta(days=7)
    while notice_ends(first) > listed or not is_working_day(first):
        first -= timedelta(days=1)
    announced = notice_is_required(first - timedelta(days=1))
    replied = first - timedelta(days=1) if announced else listed
    decided = replied - timedelta(days=8)
    activist = decided - timedelta(days=400)
    talk = activist - timedelta(days=100)

    def step(id: str, field: str, day: date, **answers: Any) -> NewStep:
        return NewStep(id, day, {field: day.isoformat(), **answers})

    yield step(
        "application", "received_on", talk - timedelta(days=15), born_on=date(listed.year - 34, 5, 4).isoformat()
    )
    yield step("talk", "held_on", talk, talker=talker)
    yield step("activist", "decided_on", activist, way="members")
    yield step("contact_people", "named_on", activist, contacts=contacts)
    yield step("activist_filing", "filed_on", activist + timedelta(days=5))
    for days in (170, 340):
        yield step("cultivation", "reviewed_on", activist + timedelta(days=days))
    yield step("candidate", "decided_on", decided)
    yield step("candidate_reply", "replied_on", replied)
    if announced:
        yield step("candidate_notice", "notice_first", first)
        yield step("notice_result", "ended_on", listed, clear=True)
