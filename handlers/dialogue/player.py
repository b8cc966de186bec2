"""Plays runs: opens one, feeds it a reply, steps back, sets it aside, and puts its question as a message."""

from collections.abc import Sequence

from handlers.dialogue.engine import DIALOGUES, Dialogue, Prompt, Registered, Replay
from handlers.dialogue.errors import DialogueBug, Refused, Suspended
from handlers.dialogue.journal import Journal
from handlers.dialogue.questions import Option, Reply
from handlers.dialogue.turn import Turn
from handlers.messages import Button, Rows
from storage.database import has_written, watch
from storage.dialogues import park_open_run, parked_runs, start_run
from storage.models import Run, RunState

BACK, CANCEL = "b", "x"
ROW_WIDTH = 14
"""How many characters of labels go into one row of buttons before a new row begins."""


async def open_dialogue(turn: Turn, name: str, argument: str = "") -> None:
    """Begin a dialogue; whatever was open is set aside, and said so."""
    registered = DIALOGUES[name]
    if not turn.may(registered.role):
        raise Refused("role_needed", role=registered.role)
    await park_open_run(turn.session, turn.account.id, turn.now)
    given = {"given": {"argument": argument}} if argument else {}
    run = await start_run(turn.session, turn.account.id, name, given, turn.now)
    await play(turn, run)


async def resume(turn: Turn, run: Run) -> None:
    """Go on with a run that was set aside."""
    if run.state is not RunState.OPEN:
        await park_open_run(turn.session, turn.account.id, turn.now)
        await turn.session.flush()
        run.state = RunState.OPEN
        await turn.session.flush()
    await play(turn, run, preface=turn.texts.say("shared", "resumed", title=title_of(turn, run)))


async def play(
    turn: Turn, run: Run, reply: Reply | None = None, *, preface: str = "", tapped: bool = False
) -> Prompt | None:
    """Play a run from the top with an optional reply, and put the question it comes to.

    Returns the question's prompt, or None when the run has ended.
    """
    registered = DIALOGUES.get(run.dialogue)
    if registered is None:
        await _end(turn, run, RunState.CANCELLED, turn.texts.say("shared", "no_longer_there"))
        return None
    dialogue, ended = await _through(turn, run, registered, reply)
    run.journal = dialogue.journal.kept()
    run.updated_at = turn.now
    if dialogue.pending is not None:
        await _put(turn, run, dialogue, dialogue.pending, preface, tapped)
    elif ended is not None:
        await _end(turn, run, RunState.CANCELLED, turn.texts.say(dialogue.file, ended.key, **ended.values))
    else:
        run.state = RunState.DONE
        await offer_parked(turn)
    return dialogue.pending


async def _through(
    turn: Turn, run: Run, registered: Registered, reply: Reply | None
) -> tuple[Dialogue, Refused | None]:
    while True:
        await turn.session.flush()
        watch(turn.session)
        dialogue = Dialogue(turn, run, registered, reply)
        try:
            await dialogue.choose_place()
            await registered.play(dialogue)
        except Suspended:
            pass
        except Replay:
            run.journal, reply = dialogue.journal.kept(), None
            continue
        except Refused as refused:
            if has_written(turn.session):
                raise DialogueBug(f"{run.dialogue} refuses after it has written") from refused
            return dialogue, refused
        return dialogue, None


async def _put(turn: Turn, run: Run, dialogue: Dialogue, prompt: Prompt, preface: str, tapped: bool) -> None:
    run.turn += 1
    journal = dialogue.journal
    journal.show(prompt.name, [option.id for option in prompt.options], dialogue.met, free=prompt.question.free)
    run.journal = journal.kept()
    asked = turn.texts.say(dialogue.file, f"{prompt.text}.ask", **prompt.values)
    if prompt.complaint and prompt.partial is not None:
        # It says what is still missing; the whole question again would bury that.
        asked = ""
    body = "\n\n".join(part for part in (preface, prompt.complaint, asked) if part)
    rows = [*_rows(prompt.options, run), _controls(turn, run, journal)]
    await turn.say(body, rows=tuple(rows), replaces=tapped and not turn.said)


def _rows(options: Sequence[Option], run: Run) -> list[tuple[Button, ...]]:
    rows: list[list[Button]] = []
    used = ROW_WIDTH
    for index, option in enumerate(options):
        width = len(option.label) + 2
        if used + width > ROW_WIDTH or len(rows[-1]) == 3:
            rows.append([])
            used = 0
        rows[-1].append(Button(option.label, f"r{run.id}.{run.turn}.{index}"))
        used += width
    return [tuple(row) for row in rows]


def _controls(turn: Turn, run: Run, journal: Journal) -> tuple[Button, ...]:
    cancel = Button(turn.texts.say("shared", "cancel_button"), f"c{run.id}.{run.turn}.{CANCEL}")
    if not journal.can_step_back():
        return (cancel,)
    return (Button(turn.texts.say("shared", "back_button"), f"c{run.id}.{run.turn}.{BACK}"), cancel)


async def step_back(turn: Turn, run: Run, *, tapped: bool = False) -> None:
    """Drop the newest answer and ask it again."""
    journal = Journal(run.journal)
    moved = journal.step_back()
    run.journal = journal.kept()
    await play(turn, run, preface="" if moved else turn.texts.say("shared", "first_question"), tapped=tapped)


async def cancel(turn: Turn, run: Run) -> None:
    """End a run at the person's wish; nothing was recorded."""
    await _end(turn, run, RunState.CANCELLED, turn.texts.say("shared", "cancelled", title=title_of(turn, run)))


async def park(turn: Turn, run: Run) -> None:
    """Set a run aside; its answers stay."""
    run.state = RunState.PARKED
    run.updated_at = turn.now
    await turn.say(turn.texts.say("shared", "parked", title=title_of(turn, run)), rows=((resume_button(turn, run),),))


def resume_button(turn: Turn, run: Run) -> Button:
    """Takes up a run that was set aside."""
    return Button(turn.texts.say("shared", "resume_button"), f"resume.{run.id}")


async def repeat(turn: Turn, run: Run, preface: str = "", *, tapped: bool = False) -> None:
    """Put the open question once more."""
    await play(turn, run, preface=preface, tapped=tapped)


async def _end(turn: Turn, run: Run, state: RunState, words: str) -> None:
    run.state = state
    run.updated_at = turn.now
    await turn.say(words)
    await offer_parked(turn)


async def offer_parked(turn: Turn) -> None:
    """After something has ended: a way back to what was set aside, if anything was."""
    runs = await parked_runs(turn.session, turn.account.id)
    if not runs:
        return
    rows: Rows = tuple(
        (Button(turn.texts.say("shared", "resume_this", title=title_of(turn, run)), f"resume.{run.id}"),)
        for run in runs[:3]
    )
    await turn.say(turn.texts.say("shared", "still_parked", count=len(runs)), rows=rows)


def title_of(turn: Turn, run: Run) -> str:
    """What a run is called in a sentence."""
    if run.dialogue not in DIALOGUES:
        return turn.texts.say("shared", "old_title")
    return turn.texts.title(run.dialogue)
