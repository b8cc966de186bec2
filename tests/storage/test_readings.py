"""Readings in the database: put, brought up to date by what differs, owned, removed, and a version that tells."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from storage.database import Database, Session
from storage.models import Organization, OrganizationKind, ReadingPassage, ReadingText
from storage.readings import (
    ChapterView,
    PassageText,
    PutReading,
    ReadingTitle,
    chapters_of,
    passage_ids,
    passage_place,
    passages_of_chapter,
    put_reading,
    reading_seen,
    readings,
    readings_seen,
    readings_version,
    remove_reading,
    stored_passages,
)
from tests.storage.kit import NOW, add_organization

ONE = PassageText("第一章 总则", "一、任务", "3—5", "支部每月开展一次主题党日。")
TWO = PassageText("第一章 总则", "二、要求", "5", "党员应当按时参加。")
THREE = PassageText("第二章 党费", "", "8", "党费每月交纳一次。")


async def put(
    database: Database,
    *passages: PassageText,
    owner: int | None = None,
    title: str = "工作手册",
    file_name: str = "手册.txt",
    now: datetime = NOW,
) -> PutReading:
    """Import these passages."""
    async with database.transaction() as session:
        return await put_reading(
            session,
            organization_id=owner,
            title=title,
            file_name=file_name,
            digest="0" * 64,
            passages=passages,
            now=now,
        )


async def version(database: Database) -> str:
    """What a process compares."""
    async with database.reading() as session:
        return await readings_version(session)


async def in_order(database: Database, reading_id: int) -> list[tuple[int, PassageText]]:
    """Ids and passages of a reading as they follow each other."""
    async with database.reading() as session:
        query = (
            select(ReadingPassage.id)
            .where(ReadingPassage.reading_id == reading_id)
            .order_by(ReadingPassage.position, ReadingPassage.id)
        )
        ids = list(await session.scalars(query))
        by_id = {stored.id: stored.passage for stored in await stored_passages(session, ids)}
        return [(id, by_id[id]) for id in ids]


async def branches(database: Database) -> tuple[int, int]:
    """Two branches of one committee."""
    async with database.transaction() as session:
        root = await add_organization(session, OrganizationKind.COMMITTEE, "清河镇党委", None)
        first = await add_organization(session, OrganizationKind.BRANCH, "桃花村党支部", root)
        second = await add_organization(session, OrganizationKind.BRANCH, "柳湾村党支部", root)
        return first.id, second.id


async def rows(session: Session, table: type[ReadingText] | type[ReadingPassage]) -> int:
    """How many rows a table has."""
    return await session.scalar(select(func.count()).select_from(table)) or 0


async def test_a_reading_comes_back_as_it_was_put(database: Database) -> None:
    done = await put(database, ONE, TWO)
    assert (done.added, done.removed, done.kept) == (2, 0, 0)
    assert [passage for _, passage in await in_order(database, done.reading_id)] == [ONE, TWO]
    async with database.reading() as session:
        (view,) = await readings(session)
        assert (view.title, view.file_name, view.owner, view.passages) == ("工作手册", "手册.txt", None, 2)
        assert view.imported_at == NOW
        stored = await stored_passages(session, await passage_ids(session))
    assert {(one.reading, one.path) for one in stored} == {("工作手册", None)}


async def test_the_same_again_replaces_nothing(database: Database) -> None:
    first = await put(database, ONE, TWO, ONE)
    before = await in_order(database, first.reading_id)
    again = await put(database, ONE, TWO, ONE, now=NOW + timedelta(days=1))
    assert again == PutReading(first.reading_id, 0, 0, 3)
    assert await in_order(database, first.reading_id) == before


async def test_a_new_edition_replaces_only_what_differs_and_keeps_the_order(database: Database) -> None:
    first = await put(database, ONE, TWO, THREE)
    before = dict(await in_order(database, first.reading_id))
    changed = replace(TWO, text="党员必须按时参加。")
    again = await put(database, THREE, changed, ONE, file_name="手册二版.docx", now=NOW + timedelta(days=1))
    assert again == PutReading(first.reading_id, 1, 1, 2)
    after = await in_order(database, first.reading_id)
    assert [passage for _, passage in after] == [THREE, changed, ONE]
    assert [id in before for id, _ in after] == [True, False, True]
    async with database.reading() as session:
        (view,) = await readings(session)
    assert (view.file_name, view.imported_at, view.passages) == ("手册二版.docx", NOW, 3)


async def test_another_page_is_another_passage(database: Database) -> None:
    await put(database, ONE)
    again = await put(database, replace(ONE, page="4—5"))
    assert (again.added, again.removed, again.kept) == (1, 1, 0)


async def test_a_passage_that_stands_twice_and_then_once_is_removed_once(database: Database) -> None:
    first = await put(database, ONE, ONE, TWO)
    again = await put(database, ONE, TWO)
    assert (again.added, again.removed, again.kept) == (0, 1, 2)
    assert [passage for _, passage in await in_order(database, first.reading_id)] == [ONE, TWO]


async def test_an_id_never_comes_back_as_another_passage(database: Database) -> None:
    await put(database, ONE)
    async with database.transaction() as session:
        before = await passage_ids(session)
        assert await remove_reading(session, None, "工作手册")
    await put(database, TWO)
    async with database.reading() as session:
        assert not before & await passage_ids(session)


async def test_more_passages_than_a_statement_may_name_are_replaced(database: Database) -> None:
    many = [replace(ONE, text=f"第{number}段。") for number in range(33_000)]
    await put(database, *many)
    again = await put(database, TWO)
    assert (again.added, again.removed, again.kept) == (1, 33_000, 0)
    async with database.reading() as session:
        assert await rows(session, ReadingPassage) == 1


async def test_two_owners_and_everybody_may_have_the_same_title(database: Database) -> None:
    peach, willow = await branches(database)
    ids = {
        (await put(database, passage, owner=owner)).reading_id
        for owner, passage in ((peach, ONE), (willow, TWO), (None, THREE))
    }
    assert len(ids) == 3
    async with database.reading() as session:
        found = [(view.owner, view.title, view.passages) for view in await readings(session)]
        path = await session.scalar(select(Organization.path).where(Organization.id == peach))
        stored = await stored_passages(session, await passage_ids(session))
    assert found[0] == (None, "工作手册", 1)
    assert {owner for owner, _, _ in found[1:]} == {"桃花村党支部", "柳湾村党支部"}
    assert next(one.passage for one in stored if one.path == path) == ONE
    assert next(one.passage for one in stored if one.path is None) == THREE


async def test_bringing_one_owners_up_to_date_leaves_the_others_alone(database: Database) -> None:
    peach, willow = await branches(database)
    await put(database, ONE, owner=peach)
    other = await put(database, ONE, owner=willow)
    await put(database, TWO, owner=peach)
    assert [passage for _, passage in await in_order(database, other.reading_id)] == [ONE]


@pytest.mark.parametrize("owned", [True, False])
async def test_the_database_itself_refuses_a_title_twice(database: Database, owned: bool) -> None:
    peach, _ = await branches(database)
    owner = peach if owned else None
    await put(database, ONE, owner=owner)
    with pytest.raises(IntegrityError):
        async with database.transaction() as session:
            session.add(
                ReadingText(
                    organization_id=owner,
                    title="工作手册",
                    file_name="另一本.txt",
                    digest="1" * 64,
                    imported_at=NOW,
                    changed_at=NOW,
                )
            )


async def test_removing_takes_the_passages_along_and_nothing_of_anybody_else(database: Database) -> None:
    peach, willow = await branches(database)
    await put(database, ONE, TWO, owner=peach)
    kept = await put(database, ONE, owner=willow)
    async with database.transaction() as session:
        assert not await remove_reading(session, None, "工作手册")
        assert not await remove_reading(session, peach, "没有这本")
        assert await remove_reading(session, peach, "工作手册")
        assert not await remove_reading(session, peach, "工作手册")
    async with database.reading() as session:
        assert (await rows(session, ReadingText), await rows(session, ReadingPassage)) == (1, 1)
    assert [passage for _, passage in await in_order(database, kept.reading_id)] == [ONE]


async def test_the_database_removes_passages_with_their_reading(database: Database) -> None:
    done = await put(database, ONE, TWO)
    async with database.transaction() as session:
        reading = await session.get_one(ReadingText, done.reading_id)
        await session.delete(reading)
    async with database.reading() as session:
        assert await rows(session, ReadingPassage) == 0


async def test_passages_that_are_gone_are_left_out(database: Database) -> None:
    await put(database, ONE)
    async with database.reading() as session:
        (id,) = await passage_ids(session)
        assert [one.id for one in await stored_passages(session, [id, id + 1])] == [id]
        assert await stored_passages(session, []) == []


async def test_the_version_is_another_after_every_change_even_by_a_clock_that_is_behind(database: Database) -> None:
    seen = [await version(database)]
    for title, passage, step in (("甲", ONE, 0), ("乙", TWO, 60), ("甲", THREE, 30), ("乙", TWO, 90)):
        await put(database, passage, title=title, now=NOW + timedelta(seconds=step))
        seen.append(await version(database))
    for title in ("甲", "乙"):
        async with database.transaction() as session:
            assert await remove_reading(session, None, title)
        seen.append(await version(database))
    assert len(set(seen[:-1])) == len(seen) - 1
    assert seen[-1] == seen[0]
    assert await version(database) == seen[-1]


async def test_one_removed_and_another_put_is_another_version(database: Database) -> None:
    await put(database, ONE, title="甲", now=NOW)
    await put(database, TWO, title="乙", now=NOW + timedelta(days=1))
    before = await version(database)
    async with database.transaction() as session:
        await remove_reading(session, None, "甲")
    await put(database, THREE, title="丙", now=NOW)
    assert await version(database) != before


async def test_the_shelf_holds_what_is_everybodys_and_what_is_of_the_organizations_above(database: Database) -> None:
    async with database.transaction() as session:
        committee = await add_organization(session, OrganizationKind.COMMITTEE, "清河镇党委", None)
        branch = await add_organization(session, OrganizationKind.BRANCH, "桃花村党支部", committee)
        other = await add_organization(session, OrganizationKind.BRANCH, "杏花村党支部", committee)
    for title, owner in (("乙", None), ("甲", None), ("镇", committee), ("桃", branch), ("杏", other)):
        await put(database, ONE, title=title, owner=owner.id if owner else None)
    async with database.reading() as session:
        assert [(one.title, one.owner) for one in await readings_seen(session, [branch.path])] == [
            ("乙", None),
            ("甲", None),
            ("桃", "桃花村党支部"),
            ("镇", "清河镇党委"),
        ]
        assert [one.title for one in await readings_seen(session, [])] == ["乙", "甲"]
        assert [one.title for one in await readings_seen(session, [committee.path])] == ["乙", "甲", "镇"]
        for one in await readings_seen(session, [branch.path, other.path]):
            assert await reading_seen(session, one.id, [branch.path]) == (None if one.title == "杏" else one)


async def test_a_reading_has_its_chapters_in_order_with_the_page_they_begin_on(database: Database) -> None:
    put_ = await put(database, ONE, TWO, THREE, replace(TWO, text="党小组也一样。"))
    async with database.reading() as session:
        first, second = await chapters_of(session, put_.reading_id)
        assert first == ChapterView(first.first, "第一章 总则", "3", 3)
        assert (second.name, second.page, second.passages) == ("第二章 党费", "8", 1)
        passages = await passages_of_chapter(session, put_.reading_id, "第一章 总则")
        assert [passage.text for _, passage in passages] == [ONE.text, TWO.text, "党小组也一样。"]
        assert passages[0][0] == first.first
        assert await chapters_of(session, put_.reading_id + 1) == []


async def test_a_passage_knows_those_beside_it_in_its_chapter(database: Database) -> None:
    put_ = await put(database, ONE, TWO, THREE)
    async with database.reading() as session:
        (first, _), (second, _) = await passages_of_chapter(session, put_.reading_id, "第一章 总则")
        place = await passage_place(session, first, [])
        assert place is not None
        assert (place.number, place.earlier, place.further, place.passage) == (0, None, second, ONE)
        assert place.reading == ReadingTitle(put_.reading_id, "工作手册", None)
        place = await passage_place(session, second, [])
        assert place is not None
        assert (place.number, place.earlier, place.further) == (1, first, None)


async def test_a_passage_is_shown_to_those_whose_it_is(database: Database) -> None:
    async with database.transaction() as session:
        committee = await add_organization(session, OrganizationKind.COMMITTEE, "清河镇党委", None)
        branch = await add_organization(session, OrganizationKind.BRANCH, "桃花村党支部", committee)
    await put(database, ONE, owner=branch.id)
    async with database.reading() as session:
        (id,) = await passage_ids(session)
        assert await passage_place(session, id, [branch.path]) is not None
        assert await passage_place(session, id, [committee.path]) is None
        assert await passage_place(session, id, [f"/{branch.id}/"]) is None
        assert await passage_place(session, id, []) is None
        assert await passage_place(session, id + 1, [branch.path]) is None
