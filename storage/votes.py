"""Votes as they were counted in the room, item by item; a correction keeps what stood there before."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select, update
from sqlalchemy.orm import aliased

from storage.database import Session
from storage.models import AgendaItem, AgendaKind, Meeting, MeetingState, Organization, Person, Vote


@dataclass(frozen=True, slots=True)
class Item:
    """One point of a meeting's agenda; `decided` is what the minutes say of it."""

    id: int
    position: int
    title: str
    kind: AgendaKind
    decided: str


@dataclass(frozen=True, slots=True)
class Counted:
    """The figures of one vote; ballots were handed out and returned only where it was `secret`.

    `written` are those in favour who had written before the meeting because they could not come.
    """

    secret: bool
    eligible: int
    present: int
    handed_out: int | None
    returned: int | None
    in_favour: int
    against: int
    abstained: int
    invalid: int
    written: int
    carried: bool

    @property
    def for_it(self) -> int:
        """All votes in favour, those in writing too."""
        return self.in_favour + self.written


@dataclass(frozen=True, slots=True)
class VoteView:
    """One vote with the item it was about; `reason` says why it corrects another, `recorded_by` is a name.

    `organization_id` and `branch` are of a branch that voted for itself at another's meeting, and empty otherwise.
    """

    id: int
    meeting_id: int
    item_id: int
    item_title: str
    kind: AgendaKind
    subject: str
    counted: Counted
    reason: str
    recorded_by: str
    recorded_at: datetime
    replaces_id: int | None
    organization_id: int | None
    branch: str


async def items_of(session: Session, meeting_id: int) -> list[Item]:
    """The points of a meeting's agenda, in their order."""
    query = (
        select(AgendaItem.id, AgendaItem.position, AgendaItem.title, AgendaItem.kind, AgendaItem.decided)
        .where(AgendaItem.meeting_id == meeting_id)
        .order_by(AgendaItem.position)
    )
    return [Item(*row) for row in await session.execute(query)]


def _select_votes() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Vote.id,
            AgendaItem.meeting_id,
            AgendaItem.id,
            AgendaItem.title,
            AgendaItem.kind,
            Vote.subject,
            Vote.secret,
            Vote.eligible,
            Vote.present,
            Vote.handed_out,
            Vote.returned,
            Vote.in_favour,
            Vote.against,
            Vote.abstained,
            Vote.invalid,
            Vote.written,
            Vote.carried,
            Vote.reason,
            Person.name,
            Vote.recorded_at,
            Vote.replaces_id,
            Vote.organization_id,
            Organization.name,
        )
        .join(AgendaItem, AgendaItem.id == Vote.agenda_item_id)
        .outerjoin(Organization, Organization.id == Vote.organization_id)
        .outerjoin(Person, Person.id == Vote.recorded_by_id)
    )


def _view(row: Sequence[Any]) -> VoteView:
    values: list[Any] = [*row[:6], Counted(*row[6:17]), row[17], row[18] or "", *row[19:22], row[22] or ""]
    return VoteView(*values)


async def votes_of(session: Session, meeting_id: int) -> list[VoteView]:
    """The votes of a meeting that stand, in the order of its agenda; those that were corrected are left out."""
    later = aliased(Vote)
    query = (
        _select_votes()
        .outerjoin(later, later.replaces_id == Vote.id)
        .where(AgendaItem.meeting_id == meeting_id, later.id.is_(None))
        .order_by(AgendaItem.position, Vote.recorded_at, Vote.id)
    )
    return [_view(row) for row in await session.execute(query)]


async def all_votes_of(session: Session, meeting_id: int) -> list[VoteView]:
    """Every vote of a meeting that was ever noted, the oldest first."""
    query = _select_votes().where(AgendaItem.meeting_id == meeting_id).order_by(Vote.id)
    return [_view(row) for row in await session.execute(query)]


async def vote(session: Session, vote_id: int) -> VoteView | None:
    """One vote by id, whether it stands or was corrected."""
    row = (await session.execute(_select_votes().where(Vote.id == vote_id))).one_or_none()
    return None if row is None else _view(row)


