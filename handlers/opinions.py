"""Opinions asked for in the chat (意见征集) on what binds nobody: not a vote, and who chose what is kept nowhere.

Counts are shown only once no more answers are taken, and not when so few answered that a choice could be guessed.
"""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from handlers.dialogue import Dialogue, Invalid, Lines, Refused, Role, Text, When, dialogue
from handlers.dialogue.questions import Asking, Reply
from handlers.dialogue.turn import Turn, record_id
from handlers.menu_rows import back_to_menu
from handlers.messages import Button
from handlers.reminders import Reminder, is_civil
from handlers.router import reply
from handlers.wording import Texts
from storage.accounts import reach
from storage.database import Session
from storage.models import Status
from storage.people import audit, members_of, secretaries_of
from storage.polls import PollView, add_poll, answer_poll, close_poll, poll, polls_closed_between, polls_of

LISTED = 8
FEWEST = 3
"""With fewer answers the counts would tell who chose what."""
REPORTED = timedelta(days=2)
"""How long after its end a question's result is still sent; each is sent once."""


class Answers(Lines):
    """The answers that are offered: two to eight different ones, short enough for a button."""

    def __init__(self) -> None:
        super().__init__(at_least=2, at_most=LISTED, max_length=30)

    def read(self, reply: Reply, asking: Asking, partial: Any) -> list[str]:
        """The answers in order; one line with 、 between them will do as well."""
        if "\n" not in reply.text.strip() and not reply.files:
            reply = Reply(text="\n".join(reply.text.replace("/", "、").replace("，", "、").split("、")))
        found = super().read(reply, asking, partial)
        if len(set(found)) < len(found):
            raise Invalid("answers_alike")
        return found


@dialogue("ask_opinions", role=Role.SECRETARY)
async def ask_opinions(d: Dialogue) -> None:
    """The secretary asks the branch's members something that binds nobody, with answers to choose from."""
    people = await members_of(d.session, d.place.organization_id, (Status.FULL, Status.PROBATIONARY))
    if not people:
        raise Refused("nobody_to_ask")
    question = await d.ask("question", Text(max_length=150))
    answers = await d.ask("answers", Answers())
    closes_at = await d.ask("closes_at", When(after=d.now, before=d.now + timedelta(days=60)))
    await d.confirm(count=len(people))
    id = await add_poll(
        d.session,
        organization_id=d.place.organization_id,
        question=question,
        options=answers,
        closes_at=closes_at,
        created_by_id=d.turn.person_id,
        now=d.turn.now,
    )
    await audit(d.session, d.turn.now, d.turn.person_id, d.place.organization_id, "ask_opinions", f"poll:{id}")
    asked = [one.person_id for one in people]
    rows = tuple((Button(words, f"opinion.{id}.{place}"),) for place, words in enumerate(answers))
    await d.notify(asked, "notice", rows=rows, not_after=closes_at, question=question, closes_at=closes_at)
    reached = {one.person_id for one in await reach(d.session, asked)}
    await d.say("asked", rows=((Button(d.texts.title("opinions"), "opinions"),),), count=len(reached), all=len(asked))


@reply("opinion", role=Role.BOUND)
async def give_opinion(turn: Turn, argument: str) -> None:
    """Somebody answers, once; the reply names no answer, because messages are kept for a while."""
    number, _, option = argument.partition(".")
    one = await poll(turn.session, record_id(number))
    if one is None:
        raise Refused("gone")
    asked = (Status.FULL, Status.PROBATIONARY)
    if turn.belongs is None or turn.belongs.organization_id != one.organization_id or turn.belongs.status not in asked:
        raise Refused("not_asked")
    outcome = await answer_poll(turn.session, one.id, turn.person_id, record_id(option), turn.now)
    if outcome != "noted":
        raise Refused("gone" if outcome == "unknown" else outcome)
    await turn.say(turn.texts.say("opinions.opinion", "noted"), rows=back_to_menu(turn))


@reply("opinions", role=Role.SECRETARY)
async def list_opinions(turn: Turn, argument: str) -> None:
    """What the branch was asked, the newest first: open, or with its result."""
    found = [
        one
        for place in turn.places(Role.SECRETARY)
        for one in await polls_of(turn.session, place.organization_id, LISTED)
    ]
    rows: list[tuple[Button, ...]] = [(Button(one.question[:30], f"opinions_of.{one.id}"),) for one in found[:LISTED]]
    rows.append((Button(turn.texts.title("ask_opinions"), "ask_opinions"),))
    await turn.say(turn.texts.say("opinions.opinions", "listed", count=len(found)), rows=tuple(rows))


@reply("opinions_of", role=Role.SECRETARY)
async def show_opinions(turn: Turn, argument: str) -> None:
    """One question: while it is open only how many have answered, afterwards the counts."""
    one = await _mine(turn, argument)
    is_open = one.closes_at > turn.now
    rows = ((Button(turn.texts.title("close_opinions"), f"close_opinions.{one.id}"),),) if is_open else None
    await turn.say(_result(turn.texts, one, turn.now, turn.zone), rows=rows or back_to_menu(turn))


async def _mine(turn: Turn, argument: str) -> PollView:
    one = await poll(turn.session, record_id(argument))
    if one is None:
        raise Refused("gone")
    turn.require_at(Role.SECRETARY, one.path)
    return one


@dialogue("close_opinions", role=Role.SECRETARY)
async def close_early(d: Dialogue) -> None:
    """The secretary takes no more answers; the other secretaries hear the result with her."""
    one = await _mine(d.turn, str(d.given.get("argument", "")))
    if one.closes_at <= d.turn.now:
        raise Refused("closed_already")
    await d.confirm(question=one.question, answered=one.answered)
    if not await close_poll(d.session, one.id, d.turn.now):
        await d.say("closed_already")
        return
    await audit(d.session, d.turn.now, d.turn.person_id, one.organization_id, "close_opinions", f"poll:{one.id}")
    closed = await _mine(d.turn, str(one.id))
    told = await _told(d.session, d.texts, closed, d.turn.now)
    # The same message under the same key as when the time runs out, so that nobody gets it twice.
    d.turn.push(told.people, told.body, title=told.title, key=told.key)
    await d.say("closed_now")


def _result(texts: Texts, one: PollView, now: datetime, zone: ZoneInfo) -> str:
    return texts.say(
        "opinions",
        "result",
        one=one,
        closes_at=one.closes_at.astimezone(zone),
        is_open=one.closes_at > now,
        shown=one.answered >= FEWEST,
        fewest=FEWEST,
        lines=list(zip(one.options, one.counts, strict=True)),
    )


async def opinion_results(session: Session, texts: Texts, now: datetime) -> list[Reminder]:
    """The results of questions whose time has run out, for the secretaries, at a civil hour."""
    found = await polls_closed_between(session, now - REPORTED, now)
    return [await _told(session, texts, one, now) for one in found if is_civil(now, one.timezone)]


async def _told(session: Session, texts: Texts, one: PollView, now: datetime) -> Reminder:
    people = tuple(each.id for each in await secretaries_of(session, one.organization_id))
    words = _result(texts, one, now, ZoneInfo(one.timezone))
    return Reminder(people, texts.say("opinions", "result_title"), words, (), f"poll:{one.id}:closed")
