"""How a case is spoken of: its line of stages, what is due and why not yet, and the buttons under it."""

from collections.abc import Sequence
from datetime import date

from handlers.case_work import State, Work
from handlers.dialogue.turn import Turn
from handlers.messages import Button, Rows
from handlers.wording import Marked, Texts, day_words
from knowledge.procedure.checking import Limit, sentence
from knowledge.procedure.facts import papers_made
from knowledge.procedure.model import About, Procedure, Step
from knowledge.procedure.standing import SETTLED, Place

PAPERS_SHOWN = 4


def begun_title(texts: Texts, procedure: Procedure, whom: str, today: date) -> str:
    """What a case is called: 发展党员：林小雨, 2026年民主评议党员, 请示：…."""
    if procedure.about is About.BRANCH:
        return texts.render("{{ year }}年{{ title }}", year=today.year, title=procedure.title)
    return f"{procedure.title}：{whom}"[:120]


def step_title(step: Step) -> str:
    """A step as a heading."""
    return f"{step.title}（本级要求）" if step.local else step.title


def progress_line(work: Work) -> str:
    """One mark a stage, ● done, ◐ under way, ○ to come, and the name of the one that it is in."""
    marks = []
    now = work.standing.stage_now
    for number, stage in enumerate(work.procedure.stages):
        places = [place for place in work.standing.places if place.stage is stage]
        done = all(place.state in SETTLED or (place.step.optional and not place.records) for place in places)
        mark = "●" if work.standing.ended or done else "◐" if number == now else "○"
        marks.append(mark)
    name = "" if work.standing.ended else work.procedure.stages[now].title
    return f"{''.join(marks)} {name}".rstrip()


def position(work: Work) -> tuple[int, int]:
    """Which of the usual steps it is at, counted from 1, and of how many."""
    usual, places = work.procedure.usual_steps, work.standing.places
    settled = sum(place.step in usual and (place.state in SETTLED or bool(place.records)) for place in places)
    return min(settled + 1, len(usual)), len(usual)


def next_words(texts: Texts, work: Work, *, only: Place | None = None) -> Marked:
    """What is to be done now, by when, and what cannot be done yet and why; in house markup."""
    say = texts.say
    places = [only] if only else [*work.standing.open, *work.standing.early]
    places = [place for place in places if not place.step.optional] or places  # those have a button and need no words
    lines = [_place_words(texts, work, place) for place in places]
    if only and only.state in SETTLED:
        lines = [say("case_words", "settled", step=only.step.title)]
    elif only and only.state is State.AHEAD:
        waits = [step.title for step in only.waits_for]
        lines = [say("case_words", "waits", step=only.step.title, waits=waits)]
    return Marked("\n".join(lines))


def _place_words(texts: Texts, work: Work, place: Place) -> str:
    say, today = texts.say, work.today
    if place.state is State.EARLY and place.limits.earliest is not None:
        limit = place.limits.earliest
        return say(
            "case_words",
            "not_before",
            step=place.step.title,
            day=day_words(limit.day),
            why=_why(work, place, limit),
            provisional=limit.provisional,
        )
    latest = place.latest
    return say(
        "case_words",
        "may_now",
        step=place.step.title,
        who=place.step.who,
        latest=day_words(latest) if latest else "",
        over=(today - latest).days if latest else 0,
        rounds=len(place.records),
        repeats=place.step.repeat is not None,
        optional=place.step.optional,
    )


def _why(work: Work, place: Place, limit: Limit) -> str:
    values = work.facts.supposing(place.step, {place.step.dated: work.today})
    return sentence(limit.check.says.replace("{{ limit }}", day_words(limit.day)), values, place.step.id)


def page_words(texts: Texts, work: Work) -> str:
    """Where a case stands, on one screen."""
    at, of = position(work)
    done = [place for place in work.standing.places if place.records]
    return texts.say(
        "case_words",
        "page",
        title=work.case.title,
        state=work.case.state.value,
        why=work.case.paused_why,
        outcome=work.case.outcome or "",
        line=progress_line(work),
        at=at,
        of=of,
        last=[(place.step.title, day_words(place.records[-1].done_on)) for place in done[-3:]],
        more=max(0, len(done) - 3),
        following=next_words(texts, work),
    )


def page_rows(turn: Turn, work: Work, *, ended: bool = False) -> Rows:
    """The buttons under a case: each step that may be recorded, then its timeline, papers and the rest."""
    id, say = work.case.id, turn.texts.say
    rows: list[tuple[Button, ...]] = []
    if not ended and work.case.state.value == "open":
        for place in work.standing.open[:4]:
            label = say("case_words", "record_button", step=place.step.title)
            rows.append((Button(label, f"record.{id}.{place.step.id}"),))
    if work.case.state.value == "paused":
        rows.append((Button(turn.texts.title("resume_case"), f"resume_case.{id}"),))
    rows.append(
        (
            Button(turn.texts.title("timeline"), f"timeline.{id}"),
            Button(turn.texts.title("papers"), f"papers.{id}"),
        )
    )
    rows.append((Button(turn.texts.title("case_more"), f"case_more.{id}"), Button(turn.texts.title("cases"), "cases")))
    return tuple(rows)


def paper_rows(turn: Turn, work: Work, steps: Sequence[Step]) -> Rows:
    """A button for each paper that some steps make, those of the newest step first."""
    papers = turn.around.papers
    ids = dict.fromkeys(id for step in reversed(steps) for id in papers_made(step, work.facts) if id in papers)
    shown = [Button(f"📄 {papers[id].title}", f"paper.{work.case.id}.{id}") for id in ids]
    return tuple((button,) for button in shown[:PAPERS_SHOWN])
