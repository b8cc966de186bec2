"""Questions to the handbook, from anybody, anywhere in a conversation."""

from collections.abc import Sequence
from datetime import date

from handlers.dialogue.engine import DIALOGUES
from handlers.dialogue.errors import Refused
from handlers.dialogue.roles import Role
from handlers.dialogue.turn import Turn, record_id
from handlers.library import refresh, seen_by
from handlers.markup import to_plain
from handlers.menu_rows import back_to_menu
from handlers.messages import Button, Rows
from handlers.router import reply
from handlers.wording import Marked, Texts
from knowledge.handbook import Entry, Handbook, Lookup
from knowledge.passages import Quote
from knowledge.readings import Passage
from storage.models import Outcome
from storage.outbox import offered
from storage.questions import add_question, give_feedback, note_picked, question

LONGEST = 500
PAGE, TOPICS_PAGE = 8, 20
SCREEN = 330
"""Characters of an answer that a phone shows at once; more of it waits behind a button."""
PROCEDURES = {
    "general-meeting": "convene",
    "committee-meeting": "convene",
    "lecture": "convene",
    "theme-day": "convene",
    "criticism-meeting": "convene",
    "appraisal": "convene",
}
"""The dialogue that does what an entry's procedure is about."""


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
    for found in handbook.ask_all(asked, previous=previous, today=turn.today, sees=seen_by(turn)):
        await _say_found(turn, found)


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


async def _say_found(turn: Turn, found: Lookup) -> None:
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
        await _say_entry(turn, found.entry, asked, found)
    elif found.quotes:
        body = say("handbook.handbook", "only_quoted", quotes=[Marked(_quoted(turn, quote)) for quote in found.quotes])
        await turn.say(body, rows=(*_whole(turn, found.quotes), _feedback(turn, asked)))
    elif found.status == "unsure":
        rows: Rows = tuple((Button(near.entry.title, f"pick.{asked}.{near.entry.id}"),) for near in found.candidates)
        none = Button(say("handbook.handbook", "none_of_these"), f"helpful.{asked}.0")
        await turn.say(say("handbook.handbook", "did_you_mean"), rows=(*rows, (none,)))
    else:
        await turn.say(say("handbook.handbook", "nothing_found"), rows=_ways_on(turn))


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


async def _entry(turn: Turn, entry_id: str) -> Entry:
    await refresh(turn.around.handbook, turn.session)
    entry = turn.around.handbook.entry(entry_id)
    if entry is None or not seen_by(turn)(entry.id):
        raise Refused("gone")
    return entry


async def _say_entry(turn: Turn, entry: Entry, asked: int | None, found: Lookup | None = None) -> None:
    handbook, say = turn.around.handbook, turn.texts.say
    answer = found.answer if found else entry.answer
    quotes = found.quotes if found else ()
    quoted = [_quoted(turn, quote) for quote in quotes[:1]]
    if len(to_plain(answer)) + sum(map(len, quoted)) > SCREEN:
        quoted = []
    related = [
        handbook.entry(id) for id in ([entry.superseded_by] if entry.superseded_by else []) + list(entry.see_also)
    ]
    rows: list[tuple[Button, ...]] = []
    rows += [(Button(see.title, f"know.{see.id}"),) for see in related if see is not None][:2]
    rows += _whole(turn, quotes)
    started = PROCEDURES.get(entry.procedure or "")
    if started and turn.may(DIALOGUES[started].role):
        rows.append((Button(say("handbook.handbook", "do_it"), started),))
    small = (
        Button(say("handbook.source", "button"), f"source.{entry.id}"),
        Button(say("handbook.share", "button"), f"share.{entry.id}"),
    )
    rows.append(small if asked is None else (*small, *_feedback(turn, asked)))
    body = say(
        "handbook.handbook",
        "answer",
        title=entry.title,
        answer=Marked(answer),
        source=entry.source,
        quotes=[Marked(words) for words in quoted],
    )
    await turn.say(body, rows=tuple(rows))


def _feedback(turn: Turn, asked: int) -> tuple[Button, ...]:
    say = turn.texts.say
    return (
        Button(say("handbook.helpful", "useful"), f"helpful.{asked}.1"),
        Button(say("handbook.helpful", "useless"), f"helpful.{asked}.0"),
    )


def _quoted(turn: Turn, quote: Quote) -> str:
    return turn.texts.say("handbook.passage", "quoted", words=quote.words, place=_place(quote.reading, quote.passage))


def _place(reading: str, passage: Passage) -> str:
    """《工作手册》 第二章 组织生活 第7页."""
    page = f"第{passage.page}页" if passage.page else ""
    parts = dict.fromkeys(part for part in (passage.chapter, passage.heading, page) if part)
    return " ".join((f"《{reading}》", *parts))


