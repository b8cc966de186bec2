"""The tree of Party organizations, and who is in it with which status and post."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage.models.base import Base, word


class OrganizationKind(StrEnum):
    """党委, 党总支, 党支部, 党小组."""

    COMMITTEE = "committee"
    GENERAL_BRANCH = "general_branch"
    BRANCH = "branch"
    GROUP = "group"


class Status(StrEnum):
    """申请人, 积极分子, 发展对象, 预备党员, 正式党员: where somebody stands on the way into the Party."""

    APPLICANT = "applicant"
    ACTIVIST = "activist"
    CANDIDATE = "candidate"
    PROBATIONARY = "probationary"
    FULL = "full"


class PostKind(StrEnum):
    """What somebody has been chosen to do in an organization."""

    SECRETARY = "secretary"
    DEPUTY_SECRETARY = "deputy_secretary"
    ORGANIZATION_COMMISSIONER = "organization_commissioner"
    PUBLICITY_COMMISSIONER = "publicity_commissioner"
    DISCIPLINE_COMMISSIONER = "discipline_commissioner"
    GROUP_LEADER = "group_leader"
    OFFICIAL = "official"
    CURATOR = "curator"


class Organization(Base):
    """One organization; `path` is the ids from the root down, "/1/4/9/", so that a subtree is one prefix.

    One that is no more keeps its records: `closed_on` is since when, `successor_id` what it became part of, and its
    path then lies below that one's, so that whoever may see the one may see what the other has left.
    """

    __tablename__ = "organizations"

    id: Mapped[int] = mapped_column(primary_key=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("organizations.id"), index=True)
    kind: Mapped[OrganizationKind] = mapped_column(word(OrganizationKind))
    name: Mapped[str] = mapped_column(String(120))
    path: Mapped[str] = mapped_column(String(255), index=True)
    timezone: Mapped[str] = mapped_column(String(60), default="Asia/Shanghai")
    closed_on: Mapped[date | None]
    successor_id: Mapped[int | None] = mapped_column(ForeignKey("organizations.id"), index=True)

    # Not a constraint over all: a name is free again when its organization is no more, and PostgreSQL would have an
    # organization that moves wait for everybody who is just recording something there.
    __table_args__ = (
        Index(
            "one_organization_of_a_name",
            "parent_id",
            "name",
            unique=True,
            sqlite_where=text("closed_on IS NULL"),
            postgresql_where=text("closed_on IS NULL"),
        ),
        Index(
            "one_root_of_a_name",
            "name",
            unique=True,
            sqlite_where=text("parent_id IS NULL AND closed_on IS NULL"),
            postgresql_where=text("parent_id IS NULL AND closed_on IS NULL"),
        ),
    )


class ChangeKind(StrEnum):
    """What can happen to an organization: 新建, 改名, 转隶, 合并, 撤销, 任期登记, 延期换届."""

    ESTABLISHED = "established"
    RENAMED = "renamed"
    MOVED = "moved"
    MERGED = "merged"
    DISSOLVED = "dissolved"
    TERM_SET = "term_set"
    TERM_EXTENDED = "term_extended"


class OrganizationChange(Base):
    """What the level above decided about an organization, as it was recorded.

    `parent_id` and `name` are those before it, by which an old roster still calls it; `other_id` is where it went or
    what it became part of; `became` says in words what it is now: a name, or the day a term ends.
    """

    __tablename__ = "organization_changes"

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"), index=True)
    kind: Mapped[ChangeKind] = mapped_column(word(ChangeKind))
    decided_on: Mapped[date]
    approval: Mapped[str] = mapped_column(String(120))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("organizations.id"))
    name: Mapped[str] = mapped_column(String(120))
    became: Mapped[str] = mapped_column(String(120), default="")
    other_id: Mapped[int | None] = mapped_column(ForeignKey("organizations.id"))
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    recorded_at: Mapped[datetime]

    __table_args__ = (Index("ix_organization_changes_name", "parent_id", "name"),)


class Person(Base):
    """Somebody on a roster; the last four digits of the phone tell two people of one name apart, more is not kept."""

    __tablename__ = "people"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60), index=True)
    phone_last4: Mapped[str] = mapped_column(String(4))

    memberships: Mapped[list["Membership"]] = relationship(back_populates="person", lazy="raise")
    posts: Mapped[list["Post"]] = relationship(back_populates="person", lazy="raise")

    __table_args__ = (CheckConstraint("length(phone_last4) = 4", name="phone_last4"),)


class Membership(Base):
    """One stretch of time that a person had one status in one branch; the open one (no `until`) is today's."""

    __tablename__ = "memberships"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    group_id: Mapped[int | None] = mapped_column(ForeignKey("organizations.id"))
    status: Mapped[Status] = mapped_column(word(Status))
    may_vote: Mapped[bool] = mapped_column(default=True)
    since: Mapped[date]
    until: Mapped[date | None]

    person: Mapped[Person] = relationship(back_populates="memberships", lazy="raise")

    __table_args__ = (
        Index(
            "one_current_membership",
            "person_id",
            unique=True,
            sqlite_where=text("until IS NULL"),
            postgresql_where=text("until IS NULL"),
        ),
        Index("ix_memberships_organization", "organization_id", "until"),
        CheckConstraint("until IS NULL OR until >= since", name="dates"),
    )


class Post(Base):
    """A post with its term of office; `until` is set when it was really given up."""

    __tablename__ = "posts"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    kind: Mapped[PostKind] = mapped_column(word(PostKind))
    since: Mapped[date]
    term_ends: Mapped[date | None]
    until: Mapped[date | None]

    person: Mapped[Person] = relationship(back_populates="posts", lazy="raise")
    organization: Mapped[Organization] = relationship(lazy="raise")

    __table_args__ = (
        Index(
            "one_holder_of_a_post",
            "person_id",
            "organization_id",
            "kind",
            unique=True,
            sqlite_where=text("until IS NULL"),
            postgresql_where=text("until IS NULL"),
        ),
        Index("ix_posts_organization", "organization_id", "kind"),
    )


class AuditEntry(Base):
    """Who did what to which record; never what people wrote."""

    __tablename__ = "audit_entries"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organizations.id"))
    action: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(80))

    __table_args__ = (Index("ix_audit_entries_subject", "subject"),)
