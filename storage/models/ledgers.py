"""Dues and hours of learning: what was assessed, what was paid, what was learned, and what a branch does by custom."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, Hundredths


class DuesAssessment(Base):
    """What somebody pays a month in a year; a new one replaces the old. The income it was made from is not kept.

    `payer` is the kind of payer by the table of the regulation; `first_month` is the first day of the first month that
    it is owed for; `reason` says why the amount is another than the table's, if it is.
    """

    __tablename__ = "dues_assessments"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    year: Mapped[int]
    payer: Mapped[str] = mapped_column(String(40))
    monthly: Mapped[Decimal] = mapped_column(Hundredths())
    first_month: Mapped[date]
    reason: Mapped[str] = mapped_column(String(200), default="")
    assessed_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    assessed_at: Mapped[datetime]

    __table_args__ = (Index("ix_dues_assessments_person", "person_id", "year"),)


class DuesPayment(Base):
    """One month's dues of one person, by the first day of that month; one that was recorded by mistake is `voided`."""

    __tablename__ = "dues_payments"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    month: Mapped[date]
    amount: Mapped[Decimal] = mapped_column(Hundredths())
    paid_on: Mapped[date]
    note: Mapped[str] = mapped_column(String(200), default="")
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    recorded_at: Mapped[datetime]
    voided: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (
        Index(
            "one_payment_a_month",
            "person_id",
            "month",
            unique=True,
            sqlite_where=text("NOT voided"),
            postgresql_where=text("NOT voided"),
        ),
        Index("ix_dues_payments_organization", "organization_id", "month"),
    )


class Learning(Base):
    """Hours that somebody learned, each activity counted once."""

    __tablename__ = "learning"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    held_on: Mapped[date]
    title: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(40))
    hours: Mapped[Decimal] = mapped_column(Hundredths())
    meeting_id: Mapped[int | None] = mapped_column(ForeignKey("meetings.id", ondelete="SET NULL"))
    report_id: Mapped[int | None] = mapped_column(ForeignKey("reports.id", ondelete="SET NULL"))
    proof_id: Mapped[int | None] = mapped_column(ForeignKey("files.id"), index=True)
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    recorded_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("person_id", "meeting_id"),
        UniqueConstraint("person_id", "report_id"),
        Index("ix_learning_person", "person_id", "held_on"),
        Index("ix_learning_organization", "organization_id", "recorded_at"),
    )


class Custom(Base):
    """What a branch, or a committee for all below it, does by its own custom, such as how often a lecture is held."""

    __tablename__ = "customs"

    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[dict[str, Any]] = mapped_column(JSON)
    set_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    set_at: Mapped[datetime]
