"""What is held on me: each person sees all of it, in plain words."""

from handlers.dialogue.roles import Role
from handlers.dialogue.turn import Turn
from handlers.messages import Button
from handlers.router import reply
from handlers.wording import day_words
from storage.accounts import accounts_of
from storage.case_steps import steps_of
from storage.cases import cases_about
from storage.meetings import meetings_for_person
from storage.models import MeetingState, Presence
from storage.reports import reports_by


async def _cases(turn: Turn) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """What is under way or was done about this person: its title, its state, and the steps with their days."""
    views = await cases_about(turn.session, turn.person_id)
    steps = await steps_of(turn.session, [one.id for one in views])
    procedures = turn.around.procedures
    found = []
    for one in views:
        known = (
            {step.id: step.title for step in procedures.named(one.procedure).steps}
            if one.procedure in procedures
            else {}
        )
        done = [(known.get(view.step, view.step), day_words(view.done_on)) for view in steps.get(one.id, [])]
        found.append((one.title, one.state.value, done))
    return found


@reply("my_data", role=Role.BOUND)
async def show_my_data(turn: Turn, argument: str) -> None:
    """Name, phone digits, membership, posts, accounts, attendance and reports of the person who asks only."""
    closed = await meetings_for_person(turn.session, turn.person_id, states=[MeetingState.CLOSED])
    coming = await meetings_for_person(turn.session, turn.person_id, states=[MeetingState.CONVENED, MeetingState.OPEN])
    presences = [presence for _, presence in closed]
    await turn.say(
        turn.texts.document(
            "my_data.j2",
            person=turn.person,
            belongs=turn.belongs,
            posts=turn.posts,
            accounts=await accounts_of(turn.session, turn.person_id),
            held=len(presences),
            present=presences.count(Presence.PRESENT),
            excused=presences.count(Presence.EXCUSED),
            absent=presences.count(Presence.ABSENT),
            coming=[(one, one.starts_at.astimezone(turn.zone)) for one, _ in coming],
            reports=len(await reports_by(turn.session, turn.person_id, 1000)),
            cases=await _cases(turn),
        ),
        rows=((Button(turn.texts.title("my_reports"), "my_reports"), Button(turn.texts.title("menu"), "menu")),),
    )
