"""Readings from the command line: understood, shown, saved; listed; removed."""

import hashlib
from datetime import UTC, datetime
from pathlib import PurePath

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bot.settings import Settings
from knowledge.readings import Book, Unreadable, understand
from storage.database import Database, Session
from storage.people import organizations_named
from storage.readings import PassageText, put_reading, readings, remove_reading

LONGEST_TITLE = 120


class NotThere(Exception):
    """What the administrator named is not there; the message says so."""


def understood(file_name: str, data: bytes, title: str) -> tuple[str, Book]:
    """The title to save under, and the book. Raises `Unreadable`."""
    book = understand(file_name, data)
    name = title.strip() or book.title.strip() or PurePath(file_name).stem
    return " ".join(name.split())[:LONGEST_TITLE].strip(), book


def show(console: Console, title: str, book: Book) -> None:
    """What was understood of a file, before it is saved."""
    console.print(f"《{title}》：{len(book.passages)} 段，{book.characters} 字", markup=False)
    counts = {chapter: sum(one.chapter == chapter for one in book.passages) for chapter in book.chapters}
    for chapter, count in counts.items():
        console.print(f"  {chapter}（{count} 段）", markup=False)
    pages = [passage.page for passage in book.passages if passage.page]
    console.print(f"页码：{pages[0].split('—')[0]} 到 {pages[-1].split('—')[-1]}" if pages else "页码：没有")
    for warning in book.warnings:
        console.print(f"注意：{warning}", markup=False)
    for at in sorted({0, len(book.passages) // 2, len(book.passages) - 1}):
        passage = book.passages[at]
        place = " ".join(
            filter(None, (passage.chapter, passage.heading, f"第{passage.page}页" if passage.page else ""))
        )
        console.print(f"  例：{place}｜{' '.join(passage.text.split())[:60]}……", markup=False)


async def save(settings: Settings, file_name: str, data: bytes, title: str, book: Book, owner: str) -> str:
    """Save a reading for everybody, or for the organization of that name; what changed, in a sentence.

    Raises `NotThere`.
    """
    database = Database(settings.database_url)
    try:
        await database.migrate()
        async with database.transaction() as session:
            put = await put_reading(
                session,
                organization_id=await _organization(session, owner),
                title=title,
                file_name=PurePath(file_name).name,
                digest=hashlib.sha256(data).hexdigest(),
                passages=[PassageText(one.chapter, one.heading, one.page, one.text) for one in book.passages],
                now=datetime.now(UTC),
            )
    finally:
        await database.close()
    changed = f"新增 {put.added} 段，删去 {put.removed} 段，没变 {put.kept} 段"
    return f"已保存《{title}》：{changed}。正在运行的程序几秒后就能查到。"


async def remove(settings: Settings, title: str, owner: str) -> str:
    """Remove a reading; what was done, in a sentence. Raises `NotThere`."""
    database = Database(settings.database_url)
    try:
        await database.migrate()
        async with database.transaction() as session:
            if not await remove_reading(session, await _organization(session, owner), title):
                raise NotThere(f"没有{f'{owner}的' if owner else ''}《{title}》。用 kb list 看有哪些。")
    finally:
        await database.close()
    return f"已删除《{title}》。"


async def listed(settings: Settings, console: Console) -> None:
    """Print all readings."""
    database = Database(settings.database_url)
    try:
        await database.migrate()
        async with database.reading() as session:
            found = await readings(session)
    finally:
        await database.close()
    if not found:
        console.print("还没有导入读物。用 kb import 文件 导入。")
        return
    table = Table("读物", "归谁", "段", "文件", "导入时间")
    for one in found:
        day = one.imported_at.astimezone().date().isoformat()
        table.add_row(escape(one.title), escape(one.owner or "所有人"), str(one.passages), escape(one.file_name), day)
    console.print(table)


async def _organization(session: Session, owner: str) -> int | None:
    if not owner:
        return None
    found = await organizations_named(session, owner)
    if len(found) != 1:
        raise NotThere(f"{'没有' if not found else '不止一个'}叫“{owner}”的组织。")
    return found[0].id


__all__ = ["NotThere", "Unreadable", "listed", "remove", "save", "show", "understood"]
