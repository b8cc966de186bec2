"""Who may do what: every command, button and page for each role, in the own branch, another one and the level above.

Two tables say it. `REQUIRED` names the role that each entry asks for; `OF_RECORDS` names for every entry that can be
given an argument what it may be given and who may. An entry that stands in neither makes a test fail.
"""

import dis
import inspect
from collections.abc import Callable, Iterator
from dataclasses import replace
from types import CodeType, FunctionType
from typing import Any

import pytest
from sqlalchemy import select

from handlers.dialogue.engine import DIALOGUES
from handlers.dialogue.roles import Role
from handlers.markup import to_plain
from handlers.messages import Address, Incoming, Kind
from handlers.router import REPLIES
from storage.database import Database
from storage.models.base import Base
from tests.branch import settled_town
from tests.fakes import TEXTS
from tests.holdings import OWN, SECRETS, Holdings, holdings

SECRETARY, DEPUTY, LEADER, MEMBER, PLAIN, ACTIVIST = "李向阳", "周福生", "赵大海", "王桂兰", "孙小梅", "钱小满"
NEIGHBOUR, OFFICIAL, ABOVE, CURATOR, FAR, BOUND, STRANGER = (
    *("吴长河", "郑远", "高山", "卫知", "韩冬"),
    *("冯在外", "新手机"),
)
_BOUND = {Role.ANYONE, Role.BOUND}
_MEMBER = {*_BOUND, Role.MEMBER}
_SECRETARY = {*_MEMBER, Role.SECRETARY, Role.CURATOR}
ROLES = {
    STRANGER: {Role.ANYONE},
    BOUND: _BOUND,  # on the roster, and a member of nothing any more
    ACTIVIST: _MEMBER,
    PLAIN: _MEMBER,
    MEMBER: _MEMBER,  # whom the records are about
    LEADER: _MEMBER,  # leads a group of the branch
    DEPUTY: _SECRETARY,
    SECRETARY: _SECRETARY,
    NEIGHBOUR: _SECRETARY,  # of the branch next door
    ABOVE: _SECRETARY,  # of the committee above both
    CURATOR: {*_MEMBER, Role.CURATOR},  # of that committee
    OFFICIAL: {*_MEMBER, Role.OFFICIAL},  # of that committee
    FAR: {*_MEMBER, Role.OFFICIAL},  # of another committee
}
"""Everybody who tries, and the roles that they hold somewhere."""
BESIDE_RECORDS = (STRANGER, BOUND, ACTIVIST, LEADER, DEPUTY, SECRETARY, CURATOR, OFFICIAL)
"""One of each who could be taken for something else, where no record is named."""
ALIKE = frozenset({LEADER, DEPUTY})
"""Those who hold no other roles than somebody before or behind them, so that what they may do has been tried."""

REQUIRED = {
    Role.ANYONE: """bind chapter courtesy dues_word entry handbook help helpful hours_word in_group know leaf menu
        passage pick procedure procedure_mistakes procedure_steps procedures reader reading readings resume share source
        stray_file topics unfold""",
    Role.BOUND: """add_to_report ask_correction check_in check_in_by_code check_in_by_link check_in_too coming
        digest digest_about digest_branch digest_branches digest_settings digest_whole
        export_my_data make_up_done meeting_files minutes minutes_paper my_data my_dues my_hours my_make_ups
        my_report_archive my_reports my_tasks opinion remind_again remind_branch reminder reminders reminders_done
        reminders_later reminders_seen report report_files sign_minutes task task_done unbind_phone""",
    Role.MEMBER: "ask_leave hand_in_report",
    Role.SECRETARY: """accept_report add_guests add_material add_task allow_remote archive ask_for_more ask_opinions
        assess_dues attach attendance attendance_sheet cancel_meeting case case_file case_history case_more cases
        change_meeting close_meeting close_opinions convene convene_series correct_minutes correct_step correct_vote
        count drop_hours dues dues_ledger dues_of dues_owed dues_people dues_sheet dues_summary fix_series give_hours
        grant_leave hours_ledger hours_of import_dues invite join_meeting learning link_group linked_groups make_ups
        mark_present meeting meetings move_case note_leave note_left open_check_in opinions opinions_of owed paper
        paper_sheet papers pause_case record record_dues record_hours record_vote remind_dues report_archive reports
        resolution resume_case series set_custom set_make_up signed_on_paper start_case stop_case stop_series
        take_mark_back task_again tasks timeline unlink_group unreachable void_dues vote vote_tally votes
        write_minutes""",
    Role.OFFICIAL: """dashboard dissolve_organization merge_organization move_organization new_organization
        rename_organization set_custom_below set_term tree""",
    Role.CURATOR: """add_entry adopt_entry dismiss knowledge name_it our_entries our_entry remove_entry unanswered
        unanswered_one""",
}
"""The role that each entry asks for."""

