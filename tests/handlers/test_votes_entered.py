"""Figures of votes as people say them, and what becomes of those that cannot be."""

import asyncio

import pytest
from sqlalchemy import select

from handlers.dialogue import Invalid
from handlers.dialogue.questions import Asking, Reply
from handlers.messages import Kind
from handlers.vote_figures import Count, Figures, Votes
from handlers.vote_words import Basis, formula_of
from knowledge.rules.quorum import Formula
from storage.database import Database
from storage.models import AgendaKind, MeetingKind, Vote
from tests.branch import settled_town
from tests.fakes import MONDAY, TEXTS, ZONE
from tests.meeting_room import open_meeting, said

ASKING = Asking(TEXTS, MONDAY, ZONE)


@pytest.mark.parametrize(
    ("words", "votes"),
    [
        ("赞成12 反对1 弃权2", Votes(12, 1, 2)),
        ("赞成：12，反对：1，弃权：2。", Votes(12, 1, 2)),
        ("12票赞成、1票反对、2票弃权", Votes(12, 1, 2)),
        ("12人同意，不同意3人", Votes(12, 3)),
        ("同意12票 不同意1票 弃权2票", Votes(12, 1, 2)),
        ("赞成十二，反对一，弃权两", Votes(12, 1, 2)),
        ("12 1 2", Votes(12, 1, 2)),
        ("１２、１、２", Votes(12, 1, 2)),
        ("12票，1票，2票", Votes(12, 1, 2)),
        ("14人赞成，没有反对的，1人弃权", Votes(14, 0, 1)),
        ("全票通过", Votes(15)),
        ("一致同意！", Votes(15)),
        ("15", Votes(15)),
        ("赞成15", Votes(15)),
        ("反对15", Votes(0, 15)),
    ],
)
def test_figures_are_understood_as_they_are_said(words: str, votes: Votes) -> None:
    assert Figures(15, ballots=False).read(Reply(text=words), ASKING, None) == votes


@pytest.mark.parametrize(
    ("words", "key"),
    [
        ("", "empty"),
        ("👍", "figures_please"),
        ("大家都很高兴", "figures_please"),
        ("12 1", "figures_please"),
        ("12 1 2 0 0", "figures_please"),
        ("赞成12 赞成3", "figures_please"),
        ("赞成12 反对1 弃权2 一共15", "figures_please"),
        ("赞成1.5", "figures_please"),
        ("好" * 4000, "figures_please"),
        ("13 1 2", "hands_do_not_add_up"),
        ("赞成12", "hands_do_not_add_up"),
        ("99999", "figures_please"),
        ("赞成14 无效1", "no_papers_here"),
    ],
)
def test_figures_that_cannot_be_are_refused_with_the_reason(words: str, key: str) -> None:
    with pytest.raises(Invalid) as refused:
        Figures(15, ballots=False).read(Reply(text=words), ASKING, None)
    assert refused.value.key == key


def test_invalid_papers_are_part_of_what_was_returned() -> None:
    ballots = Figures(15, ballots=True)
    assert ballots.read(Reply(text="12 1 1 1"), ASKING, None) == Votes(12, 1, 1, 1)
    with pytest.raises(Invalid) as refused:
        ballots.read(Reply(text="12 1 1 2"), ASKING, None)
    assert refused.value.key == "papers_do_not_add_up"
    with pytest.raises(TypeError):
        ballots.load([12, 1, True, 1], ASKING)
    assert ballots.load(ballots.dump(Votes(12, 1, 1, 1)), ASKING) == Votes(12, 1, 1, 1)


def test_a_count_says_what_it_cannot_exceed() -> None:
    count = Count(at_most=12, key="more_returned", usual=12)
    assert count.read(Reply(option="12"), ASKING, None) == 12
    assert count.read(Reply(text="十一"), ASKING, None) == 11
    with pytest.raises(Invalid) as refused:
        count.read(Reply(text="13"), ASKING, None)
    assert (refused.value.key, refused.value.values) == ("more_returned", {"limit": 12, "said": 13})
    assert Count(at_most=3, key="more_returned", usual=4).options(ASKING, None) == []


@pytest.mark.parametrize(
    ("kind", "matter", "formula", "needed"),
    [
        (MeetingKind.GENERAL_MEETING, AgendaKind.DECISION, Formula.GENERAL, 8),
        (MeetingKind.GENERAL_MEETING, AgendaKind.ADMISSION, Formula.ADMISSION, 9),
        (MeetingKind.GENERAL_MEETING, AgendaKind.ELECTION, Formula.ELECTION, 13),
        (MeetingKind.COMMITTEE_MEETING, AgendaKind.ELECTION, Formula.COMMITTEE, 8),
    ],
)
def test_the_formula_follows_from_the_meeting_and_the_matter(
    kind: MeetingKind, matter: AgendaKind, formula: Formula, needed: int
) -> None:
    basis = Basis(formula_of(kind, matter), matter, 16, needed, secret=False)
    assert (basis.formula, basis.present_needed, basis.is_quorate) == (formula, needed, True)
    assert not Basis(formula, matter, 16, needed - 1, secret=False).is_quorate
    assert [basis.has_enough(votes) for votes in (8, 9)] == [False, True]


