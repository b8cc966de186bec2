"""Dues: what each pays a month, what was paid, and from when on; nobody's income is kept."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, delete, func, select, update

from storage.database import Session, table_of, upsert
from storage.models import DuesAssessment, DuesPayment, File, Membership, Organization, Person, Status
from storage.people import with_predecessors

PAYING = (Status.FULL, Status.PROBATIONARY)
"""Who pays dues."""


class PayerKind(StrEnum):
    """The kinds of payer by the table of the regulation."""

    EMPLOYED = "employed"
    RETIRED = "retired"
    YEARLY = "yearly"
    SELF_EMPLOYED = "self_employed"
    FARMER = "farmer"
    FIXED = "fixed"


@dataclass(frozen=True, slots=True)
class Assessment:
    """What somebody pays a month; `reason` says why it is another sum than the table's, if it is."""

    person_id: int
    payer: PayerKind
    monthly: Decimal
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Assessed:
    """What is in force of somebody's assessments; `first_month` is when the branch began to ask for dues."""

    person_id: int
    year: int
    payer: PayerKind
    monthly: Decimal
    reason: str
    first_month: date
    assessed_at: datetime


@dataclass(frozen=True, slots=True)
class PaymentView:
    """One month that was paid; `voided` says that it was recorded by mistake, `note` then says why."""

    id: int
    person_id: int
    person_name: str
    organization_id: int
    path: str
    month: date
    amount: Decimal
    paid_on: date
    note: str
    voided: bool


async def members_since(session: Session, organization_id: int) -> dict[int, date]:
    """Since when each of a branch's members, the probationary too, is a member in it or in what became part of it, by
    person."""
    query = (
        select(Membership.person_id, func.min(Membership.since))
        .where(Membership.organization_id.in_(with_predecessors(organization_id)), Membership.status.in_(PAYING))
        .group_by(Membership.person_id)
    )
    return {row[0]: row[1] for row in await session.execute(query)}


async def add_assessments(
    session: Session,
    organization_id: int,
    year: int,
    given: Sequence[tuple[Assessment, date]],
    *,
    assessed_by_id: int | None,
    now: datetime,
) -> None:
    """Fix what each of several people pays a month in a year, with the first month that it is owed for."""
    session.add_all(
        DuesAssessment(
            person_id=one.person_id,
            organization_id=organization_id,
            year=year,
            payer=one.payer.value,
            monthly=one.monthly,
            first_month=first_month,
            reason=one.reason[:200],
            assessed_by_id=assessed_by_id,
            assessed_at=now,
        )
        for one, first_month in given
    )
    await session.flush()


def _select_assessments() -> Select[*tuple[Any, ...]]:
    return select(
        DuesAssessment.person_id,
        DuesAssessment.year,
        DuesAssessment.payer,
        DuesAssessment.monthly,
        DuesAssessment.reason,
        DuesAssessment.first_month,
        DuesAssessment.assessed_at,
    ).order_by(DuesAssessment.year, DuesAssessment.id)


def _in_force(rows: Sequence[Sequence[Any]]) -> dict[int, Assessed]:
    """The last of each person's rows, from the first month of all of them on."""
    found: dict[int, Assessed] = {}
    for person_id, year, payer, monthly, reason, first_month, at in rows:
        earlier = found.get(person_id)
        first = min(first_month, earlier.first_month) if earlier else first_month
        found[person_id] = Assessed(person_id, year, PayerKind(payer), monthly, reason, first, at)
    return found


async def assessments_of(session: Session, organization_id: int, year: int) -> dict[int, Assessed]:
    """What each pays to a branch in a year, by person: what was fixed last for it, else for the newest year before."""
    query = _select_assessments().where(
        DuesAssessment.organization_id.in_(with_predecessors(organization_id)), DuesAssessment.year <= year
    )
    return _in_force((await session.execute(query)).all())


async def assessments_by_person(session: Session, person_id: int) -> list[Assessed]:
    """Everything that was ever fixed for somebody, in whatever branch, the oldest first."""
    rows = (await session.execute(_select_assessments().where(DuesAssessment.person_id == person_id))).all()
    return [Assessed(row[0], row[1], PayerKind(row[2]), *row[3:]) for row in rows]


async def add_payments(
    session: Session,
    organization_id: int,
    given: Sequence[tuple[int, date, Decimal]],
    *,
    paid_on: date,
    recorded_by_id: int | None,
    now: datetime,
) -> set[tuple[int, date]]:
    """Record months as paid, each as (person, first day of the month, yuan); those that were recorded now.

    A month that is paid already, perhaps by somebody else's hand a moment ago, is left as it is.
    """
    found: set[tuple[int, date]] = set()
    # In one order, so that two who record at once wait for each other and never in a ring.
    for person_id, month, amount in sorted(given):
        row = {
            "person_id": person_id,
            "organization_id": organization_id,
            "month": month.replace(day=1),
            "amount": amount,
            "paid_on": paid_on,
            "note": "",
            "recorded_by_id": recorded_by_id,
            "recorded_at": now,
            "voided": False,
        }
        payments = table_of(DuesPayment)
        adding = upsert(session, payments).values(row).on_conflict_do_nothing().returning(payments.c.id)
        if (await session.execute(adding)).first() is not None:
            found.add((person_id, month))
    return found


def _select_payments() -> Select[*tuple[Any, ...]]:
    return (
        select(
            DuesPayment.id,
            DuesPayment.person_id,
            Person.name,
            DuesPayment.organization_id,
            Organization.path,
            DuesPayment.month,
            DuesPayment.amount,
            DuesPayment.paid_on,
            DuesPayment.note,
            DuesPayment.voided,
        )
        .join(Person, Person.id == DuesPayment.person_id)
        .join(Organization, Organization.id == DuesPayment.organization_id)
        .order_by(DuesPayment.month, DuesPayment.id)
    )


async def payments_by(session: Session, person_ids: Collection[int], *, voided: bool = False) -> list[PaymentView]:
    """What these people paid, to whatever branch, the earliest month first; with `voided` the mistakes as well."""
    query = _select_payments().where(DuesPayment.person_id.in_(person_ids))
    if not voided:
        query = query.where(~DuesPayment.voided)
    return [PaymentView(*row) for row in await session.execute(query)]


async def payments_to(session: Session, organization_id: int, year: int) -> list[PaymentView]:
    """What was paid to a branch for the months of a year, by whoever, also by those who have left it since."""
    query = _select_payments().where(
        DuesPayment.organization_id.in_(with_predecessors(organization_id)),
        ~DuesPayment.voided,
        DuesPayment.month.between(date(year, 1, 1), date(year, 12, 31)),
    )
    return [PaymentView(*row) for row in await session.execute(query)]


async def payment(session: Session, payment_id: int) -> PaymentView | None:
    """One payment by id."""
    row = (await session.execute(_select_payments().where(DuesPayment.id == payment_id))).one_or_none()
    return None if row is None else PaymentView(*row)


async def void_payment(session: Session, payment_id: int, reason: str) -> bool:
    """Say that a month was recorded by mistake, and why; it can be paid again. False when that was said before."""
    voiding = (
        update(DuesPayment)
        .where(DuesPayment.id == payment_id, ~DuesPayment.voided)
        .values(voided=True, note=reason[:200])
        .returning(DuesPayment.id)
    )
    return (await session.execute(voiding)).first() is not None


async def forget_file(session: Session, file_id: int) -> None:
    """Drop a file that was read and must not be kept, such as a sheet of incomes."""
    await session.execute(delete(File).where(File.id == file_id))