OURS = frozenset({SECRETARY, DEPUTY})
OVER_IT = OURS | {ABOVE}
EXPECTED = frozenset({SECRETARY, DEPUTY, LEADER, MEMBER, PLAIN})
CURATORS = OVER_IT | {CURATOR}
SEES = frozenset({*OWN})
"""Who belongs to the branch, and so reads what it has added to the handbook."""

Given = dict[str, frozenset[str]]


def _each(names: str, *given: tuple[str, frozenset[str]]) -> dict[str, Given]:
    return {name: dict(given) for name in names.split()}


OF_RECORDS: dict[str, Given] = {
    # meetings
    **_each(
        """count meeting open_check_in allow_remote check_in_too close_meeting cancel_meeting change_meeting
        add_material attendance attendance_sheet mark_present paper_sheet take_mark_back note_leave note_left
        add_guests""",
        ("{coming}", OVER_IT),
        ("{running}", OVER_IT),
        ("{closed}", OVER_IT),
    ),
    **_each("grant_leave", ("{coming}.{王桂兰}", OVER_IT)),
    # the neighbours were asked to the joint one, and have not come
    **_each("record_vote votes", ("{closed}", OVER_IT), ("{joint}", OVER_IT)),
    **_each("write_minutes signed_on_paper correct_minutes", ("{closed}", OVER_IT)),
    **_each("add_task set_make_up make_ups", ("{closed}", OVER_IT)),
    **_each("check_in coming ask_leave", ("{running}", EXPECTED), ("{coming}", EXPECTED)),
    **_each("check_in_by_link", ("{link}", EXPECTED)),
    **_each("minutes minutes_paper meeting_files", ("{closed}", OVER_IT | {MEMBER})),
    **_each("sign_minutes", ("{closed}.0", OVER_IT | {MEMBER})),
    **_each("join_meeting", ("{joint}", frozenset({NEIGHBOUR}))),
    **_each("vote resolution vote_tally correct_vote", ("{vote}", OVER_IT)),
    **_each("task task_done", ("{task}", OVER_IT | {MEMBER})),
    **_each("task_again", ("{task}", OVER_IT)),
    **_each("make_up_done", ("{make_up}", OVER_IT | {MEMBER})),
    **_each("opinion", ("{poll}.0", EXPECTED)),
    **_each("opinions_of close_opinions", ("{poll}", OVER_IT)),
    **_each("stop_series", ("{series}", OVER_IT)),
    **_each("convene_series", ("{series}.202612", OVER_IT)),
    **_each("unlink_group", ("{group}", OVER_IT)),
    # reports: the author and the very branch they were handed in to
    **_each("report report_files", ("{report}", OURS | {MEMBER})),
    **_each("ask_for_more accept_report", ("{report}", OURS)),
    **_each("add_to_report", ("{report}", frozenset({MEMBER}))),
    **_each("report_archive", ("{桃花村党支部}.{王桂兰}", OURS)),
    # ledgers: of the very branch, the one next door and the level above
    **_each(
        """dues dues_ledger dues_owed dues_people dues_sheet dues_summary record_dues assess_dues import_dues
        remind_dues learning hours_ledger give_hours record_hours""",
        ("{桃花村党支部}", OURS),
        ("{杏花村党支部}", frozenset({NEIGHBOUR})),
        ("{清河镇党委}", frozenset({ABOVE})),
    ),
    **_each("dues_of hours_of", ("{王桂兰}", OURS), ("{吴长河}", frozenset({NEIGHBOUR}))),
    **_each("void_dues", ("{payment}", OURS)),
    **_each("drop_hours", ("{learning}", OURS)),
    # cases
    **_each(
        """case case_more case_history papers timeline archive attach correct_step record pause_case resume_case
        move_case stop_case""",
        ("{case}", OVER_IT),
    ),
    **_each("case_file", ("{case}", OVER_IT), ("{case}.{case_file}", OVER_IT)),
    **_each("paper", ("{case}.application_outline", OVER_IT)),
    # what the branch has added to the handbook
    **_each("our_entry adopt_entry remove_entry", ("{entry}", CURATORS)),
    **_each("add_entry unanswered_one dismiss", ("{question}", CURATORS)),
    **_each("name_it", ("{another_question}.{public}", CURATORS)),
    **_each("know source share", ("b{entry}", SEES)),
    **_each("pick unfold", ("0.b{entry}", SEES)),
    **_each("reading", ("{reading}", SEES)),
    **_each("chapter leaf", ("{passage}", SEES)),
    **_each("passage", ("p{passage}", SEES)),
    # figures for the level above, which name nobody
    **_each(
        "digest_branch digest_branches digest_whole",
        ("{桃花村党支部}", OVER_IT | {OFFICIAL}),
        ("{白云村党支部}", frozenset({FAR})),
    ),
    **_each(
        "digest_settings",
        ("{桃花村党支部}", OURS),
        ("{清河镇党委}", frozenset({ABOVE, OFFICIAL})),
        ("{白云镇党委}", frozenset({FAR})),
    ),
    **_each("remind_branch", ("{桃花村党支部}", frozenset({ABOVE, OFFICIAL}))),
    **_each("dashboard", ("{清河镇党委}", frozenset({OFFICIAL})), ("{白云镇党委}", frozenset({FAR}))),
    **_each(
        """tree dissolve_organization merge_organization move_organization new_organization rename_organization
        set_term""",
        ("{桃花村党支部}", frozenset({OFFICIAL})),
        ("{白云村党支部}", frozenset({FAR})),
    ),
}
"""What each entry may be given by a button, and who gets an answer to it; everybody else is refused."""

