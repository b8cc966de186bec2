"""Questions to the handbook, from anybody, anywhere in a conversation."""

from collections.abc import Sequence
from datetime import date

from handlers.answer_words import fitted_answer, fitted_quotes, fitted_source, to_share
from handlers.dialogue.engine import DIALOGUES
from handlers.dialogue.errors import Refused
from handlers.dialogue.roles import Role
from handlers.dialogue.turn import Turn, record_id
from handlers.library import refresh, seen_by
from handlers.menu_rows import back_to_menu, page_of
from handlers.messages import Button, Rows
from handlers.router import reply
from handlers.screen import SCREEN
from handlers.wording import Texts
from knowledge.handbook import Entry, Handbook, Lookup
from knowledge.passages import Quote
from storage.models import Outcome
from storage.outbox import offered
from storage.questions import add_question, give_feedback, note_picked, question

LONGEST = 500
PAGE, TOPICS_PAGE = 8, 20
ALL = 10_000
"""Room for whatever there is, once it was asked for."""
KEPT = 20
"""Messages whose buttons are known to have been shown to this person; of an older one figures are not said again."""
MEETINGS = {
    "general-meeting": "convene",
    "committee-meeting": "convene",
    "lecture": "convene",
    "theme-day": "convene",
    "criticism-meeting": "convene",
    "appraisal": "convene",
}
"""Procedures that begin with a notice to everybody, and the dialogue that sends it; others begin as a case."""


