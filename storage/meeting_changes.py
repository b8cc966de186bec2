"""What is changed of a meeting that was told already, the files that go with its notice, and who else was invited."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import and_, delete, select, update

from storage.database import Session, upsert
from storage.meetings import agenda_items
from storage.models import (
    AgendaItem,
    AgendaKind,
    Attendance,
    Meeting,
    MeetingFile,
    MeetingFileKind,
    MeetingOrganization,
    MeetingState,
    Membership,
    Presence,
)
from storage.people import Member


async def change_meeting(
    session: Session, meeting_id: int, *, seen: int, starts_at: datetime | None = None, place: str | None = None
) -> int | None:
    """Change when or where a meeting is that has not begun; its new revision.

    None, and nothing is changed, when it has begun, is over, or is no longer at the revision that was `seen`. Who had
    said that they would come is asked anew when the time changes; who has leave keeps it.
    """
    values: dict[str, object] = {"revision": seen + 1}
    if starts_at is not None:
        values["starts_at"] = starts_at
    if place is not None:
        values["place"] = place
    changing = (
        update(Meeting)
        .where(Meeting.id == meeting_id, Meeting.state == MeetingState.CONVENED, Meeting.revision == seen)
        .values(values)
        .returning(Meeting.revision)
    )
    revision = (await session.execute(changing)).scalar_one_or_none()
    if revision is not None and starts_at is not None:
        await session.execute(
            update(Attendance)
            .where(Attendance.meeting_id == meeting_id, Attendance.presence == Presence.EXPECTED)
            .values(will_come=None, reminded_day_at=None, reminded_hour_at=None)
        )
    return revision


async def change_agenda(
    session: Session, meeting_id: int, agenda: Sequence[str], kinds: Sequence[AgendaKind], *, seen: int
) -> int | None:
    """Give a meeting that has not begun another agenda; its new revision, or None as `change_meeting` says."""
    revision = await change_meeting(session, meeting_id, seen=seen)
    if revision is not None:
        await session.execute(delete(AgendaItem).where(AgendaItem.meeting_id == meeting_id))
        for item in agenda_items(agenda, kinds):
            item.meeting_id = meeting_id
            session.add(item)
        await session.flush()
    return revision


async def add_materials(
    session: Session, meeting_id: int, files: Sequence[tuple[int, str]], person_id: int, now: datetime
) -> None:
    """Put files, each as its id and name, with a meeting for people to read beforehand."""
    for file_id, name in files:
        session.add(
            MeetingFile(
                meeting_id=meeting_id,
                file_id=file_id,
                kind=MeetingFileKind.MATERIAL,
                name=name[:200],
                added_by_id=person_id,
                added_at=now,
            )
        )
    await session.flush()


async def materials_of(session: Session, meeting_id: int) -> list[tuple[int, str]]:
    """The ids and names of the files to read beforehand, the first added first."""
    query = (
        select(MeetingFile.file_id, MeetingFile.name)
        .where(MeetingFile.meeting_id == meeting_id, MeetingFile.kind == MeetingFileKind.MATERIAL)
        .order_by(MeetingFile.id)
    )
    return [(file_id, name) for file_id, name in await session.execute(query)]


async def invite_organizations(session: Session, meeting_id: int, organization_ids: Collection[int]) -> None:
    """Note which other organizations are asked to a meeting."""
    for organization_id in sorted(organization_ids):
        session.add(MeetingOrganization(meeting_id=meeting_id, organization_id=organization_id))
    await session.flush()


async def organizations_invited(session: Session, meeting_id: int) -> list[int]:
    """The ids of the other organizations that are asked to a meeting."""
    query = select(MeetingOrganization.organization_id).where(MeetingOrganization.meeting_id == meeting_id)
    return sorted(await session.scalars(query))


async def joint_meetings(session: Session, organization_id: int, states: Collection[MeetingState]) -> list[int]:
    """The ids of the meetings in these states to which an organization was asked and has taken its members, the newest
    first."""
    query = (
        select(Meeting.id)
        .join(MeetingOrganization, MeetingOrganization.meeting_id == Meeting.id)
        .where(MeetingOrganization.organization_id == organization_id, Meeting.state.in_(states))
        .order_by(Meeting.starts_at.desc(), Meeting.id.desc())
    )
    found = [*await session.scalars(query)]
    return [id for id in found if organization_id in await organizations_told(session, id)]


async def organizations_told(session: Session, meeting_id: int) -> list[int]:
    """The organization that convened a meeting, then those asked to it that have taken their members there."""
    hosts = select(Meeting.organization_id).where(Meeting.id == meeting_id)
    joined = (
        select(Membership.organization_id)
        .join(Attendance, Attendance.person_id == Membership.person_id)
        .join(
            MeetingOrganization,
            and_(
                MeetingOrganization.meeting_id == Attendance.meeting_id,
                MeetingOrganization.organization_id == Membership.organization_id,
            ),
        )
        .where(Attendance.meeting_id == meeting_id, Membership.until.is_(None))
    )
    return [*await session.scalars(hosts), *sorted(set(await session.scalars(joined)))]


async def add_to_the_list(session: Session, meeting_id: int, members: Sequence[Member]) -> list[int]:
    """Expect more people at a meeting that has not begun, in whose votes they have no part; the ids of those who were
    not on its list. None are added to one that has begun."""
    locked = select(Meeting.state).where(Meeting.id == meeting_id).with_for_update()
    if (await session.execute(locked)).scalar_one_or_none() is not MeetingState.CONVENED or not members:
        return []
    rows = [
        {"meeting_id": meeting_id, "person_id": member.person_id, "expected": True, "eligible": False}
        for member in members
    ]
    adding = upsert(session, Attendance).on_conflict_do_nothing().returning(Attendance.person_id)
    return list(await session.scalars(adding, rows))