def _whole(turn: Turn, quotes: Sequence[Quote]) -> list[tuple[Button, ...]]:
    label = turn.texts.title("passage")
    numbered = len(quotes) > 1
    return [
        (Button(f"{label} {number}" if numbered else label, f"passage.{quote.key}"),)
        for number, quote in enumerate(quotes, 1)
    ]


@reply("passage", role=Role.ANYONE)
async def show_passage(turn: Turn, key: str) -> None:
    """A passage of a reading, whole, with its chapter and page."""
    await refresh(turn.around.handbook, turn.session)
    found = turn.around.handbook.passages.passage(key)
    if found is None or not seen_by(turn)(key):
        raise Refused("gone")
    reading, passage = found
    body = turn.texts.say("handbook.passage", "all_of_it", words=passage.text, place=_place(reading, passage))
    await turn.say(body, rows=back_to_menu(turn))


@reply("source", role=Role.ANYONE)
async def show_source(turn: Turn, entry_id: str) -> None:
    """Where an answer comes from: document, year, article or page, whether it is in force, what the readings say."""
    entry = await _entry(turn, entry_id)
    handbook = turn.around.handbook
    current = handbook.entry(entry.superseded_by) if entry.superseded_by else None
    quotes = handbook.passages.find(entry.title, 1, sees=seen_by(turn))
    body = turn.texts.say(
        "handbook.source",
        "full",
        entry=entry,
        sources=entry.source.split("；"),
        current=current.title if current else "",
        quotes=[Marked(_quoted(turn, quote)) for quote in quotes],
    )
    rows: list[tuple[Button, ...]] = [(Button(current.title, f"know.{current.id}"),)] if current else []
    await turn.say(body, rows=(*rows, *_whole(turn, quotes), *back_to_menu(turn)))


@reply("share", role=Role.ANYONE)
async def share_entry(turn: Turn, entry_id: str) -> None:
    """An answer as a message of its own, to be passed on to the branch's group."""
    entry = await _entry(turn, entry_id)
    say = turn.texts.say
    await turn.say(say("handbook.share", "how"))
    await turn.say(
        say("handbook.share", "message", title=entry.title, answer=Marked(entry.answer), source=entry.source)
    )


def public_answers(texts: Texts, handbook: Handbook, words: str, today: date) -> list[tuple[str, str, str]]:
    """Id, title and body to share of what everybody may read and these words find; at most five, likeliest first."""
    if not any(character.isalnum() for character in words) or len(words) > LONGEST:
        return []
    found = handbook.ask(words, 5, today=today, sees=lambda key: handbook.owner(key) is None)
    entries = [candidate.entry for candidate in found.candidates]
    answers = [found.answer if entry is found.entry else entry.answer for entry in entries]
    return [
        (
            entry.id,
            entry.title,
            texts.say("handbook.share", "message", title=entry.title, answer=Marked(answer), source=entry.source),
        )
        for entry, answer in zip(entries, answers, strict=True)
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
    number = int(page) if page.isdecimal() else 0
    if not topic.isdecimal() or int(topic) >= len(topics):
        labels = [
            Button(f"{name}（{len(entries)}）", f"topics.{number}") for number, (name, entries) in enumerate(topics)
        ]
        shown, steps = _page(turn, labels, "all", number, TOPICS_PAGE)
        pairs = tuple(tuple(shown[at : at + 2]) for at in range(0, len(shown), 2))
        await turn.say(
            turn.texts.say("handbook.topics", "which"), rows=(*pairs, *([steps] if steps else [])), replaces=True
        )
        return
    name, entries = topics[int(topic)]
    listed, steps = _page(turn, [Button(entry.title, f"know.{entry.id}") for entry in entries], topic, number, PAGE)
    steps = (*steps, Button(turn.texts.say("handbook.topics", "all"), "topics"))
    first = next(at for at, entry in enumerate(entries, 1) if listed and f"know.{entry.id}" == listed[0].payload)
    body = turn.texts.say(
        "handbook.topics", "entries", name=name, first=first, last=first + len(listed) - 1, count=len(entries)
    )
    await turn.say(body, rows=(*((button,) for button in listed), steps), replaces=True)


def _page(
    turn: Turn, buttons: list[Button], what: str, page: int, size: int
) -> tuple[list[Button], tuple[Button, ...]]:
    """The buttons of a page, and those that lead to the pages beside it; a page that is not there is the first."""
    start = page * size if page * size < len(buttons) else 0
    steps = []
    if start:
        steps.append(Button(turn.texts.say("handbook.topics", "earlier"), f"topics.{what}.{start // size - 1}"))
    if start + size < len(buttons):
        steps.append(Button(turn.texts.say("handbook.topics", "further"), f"topics.{what}.{start // size + 1}"))
    return buttons[start : start + size], tuple(steps)


def _ways_on(turn: Turn) -> Rows:
    return ((Button(turn.texts.title("topics"), "topics"), *back_to_menu(turn)[0]),)
