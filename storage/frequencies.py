"""Who hands in by custom, and who has."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select

from storage.database import Session
from storage.models import Case, CaseState, Membership, Organization, Person, Report, ReportKind, Status

AWAY = "mobile-member"
"""The procedure of members away from their branch."""


@dataclass(frozen=True, slots=True)
class Writer:
    """Somebody who hands in by custom; `since` is from when on they are what makes them do so."""

    person_id: int
    name: str
    organization_id: int
    path: str
    timezone: str
    since: date


async def writers(
    session: Session, kind: ReportKind, organization_id: int | None = None, *, among: Collection[int] | None = None
) -> list[Writer]:
    """Who hands in such a report by custom: activists thought reports, and whoever is away from the branch by a case
    that runs reports of that; of one branch or of all, by branch and name; `among` narrows it to these people."""
    query = (
        select(Person.id, Person.name, Organization.id, Organization.path, Organization.timezone)
        .join(Membership, Membership.person_id == Person.id)
        .join(Organization, Organization.id == Membership.organization_id)
        .where(Membership.until.is_(None))
        .order_by(Organization.id, Person.name, Person.id)
    )
    if kind is ReportKind.THOUGHT_REPORT:
        query = query.add_columns(Membership.since).where(Membership.status == Status.ACTIVIST)
    else:
        away = (
            select(Case.subject_id, Case.organization_id, func.min(Case.started_on).label("since"))
            .where(Case.procedure == AWAY, Case.state == CaseState.OPEN)
            .group_by(Case.subject_id, Case.organization_id)
            .subquery()
        )
        query = query.add_columns(away.c.since).join(
            away, (away.c.subject_id == Person.id) & (away.c.organization_id == Membership.organization_id)
        )
    if organization_id is not None:
        query = query.where(Organization.id == organization_id)
    if among is not None:
        query = query.where(Person.id.in_(among))
    rows: Sequence[Sequence[Any]] = (await session.execute(query)).all()
    return [Writer(*row) for row in rows]


async def written_for(
    session: Session, kind: ReportKind, periods: Collection[str], *, among: Collection[int] | None = None
) -> set[int]:
    """Whoever, of these people or of all, has handed in such a report for any of these periods, by id."""
    query = select(Report.author_id).where(Report.kind == kind, Report.period.in_(periods)).distinct()
    if among is not None:
        query = query.where(Report.author_id.in_(among))
    return set(await session.scalars(query))
