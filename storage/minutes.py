"""The minutes of a meeting: written, signed by host and recorder, then locked and only corrected with a reason."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import select, update
from sqlalchemy.orm import aliased

from storage.attendance import attendance_of
from storage.database import Session
from storage.models import (
    AgendaItem,
    Meeting,
    MeetingFile,
    MeetingFileKind,
    MeetingState,
    MinutesCorrection,
    Person,
)
from storage.votes import items_of, votes_of

Part = Literal["host", "recorder", "summary", "item", "vote"]
Signing = Literal["signed", "locked", "already", "not_asked", "changed", "over"]


@dataclass(frozen=True, slots=True)
class Minutes:
    """Who presided and who wrote, what was said, and how far the signing is; names are empty where nobody is named."""

    meeting_id: int
    state: MeetingState
    summary: str
    host_id: int | None
    host: str
    recorder_id: int | None
    recorder: str
    host_signed_at: datetime | None
    recorder_signed_at: datetime | None
    locked_at: datetime | None

    @property
    def is_written(self) -> bool:
        """Whether they are there to be signed."""
        return self.host_id is not None and self.recorder_id is not None


@dataclass(frozen=True, slots=True)
class Correction:
    """One correction of locked minutes, with the name of who made it."""

    part: str
    old: str
    new: str
    reason: str
    corrected_by: str
    corrected_at: datetime


@dataclass(frozen=True, slots=True)
class FileView:
    """A file that lies with a meeting."""

    file_id: int
    kind: MeetingFileKind
    name: str


async def minutes_of(session: Session, meeting_id: int) -> Minutes | None:
    """The minutes of a meeting; None when there is no such meeting."""
    host, recorder = aliased(Person), aliased(Person)
    query = (
        select(
            Meeting.id,
            Meeting.state,
            Meeting.summary,
            Meeting.host_id,
            host.name,
            Meeting.recorder_id,
            recorder.name,
            Meeting.host_signed_at,
            Meeting.recorder_signed_at,
            Meeting.locked_at,
        )
        .outerjoin(host, host.id == Meeting.host_id)
        .outerjoin(recorder, recorder.id == Meeting.recorder_id)
        .where(Meeting.id == meeting_id)
    )
    row = (await session.execute(query)).one_or_none()
    if row is None:
        return None
    values: list[Any] = [*row[:4], row[4] or "", row[5], row[6] or "", *row[7:]]
    return Minutes(*values)


async def is_locked(session: Session, meeting_id: int) -> bool:
    """Whether the minutes were signed by both, so that they are only corrected any more."""
    query = select(Meeting.id).where(Meeting.id == meeting_id, Meeting.locked_at.is_not(None))
    return (await session.execute(query)).first() is not None


async def write_minutes(
    session: Session, meeting_id: int, *, host_id: int, recorder_id: int, summary: str, decided: Mapping[int, str]
) -> bool:
    """Put down the minutes of a meeting that is over; `decided` by the id of the item.

    Whatever was signed before is to be signed again. False when the meeting is not over, or the minutes are locked.
    """
    writing = (
        update(Meeting)
        .where(Meeting.id == meeting_id, Meeting.state == MeetingState.CLOSED, Meeting.locked_at.is_(None))
        .values(
            host_id=host_id,
            recorder_id=recorder_id,
            summary=summary,
            host_signed_at=None,
            recorder_signed_at=None,
        )
        .returning(Meeting.id)
    )
    if (await session.execute(writing)).first() is None:
        return False
    for item_id, words in decided.items():
        of_this = update(AgendaItem).where(AgendaItem.id == item_id, AgendaItem.meeting_id == meeting_id)
        await session.execute(of_this.values(decided=words))
    return True


async def version_of(session: Session, meeting_id: int) -> str:
    """Eight letters that change with what the minutes say, so that nobody signs what they have not seen."""
    found = await minutes_of(session, meeting_id)
    if found is None:
        return ""
    said = [
        found.host_id,
        found.recorder_id,
        found.summary,
        [[one.id, one.decided] for one in await items_of(session, meeting_id)],
        [one.id for one in await votes_of(session, meeting_id)],
        [[one.person_id, one.presence] for one in await attendance_of(session, meeting_id)],
    ]
    return hashlib.sha256(json.dumps(said, ensure_ascii=True).encode()).hexdigest()[:8]


async def sign_minutes(session: Session, meeting_id: int, person_id: int, version: str, now: datetime) -> Signing:
    """Sign as host or as recorder what one has seen; the second signature locks the minutes.

    "changed" when they say something else by now, "not_asked" for anybody but those two, "over" when they were locked.
    """
    await _hold(session, meeting_id)
    found = await minutes_of(session, meeting_id)
    if found is None or not found.is_written or person_id not in (found.host_id, found.recorder_id):
        return "not_asked"
    is_host = person_id == found.host_id
    if (found.host_signed_at if is_host else found.recorder_signed_at) is not None:
        return "already"
    if found.locked_at is not None:
        return "over"
    if version != await version_of(session, meeting_id):
        return "changed"
    other = found.recorder_signed_at if is_host else found.host_signed_at
    both = other is not None
    signing = update(Meeting).where(Meeting.id == meeting_id)
    signing = signing.values(host_signed_at=now) if is_host else signing.values(recorder_signed_at=now)
    await session.execute(signing.values(locked_at=now) if both else signing)
    return "locked" if both else "signed"


async def lock_signed_on_paper(
    session: Session, meeting_id: int, files: Sequence[tuple[int, str]], added_by_id: int, now: datetime
) -> bool:
    """Lock minutes that host and recorder signed on paper, with photos of it; False when they are not to be signed."""
    await _hold(session, meeting_id)
    found = await minutes_of(session, meeting_id)
    if found is None or not found.is_written or found.locked_at is not None:
        return False
    await add_meeting_files(session, meeting_id, MeetingFileKind.MINUTES, files, added_by_id, now)
    await session.execute(update(Meeting).where(Meeting.id == meeting_id).values(locked_at=now))
    return True


async def add_meeting_files(
    session: Session,
    meeting_id: int,
    kind: MeetingFileKind,
    files: Sequence[tuple[int, str]],
    added_by_id: int,
    now: datetime,
) -> None:
    """Lay files, as (file id, name), with a meeting."""
    session.add_all(
        MeetingFile(
            meeting_id=meeting_id, file_id=id, kind=kind, name=name[:200], added_by_id=added_by_id, added_at=now
        )
        for id, name in files
    )
    await session.flush()


async def files_of(session: Session, meeting_id: int) -> list[FileView]:
    """What lies with a meeting, the oldest first."""
    query = (
        select(MeetingFile.file_id, MeetingFile.kind, MeetingFile.name)
        .where(MeetingFile.meeting_id == meeting_id)
        .order_by(MeetingFile.id)
    )
    return [FileView(*row) for row in await session.execute(query)]


async def correct_minutes(
    session: Session, meeting_id: int, part: Part, new: str, reason: str, by_id: int, now: datetime, *, item_id: int = 0
) -> bool:
    """Change what locked minutes say and keep what they said; False when they are not locked, or it stands so already.

    `part` is the summary, what was decided on an item, or who presided or wrote; of people `new` is the id.
    """
    await _hold(session, meeting_id)
    found = await minutes_of(session, meeting_id)
    if found is None or found.locked_at is None:
        return False
    if part == "item":
        item = next((one for one in await items_of(session, meeting_id) if one.id == item_id), None)
        if item is None or item.decided == new:
            return False
        await session.execute(update(AgendaItem).where(AgendaItem.id == item_id).values(decided=new))
        old, now_there = f"{item.title}：{item.decided}", f"{item.title}：{new}"
    elif part == "summary":
        if found.summary == new:
            return False
        await session.execute(update(Meeting).where(Meeting.id == meeting_id).values(summary=new))
        old, now_there = found.summary, new
    else:
        is_host = part == "host"
        name = (await session.execute(select(Person.name).where(Person.id == int(new)))).scalar_one_or_none()
        if name is None or int(new) in (found.host_id, found.recorder_id):
            return False
        changing = update(Meeting).where(Meeting.id == meeting_id)
        changing = changing.values(host_id=int(new)) if is_host else changing.values(recorder_id=int(new))
        await session.execute(changing)
        old, now_there = found.host if is_host else found.recorder, name
    await add_correction(session, meeting_id, part, old, now_there, reason, by_id, now)
    return True


async def add_correction(
    session: Session, meeting_id: int, part: Part, old: str, new: str, reason: str, by_id: int, now: datetime
) -> None:
    """Keep what locked minutes said before, what they say now, and why."""
    session.add(
        MinutesCorrection(
            meeting_id=meeting_id,
            part=part,
            old=old,
            new=new,
            reason=reason[:200],
            corrected_by_id=by_id,
            corrected_at=now,
        )
    )
    await session.flush()


async def corrections_of(session: Session, meeting_id: int) -> list[Correction]:
    """The corrections of a meeting's minutes, the oldest first."""
    query = (
        select(
            MinutesCorrection.part,
            MinutesCorrection.old,
            MinutesCorrection.new,
            MinutesCorrection.reason,
            Person.name,
            MinutesCorrection.corrected_at,
        )
        .outerjoin(Person, Person.id == MinutesCorrection.corrected_by_id)
        .where(MinutesCorrection.meeting_id == meeting_id)
        .order_by(MinutesCorrection.id)
    )
    return [Correction(*row[:4], row[4] or "", row[5]) for row in await session.execute(query)]


async def _hold(session: Session, meeting_id: int) -> None:
    """Nobody else signs, writes or corrects these minutes until this turn is done."""
    await session.execute(select(Meeting.id).where(Meeting.id == meeting_id).with_for_update())
