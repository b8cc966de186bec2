"""What keeps a conversation durable: accounts, updates seen, open dialogues, and messages waiting to be sent."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage.models.base import Base, word
from storage.models.organizations import Person


class RunState(StrEnum):
    """Where one run of a dialogue stands."""

    OPEN = "open"
    PARKED = "parked"
    DONE = "done"
    CANCELLED = "cancelled"


class Lane(StrEnum):
    """Somebody is waiting for this message (reply), it is news for one or some (push), or one of very many (digest)."""

    REPLY = "reply"
    PUSH = "push"
    DIGEST = "digest"


class Delivery(StrEnum):
    """What has become of a message."""

    WAITING = "waiting"
    SENT = "sent"
    GONE = "gone"
    CLOSED = "closed"
    REFUSED = "refused"
    EXPIRED = "expired"


class Account(Base):
    """One user of one platform; bound to a person by an invitation, else only a reader of the handbook."""

    __tablename__ = "accounts"

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(String(40))
    tenant: Mapped[str] = mapped_column(String(80))
    user: Mapped[str] = mapped_column(String(120))
    chat: Mapped[str] = mapped_column(String(120))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    reachable: Mapped[bool] = mapped_column(default=True)
    wrong_codes: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    created_at: Mapped[datetime]

    person: Mapped[Person | None] = relationship(lazy="raise")

    __table_args__ = (UniqueConstraint("channel", "tenant", "user"),)


class Invitation(Base):
    """A one-time code that binds an account to a person; only its hash is kept."""

    __tablename__ = "invitations"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Update(Base):
    """One update that reached us; a payload is kept only until its turn is done."""

    __tablename__ = "updates"

    channel: Mapped[str] = mapped_column(String(40), primary_key=True)
    tenant: Mapped[str] = mapped_column(String(80), primary_key=True)
    update_id: Mapped[str] = mapped_column(String(120), primary_key=True)
    payload: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    received_at: Mapped[datetime] = mapped_column(index=True)
    done_at: Mapped[datetime | None]

    __table_args__ = (
        Index(
            "ix_updates_unfinished",
            "channel",
            "tenant",
            sqlite_where=text("done_at IS NULL"),
            postgresql_where=text("done_at IS NULL"),
        ),
    )


class Run(Base):
    """One run of a dialogue by one account; `journal` holds its answers by name, in the order they were given."""

    __tablename__ = "runs"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    dialogue: Mapped[str] = mapped_column(String(60))
    state: Mapped[RunState] = mapped_column(word(RunState), default=RunState.OPEN)
    journal: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    turn: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    __table_args__ = (
        Index(
            "one_open_run",
            "account_id",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        Index("ix_runs_account", "account_id", "state"),
    )


class File(Base):
    """Bytes that a person sent or that we made; kept once, referred to by id. What was made for messages alone is
    `passing`."""

    __tablename__ = "files"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(120))
    size: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    created_at: Mapped[datetime]
    passing: Mapped[bool] = mapped_column(default=False, server_default=false())

    __table_args__ = (
        Index("ix_files_passing", "created_at", sqlite_where=text("passing"), postgresql_where=text("passing")),
    )


class GroupChat(Base):
    """A group chat that a secretary linked to her branch."""

    __tablename__ = "group_chats"

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(String(40))
    tenant: Mapped[str] = mapped_column(String(80))
    chat: Mapped[str] = mapped_column(String(120))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"), index=True)
    linked_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    linked_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("channel", "tenant", "chat"),)


class OutboxMessage(Base):
    """A message that was decided on in a transaction and is sent after it; `documents` are ids of files.

    `parts_sent` says how many of the platform's messages that it becomes have arrived, `sent_at` when the platform
    took it or, of one that was given up, declined it.
    """

    __tablename__ = "outbox"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    channel: Mapped[str] = mapped_column(String(40))
    tenant: Mapped[str] = mapped_column(String(80))
    chat: Mapped[str] = mapped_column(String(120))
    lane: Mapped[Lane] = mapped_column(word(Lane))
    body: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(String(120), default="")
    buttons: Mapped[list[Any]] = mapped_column(JSON, default=list)
    documents: Mapped[list[Any]] = mapped_column(JSON, default=list)
    replaces: Mapped[str] = mapped_column(String(120), default="")
    reply_ticket: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    not_after: Mapped[datetime | None]
    unique_key: Mapped[str | None] = mapped_column(String(160), unique=True)
    state: Mapped[Delivery] = mapped_column(word(Delivery), default=Delivery.WAITING)
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    claimed_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    parts_sent: Mapped[int] = mapped_column(default=0)
    detail: Mapped[str] = mapped_column(String(200), default="")
    sent_at: Mapped[datetime | None]
    sent_ref: Mapped[str] = mapped_column(String(120), default="")

    __table_args__ = (
        Index(
            "ix_outbox_waiting",
            "lane",
            "channel",
            "tenant",
            "id",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        Index(
            "ix_outbox_chat",
            "channel",
            "tenant",
            "chat",
            "id",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        Index(
            "ix_outbox_sent",
            "channel",
            "tenant",
            "chat",
            "sent_at",
            sqlite_where=text("lane <> 'reply'"),
            postgresql_where=text("lane <> 'reply'"),
        ),
        Index(
            "ix_outbox_parked",
            "state",
            sqlite_where=text("state NOT IN ('waiting', 'sent')"),
            postgresql_where=text("state NOT IN ('waiting', 'sent')"),
        ),
        Index("ix_outbox_account", "account_id", "id"),
        Index(
            "ix_outbox_done",
            "sent_at",
            sqlite_where=text("state = 'sent'"),
            postgresql_where=text("state = 'sent'"),
        ),
    )


class Pace(Base):
    """From when on a platform takes another call of ours that nobody waits for: what all workers share."""

    __tablename__ = "paces"

    channel: Mapped[str] = mapped_column(String(40), primary_key=True)
    tenant: Mapped[str] = mapped_column(String(80), primary_key=True)
    free_at: Mapped[datetime]
