"""A case on three tracks: what happened, what the rules allow, what is planned; in words, a picture and a calendar."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from handlers.case_words import step_title
from handlers.case_work import Work, work_on
from handlers.dialogue import Refused, Role
from handlers.dialogue.turn import Turn
from handlers.drawing import drawn
from handlers.messages import Button, Document, Rows
from handlers.router import reply
from handlers.screen import LINE, SCREEN, lines
from handlers.wording import Marked, day_words
from knowledge.procedure.picture import svg
from knowledge.procedure.standing import State
from knowledge.procedure.timeline import Row, history, timeline
from knowledge.procedure.words import cut, span_words
from storage.models import CaseState

ROOM = SCREEN - 8
"""The lines of a screen that are left for steps: the title takes some, and so do the notes below."""
TITLE = 2 * LINE - 2
"""Characters of a case's name, so that it takes two lines at most."""
_NOT_IN_FILE_NAMES = re.compile(r'[\\/:*?"<>|\s\x00-\x1f]+')


@dataclass(frozen=True, slots=True)
class Page:
    """A stage, or as much of it as fits one screen."""

    stage: str
    part: int
    rows: tuple[Row, ...]
    words: tuple[str, ...]


@reply("timeline", role=Role.SECRETARY)
async def show_timeline(turn: Turn, argument: str) -> None:
    """The steps of a stage on three tracks; the argument is "case" or "case.page".

    Without a page it is the one where the case stands, and the picture and the calendar come with it.
    """
    id, _, number = argument.partition(".")
    work = await work_on(turn, id)
    whole = timeline(work.procedure, work.records, work.facts, work.today, taken_over_at=work.case.taken_over_at)
    rows = whole if work.case.state is CaseState.OPEN else history(whole)
    if not rows:
        raise Refused("nothing_to_show", title=work.case.title)
    pages = _pages(turn, rows)
    asked = int(number) if number.isascii() and number.isdecimal() and len(number) < 6 else len(pages)
    at = asked if asked < len(pages) else _page_now(work, pages)
    await turn.say(
        _words(turn, work, pages, at, first=not number),
        rows=_buttons(turn, work, pages, at),
        documents=await _documents(turn, work, rows, whole) if not number else (),
        replaces=bool(number),
    )


def _pages(turn: Turn, rows: Sequence[Row]) -> list[Page]:
    found: list[Page] = []
    for row in rows:
        words = _row_words(turn, row)
        last = found[-1] if found else None
        if last is None or last.stage != row.stage.title:
            found.append(Page(row.stage.title, 1, (row,), (words,)))
        elif lines("\n".join((*last.words, words))) > ROOM:
            found.append(Page(row.stage.title, last.part + 1, (row,), (words,)))
        else:
            found[-1] = Page(last.stage, last.part, (*last.rows, row), (*last.words, words))
    return found


def _page_now(work: Work, pages: Sequence[Page]) -> int:
    """The page with what can be done now; the last one when nothing can be any more."""
    places = [*work.standing.open, *work.standing.early]
    ahead = {place.step.id for place in places if not (place.step.repeat and place.records)}
    ahead = ahead or {place.step.id for place in places}
    return next((at for at, page in enumerate(pages) if any(row.step.id in ahead for row in page.rows)), len(pages) - 1)


def _row_words(turn: Turn, row: Row) -> str:
    coming = next((one for one in row.rounds if one.planned), row.rounds[-1])
    return turn.texts.say(
        "case_timeline.timeline",
        "row",
        step=step_title(row.step),
        can=row.state is State.OPEN and bool(row.planned),
        happened=[day_words(day) for day in row.happened],
        allowed=span_words(coming.allowed.earliest, coming.allowed.latest),
        provisional=coming.allowed.provisional,
        supposed=coming.allowed.supposed,
        late=coming.late,
        planned=[day_words(day) for day in row.planned],
    )


def _words(turn: Turn, work: Work, pages: Sequence[Page], at: int, *, first: bool) -> str:
    page = pages[at]
    rounds = [one for row in page.rows for one in row.rounds if one.planned]
    return turn.texts.say(
        "case_timeline.timeline",
        "page",
        state=work.case.state.value,
        title=cut(work.case.title, 1, TITLE)[0],
        stage=_label(turn, pages, page),
        at=at + 1,
        of=len(pages),
        steps=[Marked(words) for words in page.words],
        provisional=any(one.allowed.provisional for one in rounds),
        supposed=any(one.allowed.supposed for one in rounds),
        first=first,
    )


def _label(turn: Turn, pages: Sequence[Page], page: Page) -> str:
    parts = sum(one.stage == page.stage for one in pages)
    return turn.texts.say("case_timeline.timeline", "stage", stage=page.stage, part=page.part, parts=parts)


def _buttons(turn: Turn, work: Work, pages: Sequence[Page], at: int) -> Rows:
    say, steps = turn.texts.say, []
    if at:
        label = say("case_timeline.timeline", "earlier", stage=_label(turn, pages, pages[at - 1]))
        steps.append(Button(label, f"timeline.{work.case.id}.{at - 1}"))
    if at + 1 < len(pages):
        label = say("case_timeline.timeline", "further", stage=_label(turn, pages, pages[at + 1]))
        steps.append(Button(label, f"timeline.{work.case.id}.{at + 1}"))
    back = (Button(say("case_timeline.timeline", "back"), f"case.{work.case.id}"),)
    return (tuple(steps), back) if steps else (back,)


async def _documents(turn: Turn, work: Work, rows: Sequence[Row], whole: Sequence[Row]) -> list[Document]:
    """The picture, and the calendar, which of a case that rests has to name what it calls off."""
    # Loaded when it is first needed: it takes longer than most of what is here.
    from knowledge.procedure.calendar import MEDIA_TYPE, calendar

    name = _NOT_IN_FILE_NAMES.sub("", work.case.title)[:50]
    say, title = turn.texts.say, work.case.title
    return [
        Document(
            say("case_timeline.timeline", "picture_name", name=name),
            "image/png",
            await drawn(svg(title, rows, work.today)),
        ),
        Document(
            say("case_timeline.timeline", "calendar_name", name=name),
            MEDIA_TYPE,
            calendar(work.case.id, title, whole, turn.now, resting=work.case.state is not CaseState.OPEN),
        ),
    ]
