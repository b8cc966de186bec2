"""The procedures: what there is, what each is for, its steps, what people get wrong in it, and where it stands."""

from collections.abc import Sequence

from handlers.dialogue import Refused, Role
from handlers.dialogue.turn import Turn
from handlers.menu_rows import back_to_menu
from handlers.messages import Button, Rows
from handlers.router import reply
from knowledge.procedure.model import Procedure
from storage.cases import count_cases
from storage.models import CaseState

PAGE = 12
FIRST = (
    *("admission", "election", "general-meeting", "committee-meeting", "group-meeting", "lecture", "theme-day"),
    *("criticism-meeting", "appraisal", "heart-to-heart", "dues", "transfer", "mobile-member", "training-hours"),
    *("theory-study", "reporting", "democratic-decision", "four-discussions", "by-election"),
)
"""What branches do most, in the order in which it is offered; the others come after it."""
RUNNING = (CaseState.OPEN, CaseState.PAUSED)


@reply("procedures", role=Role.ANYONE)
async def list_procedures(turn: Turn, argument: str) -> None:
    """All procedures, a page at a time, the argument being the page; a secretary sees first what is under way."""
    all_of_them = sorted(turn.around.procedures, key=lambda one: FIRST.index(one.id) if one.id in FIRST else len(FIRST))
    page = int(argument) if argument.isdecimal() and int(argument) * PAGE < len(all_of_them) else 0
    shown = [Button(one.title, f"procedure.{one.id}") for one in all_of_them[page * PAGE : (page + 1) * PAGE]]
    rows: list[tuple[Button, ...]] = [tuple(shown[at : at + 2]) for at in range(0, len(shown), 2)]
    say, last = turn.texts.say, (len(all_of_them) - 1) // PAGE
    steps = []
    if page:
        steps.append(Button(say("procedures.procedures", "earlier"), f"procedures.{page - 1}"))
    if page < last:
        steps.append(Button(say("procedures.procedures", "further"), f"procedures.{page + 1}"))
    if steps:
        rows.append(tuple(steps))
    running = await _running(turn)
    if turn.may(Role.SECRETARY):
        rows.insert(0, (Button(say("procedures.procedures", "running_button", count=running), "cases"),))
    words = say("procedures.procedures", "which", page=page + 1, pages=last + 1, count=len(all_of_them))
    await turn.say(words, rows=tuple(rows), replaces=bool(argument))


async def _running(turn: Turn, procedure: str | None = None) -> int:
    return sum(
        [
            await count_cases(turn.session, place.organization_id, states=RUNNING, procedure=procedure)
            for place in turn.places(Role.SECRETARY)
        ]
    )


def _named(turn: Turn, id: str) -> Procedure:
    if id not in turn.around.procedures:
        raise Refused("gone")
    return turn.around.procedures.named(id)


@reply("procedure", role=Role.ANYONE)
async def show_procedure(turn: Turn, argument: str) -> None:
    """One procedure: what it is for, its stages, and what can be done with it."""
    one = _named(turn, argument)
    running = await _running(turn, one.id)
    say = turn.texts.say
    words = say(
        "procedures.procedure",
        "page",
        one=one,
        stages=[(stage.title, [step.title for step in stage.steps if step in one.usual_steps]) for stage in one.stages],
        steps=len(one.usual_steps),
    )
    await turn.say(words, rows=_rows(turn, one, running))


def _rows(turn: Turn, one: Procedure, running: int) -> Rows:
    say = turn.texts.say
    rows: list[tuple[Button, ...]] = []
    if one.steps and turn.may(Role.SECRETARY):
        if running:
            rows.append((Button(say("procedures.procedure", "running_button", count=running), f"cases.{one.id}"),))
        rows.append((Button(turn.texts.title("start_case"), f"start_case.{one.id}"),))
    rows += [(Button(_named(turn, id).title, f"procedure.{id}"),) for id in one.leads_to]
    more = []
    if one.steps:
        more.append(Button(turn.texts.title("procedure_steps"), f"procedure_steps.{one.id}"))
    if one.mistakes or one.changed_since_2012:
        more.append(Button(turn.texts.title("procedure_mistakes"), f"procedure_mistakes.{one.id}"))
    if more:
        rows.append(tuple(more))
    return (*rows, (Button(turn.texts.title("procedures"), "procedures"), *back_to_menu(turn)[0]))


@reply("procedure_steps", role=Role.ANYONE)
async def show_steps(turn: Turn, argument: str) -> None:
    """The steps of one stage, each with who does it and how; the argument is "id.stage", the stages counted from 0."""
    id, _, number = argument.partition(".")
    one = _named(turn, id)
    at = int(number) if number.isdecimal() and int(number) < len(one.stages) else 0
    if not one.stages:
        raise Refused("gone")
    stage = one.stages[at]
    words = turn.texts.say(
        "procedures.procedure_steps", "page", one=one, stage=stage, at=at + 1, of=len(one.stages), steps=stage.steps
    )
    others = [
        Button(f"{each.title}", f"procedure_steps.{one.id}.{index}")
        for index, each in enumerate(one.stages)
        if index != at
    ]
    rows = [tuple(others[start : start + 2]) for start in range(0, len(others), 2)]
    await turn.say(words, rows=(*rows, (Button(one.title, f"procedure.{one.id}"),)), replaces=bool(number))


@reply("procedure_mistakes", role=Role.ANYONE)
async def show_mistakes(turn: Turn, argument: str) -> None:
    """What people get wrong in a procedure, what changed since 2012, and where the rules stand."""
    one = _named(turn, argument)
    words = turn.texts.say("procedures.procedure_mistakes", "page", one=one, sources=_sources(turn, one))
    await turn.say(words, rows=((Button(one.title, f"procedure.{one.id}"), *back_to_menu(turn)[0]),))


def _sources(turn: Turn, one: Procedure) -> Sequence[str]:
    return list(dict.fromkeys(turn.around.procedures.cite(citation) for citation in one.sources))
