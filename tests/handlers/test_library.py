"""Imported readings in the chat: taken in, brought up to date, forgotten, and quoted to those whose they are."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from handlers.library import AT_ONCE, refresh_readings
from handlers.messages import Kind
from storage.database import Database
from storage.readings import PassageText, put_reading, remove_reading
from tests.branch import settled_town
from tests.fakes import HANDBOOK, MONDAY, Chat

CANTEEN = PassageText("第三章 后勤", "一、食堂", "31—33", "食堂每天十一点半开饭。外来人员凭饭票就餐。晚上不供应夜宵。")
LIBRARY = PassageText("第四章 阵地", "二、图书室", "40", "图书室周末上午开放，借书最多借三本，三十天内归还。")
NOTHING = "没有查到"


@pytest.fixture(autouse=True)
def _clean() -> Iterator[None]:
    forget()
    yield
    forget()


def forget() -> None:
    """The handbook is every test's: it goes on without passages."""
    for key in HANDBOOK.passage_keys():
        HANDBOOK.remove_passage(key)
    HANDBOOK.readings_version = ""


async def put(
    database: Database, *passages: PassageText, owner: int | None = None, title: str = "工作手册", minutes: int = 0
) -> None:
    """Import these passages, and let the process look."""
    async with database.transaction() as session:
        await put_reading(
            session,
            organization_id=owner,
            title=title,
            file_name="手册.txt",
            digest="0" * 64,
            passages=passages,
            now=MONDAY + timedelta(minutes=minutes),
        )
    await refresh_readings(HANDBOOK, database)


async def remove(database: Database, owner: int | None = None, title: str = "工作手册") -> None:
    """Remove a reading, and let the process look."""
    async with database.transaction() as session:
        assert await remove_reading(session, owner, title)
    await refresh_readings(HANDBOOK, database)


def found(question: str) -> list[str]:
    """The texts that are quoted to somebody who sees everything."""
    return [quote.passage.text for quote in HANDBOOK.passages.find(question)]


async def answer(chat: Chat, question: str) -> str:
    """What somebody hears."""
    chat.hears()
    await chat.says(question)
    return "\n".join(chat.hears())


async def test_what_was_imported_is_found_with_its_title_and_place(database: Database) -> None:
    await put(database, CANTEEN, LIBRARY)
    best, *_ = HANDBOOK.passages.find("食堂几点开饭")
    assert best.reading == "工作手册"
    assert (best.passage.chapter, best.passage.heading, best.passage.page) == ("第三章 后勤", "一、食堂", "31—33")
    assert len(HANDBOOK.passages) == 2


async def test_a_new_edition_is_found_and_the_old_one_is_not(database: Database) -> None:
    await put(database, CANTEEN, LIBRARY)
    kept = {quote.key for quote in HANDBOOK.passages.find("图书室借书最多借几本")}
    new = replace(CANTEEN, text="食堂改为十二点开饭。")
    await put(database, new, LIBRARY, minutes=5)
    assert found("食堂几点开饭") == [new.text]
    assert {quote.key for quote in HANDBOOK.passages.find("图书室借书最多借几本")} == kept


async def test_a_reading_that_was_removed_is_not_found(database: Database) -> None:
    await put(database, CANTEEN)
    await put(database, LIBRARY, title="图书室守则", minutes=1)
    await remove(database)
    assert found("食堂几点开饭") == []
    assert found("图书室借书最多借几本") == [LIBRARY.text]
    await remove(database, title="图书室守则")
    assert len(HANDBOOK.passages) == 0


async def test_more_passages_than_are_taken_in_at_once_all_arrive(database: Database) -> None:
    many = [replace(CANTEEN, text=f"{number}号仓库存放{number}号物资。") for number in range(2 * AT_ONCE + 1)]
    await put(database, *many)
    assert len(HANDBOOK.passages) == 2 * AT_ONCE + 1


async def test_when_nothing_has_changed_nothing_is_loaded(database: Database) -> None:
    await put(database, CANTEEN)
    HANDBOOK.remove_passage(*HANDBOOK.passage_keys())
    await refresh_readings(HANDBOOK, database)
    assert len(HANDBOOK.passages) == 0


async def test_an_answer_in_the_chat_quotes_chapter_and_page_and_shows_the_whole(database: Database) -> None:
    _, chats, _ = await settled_town(database)
    assert NOTHING in await answer(chats["王桂兰"], "食堂几点开饭")
    await put(database, CANTEEN)
    for who in ("王桂兰", "吴长河", "新手机"):
        words = await answer(chats[who], "食堂几点开饭")
        assert "食堂每天十一点半开饭。" in words, who
        assert "《工作手册》 第三章 后勤 一、食堂 第31—33页" in words, who
    await chats["王桂兰"].taps("看原文")
    (whole,) = chats["王桂兰"].hears()
    assert CANTEEN.text in whole
    assert "第31—33页" in whole


async def test_where_there_is_no_page_none_is_named(database: Database) -> None:
    _, chats, _ = await settled_town(database)
    await put(database, PassageText("", "", "", CANTEEN.text))
    words = await answer(chats["王桂兰"], "食堂几点开饭")
    assert "《工作手册》" in words
    assert "第" not in words.split("《工作手册》")[1].split("\n")[0]


async def test_marks_in_a_reading_are_shown_as_they_are(database: Database) -> None:
    _, chats, _ = await settled_town(database)
    text = "食堂每天**十一点半**开饭，<b>凭票</b>就餐 {{ words }} [菜单](a)。"
    await put(database, PassageText("第*三*章", "", "", text), title="手册_第_一_版")
    words = await answer(chats["王桂兰"], "食堂几点开饭")
    assert text in words
    assert "《手册_第_一_版》 第*三*章" in words


async def test_a_passage_of_a_branch_is_seen_in_its_subtree_only(database: Database) -> None:
    _, chats, ids = await settled_town(database)
    await put(database, CANTEEN, owner=ids["桃花村党支部"])
    assert CANTEEN.text[:10] in await answer(chats["王桂兰"], "食堂几点开饭")
    for who in ("吴长河", "郑远", "新手机"):
        assert NOTHING in await answer(chats[who], "食堂几点开饭"), who


async def test_a_passage_of_the_committee_is_seen_by_all_its_branches_and_by_no_stranger(database: Database) -> None:
    _, chats, ids = await settled_town(database)
    await put(database, CANTEEN, owner=ids["清河镇党委"])
    for who in ("王桂兰", "吴长河", "郑远"):
        assert CANTEEN.text[:10] in await answer(chats[who], "食堂几点开饭"), who
    assert NOTHING in await answer(chats["新手机"], "食堂几点开饭")


async def test_a_button_to_a_passage_of_another_branch_or_to_one_that_is_gone_shows_nothing(database: Database) -> None:
    _, chats, ids = await settled_town(database)
    owner = ids["桃花村党支部"]
    await put(database, CANTEEN, owner=owner)
    await answer(chats["王桂兰"], "食堂几点开饭")
    (payload,) = (button.payload for button in chats["王桂兰"].buttons() if button.label == "看原文")
    await chats["吴长河"].sends(Kind.TAP, payload=payload)
    assert CANTEEN.text[:10] not in "".join(chats["吴长河"].hears())
    await remove(database, owner)
    chats["王桂兰"].hears()
    await chats["王桂兰"].taps("看原文")
    heard = "".join(chats["王桂兰"].hears())
    assert heard
    assert CANTEEN.text[:10] not in heard
