"""When many branches last met: the newest day of each kind is enough to know what is owed, for it is reckoned from the
past to today; of what is held once a year, all days of the last years are needed."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import aliased

from storage.database import Session
from storage.frequencies import RUN_AS_CASES, TALKS, TOGETHER, Group, Held
from storage.models import (
    Case,
    CaseState,
    CaseStep,
    Meeting,
    MeetingKind,
    MeetingOrganization,
    MeetingSeries,
    MeetingState,
    Membership,
    Organization,
    OrganizationKind,
)
from storage.reminders import Branch

YEARLY = tuple(RUN_AS_CASES.values())


async def last_held(session: Session, branches: Collection[Branch], since: date) -> dict[int, Held]:
    """What each branch and its groups held last, joint meetings and those of the general branch above included, and
    what was done as a case; the yearly kinds from `since` on. In as many statements as for one branch."""
    found = {one.id: Held() for one in branches}
    zones = {one.id: ZoneInfo(one.timezone) for one in branches}
    if not found:
        return found

    def note(id: int, kind: MeetingKind, at: datetime) -> None:
        found[id].days.setdefault(kind, []).append(at.astimezone(zones[id]).date())

    own = select(
        Meeting.organization_id,
        Meeting.kind,
        func.max(Meeting.starts_at).filter(Meeting.state == MeetingState.CLOSED),
        func.min(Meeting.starts_at).filter(Meeting.state != MeetingState.CANCELLED),
    ).where(Meeting.organization_id.in_(found))
    for id, kind, last, first in await session.execute(own.group_by(Meeting.organization_id, Meeting.kind)):
        if last is not None:
            note(id, kind, last)
        if first is not None:
            day = first.astimezone(zones[id]).date()
            found[id].since = min(day, found[id].since or day)
    for id, kind, last in await session.execute(_joint(found)):
        note(id, kind, last)
    above = _above(branches)
    for id, kind, last in await session.execute(_together(above)):
        for below in above[id]:
            note(below, kind, last)
    for query in _yearly(found, datetime(since.year, since.month, since.day, tzinfo=ZoneInfo("UTC"))):
        for id, kind, at in await session.execute(query):
            note(id, kind, at)
    for id, procedure, ended in await session.execute(_cases(found, since)):
        if ended is not None:
            found[id].days.setdefault(RUN_AS_CASES[procedure], []).append(ended)
    for id, talked in await session.execute(_talks(found)):
        found[id].talks.append(talked)
    fixed = select(MeetingSeries.organization_id, MeetingSeries.day).where(
        MeetingSeries.organization_id.in_(found), MeetingSeries.kind == MeetingKind.THEME_DAY, MeetingSeries.active
    )
    for id, of_month in await session.execute(fixed.order_by(MeetingSeries.id.desc())):
        found[id].theme_day = of_month
    await _add_groups(session, found, zones)
    return found


def _joint(found: Collection[int]) -> Select[int, MeetingKind, datetime]:
    return (
        select(MeetingOrganization.organization_id, Meeting.kind, func.max(Meeting.starts_at))
        .join(Meeting, Meeting.id == MeetingOrganization.meeting_id)
        .where(MeetingOrganization.organization_id.in_(found), Meeting.state == MeetingState.CLOSED)
        .group_by(MeetingOrganization.organization_id, Meeting.kind)
    )


def _above(branches: Collection[Branch]) -> dict[int, list[int]]:
    """The branches below each organization that is above any of them."""
    below: dict[int, list[int]] = {}
    for one in branches:
        for part in one.path.strip("/").split("/")[:-1]:
            below.setdefault(int(part), []).append(one.id)
    return below


def _together(above: Collection[int]) -> Select[int, MeetingKind, datetime]:
    return (
        select(Meeting.organization_id, Meeting.kind, func.max(Meeting.starts_at))
        .join(Organization, Organization.id == Meeting.organization_id)
        .where(
            Meeting.organization_id.in_(above),
            Organization.kind == OrganizationKind.GENERAL_BRANCH,
            Meeting.kind.in_(TOGETHER),
            Meeting.state == MeetingState.CLOSED,
        )
        .group_by(Meeting.organization_id, Meeting.kind)
    )


def _yearly(found: Collection[int], since: datetime) -> Sequence[Select[int, MeetingKind, datetime]]:
    held = (Meeting.kind.in_(YEARLY), Meeting.state == MeetingState.CLOSED, Meeting.starts_at >= since)
    joint = (
        select(MeetingOrganization.organization_id, Meeting.kind, Meeting.starts_at)
        .join(Meeting, Meeting.id == MeetingOrganization.meeting_id)
        .where(MeetingOrganization.organization_id.in_(found), *held)
    )
    own = select(Meeting.organization_id, Meeting.kind, Meeting.starts_at)
    return own.where(Meeting.organization_id.in_(found), *held), joint


def _cases(found: Collection[int], since: date) -> Select[int, str, date | None]:
    return select(Case.organization_id, Case.procedure, Case.closed_on).where(
        Case.organization_id.in_(found),
        Case.procedure.in_(RUN_AS_CASES),
        Case.state == CaseState.CLOSED,
        Case.closed_on >= since,
    )


def _talks(found: Collection[int]) -> Select[int, date]:
    newer = aliased(CaseStep)
    return (
        select(Case.organization_id, func.max(CaseStep.done_on))
        .join(Case, Case.id == CaseStep.case_id)
        .where(
            Case.organization_id.in_(found),
            Case.procedure == TALKS,
            CaseStep.step == "talk",
            CaseStep.withdrawn.is_(False),
            ~exists().where(newer.replaces_id == CaseStep.id),
        )
        .group_by(Case.organization_id)
    )


async def _add_groups(session: Session, found: dict[int, Held], zones: dict[int, ZoneInfo]) -> None:
    """The groups of each branch that have members, and when each of them met last."""
    # By their branch, which has an index, and not by their group, which has none.
    filled = select(Membership.group_id).where(
        Membership.organization_id.in_(found), Membership.until.is_(None), Membership.group_id.is_not(None)
    )
    query = (
        select(Organization.id, Organization.name, Organization.parent_id)
        .where(
            Organization.parent_id.in_(found),
            Organization.kind == OrganizationKind.GROUP,
            Organization.closed_on.is_(None),
            Organization.id.in_(filled),
        )
        .order_by(Organization.id)
    )
    groups: Sequence[Any] = (await session.execute(query)).all()
    ids = [row[0] for row in groups]
    whose = func.coalesce(Meeting.group_id, Meeting.organization_id)
    met = (
        select(whose, func.max(Meeting.starts_at))
        .where(
            Meeting.organization_id.in_([*found, *ids]),  # which has an index
            whose.in_(ids),
            Meeting.kind == MeetingKind.GROUP_MEETING,
            Meeting.state == MeetingState.CLOSED,
        )
        .group_by(whose)
    )
    last = {row[0]: row[1] for row in await session.execute(met)} if groups else {}
    for id, name, branch in groups:
        days = (last[id].astimezone(zones[branch]).date(),) if id in last else ()
        found[branch].groups.append(Group(id, name, days))
