"""Files that people sent or that we made, kept in the database so that one backup holds everything."""

from datetime import datetime

from sqlalchemy import insert, select

from storage.database import Session
from storage.models import File


async def add_file(session: Session, name: str, media_type: str, content: bytes, now: datetime) -> int:
    """Keep a file; the id by which reports and messages refer to it. A name of over 200 characters is cut."""
    row = {
        "name": name[:200],
        "media_type": media_type[:120],
        "size": len(content),
        "content": content,
        "created_at": now,
    }
    return (await session.execute(insert(File).values(row).returning(File.id))).scalar_one()


async def file(session: Session, file_id: int) -> tuple[str, str, bytes] | None:
    """A file as (name, media type, bytes)."""
    query = select(File.name, File.media_type, File.content).where(File.id == file_id)
    row = (await session.execute(query)).one_or_none()
    return None if row is None else (row[0], row[1], row[2])
