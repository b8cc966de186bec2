"""Leafing through books by chapter: what each person finds on the shelf, page by page, and what is not theirs."""

from datetime import timedelta

import pytest

from handlers.messages import Kind
from handlers.readings import PAGE
from handlers.screen import SCREEN, lines
from storage.database import Database
from storage.readings import PassageText, put_reading, remove_reading
from tests.branch import settled_town
from tests.fakes import MONDAY, TEXTS, Chat

CANTEEN = PassageText("第三章 后勤", "一、食堂", "31—33", "食堂每天十一点半开饭。外来人员凭饭票就餐。")
TICKETS = PassageText("第三章 后勤", "一、食堂", "33", "饭票在值班室领，每人每天最多三张。")
LIBRARY = PassageText("第四章 阵地", "二、图书室", "40", "图书室周末上午开放，借书最多借三本。")
GONE = TEXTS.say("readings", "gone_from_shelf")


async def put(
    database: Database, *passages: PassageText, owner: int | None = None, title: str = "工作手册", minutes: int = 0
) -> int:
    """Import these passages; the id of the reading."""
    async with database.transaction() as session:
        done = await put_reading(
            session,
            organization_id=owner,
            title=title,
            file_name="手册.txt",
            digest="0" * 64,
            passages=passages,
            now=MONDAY + timedelta(minutes=minutes),
        )
    return done.reading_id


def labels(chat: Chat) -> list[str]:
    """What stands on the newest buttons."""
    return [button.label for button in chat.buttons()]


def payload(chat: Chat, label: str) -> str:
    """What the button that reads so carries."""
    return next(button.payload for button in chat.buttons() if button.label == label)


async def tap(chat: Chat, *names: str) -> str:
    """Press one button after another; what is heard at the last."""
    for name in names:
        chat.hears()
        await chat.taps(name)
    return "\n".join(chat.hears())


async def test_from_the_topics_to_a_passage_with_its_chapter_and_page_and_back(database: Database) -> None:
    _, chats, _ = await settled_town(database)
    await put(database, CANTEEN, TICKETS, LIBRARY)
    chat = chats["王桂兰"]
    await chat.says("翻读本")
    assert "按章翻书" in chat.hears()[-1]  # more buttons than this platform has: a list to answer with a number
    await chat.says("按章翻书")
    await tap(chat, "工作手册")
    assert labels(chat) == ["第三章 后勤（31页起）", "第四章 阵地（40页起）", "别的书"]
    await tap(chat, "第三章 后勤（31页起）")
    first, second, *_ = labels(chat)
    assert first.startswith("一、食堂：食堂每天")
    assert second == TICKETS.text  # the heading is said once
    words = await tap(chat, first)
    assert CANTEEN.text in words
    assert "《工作手册》 第三章 后勤 一、食堂 第31—33页" in words
    assert labels(chat)[0] == "下一段 ›"
    assert TICKETS.text in await tap(chat, "下一段 ›")
    assert labels(chat)[0] == "‹ 上一段"
    assert "下一段 ›" not in labels(chat)  # the chapter ends here
    assert CANTEEN.text in await tap(chat, "‹ 上一段")
    assert "共 2 段" in await tap(chat, "回到本章")
    assert "共 2 章" in await tap(chat, "各章")


async def test_long_shelves_chapters_and_passages_have_pages(database: Database) -> None:
    _, chats, _ = await settled_town(database)
    chat = chats["王桂兰"]
    for number in range(PAGE + 1):
        await put(database, CANTEEN, title=f"第{number}号手册", minutes=number)
    await chat.says("翻书")
    assert len(labels(chat)) == PAGE + 2
    await tap(chat, "下一页 ›")
    assert labels(chat)[:2] == ["第7号手册", "第8号手册"]
    await tap(chat, "‹ 上一页")
    assert labels(chat)[0] == "2012年读本（摘录）"
    many = [PassageText(f"第{chapter}章", "", "", f"第{at}件事。") for chapter in range(10) for at in range(12)]
    await put(database, *many, title="重要的厚书", minutes=99)
    await chat.says("翻书")
    await tap(chat, "下一页 ›", "重要的厚书", "下一页 ›")
    assert labels(chat)[:3] == ["第8章", "第9章", "‹ 上一页"]
    words = await tap(chat, "第9章")
    assert "第 1—8 段，共 12 段" in words
    words = await tap(chat, "下一页 ›")
    assert "第 9—12 段，共 12 段" in words
    await tap(chat, labels(chat)[-3])
    assert "第 9—12 段，共 12 段" in await tap(chat, "回到本章")  # the page where one was