@reply("handbook", role=Role.ANYONE)
async def answer_question(turn: Turn, text: str) -> None:
    """Answer from the handbook: the answer with its source, or up to three likely ones, or an honest nothing."""
    asked = " ".join(text.split())
    if not any(character.isalnum() for character in asked):
        raise Refused("no_question")
    if len(asked) > LONGEST:
        raise Refused("question_too_long", longest=LONGEST)
    handbook = turn.around.handbook
    await refresh(handbook, turn.session)
    previous = await _previous(turn)
    answers = handbook.ask_all(asked, previous=previous, today=turn.today, sees=seen_by(turn))
    for found in answers:
        await _say_found(turn, found, SCREEN // len(answers))


async def _previous(turn: Turn) -> str:
    """What this person was last shown an answer to, so that 那预备党员呢 can lean on it; its buttons tell."""
    shown = dict(
        payload.split(".", 1)
        for buttons in await offered(turn.session, turn.account.id, 1)
        for _, payload in buttons
        if "." in payload
    )
    if "helpful" in shown:
        before = await question(turn.session, record_id(shown["helpful"].partition(".")[0]))
        return before.text if before else ""
    entry = turn.around.handbook.entry(shown.get("source", ""))
    return entry.title if entry else ""


async def _say_found(turn: Turn, found: Lookup, room: int) -> None:
    """The answer to one question, in so many lines at most; what is left out waits behind a button."""
    best = found.entry or (found.candidates[0].entry if found.candidates else None)
    asked = await add_question(
        turn.session,
        organization_id=turn.belongs.organization_id if turn.belongs else None,
        text=found.question,
        outcome=Outcome(found.status),
        entry=best.id if best else None,
        score=found.candidates[0].score if found.candidates else 0.0,
        now=turn.now,
    )
    say = turn.texts.say
    if found.entry is not None:
        await _say_entry(turn, found.entry, asked, found, room=room)
    elif found.quotes:
        body = fitted_quotes(turn.texts, found.quotes, room)
        await turn.say(body, rows=(*_whole(turn, found.quotes), _feedback(turn, asked)))
    elif found.status == "unsure":
        rows: Rows = tuple((Button(near.entry.title, f"pick.{asked}.{near.entry.id}"),) for near in found.candidates)
        none = Button(say("handbook.handbook", "none_of_these"), f"helpful.{asked}.0")
        await turn.say(say("handbook.handbook", "did_you_mean"), rows=(*rows, (none,)))
    else:
        key = "not_ours" if found.elsewhere else "nothing_found"
        await turn.say(say("handbook.handbook", key, elsewhere=found.elsewhere), rows=_ways_on(turn))


@reply("know", role=Role.ANYONE)
async def show_entry(turn: Turn, entry_id: str) -> None:
    """One entry by its id."""
    await _say_entry(turn, await _entry(turn, entry_id), None)


@reply("pick", role=Role.ANYONE)
async def pick_entry(turn: Turn, argument: str) -> None:
    """The entry that was meant, of those that were offered; noted with the question, so that it is known next time."""
    asked, _, entry_id = argument.partition(".")
    entry = await _entry(turn, entry_id)
    await note_picked(turn.session, record_id(asked), entry.id)
    await _say_entry(turn, entry, record_id(asked))


@reply("unfold", role=Role.ANYONE)
async def show_all_of_it(turn: Turn, argument: str) -> None:
    """All of an answer that was shown in part, in its place; figures are reckoned anew from the question."""
    asked, _, entry_id = argument.partition(".")
    entry = await _entry(turn, entry_id)
    if not record_id(asked):
        await _say_entry(turn, entry, None, room=ALL)
        return
    shown = {payload for buttons in await offered(turn.session, turn.account.id, KEPT) for _, payload in buttons}
    before = await question(turn.session, record_id(asked)) if f"unfold.{argument}" in shown else None
    found = turn.around.handbook.ask(before.text, today=turn.today, sees=seen_by(turn)) if before else None
    is_same = found is not None and found.entry is not None and found.entry.id == entry.id
    await _say_entry(turn, entry, record_id(asked), found if is_same else None, room=ALL)


async def _entry(turn: Turn, entry_id: str) -> Entry:
    await refresh(turn.around.handbook, turn.session)
    entry = turn.around.handbook.entry(entry_id)
    if entry is None or not seen_by(turn)(entry.id):
        raise Refused("gone")
    return entry


def _started_by(turn: Turn, entry: Entry) -> str:
    """The button that begins what an entry is about; empty when nothing does."""
    id = entry.procedure or ""
    if id in MEETINGS:
        return MEETINGS[id]
    procedures = turn.around.procedures
    return f"start_case.{id}" if id in procedures and procedures.named(id).steps else ""


async def _say_entry(
    turn: Turn, entry: Entry, asked: int | None, found: Lookup | None = None, *, room: int = SCREEN
) -> None:
    handbook, say = turn.around.handbook, turn.texts.say
    answer = found.answer if found else entry.answer
    quotes = found.quotes if found else ()
    body, is_whole = fitted_answer(turn.texts, entry, answer, quotes, room)
    related = [
        handbook.entry(id) for id in ([entry.superseded_by] if entry.superseded_by else []) + list(entry.see_also)
    ]
    rows: list[tuple[Button, ...]] = []
    if not is_whole:
        rows.append((Button(turn.texts.title("unfold"), f"unfold.{asked or 0}.{entry.id}"),))
    rows += [(Button(see.title, f"know.{see.id}"),) for see in related if see is not None][:2]
    rows += _whole(turn, quotes)
    started = _started_by(turn, entry)
    if started and turn.may(DIALOGUES[started.partition(".")[0]].role):
        rows.append((Button(say("handbook.handbook", "do_it"), started),))
    small = (
        Button(say("handbook.source", "button"), f"source.{entry.id}"),
        Button(say("handbook.share", "button"), f"share.{entry.id}"),
    )
    rows.append(small if asked is None else (*small, *_feedback(turn, asked)))
    await turn.say(body, rows=tuple(rows), replaces=room == ALL)


def _feedback(turn: Turn, asked: int) -> tuple[Button, ...]:
    say = turn.texts.say
    return (
        Button(say("handbook.helpful", "useful"), f"helpful.{asked}.1"),
        Button(say("handbook.helpful", "useless"), f"helpful.{asked}.0"),
    )


def _whole(turn: Turn, quotes: Sequence[Quote]) -> list[tuple[Button, ...]]:
    label = turn.texts.title("passage")
    numbered = len(quotes) > 1
    return [
        (Button(f"{label} {number}" if numbered else label, f"passage.{quote.key}"),)
        for number, quote in enumerate(quotes, 1)
    ]


@reply("source", role=Role.ANYONE)
async def show_source(turn: Turn, entry_id: str) -> None:
    """Where an answer comes from: document, year, article or page, whether it is in force, what the readings say."""
    entry = await _entry(turn, entry_id)
    handbook = turn.around.handbook
    current = handbook.entry(entry.superseded_by) if entry.superseded_by else None
    quotes = handbook.passages.find(entry.title, 1, sees=seen_by(turn))
    body = fitted_source(turn.texts, entry, current, quotes, SCREEN)
    rows: list[tuple[Button, ...]] = [(Button(current.title, f"know.{current.id}"),)] if current else []
    await turn.say(body, rows=(*rows, *_whole(turn, quotes), *back_to_menu(turn)))


@reply("share", role=Role.ANYONE)
async def share_entry(turn: Turn, entry_id: str) -> None:
    """An answer as a message of its own, to be passed on to the branch's group."""
    entry = await _entry(turn, entry_id)
    say = turn.texts.say
    await turn.say(say("handbook.share", "how"))
    await turn.say(to_share(turn.texts, entry, entry.answer))


def public_answers(texts: Texts, handbook: Handbook, words: str, today: date) -> list[tuple[str, str, str]]:
    """Id, title and body to share of what everybody may read and these words find; at most five, likeliest first."""
    if not any(character.isalnum() for character in words) or len(words) > LONGEST:
        return []
    found = handbook.ask(words, 5, today=today, sees=lambda key: handbook.owner(key) is None)
    entries = [candidate.entry for candidate in found.candidates]
    answers = [found.answer if entry is found.entry else entry.answer for entry in entries]
    return [
        (entry.id, entry.title, to_share(texts, entry, answer)) for entry, answer in zip(entries, answers, strict=True)
    ]


@reply("helpful", role=Role.ANYONE)
async def take_feedback(turn: Turn, argument: str) -> None:
    """有用 or 没用: kept with the question, not with the person."""
    question_id, _, helpful = argument.partition(".")
    await give_feedback(turn.session, record_id(question_id), helpful == "1")
    await turn.say(turn.texts.say("handbook.helpful", "thanks" if helpful == "1" else "sorry"), rows=back_to_menu(turn))


@reply("topics", role=Role.ANYONE)
async def browse(turn: Turn, argument: str) -> None:
    """The handbook by topic, a page at a time.

    The argument is empty or "all.page" for the topics, "topic.page" for the entries of one, all by number.
    """
    await refresh(turn.around.handbook, turn.session)
    topics = list(turn.around.handbook.topics(sees=seen_by(turn)).items())
    topic, _, page = argument.partition(".")
    if not (topic.isascii() and topic.isdecimal()) or int(topic) >= len(topics):
        labels = [
            Button(f"{name}（{len(entries)}）", f"topics.{number}") for number, (name, entries) in enumerate(topics)
        ]
        shown, steps, _ = page_of(turn, labels, "topics.all", page, TOPICS_PAGE)
        pairs = tuple(tuple(shown[at : at + 2]) for at in range(0, len(shown), 2))
        books = Button(turn.texts.say("handbook.topics", "chapters"), "readings")
        await turn.say(turn.texts.say("handbook.topics", "which"), rows=(*pairs, (*steps, books)), replaces=True)
        return
    name, entries = topics[int(topic)]
    titles = [Button(entry.title, f"know.{entry.id}") for entry in entries]
    listed, steps, before = page_of(turn, titles, f"topics.{topic}", page, PAGE)
    steps = (*steps, Button(turn.texts.say("handbook.topics", "all"), "topics"))
    body = turn.texts.say(
        "handbook.topics", "entries", name=name, first=before + 1, last=before + len(listed), count=len(entries)
    )
    await turn.say(body, rows=(*((button,) for button in listed), steps), replaces=True)


def _ways_on(turn: Turn) -> Rows:
    return ((Button(turn.texts.title("topics"), "topics"), *back_to_menu(turn)[0]),)