async def votes(database: Database) -> list[Vote]:
    """All of them, the oldest first."""
    async with database.reading() as session:
        return list(await session.scalars(select(Vote).order_by(Vote.id)))


async def test_another_branch_neither_sees_nor_notes_nor_corrects_a_vote(database: Database) -> None:
    _, chats, _ = await settled_town(database)
    secretary = chats["李向阳"]
    meeting_id = await open_meeting(secretary, "李向阳", "王桂兰", "赵大海")
    await said(secretary, "记表决", "一般表决", "举手表决", "3 0 0", "确认")
    [noted] = await votes(database)
    for who, refusal in (("吴长河", "not_yours"), ("王桂兰", "role_needed"), ("郑远", "role_needed")):
        chat = chats[who]
        for payload in (
            f"record_vote.{meeting_id}",
            f"votes.{meeting_id}",
            *(f"{name}.{noted.id}" for name in ("vote", "correct_vote", "resolution", "vote_tally")),
        ):
            chat.hears()
            await chat.sends(Kind.TAP, payload=payload)
            assert chat.hears() == [TEXTS.say("shared", refusal, role="secretary")], (who, payload)
    assert len(await votes(database)) == 1


async def test_a_repeated_update_and_a_second_secretary_note_one_vote(database: Database) -> None:
    town, chats, _ = await settled_town(database)
    secretary = chats["李向阳"]
    await open_meeting(secretary, "李向阳", "王桂兰", "赵大海")
    await said(secretary, "记表决", "一般表决", "举手表决", "3 0 0")
    await secretary.taps("确认")
    assert secretary.last_update is not None
    await asyncio.gather(*(town.turns.take(secretary.last_update, ()) for _ in range(3)))
    assert len(await votes(database)) == 1
    secretary.hears()
    await said(secretary, "记表决", "举手表决")
    assert "这一项记过了" in secretary.hears()[0]


async def test_a_vote_that_was_taken_again_stands_beside_the_first(database: Database) -> None:
    _, chats, _ = await settled_town(database)
    secretary = chats["李向阳"]
    await open_meeting(secretary, "李向阳", "王桂兰", "赵大海")
    await said(secretary, "记表决", "一般表决", "举手表决", "2 1 0", "确认")
    await said(secretary, "记表决", "是", "举手表决", "3 0 0", "确认")
    assert [(one.subject, one.carried) for one in await votes(database)] == [
        ("讨论道路硬化方案", False),
        ("讨论道路硬化方案（再次表决）", True),
    ]


async def test_a_photo_an_emoji_and_4000_characters_are_no_figures_and_lose_nothing(database: Database) -> None:
    _, chats, _ = await settled_town(database)
    secretary = chats["李向阳"]
    await open_meeting(secretary, "李向阳", "王桂兰", "赵大海")
    await said(secretary, "记表决", "一般表决", "举手表决")
    for words in ("👍", "好" * 4000, "赞成-1"):
        secretary.hears()
        await secretary.says(words)
        assert "在场有表决权的 3 人" in secretary.hears()[0]
    await secretary.sends_file("票.jpg")
    assert "这里需要文字" in secretary.hears()[0]
    await said(secretary, "3 0 0", "确认")
    assert [one.in_favour for one in await votes(database)] == [3]


async def test_a_lecture_decides_nothing_and_a_theme_day_admits_nobody(database: Database) -> None:
    _, chats, _ = await settled_town(database)
    secretary = chats["李向阳"]
    await open_meeting(secretary, "李向阳", kind="党课", agenda="讲党史")
    secretary.hears()
    await secretary.says("记表决")
    assert secretary.hears() == ["党课不作表决。要表决的事，请提交支部党员大会。"]
    await said(secretary, "结束会议", "讲了党史", "确认")
    await open_meeting(secretary, "李向阳", "王桂兰", "赵大海", kind="主题党日", agenda="讨论孙小梅转正")
    secretary.hears()
    await secretary.says("记表决")
    assert secretary.hears()[0].startswith("接收预备党员、转正和选举要在支部党员大会上表决")
    assert await votes(database) == []


async def test_a_closed_election_that_fills_no_seat_says_so(database: Database) -> None:
    _, chats, _ = await settled_town(database)
    secretary = chats["李向阳"]
    await open_meeting(secretary, "李向阳", "王桂兰", "赵大海", "周福生", agenda="补选组织委员")
    await said(secretary, "记表决", "王桂兰、赵大海", "好了", "1", "4", "4", "0", "2 2 0")
    secretary.hears()
    await secretary.says("2 2 0")
    heard = secretary.hears()[0]
    assert "没有人当选" in heard
    assert "还差 1 名" in heard
    await secretary.says("确认")
    assert [(one.subject, one.carried) for one in await votes(database)] == [("王桂兰", False), ("赵大海", False)]