async def test_a_book_without_chapters_is_its_passages(database: Database) -> None:
    _, chats, _ = await settled_town(database)
    await put(database, PassageText("", "", "", CANTEEN.text))
    chat = chats["王桂兰"]
    await chat.says("翻书")
    words = await tap(chat, "工作手册")
    assert words.startswith("《工作手册》（第 1—1 段，共 1 段）")
    assert labels(chat) == [CANTEEN.text, "别的书"]
    assert "想翻哪一本" in await tap(chat, "别的书")


async def test_the_reader_of_2012_is_leafed_through_by_its_own_chapters(database: Database) -> None:
    _, chats, _ = await settled_town(database)
    chat = chats["新手机"]
    await chat.says("翻书")
    await tap(chat, "2012年读本（摘录）")
    front, *_ = labels(chat)
    assert front == "实施意见（2012年）（1—5页）"
    await tap(chat, "下一页 ›")
    *_, appendix, back, others = labels(chat)
    assert (appendix, back, others) == ("读本附录有什么（181—182页）", "‹ 上一页", "别的书")
    await tap(chat, "‹ 上一页")
    for chapter in labels(chat)[:PAGE]:
        assert "第 1—" in await tap(chat, chapter), chapter
        while "下一页 ›" in labels(chat):
            await tap(chat, "下一页 ›")
        await tap(chat, "各章")
    await tap(chat, next(label for label in labels(chat) if label.startswith("读本第三章")))
    assert "整顿党支部程序" in labels(chat)
    assert "第48页" in await tap(chat, "整顿党支部程序")


async def test_a_book_of_a_branch_stands_on_the_shelves_of_its_people_only(database: Database) -> None:
    _, chats, ids = await settled_town(database)
    reading = await put(database, CANTEEN, LIBRARY, owner=ids["桃花村党支部"])
    chat = chats["王桂兰"]
    await chat.says("翻书")
    name = "工作手册（桃花村党支部）"
    await tap(chat, name)
    chapter = payload(chat, "第三章 后勤（31页起）")
    await tap(chat, "第三章 后勤（31页起）")
    leaf = payload(chat, labels(chat)[0])
    await tap(chat, labels(chat)[0])
    for who in ("吴长河", "郑远", "新手机"):
        other = chats[who]
        await other.says("翻书")
        assert name not in labels(other), who
        for forged in (f"reading.{reading}", chapter, leaf, leaf.replace("leaf.", "passage.p") + ".all"):
            other.hears()
            await other.sends(Kind.TAP, payload=forged)
            assert other.hears() == [GONE], (who, forged)


async def test_a_book_of_the_committee_is_read_in_its_branches(database: Database) -> None:
    _, chats, ids = await settled_town(database)
    await put(database, CANTEEN, LIBRARY, owner=ids["清河镇党委"])
    for who in ("王桂兰", "吴长河", "郑远"):
        await chats[who].says("翻书")
        assert "工作手册（清河镇党委）" in labels(chats[who]), who
    await chats["新手机"].says("翻书")
    assert labels(chats["新手机"]) == ["2012年读本（摘录）", "按类别看"]


