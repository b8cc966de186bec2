"""Make-up study (补学) for who missed a meeting: what, by when, and that it was done."""

from handlers.dialogue import Choices, Day, Dialogue, Option, Refused, Role, Text, dialogue
from handlers.dialogue.turn import Turn, record_id
from handlers.meeting_choice import secretarys_meeting, which_meeting
from handlers.meeting_words import meeting_label
from handlers.menu_rows import back_to_menu
from handlers.messages import Button
from handlers.router import reply
from knowledge.choices import by_pinyin
from storage.make_ups import add_make_ups, finish_make_up, make_up, make_ups_for, make_ups_of, who_missed
from storage.models import AgendaKind, MeetingState
from storage.people import audit, secretaries_of
from storage.votes import items_of

LISTED = 8


@dialogue("set_make_up", role=Role.SECRETARY)
async def set_make_up(d: Dialogue) -> None:
    """The secretary says what those who missed a meeting study instead, and by when; each of them is told."""
    held = await which_meeting(d, (MeetingState.CLOSED,))
    missing = await who_missed(d.session, held.id)
    if not missing:
        raise Refused("nobody_missed")
    missing.sort(key=lambda one: by_pinyin(one.name))
    options = [Option(str(one.person_id), f"{one.name}（{d.texts.word(one.presence)}）") for one in missing]
    when = meeting_label(d.texts, d.zone, held)
    chosen = await d.ask("who", Choices(options, at_least=1), when=when)
    items = await items_of(d.session, held.id)
    learned = [one.title for one in items if one.kind is AgendaKind.LEARNING] or [one.title for one in items]
    what = await d.ask("what", Text(max_length=100, suggestions=[title for title in learned if len(title) <= 40][:3]))
    due_on = await d.ask("due_on", Day(after=d.today))
    await d.confirm(when=when)
    added = await add_make_ups(d.session, held.id, [int(id) for id in chosen], what, due_on)
    await audit(d.session, d.turn.now, d.turn.person_id, held.organization_id, "set_make_up", f"meeting:{held.id}")
    for person_id, id in added.items():
        rows = ((Button(d.texts.title("make_up_done"), f"make_up_done.{id}"),),)
        with d.within("", person_id):
            await d.notify([person_id], "notice", rows=rows, when=when, what=what, due_on=due_on)
    onward = ((Button(d.texts.title("make_ups"), f"make_ups.{held.id}"),),)
    await d.say("set", rows=onward, count=len(added))


@reply("make_ups", role=Role.SECRETARY)
async def list_make_ups(turn: Turn, argument: str) -> None:
    """What those who missed a meeting have to make up; each open one can be noted as done for who has no phone."""
    held = await secretarys_meeting(turn, argument)
    found = await make_ups_of(turn.session, held.id)
    say = turn.texts.say
    still = [one for one in found if one.done_on is None][:LISTED]
    rows: list[tuple[Button, ...]] = []
    for one in still:
        rows.append((Button(say("make_up.make_ups", "done_for", name=one.name), f"make_up_done.{one.id}"),))
    if await who_missed(turn.session, held.id):
        rows.append((Button(turn.texts.title("set_make_up"), f"set_make_up.{held.id}"),))
    when = meeting_label(turn.texts, turn.zone, held)
    await turn.say(say("make_up.make_ups", "listed", found=found, when=when), rows=tuple(rows) or back_to_menu(turn))


@reply("my_make_ups", role=Role.BOUND)
async def list_mine(turn: Turn, argument: str) -> None:
    """What this person has to make up still."""
    found = [one for one in await make_ups_for(turn.session, turn.person_id) if one.done_on is None]
    title = turn.texts.title("make_up_done")
    rows = tuple((Button(f"{title}：{one.what}"[:30], f"make_up_done.{one.id}"),) for one in found[:LISTED])
    await turn.say(turn.texts.say("make_up.my_make_ups", "listed", found=found), rows=rows or back_to_menu(turn))


@reply("make_up_done", role=Role.BOUND)
async def confirm_done(turn: Turn, argument: str) -> None:
    """Somebody has made up what they missed: they say so themselves, or the secretary saw it."""
    one = await make_up(turn.session, record_id(argument))
    if one is None:
        raise Refused("gone")
    if one.person_id != turn.person_id:
        turn.require_at(Role.SECRETARY, one.path)
    if not await finish_make_up(turn.session, one.id, turn.person_id, turn.today, turn.now):
        raise Refused("done_already")
    await audit(turn.session, turn.now, turn.person_id, one.organization_id, "finish_make_up", f"make_up:{one.id}")
    say = turn.texts.say
    concerned = {each.id for each in await secretaries_of(turn.session, one.organization_id)} | {one.person_id}
    turn.push(
        concerned - {turn.person_id},
        say("make_up.make_up_done", "told", one=one, own=one.person_id == turn.person_id),
        title=say("make_up.make_up_done", "told_title"),
        key=f"make_up:{one.id}:done",
    )
    await turn.say(say("make_up.make_up_done", "noted", one=one), rows=back_to_menu(turn))
