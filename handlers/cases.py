"""The cases of a branch: what is under way, one of them, setting one aside, ending it, moving it with its person."""

from collections.abc import Sequence
from typing import Any

from handlers.case_recording import BRANCH_POSTS, settle
from handlers.case_words import next_words, page_rows, page_words
from handlers.case_work import Work, branch_of, work_from, work_on
from handlers.dialogue import Dialogue, Refused, Role, Text, dialogue
from handlers.dialogue.turn import Turn
from handlers.menu_rows import back_to_menu
from handlers.messages import Button, Rows
from handlers.organization_choice import OrganizationNamed
from handlers.router import reply
from handlers.wording import Marked, day_words
from knowledge.procedure.checking import shown
from knowledge.procedure.facts import load
from knowledge.procedure.model import Asked, Kind
from storage.case_steps import StepView, history_of, steps_of
from storage.cases import CaseView, cases_of, close_case, count_cases, move_case, pause_case, resume_case
from storage.memberships import end_posts, move_membership
from storage.models import CaseState
from storage.people import audit, branches_under, organizations_above, secretaries_of

PAGE = 8
RUNNING = (CaseState.OPEN, CaseState.PAUSED)


@reply("cases", role=Role.SECRETARY)
async def list_cases(turn: Turn, argument: str) -> None:
    """What the branch has under way, each a button and a line of what is due; the argument narrows it down.

    It is a procedure's id, "closed", or empty, and behind a dot the page.
    """
    which, _, page_words_ = argument.partition(".")
    page = int(page_words_) if page_words_.isdecimal() and int(page_words_) < 1000 else 0
    states = (CaseState.CLOSED,) if which == "closed" else RUNNING
    procedure = which if which in turn.around.procedures else None
    found, more = await _found(turn, states, procedure, page)
    say = turn.texts.say
    if not found:
        raise Refused("none_closed" if which == "closed" else "none_running")
    works = await _works(turn, found)
    lines = [
        say(
            "cases.cases",
            "line",
            title=one.title,
            state=one.state.value,
            following=_first_line(turn, work),
            outcome=one.outcome or "",
        )
        for one, work in zip(found, works, strict=True)
    ]
    rows: list[tuple[Button, ...]] = [(Button(one.title[:30], f"case.{one.id}"),) for one in found]
    steps = [Button(say("cases.cases", "earlier"), f"cases.{which}.{page - 1}")] if page else []
    steps += [Button(say("cases.cases", "further"), f"cases.{which}.{page + 1}")] if more else []
    rows += [tuple(steps)] if steps else []
    rows.append(
        (
            Button(turn.texts.title("procedures"), "procedures"),
            Button(say("cases.cases", "closed_button"), "cases.closed"),
        )
    )
    count = sum(
        [
            await count_cases(turn.session, place.organization_id, states=states, procedure=procedure)
            for place in turn.places(Role.SECRETARY)
        ]
    )
    await turn.say(
        say("cases.cases", "list", lines=[Marked(line) for line in lines], count=count, closed=which == "closed"),
        rows=tuple(rows),
    )


async def _found(
    turn: Turn, states: Sequence[CaseState], procedure: str | None, page: int
) -> tuple[list[CaseView], bool]:
    """A page of the cases of all the branches this person is secretary of, and whether there are more."""
    found: list[CaseView] = []
    for place in turn.places(Role.SECRETARY):
        found += await cases_of(
            turn.session, place.organization_id, states=states, procedure=procedure, limit=(page + 1) * PAGE + 1
        )
    first = sorted(found, key=lambda one: (one.remind_on is None, one.remind_on or one.started_on, one.id))
    return first[page * PAGE : (page + 1) * PAGE], len(first) > (page + 1) * PAGE


async def _works(turn: Turn, views: Sequence[CaseView]) -> list[Work | None]:
    """The cases with what belongs to them, in a fixed number of statements for a branch; None for those whose
    procedure is gone."""
    steps = await steps_of(turn.session, [one.id for one in views])
    branches = {id: await branch_of(turn.session, id) for id in {one.organization_id for one in views}}
    return [
        work_from(turn.around.procedures, turn.today, one, branches[one.organization_id], steps.get(one.id, []))
        if one.procedure in turn.around.procedures
        else None
        for one in views
    ]


def _first_line(turn: Turn, work: Work | None) -> Marked:
    words = next_words(turn.texts, work) if work else Marked("")
    return Marked(words.split("\n")[0].removeprefix("- "))


@reply("case", role=Role.SECRETARY)
async def show_case(turn: Turn, argument: str) -> None:
    """One case: where it stands, what is due, and why not yet."""
    work = await work_on(turn, argument)
    await turn.say(page_words(turn.texts, work), rows=page_rows(turn, work))


@reply("case_more", role=Role.SECRETARY)
async def show_more(turn: Turn, argument: str) -> None:
    """What can be done with a case besides recording its steps."""
    work = await work_on(turn, argument)
    names = ["case_history", "attach"]
    names += ["correct_step"] if work.views else []
    names += ["pause_case"] if work.case.state is CaseState.OPEN else []
    names += ["resume_case"] if work.case.state is CaseState.PAUSED else []
    if work.case.state is not CaseState.CLOSED:
        names += ["move_case", "stop_case"] if work.case.subject_id else ["stop_case"]
    buttons = [Button(turn.texts.title(name), f"{name}.{work.case.id}") for name in names]
    rows: Rows = tuple(tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2))
    await turn.say(
        turn.texts.say("cases.case_more", "what", title=work.case.title),
        rows=(*rows, (Button(turn.texts.say("cases.case_more", "back"), f"case.{work.case.id}"),)),
    )