async def is_corrected(session: Session, vote_id: int) -> bool:
    """Whether another vote has taken the place of this one."""
    return (await session.execute(select(Vote.id).where(Vote.replaces_id == vote_id))).first() is not None


async def add_votes(
    session: Session,
    item_id: int,
    kind: AgendaKind,
    counted: Sequence[tuple[str, Counted]],
    *,
    recorded_by_id: int | None,
    now: datetime,
    organization_id: int | None = None,
) -> list[int]:
    """Note votes on an item, as (subject, figures), of the branch that convened the meeting or of one asked to it; what
    kind of matter it is stays with the item.

    Nothing, and an empty list, when the meeting is not running or over, when its minutes are locked, or when a vote on
    one of the subjects stands already: two people note the same vote at once, and one of them is enough.
    """
    if not await _may_be_noted(session, item_id):
        return []
    if await _standing(session, item_id, [subject for subject, _ in counted], organization_id):
        return []
    await session.execute(update(AgendaItem).where(AgendaItem.id == item_id).values(kind=kind))
    await _unsign(session, item_id)
    rows = [_row(item_id, subject, one, recorded_by_id, now, organization_id) for subject, one in counted]
    session.add_all(rows)
    await session.flush()
    return [row.id for row in rows]


async def correct_vote(
    session: Session, vote_id: int, counted: Counted, *, reason: str, recorded_by_id: int | None, now: datetime
) -> int | None:
    """Put other figures in the place of a vote, and keep the old ones; None when somebody has corrected it already.

    The meeting is held meanwhile, so that its minutes are not signed over figures that are just being changed.
    """
    found = await vote(session, vote_id)
    if found is None:
        return None
    await session.execute(select(Meeting.id).where(Meeting.id == found.meeting_id).with_for_update())
    if await is_corrected(session, vote_id):
        return None
    row = _row(found.item_id, found.subject, counted, recorded_by_id, now, found.organization_id)
    row.reason, row.replaces_id = reason[:200], vote_id
    session.add(row)
    await _unsign(session, found.item_id)
    await session.flush()
    return row.id


async def _unsign(session: Session, item_id: int) -> None:
    """Minutes that one of the two has signed say something else now, and are to be signed again; locked ones stay."""
    of_this = select(AgendaItem.meeting_id).where(AgendaItem.id == item_id).scalar_subquery()
    unsigning = update(Meeting).where(Meeting.id == of_this, Meeting.locked_at.is_(None))
    await session.execute(unsigning.values(host_signed_at=None, recorder_signed_at=None))


async def _may_be_noted(session: Session, item_id: int) -> bool:
    query = (
        select(Meeting.state, Meeting.locked_at)
        .join(AgendaItem, AgendaItem.meeting_id == Meeting.id)
        .where(AgendaItem.id == item_id)
        .with_for_update(of=Meeting)
    )
    row = (await session.execute(query)).one_or_none()
    return row is not None and row[0] in (MeetingState.OPEN, MeetingState.CLOSED) and row[1] is None


async def _standing(session: Session, item_id: int, subjects: Collection[str], organization_id: int | None) -> bool:
    later = aliased(Vote)
    query = (
        select(Vote.id)
        .outerjoin(later, later.replaces_id == Vote.id)
        .where(
            Vote.agenda_item_id == item_id,
            Vote.subject.in_(subjects),
            Vote.organization_id.is_not_distinct_from(organization_id),
            later.id.is_(None),
        )
    )
    return (await session.execute(query)).first() is not None


def _row(
    item_id: int,
    subject: str,
    counted: Counted,
    recorded_by_id: int | None,
    now: datetime,
    organization_id: int | None,
) -> Vote:
    return Vote(
        organization_id=organization_id,
        agenda_item_id=item_id,
        subject=subject[:120],
        secret=counted.secret,
        eligible=counted.eligible,
        present=counted.present,
        handed_out=counted.handed_out,
        returned=counted.returned,
        in_favour=counted.in_favour,
        against=counted.against,
        abstained=counted.abstained,
        invalid=counted.invalid,
        written=counted.written,
        carried=counted.carried,
        recorded_by_id=recorded_by_id,
        recorded_at=now,
    )