async def test_a_book_that_is_removed_while_somebody_leafs_through_it_is_said_to_be_gone(database: Database) -> None:
    _, chats, _ = await settled_town(database)
    await put(database, CANTEEN, TICKETS, LIBRARY)
    chat = chats["王桂兰"]
    await chat.says("翻书")
    shelf = payload(chat, "工作手册")
    await tap(chat, "工作手册", "第三章 后勤（31页起）")
    async with database.transaction() as session:
        assert await remove_reading(session, None, "工作手册")
    assert await tap(chat, labels(chat)[0]) == GONE
    assert await tap(chat, "各章") == GONE
    await chat.sends(Kind.TAP, payload=shelf)
    assert chat.hears() == [GONE]
    await chat.says("翻书")
    assert "工作手册" not in labels(chat)


async def test_a_new_edition_leaves_what_has_not_changed_under_the_finger(database: Database) -> None:
    _, chats, _ = await settled_town(database)
    await put(database, CANTEEN, TICKETS, LIBRARY)
    chat = chats["王桂兰"]
    await chat.says("翻书")
    await tap(chat, "工作手册", "第三章 后勤（31页起）")
    changed, kept, *_ = labels(chat)
    preface = PassageText("前言", "", "1", "新版前言。")
    await put(database, preface, PassageText("第三章 后勤", "一、食堂", "31", "改到十二点。"), TICKETS, minutes=5)
    before = chat.buttons()
    assert await tap(chat, changed) == GONE
    await chat.sends(Kind.TAP, payload=next(button.payload for button in before if button.label == kept))
    assert TICKETS.text in chat.hears()[-1]
    assert "第 1—2 段，共 2 段" in await tap(chat, "回到本章")


@pytest.mark.parametrize("name", ["reading", "chapter", "leaf", "passage"])
@pytest.mark.parametrize("argument", ["", "0", "-1", "x", "9" * 20, "1.9", "p", "²", "1.x.y"])
async def test_a_forged_button_finds_nothing_and_breaks_nothing(database: Database, name: str, argument: str) -> None:
    _, chats, _ = await settled_town(database)
    await chats["新手机"].sends(Kind.TAP, payload=f"{name}.{argument}" if argument.isascii() else name)
    (heard,) = chats["新手机"].hears()
    assert heard in (GONE, TEXTS.say("shared", "gone"))


@pytest.mark.parametrize("argument", ["readings.99", "readings.x", "reader.99", "reader.x", "reader.1.99999999"])
async def test_a_page_that_is_not_there_is_the_first(database: Database, argument: str) -> None:
    _, chats, _ = await settled_town(database)
    await chats["新手机"].sends(Kind.TAP, payload=argument)
    assert chats["新手机"].hears()
    assert "‹ 上一页" not in labels(chats["新手机"])


async def test_a_long_passage_is_shown_a_screen_at_first_and_all_of_it_when_asked_for(database: Database) -> None:
    _, chats, _ = await settled_town(database)
    text = "".join(f"第{number}件事，由值班人员登记以后再办理。" for number in range(22))
    await put(database, PassageText("第五章 值班", "一、登记", "50—52", text), LIBRARY)
    chat = chats["王桂兰"]
    await chat.says("翻书")
    await tap(chat, "工作手册", "第五章 值班（50页起）")
    words = await tap(chat, labels(chat)[0])
    assert lines(chat.messages[-1].body) <= SCREEN
    assert text[:60] in words
    assert "……" in words
    assert "第50—52页" in words
    words = await tap(chat, "展开")
    assert text in words
    assert "展开" not in labels(chat)


async def test_marks_in_a_book_are_shown_as_they_are_on_buttons_too(database: Database) -> None:
    _, chats, _ = await settled_town(database)
    await put(database, PassageText("第*三*章 [a](b)", "", "", "**一** {{ x }}"), LIBRARY, title="手册_第_一_版")
    chat = chats["王桂兰"]
    await chat.says("翻书")
    await tap(chat, "手册_第_一_版")
    assert "第*三*章 [a](b)" in labels(chat)
    await tap(chat, "第*三*章 [a](b)")
    assert "**一** {{ x }}" in labels(chat)
    assert "**一** {{ x }}" in await tap(chat, "**一** {{ x }}")
