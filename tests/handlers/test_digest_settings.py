"""When the next digest comes, as the settings say it and as the round sends it; and whose settings somebody changes."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from bot.digest_round import newest_moment
from handlers.digest_settings import Weekday, Zone, moment_of
from handlers.messages import Kind
from storage.database import Database
from storage.digest_settings import Wish, wishes_of
from storage.models import OrganizationKind, Post, PostKind
from tests.branch import settled_town
from tests.fakes import MONDAY, TEXTS


@given(
    st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1)),  # noqa: DTZ001
    st.integers(1, 7),
    st.integers(0, 24 * 60 - 1),
    st.sampled_from([str(zone) for zone in Zone]),
    st.booleans(),
)
@hypothesis_settings(max_examples=200, deadline=None)
def test_the_settings_and_the_round_agree_on_the_moment(
    at: datetime, weekday: int, minute: int, zone: str, after_holidays: bool
) -> None:
    now = at.replace(tzinfo=ZoneInfo("UTC"))
    moment, monday = newest_moment(weekday, minute, zone, now, after_holidays=after_holidays)
    wish = Wish(1, "", "/1/", OrganizationKind.COMMITTEE, weekday, minute, zone, after_holidays=after_holidays)
    assert moment_of(wish, monday + timedelta(weeks=1)) == moment


def test_every_day_and_zone_has_its_word() -> None:
    assert [TEXTS.word(day) for day in Weekday] == [f"周{day}" for day in "一二三四五六日"]
    assert all(ZoneInfo(zone) and TEXTS.word(zone).endswith("时间") for zone in Zone)


async def test_who_has_several_posts_is_asked_which_digest_is_meant_and_changes_only_that(database: Database) -> None:
    town, chats, ids = await settled_town(database)
    async with database.transaction() as session:
        session.add(
            Post(
                person_id=ids["郑远"],
                organization_id=ids["杏花村党支部"],
                kind=PostKind.DEPUTY_SECRETARY,
                since=MONDAY.date() - timedelta(days=9),
            )
        )
    chat = chats["郑远"]
    for words in ("周报设置", "杏花村党支部", "停发"):
        await chat.says(words)
    assert chat.hears()[-1].startswith("停发了")
    async with town.database.reading() as session:
        wishes = {one.name: one.active for one in await wishes_of(session, ids["郑远"], MONDAY.date())}
    assert wishes == {"清河镇党委": True, "杏花村党支部": False}
    await chat.says("周报")
    assert [words.splitlines()[0][:6] for words in chat.hears()] == ["清河镇党委周", "杏花村党支部"]


async def test_nobody_changes_the_digest_of_an_organization_that_is_not_theirs(database: Database) -> None:
    _, chats, ids = await settled_town(database)
    for who, place in (("李向阳", "清河镇党委"), ("李向阳", "杏花村党支部"), ("郑远", "桃花村党支部")):
        await chats[who].sends(Kind.TAP, payload=f"digest_settings.{ids[place]}")
        assert chats[who].hears() == [TEXTS.say("shared", "not_yours")]
    await chats["王桂兰"].sends(Kind.TAP, payload=f"digest_settings.{ids['桃花村党支部']}")
    assert "现在没有这样的职务" in chats["王桂兰"].hears()[-1]


@pytest.mark.parametrize("words", ["三十点", "明天", "好的", "😀", "25:61"])
async def test_an_hour_that_is_none_is_asked_again(database: Database, words: str) -> None:
    _, chats, _ = await settled_town(database)
    chat = chats["郑远"]
    for said in ("周报设置", "换时间", "周三"):
        await chat.says(said)
    chat.hears()
    await chat.says(words)
    assert "几点发？" in chat.hears()[-1]
    await chat.says("晚上7点半")
    assert "几点：19:30" in chat.hears()[-1]
