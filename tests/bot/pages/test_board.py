"""What the board serves: to whom, what it says, and what it never says."""

import asyncio
from datetime import timedelta

import aiohttp
import pytest

from bot.pages.board import SCREENS
from handlers.codes import digits_of, link_of, qr_path, window_at
from storage.attendance_marks import add_guests, note_left
from storage.database import Database
from storage.meetings import cancel_meeting, close_meeting
from tests.bot.pages.boards import ENTRY, SECRET, Hall, hall, listening
from tests.storage.kit import NOW, add_convened_meeting


async def fetched(url: str) -> tuple[int, str, dict[str, str]]:
    """Status, body and headers of a page."""
    async with aiohttp.ClientSession() as http, http.get(url) as response:
        return response.status, await response.text(), dict(response.headers)


async def test_the_page_names_the_meeting_and_holds_no_secret_no_name_and_no_other_site(database: Database) -> None:
    async with hall(database) as place:
        status, page, headers = await fetched(place.url())
    assert status == 200
    assert "支部党员大会签到" in page
    assert "柳荫村党支部" in page
    assert SECRET not in page
    assert "苏一" not in page
    assert "://" not in page.replace("http://www.w3.org/2000/svg", "")
    assert headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert headers["Referrer-Policy"] == "same-origin"


def altered(ticket: str, part: int, value: str) -> str:
    """A ticket with one of its parts exchanged."""
    parts = ticket.split(".")
    return ".".join([*parts[:part], value, *parts[part + 1 :]])


async def test_only_the_ticket_that_was_given_opens_the_board_and_only_for_a_while(database: Database) -> None:
    async with hall(database) as place:
        other = await add_convened_meeting(database, place.town)
        good = place.ticket()
        forged = [
            place.ticket(secret="another secret"),
            place.ticket(meeting_id=other),
            place.ticket(meeting_id=place.meeting_id + 100),
            altered(good, 0, str(other)),
            altered(good, 0, "9999999999"),
            altered(good, 1, "9999999999"),
            altered(good, 1, "999999999999"),
            altered(good, 2, "aHR0cHM6Ly9lbHNld2hlcmUv"),
            altered(good, 2, "A"),
            altered(good, 3, "A" * 22),
            "1", "1.2.3", "%00", "x" * 300, "１.1.a." + "A" * 22,
        ]  # fmt: skip
        for ticket in forged:
            status, page, _ = await fetched(place.url(ticket))
            assert (status, "过期了或者不完整" in page) == (410, True), ticket
            async with listening(place.url(ticket, "/events")) as heard:
                assert (await heard.next("over", "count", "code"))[0] == "over"
                assert await heard.ends()
        assert (await fetched(place.url(good)))[0] == 200
        place.now = NOW + timedelta(hours=4)
        assert (await fetched(place.url(good)))[0] == 410


async def test_the_code_of_the_moment_is_shown_and_the_next_one_when_it_turns(database: Database) -> None:
    async with hall(database) as place, listening(place.url(tail="/events")) as heard:
        shown = (await heard.next("code"))[1]
        window = window_at(place.now)
        assert shown["digits"] == digits_of(SECRET, window)
        assert (shown["side"], shown["path"]) == qr_path(ENTRY + link_of(place.meeting_id, SECRET, window))
        assert 0 < shown["left"] <= 30_000
        place.now += timedelta(seconds=30)
        await place.comes(place.town.full[0])
        assert (await heard.next("code"))[1]["digits"] == digits_of(SECRET, window + 1)


async def test_the_count_is_live_and_says_what_it_means_without_names(database: Database) -> None:
    async with hall(database) as place, listening(place.url(tail="/events")) as heard:
        first = (await heard.next("count"))[1]
        assert (first["state"], first["present"], first["expected"], first["names"]) == ("open", 0, 9, None)
        assert first["quorum"] == [["应到有表决权的正式党员 7 人，实到 0 人，不到半数，还差 4 人才能表决。", True]]
        await place.comes(*place.town.full[:4])
        while (now := (await heard.next("count"))[1])["present"] < 4:
            assert now["names"] is None
        assert now["quorum"][0][1] is False
        assert "可以表决" in now["quorum"][0][0]


