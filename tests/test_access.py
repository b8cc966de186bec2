"""Who may do what: every command and button, for each role, in the own branch and in another; nothing leaks."""

import pytest

from handlers.dialogue.engine import DIALOGUES
from handlers.dialogue.roles import Role
from handlers.messages import Kind
from handlers.router import REPLIES
from storage.database import Database
from tests.branch import settled_town
from tests.fakes import TEXTS, Chat

SECRETARY, MEMBER, NEIGHBOUR, OFFICIAL, STRANGER = "李向阳", "王桂兰", "吴长河", "郑远", "新手机"
ROLES = {
    SECRETARY: {Role.ANYONE, Role.BOUND, Role.MEMBER, Role.SECRETARY, Role.CURATOR},
    NEIGHBOUR: {Role.ANYONE, Role.BOUND, Role.MEMBER, Role.SECRETARY, Role.CURATOR},
    MEMBER: {Role.ANYONE, Role.BOUND, Role.MEMBER},
    OFFICIAL: {Role.ANYONE, Role.BOUND, Role.MEMBER, Role.OFFICIAL},
    STRANGER: {Role.ANYONE},
}
ENTRIES = sorted((DIALOGUES | REPLIES).items())


@pytest.mark.parametrize("who", ROLES)
async def test_each_button_is_given_to_its_roles_and_politely_refused_to_others(database: Database, who: str) -> None:
    _, chats, _ = await settled_town(database)
    chat = chats[who]
    for name, entry in ENTRIES:
        refusal = TEXTS.say("shared", "role_needed", role=entry.role)
        await chat.sends(Kind.TAP, payload=name)
        heard = chat.hears()
        assert heard, f"{name} leaves {who} without an answer"
        assert (heard == [refusal]) == (entry.role not in ROLES[who]), f"{name} for {who}: {heard}"
        await chat.says("取消")
        chat.hears()


async def held_meeting(chat: Chat) -> int:
    """The secretary convenes a lecture and opens its check-in; its id."""
    for words in ("开会", "党课", "明天下午3点", "村小学", "讲党史", "确认"):
        await chat.says(words)
    payload = next(button.payload for button in chat.buttons())
    await chat.says("开始签到")
    await chat.says("是")
    await chat.says("只在会场签到")
    return int(payload.partition(".")[2])


OF_A_MEETING = (
    *("count", "meeting", "open_check_in", "allow_remote", "check_in_too", "close_meeting", "cancel_meeting"),
    *("attendance", "attendance_sheet", "mark_present", "paper_sheet", "take_mark_back"),
    *("note_leave", "grant_leave", "note_left", "add_guests"),
)


async def test_a_meeting_of_another_branch_cannot_be_seen_or_handled_by_guessing_its_id(database: Database) -> None:
    _, chats, _ = await settled_town(database)
    meeting_id = await held_meeting(chats[SECRETARY])
    neighbour = chats[NEIGHBOUR]
    for name in OF_A_MEETING:
        neighbour.hears()
        await neighbour.sends(Kind.TAP, payload=f"{name}.{meeting_id}")
        assert neighbour.hears() == [TEXTS.say("shared", "not_yours")], name
    await neighbour.sends(Kind.TAP, payload=f"check_in.{meeting_id}")
    assert neighbour.hears() == [TEXTS.say("checkin.check_in", "not_expected")]
    for name in ("coming", "ask_leave"):
        await neighbour.sends(Kind.TAP, payload=f"{name}.{meeting_id}")
        assert neighbour.hears() == [TEXTS.say("checkin", "not_on_the_list")], name


async def test_a_report_is_read_by_its_author_and_its_addressee_only(database: Database) -> None:
    _, chats, _ = await settled_town(database)
    author = chats[MEMBER]
    for words in ("交材料", "思想汇报", "1", "心里话", "好了", "确认"):
        await author.says(words)
    payload = next(button.payload for button in chats[SECRETARY].buttons())
    for who in (NEIGHBOUR, OFFICIAL, "赵大海", STRANGER):
        chats[who].hears()
        await chats[who].sends(Kind.TAP, payload=payload)
        heard = chats[who].hears()
        assert len(heard) == 1, who
        assert "心里话" not in heard[0], who
    await chats[SECRETARY].sends(Kind.TAP, payload=payload)
    assert "心里话" in chats[SECRETARY].hears()[-1]


@pytest.mark.parametrize("argument", ["", ".", ".0", ".999999", ".abc", ".-1", ".1.2.3", ".99999999999999999999"])
async def test_a_forged_argument_gets_one_sentence(database: Database, argument: str) -> None:
    _, chats, _ = await settled_town(database)
    for who in (SECRETARY, OFFICIAL, MEMBER):
        for name, _ in ENTRIES:
            chats[who].hears()
            await chats[who].sends(Kind.TAP, payload=f"{name}{argument}"[:48])
            heard = chats[who].hears()
            assert heard, (who, name, argument)
            assert TEXTS.say("shared", "crashed") not in heard, (who, name, argument)
            await chats[who].says("取消")
