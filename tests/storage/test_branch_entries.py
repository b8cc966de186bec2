"""Entries of branches: who has them, adopting and taking back, each once however often it is tried."""

from datetime import timedelta

from storage.branch_entries import (
    BranchEntryView,
    add_entry,
    adopt_entry,
    entries_version,
    remove_entry,
    standing_entries,
    standing_entry,
)
from storage.database import Database, Session
from storage.models import Organization, OrganizationKind
from tests.storage.kit import NOW


async def town(session: Session) -> tuple[Organization, Organization, Organization]:
    """A committee with two branches."""
    root = Organization(kind=OrganizationKind.COMMITTEE, name="清河镇党委", path="")
    session.add(root)
    await session.flush()
    root.path = f"/{root.id}/"
    branches = [
        Organization(kind=OrganizationKind.BRANCH, name=name, path="", parent_id=root.id)
        for name in ("桃花村党支部", "柳湾村党支部")
    ]
    session.add_all(branches)
    await session.flush()
    for branch in branches:
        branch.path = f"{root.path}{branch.id}/"
    return root, branches[0], branches[1]


async def add(session: Session, place: Organization, title: str) -> int:
    """An entry of a place."""
    return await add_entry(
        session,
        organization_id=place.id,
        author_id=None,
        title=title,
        aliases=[f"{title}吗"],
        answer="本支部每月20日开展。",
        source="支委会会议记录",
        now=NOW,
    )


async def the_entry(session: Session, id: int) -> BranchEntryView:
    """One that stands."""
    found = await standing_entry(session, id)
    assert found is not None
    return found


async def test_an_entry_is_listed_in_its_subtree_only(database: Database) -> None:
    async with database.transaction() as session:
        root, peach, willow = await town(session)
        first, second = await add(session, peach, "主题党日定在几号"), await add(session, willow, "党费交给谁")
        above, below = root.path, peach.path
    async with database.reading() as session:
        assert [entry.id for entry in await standing_entries(session, above)] == [second, first]
        (mine,) = await standing_entries(session, below)
        assert (mine.title, mine.aliases, mine.organization_name) == (
            "主题党日定在几号",
            ("主题党日定在几号吗",),
            "桃花村党支部",
        )


async def test_an_adopted_entry_belongs_to_the_level_above_and_is_adopted_once(database: Database) -> None:
    async with database.transaction() as session:
        root, peach, _ = await town(session)
        entry = await the_entry(session, await add(session, peach, "主题党日定在几号"))
        later = NOW + timedelta(hours=1)
        assert await adopt_entry(session, entry, organization_id=root.id, author_id=None, now=later)
        assert not await adopt_entry(session, entry, organization_id=root.id, author_id=None, now=later)
        above = root.id
    async with database.reading() as session:
        assert [one.organization_id for one in await standing_entries(session)] == [above]


async def test_every_change_is_seen_in_the_version(database: Database) -> None:
    versions = []
    async with database.transaction() as session:
        root, peach, _ = await town(session)
        versions.append(await entries_version(session))
        first = await add(session, peach, "主题党日定在几号")
        versions.append(await entries_version(session))
        second = await add(session, peach, "党费交给谁")
        versions.append(await entries_version(session))
        assert await remove_entry(session, second, NOW)
        assert not await remove_entry(session, second, NOW)
        versions.append(await entries_version(session))
        await adopt_entry(session, await the_entry(session, first), organization_id=root.id, author_id=None, now=NOW)
        versions.append(await entries_version(session))
    assert len(set(versions)) == len(versions)
