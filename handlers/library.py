"""What branches have added to the handbook, entries and readings: loaded anew when it has changed, seen by its owners.

Processes share the database only: each looks whether anything has changed since it last loaded, for entries before it
answers, for readings, which are many, every few seconds beside its other work.
"""

import asyncio
from collections.abc import Callable

from handlers.dialogue.turn import Turn
from handlers.markup import escape
from knowledge.entry import Entry
from knowledge.handbook import Handbook
from knowledge.readings import Passage
from storage.branch_entries import BranchEntryView, entries_version, standing_entries
from storage.database import Database, Session
from storage.readings import PassageText, passage_ids, passage_owners, readings_version, stored_passages

TOPIC = "本级补充"
AT_ONCE = 25
"""Passages that are taken in before others have their turn: some ten milliseconds."""


async def refresh(handbook: Handbook, session: Session) -> None:
    """Bring the handbook up to date with what branches have added; cheap when nothing has changed."""
    version = await entries_version(session)
    if version == handbook.added_version:
        return
    entries = await standing_entries(session)
    # From here on without waiting, so that two turns at once do not take in the same things twice.
    handbook.forget_added()
    for view in reversed(entries):
        if view.extends:
            handbook.rename(f"b{view.id}", view.extends, view.aliases, owner=view.path)
        else:
            handbook.add(_entry(view), owner=view.path)
    handbook.added_version = version


async def refresh_readings(handbook: Handbook, database: Database) -> None:
    """Bring the passages of imported readings up to date; others of the event loop have their turns meanwhile."""
    async with database.reading() as session:
        version = await readings_version(session)
        if version == handbook.readings_version:
            return
        ids = await passage_ids(session)
        known = handbook.passage_keys()
        for id, path in (await passage_owners(session)).items():
            handbook.hand_over(f"p{id}", path)
        for key in known - {f"p{id}" for id in ids}:
            handbook.remove_passage(key)
        new = sorted(id for id in ids if f"p{id}" not in known)
        for start in range(0, len(new), AT_ONCE):
            for stored in await stored_passages(session, new[start : start + AT_ONCE]):
                text = stored.passage
                passage = Passage(text.chapter, text.heading, text.page, text.text)
                handbook.add_passage(f"p{stored.id}", passage, stored.reading, owner=stored.path)
            await asyncio.sleep(0)
    handbook.readings_version = version


def _entry(view: BranchEntryView) -> Entry:
    # Not checked like the curated ones: these are a branch's own words, and what it rests on stands beside them.
    return Entry.model_construct(
        id=f"b{view.id}",
        title=view.title,
        aliases=view.aliases,
        answer=escape(view.answer),
        document="",
        article="",
        page="",
        also=(),
        state="in_force",
        superseded_by=None,
        topic=TOPIC,
        see_also=(),
        procedure=None,
        source=f"{view.organization_name}补充，依据：{view.source}",
    )


def paths_of(turn: Turn) -> list[str]:
    """The organizations through which a person sees what is not everybody's."""
    return [post.path for post in turn.posts] + ([] if turn.belongs is None else [turn.belongs.path])


def place_of(reading: str, passage: Passage | PassageText) -> str:
    """《工作手册》 第二章 组织生活 第7页."""
    page = f"第{passage.page}页" if passage.page else ""
    parts = dict.fromkeys(part for part in (passage.chapter, passage.heading, page) if part)
    return " ".join((f"《{reading}》", *parts))


def seen_by(turn: Turn) -> Callable[[str], bool]:
    """What of it a person sees: what is theirs, of an organization above, or of everybody."""
    paths = paths_of(turn)
    owner = turn.around.handbook.owner

    def sees(key: str) -> bool:
        at = owner(key)
        return at is None or any(path.startswith(at) for path in paths)

    return sees