_PUBLIC = """convene hand_in_report cases procedures procedure procedure_steps procedure_mistakes start_case reader
    readings topics reports digest digest_about handbook helpful bind entry check_in_by_code link_group my_data
    my_reports resume remind_again reminder reminders reminders_done reminders_later reminders_seen unreachable"""
PUBLIC = frozenset(_PUBLIC.split())
"""Entries whose argument names no record of anybody's: a kind, a page, a procedure, words, a code, or what is looked
for among one's own alone."""

REFUSALS = {
    (file, key)
    for file, key in (
        *(("shared", key) for key in ("not_yours", "bound_only", "gone")),
        ("convening.join_meeting", "no_invitation"),
        ("checkin", "not_on_the_list"),
        ("digest", "nobody_reads"),
        ("checkin.check_in", "not_expected"),
        ("opinions", "not_asked"),
        ("opinions.opinion", "not_asked"),
        ("readings", "gone_from_shelf"),
    )
}
"""How somebody is told politely that it is none of their business."""


def all_entries() -> dict[str, Any]:
    return dict(sorted((DIALOGUES | REPLIES).items()))


def test_each_entry_asks_for_the_role_that_stands_in_the_table() -> None:
    stated = {name: role for role, names in REQUIRED.items() for name in names.split()}
    assert {name: entry.role for name, entry in all_entries().items()} == stated


