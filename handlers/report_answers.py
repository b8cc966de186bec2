"""What is written back and forth about a report: the secretary asks for more or puts it on file, its author adds."""

from handlers.dialogue import Choice, Dialogue, Papers, Refused, Role, Text, dialogue
from handlers.menu_rows import back_to_menu
from handlers.messages import Button, Rows
from handlers.report_words import Hours, addressed_report, own_report, plain
from knowledge.rules.customs import period_words
from storage.learning import LearningKind, count_report
from storage.models import ReportKind, ReportState
from storage.people import audit, secretaries_of
from storage.reports import ReportView, accept_report, add_to_report, ask_for_more

BY_ONESELF = (LearningKind.TRAINING, LearningKind.ONLINE, LearningKind.HOME)
"""What somebody may have learned of which the branch holds no meeting."""


def _require_not_on_file(found: ReportView) -> None:
    if found.state is ReportState.ACCEPTED:
        raise Refused("on_file", number=found.number)


def _open(d: Dialogue, found: ReportView, name: str = "report") -> Rows:
    label = d.texts.say("report_answers", "open_button") if name == "report" else d.texts.title(name)
    return ((Button(label, f"{name}.{found.id}"),),)


@dialogue("ask_for_more", role=Role.SECRETARY)
async def ask_more(d: Dialogue) -> None:
    """The secretary asks the author of a report for more, in a few words; it goes back with them."""
    found = await addressed_report(d.turn, str(d.given.get("argument", "")))
    _require_not_on_file(found)
    asked = await d.ask("asked", Text(max_length=300), name=found.author_name, kind=found.kind)
    if not await ask_for_more(d.session, found.id, d.turn.person_id, asked, d.turn.now):
        raise Refused("on_file", number=found.number)
    await _note(d, found, "ask_for_more")
    rows = (*_open(d, found, "add_to_report"), *_open(d, found))
    await d.notify([found.author_id], "notice", rows=rows, kind=found.kind, number=found.number, asked=asked)
    await d.say("passed_on", rows=back_to_menu(d.turn), name=found.author_name)


@dialogue("add_to_report", role=Role.BOUND)
async def add_more(d: Dialogue) -> None:
    """The author adds words, photos or files to a report that is not on file yet."""
    found = await own_report(d.turn, str(d.given.get("argument", "")))
    _require_not_on_file(found)
    paper = await d.ask("paper", Papers(), kind=found.kind, number=found.number)
    ids = [given.id for given in paper.files]
    if not await add_to_report(d.session, found.id, d.turn.person_id, paper.text, ids, d.turn.now):
        raise Refused("on_file", number=found.number)
    await _note(d, found, "add_to_report")
    readers = [one.id for one in await secretaries_of(d.session, found.organization_id)]
    others = [reader for reader in readers if reader != d.turn.person_id]
    await d.notify(others, "notice", rows=_open(d, found), name=found.author_name, kind=found.kind, number=found.number)
    await d.say("added", rows=back_to_menu(d.turn), number=found.number)


@dialogue("accept_report", role=Role.SECRETARY)
async def accept(d: Dialogue) -> None:
    """The secretary notes that a report has been received and read; of an activity, how many hours count."""
    found = await addressed_report(d.turn, str(d.given.get("argument", "")))
    _require_not_on_file(found)
    hours, way = None, LearningKind.HOME
    if found.kind is ReportKind.ACTIVITY:
        hours = await d.ask("hours", Hours(), presumed=found.hours)
        way = await d.ask("way", Choice(LearningKind, BY_ONESELF), title=found.title)
        await d.confirm(name=found.author_name, title=found.title, day=period_words(found.period))
    if not await accept_report(d.session, found.id, d.turn.person_id, d.turn.now, hours=hours):
        raise Refused("on_file", number=found.number)
    counted = await count_report(d.session, found.id, way, recorded_by_id=d.turn.person_id, now=d.turn.now)
    await _note(d, found, "accept_report")
    await d.notify([found.author_id], "notice", rows=_open(d, found), kind=found.kind, number=found.number)
    rows = ((Button(d.texts.title("reports"), "reports"), *back_to_menu(d.turn)[0]),)
    await d.say(
        "accepted",
        rows=rows,
        name=found.author_name,
        kind=found.kind,
        number=found.number,
        hours=plain(hours) if hours else "",
        counted=counted,
    )


async def _note(d: Dialogue, found: ReportView, action: str) -> None:
    await audit(d.session, d.turn.now, d.turn.person_id, found.organization_id, action, f"report:{found.id}")
