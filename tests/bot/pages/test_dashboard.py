"""What the dashboard serves: to whom, which figures, in how many statements, and what it never says."""

import asyncio
import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from sqlalchemy import event, update
from structlog.testing import capture_logs

from bot.pages.dashboard import AWAY, EXPIRED, Dashboards
from bot.pages.dashboard_figures import Scope, scope_of, together
from handlers.codes import scope_ticket
from handlers.digest_words import needing_of
from handlers.figures import DigestStyle, figures_of
from storage.database import Database, Session
from storage.models import Case, Organization, OrganizationKind, Post
from tests.bot.pages.dashboards import SECRET, District, district
from tests.fakes import MONDAY, ZONE
from tests.random_town import RandomTown, add_towns
from tests.storage.kit import START, add_organization

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""Where the other database would say nothing new."""


async def fetched(url: str) -> tuple[int, str, dict[str, str]]:
    """Status, body and headers of a page."""
    async with aiohttp.ClientSession() as http, http.get(url) as response:
        return response.status, await response.text(), dict(response.headers)


def rows_of(page: str) -> list[list[str]]:
    """The words of each cell, row by row."""
    body = page.partition("<tbody")[2].partition("</tbody>")[0]
    return [
        [
            " ".join(re.sub(r"<[^>]+>", " ", cell).split())
            for cell in re.findall(r"<t[hd] [^>]*>(.*?)</t[hd]>", row, re.S)
        ]
        for row in re.findall(r"<tr [^>]*>(.*?)</tr>", body, re.S)
    ]


async def rows(place: District, query: str = "") -> list[list[str]]:
    """The table that an address shows."""
    status, page, _ = await fetched(place.url(query))
    assert status == 200
    return rows_of(page)


async def names(place: District, query: str = "") -> list[str]:
    """The first column."""
    return [row[0] for row in await rows(place, query)]


async def test_the_page_shows_the_own_scope_and_no_person_no_secret_and_no_other_site(database: Database) -> None:
    async with district(database) as place:
        await place.meets("柳荫村党支部", 1, present=3)
        status, page, headers = await fetched(place.url())
        east = rows_of((await fetched(place.url(ticket=place.ticket("east", "河东片党总支"))))[1])
    assert status == 200
    assert "清河镇党委看板" in page
    assert "链接 11月23日 18:00 失效" in page
    assert [row[0].split()[0] for row in rows_of(page)] == [
        "柳荫村党支部",
        "渡口村党支部",
        "石桥村党支部",
        "镇机关党支部",
    ]
    assert [row[0] for row in east] == ["柳荫村党支部", "渡口村党支部"]
    for never in ("苏", "郑", "邻镇", "the secret"):
        assert never not in page, never
    assert "://" not in page.replace("http://www.w3.org/2000/svg", "")
    assert (headers["Cache-Control"], headers["Referrer-Policy"]) == ("no-store", "no-referrer")
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "style=" not in page


@SQLITE
async def test_only_the_ticket_that_was_given_opens_it_and_only_for_a_working_day(database: Database) -> None:
    async with district(database) as place:
        good = place.ticket()
        person, organization, until, proof = good.split(".")
        neighbour = str(place.ids["邻镇党委"])
        forged = [
            place.ticket(secret="another secret"),
            ".".join([person, neighbour, until, proof]),
            ".".join([str(place.ids["east"]), organization, until, proof]),
            ".".join([person, organization, str(int(until) + 60), proof]),
            ".".join([person, organization, "999999999999", proof]),
            ".".join([person, organization, until, "A" * 22]),
            place.ticket("official", "邻镇党委"),  # rightly sealed, and still not theirs
            place.ticket("east", "清河镇党委"),
            place.ticket("secretary", "柳荫村党支部"),
            "9999999999.1.1." + "A" * 22, "1", "1.2.3", "%00", "x" * 300, "１.1.1." + "A" * 22,
        ]  # fmt: skip
        for ticket in forged:
            status, page, headers = await fetched(place.url(ticket=ticket))
            assert (status, EXPIRED in page, headers["Cache-Control"]) == (410, True, "no-store"), ticket
            assert "党支部" not in page
        assert (await fetched(place.url(ticket=place.ticket("east", "柳荫村党支部"))))[0] == 200
        place.now = MONDAY + timedelta(hours=8)
        assert (await fetched(place.url()))[0] == 410


@SQLITE
async def test_who_has_given_the_post_up_sees_nothing_from_then_on(database: Database) -> None:
    async with district(database) as place:
        assert (await fetched(place.url()))[0] == 200
        async with database.transaction() as session:
            await session.execute(
                update(Post).where(Post.person_id == place.ids["official"]).values(until=MONDAY.date())
            )
        assert (await fetched(place.url()))[0] == 410


@SQLITE
async def test_where_no_link_was_ever_given_none_is_good(database: Database) -> None:
    async with district(database) as place:
        async with database.transaction() as session:
            await session.execute(Organization.metadata.tables["installation_facts"].delete())
        assert (await fetched(place.url()))[0] == 410


@SQLITE
async def test_another_organization_is_opened_only_within_the_scope(database: Database) -> None:
    async with district(database) as place:
        east = place.ids["河东片党总支"]
        page = (await fetched(place.url(f"?at={east}")))[1]
        assert "河东片党总支看板" in page
        assert [row[0] for row in rows_of(page)] == ["柳荫村党支部", "渡口村党支部"]
        for id in (place.ids["邻镇党委"], place.ids["邻镇机关党支部"], 0x7FFFFFFF, 99999999999, "x", "-1", "1%00"):
            assert (await fetched(place.url(f"?at={id}")))[0] == 410, id
        above = place.url(f"?at={place.ids['清河镇党委']}", place.ticket("east", "河东片党总支"))
        assert (await fetched(above))[0] == 410


async def test_the_figures_are_those_of_the_weeks_that_are_over(database: Database) -> None:
    async with district(database) as place:
        await place.meets("柳荫村党支部", 0, present=0)
        for weeks_ago, present in ((1, 3), (4, 1), (5, 4), (8, 2), (9, 0), (11, 4), (12, 4)):
            await place.meets("柳荫村党支部", weeks_ago, present)
        await place.meets("柳荫村党支部", 1, 0, expected=0)
        group = await place.organizes("第一党小组", "渡口村党支部", OrganizationKind.GROUP)
        await place.meets("第一党小组", 2, present=4)
        async with database.transaction() as session:
            # What a group did is its branch's, when the group is no more as well.
            await session.execute(
                update(Organization).where(Organization.id == group.id).values(closed_on=MONDAY.date())
            )
        willow, ferry = (await rows(place))[:2]
        # 3 + 1 of 8 in the four weeks, 4 + 2 of 8 in the four before
        assert willow[2:7] == ["3", "50% ↓ 25", "0", "0", "0"]
        assert ferry[2:7] == ["1", "100%", "0", "0", "0"]
        page = (await fetched(place.url()))[1]
        assert 'aria-label="12 周里有 7 周开了会"' in page


@SQLITE
async def test_what_went_by_without_being_held_and_cases_that_are_late_are_counted(database: Database) -> None:
    async with district(database) as place:
        await place.meets("柳荫村党支部", 40, present=4)
        async with database.transaction() as session:
            for days in (-1, 1):
                due_on = MONDAY.date() + timedelta(days=days)
                session.add(_case(place.ids["柳荫村党支部"], due_on))
        willow, ferry = (await rows(place))[:2]
        assert int(willow[4]) > 0
        assert (willow[6], ferry[6]) == ("2 逾期 1", "0")


@SQLITE
async def test_the_sums_are_those_of_the_digest_of_the_same_moment(database: Database) -> None:
    towns = [RandomTown(seed) for seed in range(201, 213)]
    await add_towns(database, towns)
    for number, town in enumerate(towns):
        async with database.reading() as session:
            day = town.now.astimezone(town.zone).date()
            read = (await figures_of(session, ["/"], day, town.zone, town.now)).of(1, "", town.root["path"])
            lasts = [one.last_record_at for one in read.branches if one.last_record_at is not None]
            if number % 2 and lasts:
                # A branch becomes quiet at one and the same moment in both.
                town.now = lasts[0] + timedelta(days=30)
                day = town.now.astimezone(town.zone).date()
                read = (await figures_of(session, ["/"], day, town.zone, town.now)).of(1, "", town.root["path"])
            scope = await scope_of(session, town.root["path"], town.zone, town.now)
        shown, said = together(list(scope.lines.values())), read.totals
        assert (shown.branches, shown.owed, shown.unread) == (said.branches, said.owed_red, said.unread)
        assert (shown.cases, shown.late) == (said.cases_open, said.cases_late)
        assert tuple(shown.weeks[-1 : -1 - len(said.weeks) : -1]) == said.weeks
        reasons = [reason.key for one in needing_of(read, DigestStyle()) for reason in one.reasons]
        assert shown.quiet == reasons.count("quiet") + reasons.count("no_record")


def _case(organization_id: int, due_on: date) -> Case:
    return Case(
        organization_id=organization_id, procedure="theme_day", title="主题党日", started_on=START, due_on=due_on
    )


@SQLITE
async def test_levels_add_up_what_is_below_them_and_lead_there(database: Database) -> None:
    async with district(database) as place:
        await place.meets("柳荫村党支部", 1, present=4)
        await place.meets("渡口村党支部", 2, present=1)
        await place.meets("镇机关党支部", 1, present=2)
        levels = await rows(place, "?view=levels")
        assert [row[0] for row in levels] == ["河东片党总支", "河西片党总支", "镇机关党支部"]
        east, west, own = levels
        assert (east[1], east[3], east[4], east[8]) == ("2", "2", "62%", "30 天内都有")
        assert (west[1], west[3], west[4], west[8]) == ("1", "0", "—", "1 个支部 30 天没有")
        assert (own[1], own[3], own[4], own[8]) == ("1", "1", "50%", "11月18日")
        page = (await fetched(place.url("?view=levels")))[1]
        assert f'href="?at={place.ids["河东片党总支"]}"' in page


@SQLITE
async def test_every_column_sorts_both_ways_and_what_has_no_figure_comes_last(database: Database) -> None:
    async with district(database) as place:
        for where, weeks_ago, present in (
            ("柳荫村党支部", 1, 4),
            ("渡口村党支部", 3, 1),
            ("渡口村党支部", 2, 1),
            ("石桥村党支部", 1, 2),
        ):
            await place.meets(where, weeks_ago, present)
        short = {"柳荫": 0, "渡口": 1, "石桥": 2, "镇机": 3}

        async def order(query: str) -> list[int]:
            return [short[name[:2]] for name in await names(place, query)]

        assert await order("?sort=rate") == [1, 2, 0, 3]
        assert await order("?sort=-rate") == [0, 2, 1, 3]
        assert await order("?sort=meetings") == [3, 0, 2, 1]
        assert await order("?sort=-meetings") == [1, 0, 2, 3]
        assert await order("?sort=last") == [3, 1, 0, 2]
        assert await order("?sort=-last") == [0, 2, 1, 3]
        for same in ("", "?sort=unread", "?sort=nothing", "?sort=%00", "?page=99", "?page=-1", "?page=x", "?view=x"):
            assert await order(same) == [0, 1, 2, 3], same
        page = (await fetched(place.url("?sort=rate")))[1]
        assert 'aria-sort="ascending"><a href="?sort=-rate">' in page


async def test_a_scope_is_counted_in_as_many_statements_however_large_it_is(database: Database) -> None:
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    async def counted(place: District) -> int:
        seen.clear()
        async with database.reading() as session:
            await scope_of(session, place.paths["清河镇党委"], ZONE, MONDAY)
        return len(seen)

    async with district(database) as place:
        event.listen(database.engine.sync_engine, "before_cursor_execute", note)
        small = await counted(place)
        await _add_branches(place, 60)
        assert await counted(place) == small <= 40


@SQLITE
async def test_figures_are_shown_for_a_minute_and_then_counted_anew(database: Database) -> None:
    async with district(database) as place:
        assert "<b>4</b> 个支部" in (await fetched(place.url()))[1]
        await _add_branches(place, 10)
        place.now += timedelta(seconds=59)
        page = (await fetched(place.url("?sort=rate")))[1]
        assert "<b>4</b> 个支部" in page
        assert "截至11月23日 10:00" in page
        place.now += timedelta(seconds=1)
        page = (await fetched(place.url()))[1]
        assert "<b>14</b> 个支部" in page
        assert "截至11月23日 10:01" in page


@SQLITE
async def test_while_much_is_counted_the_old_figures_are_shown_and_say_of_when_they_are(database: Database) -> None:
    async with district(database, patience=0) as place:
        await fetched(place.url())
        await _add_branches(place, 10)
        place.now += timedelta(minutes=5)
        page = (await fetched(place.url()))[1]
        assert "<b>4</b> 个支部" in page
        assert "截至11月23日 10:00" in page
        while "<b>14</b> 个支部" not in (page := (await fetched(place.url()))[1]):
            pass
        assert "截至11月23日 10:05" in page
        # What is much older is nobody's picture any more.
        await _add_branches(place, 1, "再添")
        place.now += timedelta(minutes=15)
        assert "<b>15</b> 个支部" in (await fetched(place.url()))[1]


@SQLITE
async def test_figures_that_cannot_be_counted_are_told_in_the_log_even_where_old_ones_are_shown(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def breaks(*_: Any) -> Scope:
        raise LookupError

    async with district(database) as place:
        before = await rows(place)
        place.now += timedelta(minutes=5)
        monkeypatch.setattr("bot.pages.dashboard.scope_of", breaks)
        with capture_logs() as log:
            assert await rows(place) == before
    assert [(one["event"], one["log_level"]) for one in log] == [("figures not counted", "error")]


@SQLITE
async def test_many_who_look_at_once_have_it_counted_once(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    counts: list[str] = []

    async def noted(session: Session, path: str, zone: ZoneInfo, now: datetime) -> Scope:
        counts.append(path)
        return await scope_of(session, path, zone, now)

    monkeypatch.setattr("bot.pages.dashboard.scope_of", noted)
    async with district(database) as place:
        found = await asyncio.gather(*(fetched(place.url()) for _ in range(8)))
        assert [status for status, _, _ in found] == [200] * 8
        assert counts == [place.paths["清河镇党委"]]


async def _add_branches(place: District, count: int, named: str = "第") -> None:
    async with place.database.transaction() as session:
        parent = await session.get(Organization, place.ids["河西片党总支"])
        for number in range(count):
            await add_organization(session, OrganizationKind.BRANCH, f"{named}{number + 1}村党支部", parent)


@SQLITE
async def test_many_branches_are_folded_by_level_at_first_and_come_in_pages(database: Database) -> None:
    async with district(database) as place:
        await _add_branches(place, 230)
        assert await names(place) == ["河东片党总支", "河西片党总支", "镇机关党支部"]
        everywhere = await _pages(place, "?view=all")
        assert [len(page) for page in everywhere] == [100, 100, 34]
        assert len({name for page in everywhere for name in page}) == 234
        west = f"at={place.ids['河西片党总支']}"
        assert len(await names(place, f"?{west}")) == 100
        assert len(await names(place, f"?{west}&whole=1")) == 231
        page = (await fetched(place.url(f"?{west}&sort=rate&page=2")))[1]
        assert f'href="?{west}&amp;sort=rate&amp;page=3"' in page
        assert f'href="?{west}&amp;sort=rate"' in page


async def _pages(place: District, query: str) -> Sequence[list[str]]:
    return [await names(place, f"{query}&page={number}") for number in (1, 2, 3)]


@SQLITE
async def test_what_is_no_more_is_left_out(database: Database) -> None:
    async with district(database) as place:
        async with database.transaction() as session:
            closed = [place.ids[name] for name in ("渡口村党支部", "河西片党总支", "石桥村党支部")]
            await session.execute(
                update(Organization).where(Organization.id.in_(closed)).values(closed_on=MONDAY.date())
            )
        assert [name.split()[0] for name in await names(place)] == ["柳荫村党支部", "镇机关党支部"]
        assert (await fetched(place.url(f"?at={place.ids['渡口村党支部']}")))[0] == 410


async def test_a_database_that_is_away_gives_a_sentence() -> None:
    away = Database("sqlite+aiosqlite:////no/such/folder/a.sqlite3")
    pages = web.Application()
    Dashboards(away, lambda: MONDAY).add_to(pages)
    async with TestServer(pages) as server:
        ticket = scope_ticket(1, 1, SECRET, MONDAY + timedelta(hours=1))
        status, page, headers = await fetched(str(server.make_url(f"/dashboard/{ticket}")))
    await away.close()
    assert (status, AWAY in page, headers["Cache-Control"]) == (503, True, "no-store")
