"""The secretary notes by hand who came: without a phone, or on paper; and takes back a mark that was wrong."""

from handlers.attendance_list import listed, missing_at_first, next_steps, noted, options_of, to_note
from handlers.dialogue import Choices, Dialogue, Papers, PersonIn, Refused, Role, Text, dialogue
from handlers.dialogue.turn import Turn
from handlers.meeting_choice import secretarys_meeting
from handlers.meeting_words import meeting_name
from handlers.menu_rows import Row
from handlers.messages import Button, Document
from handlers.router import reply
from knowledge.choices import by_pinyin
from storage.attendance import attendance_of, tally
from storage.attendance_marks import BY_HAND, add_sheet, mark_present, take_mark_back
from storage.models import CheckInWay, MeetingState, Presence

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
OPEN, CLOSED, CONVENED = MeetingState.OPEN, MeetingState.CLOSED, MeetingState.CONVENED
NOTES: dict[MeetingState, tuple[tuple[str, ...], ...]] = {
    CONVENED: (("note_leave", "add_guests"), ("attendance_sheet",)),
    OPEN: (("mark_present", "paper_sheet"), ("note_leave", "note_left"), ("add_guests", "take_mark_back")),
    CLOSED: (("mark_present", "paper_sheet"), ("note_leave", "note_left"), ("take_mark_back", "attendance_sheet")),
}
"""What can be noted of a meeting in each state."""
HOW = ("本人在场，没带手机", "电话确认", "视频里看到本人")


@reply("attendance", role=Role.SECRETARY)
async def offer_notes(turn: Turn, argument: str) -> None:
    """What the secretary can note of a meeting's attendance, as buttons."""
    held = await secretarys_meeting(turn, argument)
    rows: list[Row] = [
        tuple(Button(turn.texts.title(name), f"{name}.{held.id}") for name in names)
        for names in NOTES.get(held.state, ())
    ]
    if not rows:
        raise Refused("wrong_state", state=held.state)
    if held.state is OPEN:
        rows.append((Button(turn.texts.title("attendance_sheet"), f"attendance_sheet.{held.id}"),))
    count = await tally(turn.session, held.id)
    await turn.say(
        turn.texts.say("attendance.attendance", "page", meeting=meeting_name(turn.texts, held), count=count),
        rows=tuple(rows),
    )


@dialogue("mark_present", role=Role.SECRETARY)
async def mark_those_without_a_phone(d: Dialogue) -> None:
    """The secretary marks who is there and has no phone to check in with, and says how she knows."""
    held = await to_note(d, OPEN, named=(CLOSED,))
    missing = options_of(missing_at_first(d, await listed(d, held)))
    if not missing:
        raise Refused("all_there")
    chosen = await d.ask("who", Choices(missing, at_least=1))
    how = await d.ask("how", Text(max_length=80, suggestions=HOW))
    names = [one.label for one in missing if one.id in chosen]
    await d.confirm(names=names)
    done = await mark_present(d.session, held.id, [int(id) for id in chosen], d.turn.now, how=how)
    count = await noted(d, held, "mark_present")
    marked = [one.label for one in missing if int(one.id) in done]
    await d.say("marked", rows=next_steps(d, held), names=marked, already=len(names) - len(marked), count=count)


@reply("attendance_sheet", role=Role.SECRETARY)
async def print_sheet(turn: Turn, argument: str) -> None:
    """A sheet to sign on paper, as a Word file with the names on it."""
    held = await secretarys_meeting(turn, argument)
    people = sorted(await attendance_of(turn.session, held.id), key=lambda one: by_pinyin(one.name))
    local = held.starts_at.astimezone(turn.zone)
    count = await tally(turn.session, held.id)
    context = {
        "branch": {"name": held.organization_name, "eligible": count.eligible},
        "today": turn.today,
        "case": {"title": meeting_name(turn.texts, held)},
        "step": {"meeting": meeting_name(turn.texts, held), "held_on": local.date(), "place": held.place},
        "people": [{"name": one.name, "status": turn.texts.word(one.status)} for one in people if one.expected],
    }
    blob = turn.around.papers.render("attendance_sheet", context)
    name = turn.around.papers.file_name("attendance_sheet", context)
    document = Document(name, WORD, blob)
    await turn.say(turn.texts.say("attendance.attendance_sheet", "made"), documents=[document])


@dialogue("paper_sheet", role=Role.SECRETARY)
async def take_in_a_sheet(d: Dialogue) -> None:
    """People signed on paper: the secretary sends photos of the sheet and ticks the names on it."""
    held = await to_note(d, OPEN, named=(CLOSED,))
    missing = options_of(missing_at_first(d, await listed(d, held)))
    photos = await d.ask("photos", Papers(words=False, at_most=5))
    chosen = await d.ask("who", Choices(missing)) if missing else []
    names = [one.label for one in missing if one.id in chosen]
    await d.confirm(names=names, photos=len(photos.files))
    await add_sheet(d.session, held.id, [(one.id, one.name) for one in photos.files], d.turn.person_id, d.turn.now)
    done = await mark_present(d.session, held.id, [int(id) for id in chosen], d.turn.now, way=CheckInWay.PAPER)
    count = await noted(d, held, "paper_sheet")
    await d.say("kept", rows=next_steps(d, held), marked=len(done), photos=len(photos.files), count=count)


@dialogue("take_mark_back", role=Role.SECRETARY)
async def undo_a_mark(d: Dialogue) -> None:
    """The secretary marked the wrong person; what people did on their own phones she cannot undo."""
    held = await to_note(d, OPEN, named=(CLOSED,))
    marked = [one for one in await listed(d, held) if one.presence is Presence.PRESENT and one.way in BY_HAND]
    if not marked:
        raise Refused("none_marked")
    who = await d.ask("who", PersonIn(marked))
    name = next(one.name for one in marked if one.person_id == who)
    await d.confirm(name=name)
    if not await take_mark_back(d.session, held.id, who):
        await d.say("nothing_changed")
        return
    await d.say("taken_back", rows=next_steps(d, held), name=name, count=await noted(d, held, "take_mark_back"))
