"""Questions to the handbook, from anybody, anywhere in a conversation."""

from handlers.dialogue.errors import Refused
from handlers.dialogue.roles import Role
from handlers.dialogue.turn import Turn, record_id
from handlers.menu_rows import back_to_menu
from handlers.messages import Button, Rows
from handlers.router import reply
from handlers.wording import Marked
from knowledge.handbook import Entry
from storage.models import Outcome
from storage.questions import add_question, give_feedback

LONGEST = 500
PAGE = 8


@reply("handbook", role=Role.ANYONE)
async def answer_question(turn: Turn, text: str) -> None:
    """Answer from the handbook: the answer with its source, or up to three likely ones, or an honest nothing."""
    question = " ".join(text.split())
    if not any(character.isalnum() for character in question):
        raise Refused("no_question")
    if len(question) > LONGEST:
        raise Refused("question_too_long", longest=LONGEST)
    found = turn.around.handbook.ask(question)
    best = found.candidates[0] if found.candidates else None
    asked = await add_question(
        turn.session,
        organization_id=turn.belongs.organization_id if turn.belongs else None,
        text=question,
        outcome=Outcome(found.status),
        entry=best.entry.id if best else None,
        score=best.score if best else 0.0,
        now=turn.now,
    )
    if found.entry is not None:
        await _say_entry(turn, found.entry, asked)
    elif found.status == "unsure":
        rows: Rows = tuple((Button(near.entry.title, f"know.{near.entry.id}"),) for near in found.candidates)
        none = Button(turn.texts.say("handbook.handbook", "none_of_these"), f"helpful.{asked}.0")
        await turn.say(turn.texts.say("handbook.handbook", "did_you_mean"), rows=(*rows, (none,)))
    else:
        await turn.say(turn.texts.say("handbook.handbook", "nothing_found"), rows=_ways_on(turn))


@reply("know", role=Role.ANYONE)
async def show_entry(turn: Turn, entry_id: str) -> None:
    """One entry by its id."""
    entry = turn.around.handbook.entry(entry_id)
    if entry is None:
        raise Refused("gone")
    await _say_entry(turn, entry, None)


async def _say_entry(turn: Turn, entry: Entry, asked: int | None) -> None:
    handbook = turn.around.handbook
    related = [
        handbook.entry(id) for id in ([entry.superseded_by] if entry.superseded_by else []) + list(entry.see_also)
    ]
    rows: list[tuple[Button, ...]] = []
    rows += [(Button(see.title, f"know.{see.id}"),) for see in related if see is not None][:3]
    if asked is not None:
        say = turn.texts.say
        rows.append(
            (
                Button(say("handbook.helpful", "useful"), f"helpful.{asked}.1"),
                Button(say("handbook.helpful", "useless"), f"helpful.{asked}.0"),
            )
        )
    body = turn.texts.say(
        "handbook.handbook", "answer", title=entry.title, answer=Marked(entry.answer), source=entry.source, entry=entry
    )
    await turn.say(body, rows=tuple(rows))


@reply("helpful", role=Role.ANYONE)
async def take_feedback(turn: Turn, argument: str) -> None:
    """有用 or 没用: kept with the question, not with the person."""
    question_id, _, helpful = argument.partition(".")
    await give_feedback(turn.session, record_id(question_id), helpful == "1")
    await turn.say(turn.texts.say("handbook.helpful", "thanks" if helpful == "1" else "sorry"), rows=back_to_menu(turn))


@reply("topics", role=Role.ANYONE)
async def browse(turn: Turn, argument: str) -> None:
    """The handbook by topic, a page at a time; the argument is "topic.page", both by number, or nothing."""
    topics = list(turn.around.handbook.topics().items())
    topic, _, page = argument.partition(".")
    if not topic.isdecimal() or int(topic) >= len(topics):
        rows = [
            Button(f"{name}（{len(entries)}）", f"topics.{number}") for number, (name, entries) in enumerate(topics)
        ]
        pairs = tuple(tuple(rows[at : at + 2]) for at in range(0, len(rows), 2))
        await turn.say(turn.texts.say("handbook.topics", "which"), rows=pairs, replaces=True)
        return
    name, entries = topics[int(topic)]
    start = int(page) * PAGE if page.isdecimal() and int(page) * PAGE < len(entries) else 0
    listed: list[tuple[Button, ...]] = [(Button(e.title, f"know.{e.id}"),) for e in entries[start : start + PAGE]]
    say = turn.texts.say
    steps = []
    if start:
        steps.append(Button(say("handbook.topics", "earlier"), f"topics.{topic}.{start // PAGE - 1}"))
    if start + PAGE < len(entries):
        steps.append(Button(say("handbook.topics", "further"), f"topics.{topic}.{start // PAGE + 1}"))
    steps.append(Button(say("handbook.topics", "all"), "topics"))
    body = say("handbook.topics", "entries", name=name, first=start + 1, last=start + len(listed), count=len(entries))
    await turn.say(body, rows=(*listed, tuple(steps)), replaces=True)


def _ways_on(turn: Turn) -> Rows:
    return ((Button(turn.texts.title("topics"), "topics"), *back_to_menu(turn)[0]),)
