"""A digest as somebody would read it, shown to an administrator and sent to nobody."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.settings import Settings
from handlers.dialogue.turn import Place
from handlers.digest import digest_of
from handlers.digest_words import unfolded_words, week_of
from handlers.figures import Digest, DigestStyle, figures_at
from handlers.markup import to_plain
from handlers.wording import Texts
from storage.database import Database, Session
from storage.digest_settings import Wish, wishes_of
from storage.models import OrganizationKind
from storage.people import PersonView, find_people

_WEEK = re.compile(r"(\d{4})-W(\d{2})", re.ASCII)


class NoDigest(Exception):
    """There is nothing to show; the message is a sentence for an administrator."""


async def preview(
    settings: Settings, name: str, week: str, folder: Path | None, now: datetime, say: Callable[[str], None]
) -> None:
    """Print the digests of a person, what is folded included, and write their charts and tables into a folder.

    Raises `NoDigest` when there is no such person or week, or when they read none.
    """
    texts = Texts(templates=settings.templates_folder)
    database = Database(settings.database_url)
    try:
        await database.migrate()
        async with database.reading() as session:
            reader = await _reader(session, name)
            wishes = await wishes_of(session, reader.id, now.date())
        if not wishes:
            raise NoDigest(f"{reader.name}没有支部书记、副书记或党委组织委员的职务，没有周报。")
        for wish in wishes:
            await _show(database, texts, wish, week, folder, now, say)
    finally:
        await database.close()


async def _reader(session: Session, name: str) -> PersonView:
    wanted, _, digits = name.partition(" ")
    found = await find_people(session, name=wanted, phone_last4=digits.strip() or None)
    if not found:
        raise NoDigest(f"名册里没有{name}。")
    if len(found) > 1:
        raise NoDigest(f"有 {len(found)} 位{wanted}，请加上手机后四位，例如：--as “{wanted} 1234”。")
    return found[0]


async def _show(
    database: Database,
    texts: Texts,
    wish: Wish,
    week: str,
    folder: Path | None,
    now: datetime,
    say: Callable[[str], None],
) -> None:
    zone = ZoneInfo(wish.timezone)
    monday = _monday(week) if week else now.astimezone(zone).date() - timedelta(weeks=1)
    style = DigestStyle(
        own=wish.kind is OrganizationKind.BRANCH, pressing_only=wish.pressing_only, quiet_days=wish.quiet_days
    )
    async with database.reading() as session:
        place = Place(wish.organization_id, wish.name, wish.path, wish.kind, zone)
        figures = await figures_at(session, place, monday, now)
    digest = await digest_of(texts, figures, style)
    say(f"—— {wish.name} {week_of(figures.first)} ——")
    say(to_plain(digest.body))
    if not style.own and (whole := unfolded_words(texts, figures, style)) != digest.body:
        say("—— 展开以后 ——")
        say(to_plain(whole))
    for button in (button for row in digest.rows for button in row):
        say(f"［{button.label}］")
    _write(digest, folder, say)


def _write(digest: Digest, folder: Path | None, say: Callable[[str], None]) -> None:
    if folder is None:
        for document in digest.documents:
            say(f"附件：{document.name}（加上 --folder 就写出来）")
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for document in digest.documents:
            (folder / document.name).write_bytes(document.blob)
            say(f"附件：{folder / document.name}")
    except OSError as error:
        raise NoDigest(f"文件夹 {folder} 写不了（{error.strerror}）。") from error


def _monday(week: str) -> date:
    found = _WEEK.fullmatch(week)
    try:
        if found is not None:
            return date.fromisocalendar(int(found[1]), int(found[2]), 1)
    except ValueError:
        pass
    raise NoDigest(f"没有 {week} 这一周。请这样写：2026-W47。")
