"""For which organization a dialogue is held, who may hold it, and how it tells others."""

from datetime import date

from sqlalchemy import delete

from handlers.dialogue import Dialogue, Role, Text
from handlers.markup import to_plain
from handlers.messages import Kind
from storage.database import Database
from storage.models import Post, PostKind, RunState
from tests.branch import settled_town
from tests.handlers.dialogue.tiny import Broken, Tiny, shared

WHICH = shared("place_of.ask")


async def at_home(d: Dialogue) -> None:
    """Says where it is."""
    await d.ask("first", Text())
    await d.say("finished", answers=f"{d.place.name} {d.given.get('argument', '')}")


async def of(database: Database, who: str) -> tuple[Tiny, dict[str, int]]:
    """The invented branch, seen by one of its people."""
    town, chats, ids = await settled_town(database)
    return Tiny(town, chats[who]), ids


async def appoint(database: Database, person: int, organization: int) -> None:
    """One more post of a secretary."""
    async with database.transaction() as session:
        session.add(
            Post(person_id=person, organization_id=organization, kind=PostKind.SECRETARY, since=date(2024, 1, 1))
        )


async def test_who_acts_for_one_organization_is_not_asked(database: Database, registry: None) -> None:
    tiny, _ = await of(database, "李向阳")
    tiny.define(at_home, role=Role.SECRETARY)
    assert await tiny.starts() == ["第一问？"]
    assert await tiny.hears("甲") == ["办好了：桃花村党支部"]


async def test_who_acts_for_several_is_asked_first_and_may_step_back_to_it(database: Database, registry: None) -> None:
    tiny, ids = await of(database, "李向阳")
    await appoint(database, ids["李向阳"], ids["杏花村党支部"])
    tiny.define(at_home, role=Role.SECRETARY)
    assert await tiny.starts() == [WHICH]
    assert await tiny.hears("杏花村") == ["第一问？"]
    assert await tiny.hears("返回", "桃花村", "甲") == [WHICH, "第一问？", "办好了：桃花村党支部"]


async def test_a_button_that_names_its_record_does_not_ask_for_the_place(database: Database, registry: None) -> None:
    tiny, ids = await of(database, "李向阳")
    await appoint(database, ids["李向阳"], ids["杏花村党支部"])
    tiny.define(at_home, role=Role.SECRETARY)
    assert await tiny.starts("tiny.17") == ["第一问？"]
    assert (await tiny.hears("甲"))[0].endswith(" 17")


async def test_a_place_that_is_no_longer_held_is_asked_again(database: Database, registry: None) -> None:
    tiny, ids = await of(database, "李向阳")
    for place in ("杏花村党支部", "清河镇党委"):
        await appoint(database, ids["李向阳"], ids[place])
    tiny.define(at_home, role=Role.SECRETARY)
    await tiny.starts()
    await tiny.hears("杏花村")
    async with database.transaction() as session:
        await session.execute(delete(Post).where(Post.organization_id == ids["杏花村党支部"]))
    assert await tiny.hears("甲") == [f"{shared('no_longer_offered')}\n\n{WHICH}"]
    assert await tiny.answers() == {}


async def test_who_loses_the_role_in_the_middle_may_not_finish(database: Database, registry: None) -> None:
    tiny, ids = await of(database, "李向阳")
    tiny.define(at_home, role=Role.SECRETARY)
    await tiny.starts()
    async with database.transaction() as session:
        await session.execute(delete(Post).where(Post.person_id == ids["李向阳"]))
    assert await tiny.hears("甲") == [shared("role_needed", role=Role.SECRETARY)]
    assert await tiny.state() is RunState.CANCELLED


async def test_who_has_not_the_role_opens_nothing_and_what_was_open_stays(database: Database, registry: None) -> None:
    tiny, _ = await of(database, "王桂兰")
    tiny.define(at_home, role=Role.SECRETARY)
    tiny.define(at_home, name="other", role=Role.MEMBER)
    await tiny.starts("other")
    assert (await tiny.starts())[0].startswith(shared("role_needed", role=Role.SECRETARY))
    assert [run.state for run in await tiny.runs()] == [RunState.OPEN]


async def test_a_place_that_the_role_does_not_give_is_our_bug(database: Database, registry: None) -> None:
    tiny, _ = await of(database, "王桂兰")
    tiny.define(at_home, role=Role.BOUND)
    await tiny.starts()
    assert await tiny.hears("甲") == [shared("crashed")]
    assert await tiny.state() is RunState.OPEN


async def test_a_notice_reaches_others_once_with_its_title(database: Database, registry: None) -> None:
    tiny, ids = await of(database, "李向阳")

    async def play(d: Dialogue) -> None:
        words = await d.ask("first", Text())
        await d.notify([ids["王桂兰"], ids["赵大海"]], "notice", words=words)

    tiny.define(play, role=Role.SECRETARY)
    await tiny.starts()
    await tiny.hears("**扫院子**")
    await tiny.chat.again()
    for name in ("王桂兰", "赵大海"):
        assert [to_plain(message.title) for message in tiny.town.people[name].messages] == ["通知：**扫院子**"]
        assert tiny.town.people[name].hears() == ["告诉您：**扫院子**"]
    assert tiny.town.people["周福生"].hears() == []


async def test_a_crash_after_a_notice_tells_nobody(database: Database, registry: None) -> None:
    tiny, ids = await of(database, "李向阳")

    async def play(d: Dialogue) -> None:
        await d.ask("first", Text())
        await d.notify([ids["王桂兰"]], "notice", words="")
        raise Broken

    tiny.define(play, role=Role.SECRETARY)
    await tiny.starts()
    assert await tiny.hears("甲") == [shared("crashed")]
    assert tiny.town.people["王桂兰"].hears() == []


async def test_a_stranger_opens_nothing_that_needs_a_role(database: Database, registry: None) -> None:
    tiny, _ = await of(database, "李向阳")
    tiny.define(at_home, role=Role.SECRETARY)
    stranger = tiny.town.people["新手机"]
    await stranger.sends(Kind.TAP, payload="tiny")
    assert stranger.hears() == [shared("role_needed", role=Role.SECRETARY)]
    assert await tiny.runs() == []
