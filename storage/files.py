"""Files that people sent or that we made, kept in the database so that one backup holds everything."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import insert, select

from storage.database import Session
from storage.models import File


async def add_file(
    session: Session, name: str, media_type: str, content: bytes, now: datetime, *, passing: bool = False
) -> int:
    """Keep a file; the id by which reports and messages refer to it. A name of over 200 characters is cut.

    What is made for messages alone is `passing`, and is kept no longer than they need it.
    """
    return (await add_files(session, [(name, media_type, content)], now, passing=passing))[0]


async def file(session: Session, file_id: int) -> tuple[str, str, bytes] | None:
    """A file as (name, media type, bytes)."""
    query = select(File.name, File.media_type, File.content).where(File.id == file_id)
    row = (await session.execute(query)).one_or_none()
    return None if row is None else (row[0], row[1], row[2])


async def add_files(
    session: Session, files: Sequence[tuple[str, str, bytes]], now: datetime, *, passing: bool = False
) -> list[int]:
    """Keep files, each (name, media type, bytes); their ids in the same order."""
    rows = [
        {
            "name": name[:200],
            "media_type": media_type[:120],
            "size": len(content),
            "content": content,
            "created_at": now,
            "passing": passing,
        }
        for name, media_type, content in files
    ]
    adding = insert(File).returning(File.id, sort_by_parameter_order=True)
    return list(await session.scalars(adding, rows)) if rows else []