@reply("case_history", role=Role.SECRETARY)
async def show_history(turn: Turn, argument: str) -> None:
    """Everything that was ever recorded in a case, newest first: who, when, what it replaced and why."""
    id, _, page = argument.partition(".")
    work = await work_on(turn, id)
    history = list(reversed(await history_of(turn.session, work.case.id)))
    if not history:
        raise Refused("nothing_recorded")
    replaced = {view.replaces_id for view in history if view.replaces_id is not None}
    at = int(page) if page.isdecimal() and int(page) * PAGE < len(history) else 0
    lines = [_history_line(turn, work, view, view.id in replaced) for view in history[at * PAGE : (at + 1) * PAGE]]
    say = turn.texts.say
    rows: list[tuple[Button, ...]] = []
    if (at + 1) * PAGE < len(history):
        rows.append((Button(say("cases.cases", "further"), f"case_history.{id}.{at + 1}"),))
    rows.append((Button(say("cases.case_more", "back"), f"case.{work.case.id}"),))
    await turn.say(say("cases.case_history", "list", title=work.case.title, lines=lines), rows=tuple(rows))


def _history_line(turn: Turn, work: Work, view: StepView, replaced: bool) -> Marked:
    step = next((one for one in work.procedure.steps if one.id == view.step), None)
    answers = [_answer(asked, view.answers) for asked in step.fields if asked.id in view.answers] if step else []
    return Marked(
        turn.texts.say(
            "cases.case_history",
            "line",
            step=step.title if step else view.step,
            view=view,
            answers=answers,
            replaced=replaced,
            at=day_words(view.recorded_at.astimezone(turn.zone).date()),
        )
    )


def _answer(asked: Asked, answers: dict[str, Any]) -> str:
    value = load(asked.kind, answers[asked.id])
    if asked.kind is Kind.TALLY:
        return f"{asked.label} {sum(value.values())}"
    return f"{asked.label} {shown(asked.kind, value, asked.among)}"


@dialogue("pause_case", role=Role.SECRETARY)
async def pause(d: Dialogue) -> None:
    """A case that rests: nothing is due and nothing reminds of it until it goes on."""
    work = await work_on(d.turn, str(d.given.get("argument", "")))
    if work.case.state is not CaseState.OPEN:
        raise Refused("not_open")
    why = await d.ask("why", Text(max_length=60))
    await pause_case(d.session, work.case.id, why)
    await _audit(d.turn, work, "pause_case")
    await d.say(
        "paused", rows=((Button(d.texts.title("resume_case"), f"resume_case.{work.case.id}"),),), title=work.case.title
    )


@reply("resume_case", role=Role.SECRETARY)
async def go_on(turn: Turn, argument: str) -> None:
    """A paused case goes on where it was."""
    work = await work_on(turn, argument)
    if not await resume_case(turn.session, work.case.id):
        raise Refused("not_paused")
    await settle(turn, work)
    await _audit(turn, work, "resume_case")
    work = await work_on(turn, argument)
    await turn.say(page_words(turn.texts, work), rows=page_rows(turn, work))


@dialogue("stop_case", role=Role.SECRETARY)
async def stop(d: Dialogue) -> None:
    """A case that will not go on: ended before its last step, with why; what was recorded stays."""
    work = await work_on(d.turn, str(d.given.get("argument", "")))
    if work.case.state is CaseState.CLOSED:
        raise Refused("closed_already")
    why = await d.ask("why", Text(max_length=60))
    await d.confirm(title=work.case.title)
    await close_case(d.session, work.case.id, outcome="stopped", on=d.turn.today, why=why)
    await _audit(d.turn, work, "stop_case")
    await d.say("stopped", rows=back_to_menu(d.turn), title=work.case.title)


@dialogue("move_case", role=Role.SECRETARY)
async def move(d: Dialogue) -> None:
    """A case goes to another branch with its person: the time counts on, the secretary there is told."""
    work = await work_on(d.turn, str(d.given.get("argument", "")))
    if work.case.state is CaseState.CLOSED or work.case.subject_id is None:
        raise Refused("not_open")
    above = await organizations_above(d.session, work.case.organization_id)
    others = [one for one in await branches_under(d.session, above[0].path) if one.id != work.case.organization_id]
    if not others:
        raise Refused("nowhere_to_go")
    chosen = await d.ask("where", OrganizationNamed(others))
    target = next(one for one in others if one.id == chosen)
    await d.confirm(title=work.case.title, name=work.case.subject_name, target=target.name)
    # The person first: who merges a branch holds it and then takes its cases, and two must not wait for each other.
    await move_membership(d.session, work.case.subject_id, target.id, d.turn.today)
    await move_case(d.session, work.case.id, target.id)
    await end_posts(d.session, work.case.organization_id, BRANCH_POSTS, d.turn.today, person_id=work.case.subject_id)
    await _audit(d.turn, work, "move_case")
    told = [one.id for one in await secretaries_of(d.session, target.id)]
    rows = ((Button(work.case.title[:30], f"case.{work.case.id}"),),)
    await d.notify(told, "arrived", rows=rows, title=work.case.title, origin=work.case.organization_name)
    await d.say("moved_away", title=work.case.title, target=target.name)


async def _audit(turn: Turn, work: Work, action: str) -> None:
    await audit(turn.session, turn.now, turn.person_id, work.case.organization_id, action, f"case:{work.case.id}")