def test_every_entry_that_can_be_given_an_argument_stands_in_the_table() -> None:
    taking = {name for name, entry in all_entries().items() if _takes_an_argument(entry)}
    assert not set(OF_RECORDS) & PUBLIC
    assert taking == {*OF_RECORDS, *PUBLIC}


def _takes_an_argument(entry: Any) -> bool:
    """Whether the code of an entry looks at what its button brings with it."""
    if hasattr(entry, "answer"):
        argument = list(inspect.signature(entry.answer).parameters)[1]
        return _reads(entry.answer.__code__, argument)
    return "given" in {name for code in _reached(entry.play) for name in code.co_names}


def _reads(code: CodeType, variable: str) -> bool:
    return any(one.opname.startswith("LOAD") and one.argval == variable for one in dis.get_instructions(code)) or any(
        _reads(inner, variable) for inner in code.co_consts if isinstance(inner, CodeType)
    )


def _reached(function: Callable[..., Any]) -> Iterator[CodeType]:
    """The code of a function and of all functions of the conversations that it names, however far."""
    seen: set[FunctionType] = set()
    waiting = [function]
    while waiting:
        one = waiting.pop()
        if not isinstance(one, FunctionType) or one in seen:
            continue
        seen.add(one)
        if not one.__module__.startswith("handlers.") or one.__module__.startswith("handlers.dialogue"):
            continue
        codes = [one.__code__]
        while codes:
            code = codes.pop()
            yield code
            codes += [inner for inner in code.co_consts if isinstance(inner, CodeType)]
            waiting += [one.__globals__[name] for name in code.co_names if name in one.__globals__]