async def test_who_left_counts_for_no_vote_and_guests_are_counted_apart(database: Database) -> None:
    async with hall(database) as place:
        await place.comes(*place.town.full[:4])
        async with database.transaction() as session:
            assert await add_guests(session, place.meeting_id, [place.town.activist]) == [place.town.activist]
            assert await note_left(session, place.meeting_id, place.town.full[0], NOW)
        await place.comes(place.town.activist)
        async with listening(place.url(tail="/events")) as heard:
            count = (await heard.next("count"))[1]
    assert (count["present"], count["expected"], count["guests"]) == (4, 9, 1)
    assert "实到 3 人" in count["quorum"][0][0]
    assert count["quorum"][0][1] is True


async def test_names_are_shown_only_on_the_screen_that_asks_and_the_newest_first(database: Database) -> None:
    async with hall(database) as place:
        await place.comes(place.town.full[0])
        async with (
            listening(place.url(tail="/events?names=1")) as asking,
            listening(place.url(tail="/events")) as quiet,
        ):
            assert (await asking.next("count"))[1]["names"] == ["苏一"]
            assert (await quiet.next("count"))[1]["names"] is None
            await place.comes(place.town.full[1])
            assert (await asking.next("count"))[1]["names"] == ["苏二", "苏一"]
            assert (await quiet.next("count"))[1]["names"] is None


@pytest.mark.parametrize("ending", ["closed", "cancelled"])
async def test_the_end_of_the_meeting_takes_the_code_away(database: Database, ending: str) -> None:
    async with hall(database, beat_seconds=0.05) as place, listening(place.url(tail="/events")) as heard:
        await heard.next("code")
        async with database.transaction() as session:
            if ending == "closed":
                await close_meeting(session, place.meeting_id, now=NOW, summary="")
            else:
                await cancel_meeting(session, place.meeting_id)
        while (await heard.next("count"))[1]["state"] != ending:
            pass
        place.now += timedelta(seconds=60)
        assert (await heard.next("code", "beat"))[0] == "beat"
        async with listening(place.url(tail="/events")) as later:
            assert (await later.next("count"))[1]["state"] == ending
            assert (await later.next("code", "beat"))[0] == "beat"


async def test_a_board_that_is_open_when_its_ticket_runs_out_says_so_and_ends(database: Database) -> None:
    async with hall(database, beat_seconds=0.05) as place, listening(place.url(tail="/events")) as heard:
        await heard.next("code")
        place.now = NOW + timedelta(hours=4)
        assert "过期" in (await heard.next("over"))[1]["words"]
        assert await heard.ends()


async def test_the_board_of_one_meeting_is_shown_on_so_many_screens_and_on_others_when_some_are_closed(
    database: Database,
) -> None:
    async with hall(database) as place, aiohttp.ClientSession() as http:
        opened = await asyncio.gather(*(http.get(place.url(tail="/events")) for _ in range(SCREENS)))
        async with listening(place.url(tail="/events")) as heard:
            assert "很多地方" in (await heard.next("over", "count"))[1]["words"]
        for response in opened:
            response.close()
        # The server notices a page that went away when it next has something to say.
        await place.comes(place.town.full[0])
        await _let_in(place)


async def _let_in(place: Hall) -> None:
    while True:
        async with listening(place.url(tail="/events")) as heard:
            if (await heard.next("over", "count"))[0] == "count":
                return
        await asyncio.sleep(0.01)


async def test_open_streams_do_not_keep_the_server_from_stopping(database: Database) -> None:
    async with hall(database) as place, listening(place.url(tail="/events")) as heard:
        await heard.next("code")
        await place.server.close()
        assert await heard.ends()