one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What somebody may do is decided in Python: the other database would add nothing but time."""


@one_database
async def test_each_button_is_given_to_its_roles_and_politely_refused_to_others(database: Database) -> None:
    held = await holdings(database)
    for who in BESIDE_RECORDS:
        roles = ROLES[who]
        for name, entry in all_entries().items():
            if name == "unbind_phone":
                continue  # its confirmation would make a stranger of whoever tries
            if entry.role in roles and who in ALIKE:
                continue  # somebody with the same roles has tried; what is refused is tried by everybody
            refusal = TEXTS.say("shared", "role_needed", role=entry.role)
            heard = await _tapped(held, who, name)
            assert heard, f"{name} leaves {who} without an answer"
            assert (heard == [refusal]) == (entry.role not in roles), f"{name} for {who}: {heard}"


async def _tapped(held: Holdings, who: str, payload: str) -> list[str]:
    """What somebody hears to a button; what it opened is given up again.

    Nothing is sent: what the turn has put into the outbox is looked at, which takes a fraction of the time.
    """
    town = held.town
    town.updates += 1
    button = Incoming(f"u{town.updates}", Address("fake", "t", who), who, Kind.TAP, town.now, "", payload, about="")
    answered = await town.turns.take(button)
    if payload.partition(".")[0] in DIALOGUES and answered.ids:
        await town.turns.take(replace(button, id=f"{button.id}x", kind=Kind.TEXT, text="取消", payload=""))
    return [
        to_plain(draft.body) + "".join(f"[文件 {document.name}]" for document in documents)
        for draft, documents in zip(answered.drafts, answered.documents, strict=True)
    ]


def _attempts(held: Holdings) -> Iterator[tuple[str, str, frozenset[str]]]:
    """Every entry with each argument that it may be given, and who may."""
    for name, given in OF_RECORDS.items():
        for argument, may in given.items():
            yield name, f"{name}.{argument.format(**held.ids)}", may


@one_database
async def test_nobody_else_gets_at_the_records_of_a_branch_by_any_button(database: Database) -> None:
    """Guessed ids, forwarded buttons and shared links are all the same button in another hand."""
    held = await holdings(database)
    refusals = {TEXTS.say(file, key) for file, key in REFUSALS}
    entries = all_entries()
    before = await _kept(database)
    for who, roles in ROLES.items():
        for name, payload, may in _attempts(held):
            role = entries[name].role
            if who in may or (role not in roles and who not in (STRANGER, MEMBER)):
                continue  # whoever lacks the role itself is refused before anybody looks at the argument
            heard = await _tapped(held, who, payload)
            expected = refusals if role in roles else {TEXTS.say("shared", "role_needed", role=role)}
            assert len(heard) == 1, (who, payload, heard)
            assert heard[0] in expected, (who, payload, heard)
            told = [word for word in (*SECRETS, *OWN) if word in heard[0]]
            assert not told, (who, payload, told)
    assert await _kept(database) == before, "what was refused has changed something"


async def _kept(database: Database) -> dict[str, list[Any]]:
    """All rows of all tables, besides those in which turns themselves are kept."""
    passing = {"accounts", "updates", "outbox", "runs"}
    async with database.reading() as session:
        return {
            table.name: [tuple(row) for row in await session.execute(select(table))]
            for table in Base.metadata.sorted_tables
            if table.name not in passing
        }


@one_database
async def test_whoever_may_is_answered(database: Database) -> None:
    held = await holdings(database)
    refusals = {TEXTS.say(file, key) for file, key in REFUSALS} | {TEXTS.say("shared", "crashed")}
    for _, payload, may in _attempts(held):
        who = next(iter(sorted(may)))
        heard = await _tapped(held, who, payload)
        assert heard, (who, payload)
        assert heard[0] not in refusals, (who, payload, heard)


@one_database
async def test_buttons_of_a_conversation_do_nothing_in_another_hand(database: Database) -> None:
    held = await holdings(database)
    owner = held.chats[SECRETARY]
    await owner.sends(Kind.TAP, payload=f"cancel_meeting.{held.ids['coming']}")
    await owner.says("下大雪")
    forwarded = [button.payload for button in owner.buttons()]
    assert forwarded
    run = forwarded[0][1:].partition(".")[0]
    before = await _kept(database)
    for who in ROLES:
        if who == SECRETARY:
            continue
        held.chats[who].hears()
        for payload in forwarded:
            await held.chats[who].sends(Kind.TAP, payload=payload)
            assert held.chats[who].hears() == [TEXTS.say("shared", "not_your_button")], (who, payload)
        await held.chats[who].sends(Kind.TAP, payload=f"resume.{run}")
        assert held.chats[who].hears() == [TEXTS.say("shared", "nothing_parked")], who
    assert await _kept(database) == before


@one_database
async def test_a_shared_link_checks_in_who_is_expected_and_nobody_once_it_has_turned(database: Database) -> None:
    held = await holdings(database)
    link = f"c_{held.ids['link']}"
    for who in ROLES:
        if who == PLAIN:
            continue  # comes too late
        chat = held.chats[who]
        chat.hears()
        await chat.opens(link)
        heard = chat.hears()
        assert len(heard) == 1, (who, heard)
        if who == STRANGER:
            assert heard == [TEXTS.say("shared", "role_needed", role=Role.BOUND)]
        elif who not in EXPECTED:
            assert heard == [TEXTS.say("checkin.check_in", "not_expected")], who
    held.town.later(minutes=2)
    await held.chats[PLAIN].opens(link)
    assert held.chats[PLAIN].hears() == [TEXTS.say("checkin", "turned")]


FORGED = {
    "sqlite": (".", ".0", ".999999", ".99999999999999999999"),
    "postgres": (".abc", ".-1", ".1.2.3", ".9999999999"),
}
"""Arguments that no button ever had, each tried on one of the databases."""


async def test_a_forged_argument_gets_one_sentence(database: Database) -> None:
    held = Holdings(*await settled_town(database))
    for name, entry in all_entries().items():
        if name not in OF_RECORDS and name not in PUBLIC:
            continue
        who = OFFICIAL if entry.role is Role.OFFICIAL else SECRETARY
        for argument in FORGED[database.engine.dialect.name.replace("postgresql", "postgres")]:
            heard = await _tapped(held, who, f"{name}{argument}"[:48])
            assert heard, (name, argument)
            assert TEXTS.say("shared", "crashed") not in heard, (name, argument)
