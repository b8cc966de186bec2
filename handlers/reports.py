"""What members hand in: written over several messages with photos or files, numbered, read by the secretary."""

from datetime import timedelta
from decimal import Decimal

from handlers.dialogue import Choice, Dialogue, Option, Papers, Refused, Role, Text, dialogue
from handlers.dialogue.questions import Day, OneOf
from handlers.dialogue.turn import Turn, record_id
from handlers.menu_rows import back_to_menu, page_of
from handlers.messages import Button, Document, Rows
from handlers.report_words import Hours, documents_of, is_addressee, plain, state_words
from handlers.router import reply
from knowledge.rules.customs import CustomName, Every, agreed, newest_periods, period_words
from knowledge.rules.dates import format_moment
from storage.customs import customs_for
from storage.models import ReportKind, ReportState, Status
from storage.people import audit, secretaries_of
from storage.reports import (
    ReportView,
    add_report,
    count_reports,
    mark_read,
    notes_on,
    report,
    reports_by,
    reports_to,
)

LISTED = 8
OFFERED = 3
"""So many periods are offered: this one and those before it, for whoever is late."""
PERIODIC = {ReportKind.THOUGHT_REPORT: CustomName.THOUGHT_REPORT, ReportKind.MOBILE_REPORT: CustomName.MOBILE_REPORT}
"""What is handed in for a period, and the custom that says for which."""
IN_THE_PARTY = (Status.PROBATIONARY, Status.FULL)


@dialogue("hand_in_report", role=Role.MEMBER)
async def hand_in_report(d: Dialogue) -> None:
    """A member hands in a report: which, for which time, in words, photos or files; the secretary is told."""
    readers = [one.id for one in await secretaries_of(d.session, d.place.organization_id)]
    if not readers:
        raise Refused("nobody_reads")
    offered = _kinds_for(d)
    wanted = next((one for one in offered if one.value == d.given.get("argument")), None)
    kind = await d.ask("kind", Choice(ReportKind, offered), presumed=wanted)
    title, period, hours = await _ask_particulars(d, kind)
    paper = await d.ask("paper", Papers(), kind=kind)
    earlier = await _handed_in_before(d, kind, period)
    await d.confirm(kind=kind, earlier=earlier)
    handed_in = await add_report(
        d.session,
        organization_id=d.place.organization_id,
        author_id=d.turn.person_id,
        kind=kind,
        period=period,
        title=title,
        hours=hours,
        text=paper.text,
        file_ids=[given.id for given in paper.files],
        now=d.turn.now,
    )
    await audit(d.session, d.turn.now, d.turn.person_id, d.place.organization_id, "hand_in", f"report:{handed_in.id}")
    assert d.turn.person is not None
    others = [reader for reader in readers if reader != d.turn.person_id]
    await d.notify(
        others,
        "notice",
        rows=((Button(d.texts.say(d.file, "read_button"), f"report.{handed_in.id}"),),),
        name=d.turn.person.name,
        kind=kind,
        number=handed_in.number,
    )
    await d.say("received" if others else "kept", rows=back_to_menu(d.turn), kind=kind, number=handed_in.number)


def _kinds_for(d: Dialogue) -> list[ReportKind]:
    """What somebody may hand in as what they are: only who is on probation asks to become a full member."""
    status = d.turn.belongs.status if d.turn.belongs else None
    of_members = (ReportKind.MOBILE_REPORT, ReportKind.DUTY_REPORT)
    return [
        kind
        for kind in ReportKind
        if (kind is not ReportKind.CONVERSION or status is Status.PROBATIONARY)
        and (kind not in of_members or status in IN_THE_PARTY)
    ]


async def _ask_particulars(d: Dialogue, kind: ReportKind) -> tuple[str, str, Decimal | None]:
    """What it is about, for which time, and how many hours, as far as a kind has such a thing."""
    if kind in PERIODIC:
        every = await _custom(d, PERIODIC[kind])
        options = [Option(code, period_words(code)) for code in newest_periods(d.today, every, OFFERED)]
        return "", await d.ask("period", OneOf(options), every=every), None
    if kind is ReportKind.DUTY_REPORT:
        options = [Option(code, period_words(code)) for code in newest_periods(d.today, Every.YEAR, 2)]
        return "", await d.ask("year", OneOf(options)), None
    if kind is ReportKind.ACTIVITY:
        title = await d.ask("activity", Text(max_length=60))
        day = await d.ask("held_on", Day(after=d.today - timedelta(days=366), before=d.today))
        return title, day.isoformat(), await d.ask("hours", Hours())
    if kind is ReportKind.APPLICATION:
        return await d.ask("application", Text(max_length=60)), "", None
    return "", "", None


async def _custom(d: Dialogue, name: CustomName) -> Every:
    found = (await customs_for(d.session, name, [d.place.organization_id])).get(d.place.organization_id, [])
    return agreed(Every(one.value["every"]) for one in found)


async def _handed_in_before(d: Dialogue, kind: ReportKind, period: str) -> str:
    """The number of what the person handed in for this very period; empty when there is none."""
    if kind not in PERIODIC and kind is not ReportKind.DUTY_REPORT:
        return ""
    mine = await reports_by(d.session, d.turn.person_id, None, organization_id=d.place.organization_id)
    return next((one.number for one in mine if one.kind is kind and one.period == period), "")


@reply("reports", role=Role.SECRETARY)
async def list_reports(turn: Turn, argument: str) -> None:
    """What was handed in to the secretary's branches, unread first, a page at a time."""
    ids = [place.organization_id for place in turn.places(Role.SECRETARY)]
    count, unread = await count_reports(turn.session, ids)
    if not count:
        raise Refused("none_yet")
    page = int(argument) if argument.isascii() and argument.isdecimal() and len(argument) < 6 else 0
    start = page * LISTED if page * LISTED < count else 0
    found: list[ReportView] = []
    for id in ids:
        found += await reports_to(turn.session, id, limit=start + LISTED)
    found.sort(key=lambda one: one.handed_in_at, reverse=True)
    found.sort(key=lambda one: (one.read_at is not None, one.state is ReportState.ACCEPTED))
    rows: list[tuple[Button, ...]] = [
        (Button(_label(turn, one), f"report.{one.id}"),) for one in found[start : start + LISTED]
    ]
    say = turn.texts.say
    steps = [Button(say("shared", "earlier_button"), f"reports.{start // LISTED - 1}")] if start else []
    if start + LISTED < count:
        steps.append(Button(say("shared", "further_button"), f"reports.{start // LISTED + 1}"))
    rows += [tuple(steps)] if steps else []
    rows.append((Button(turn.texts.title("report_archive"), "report_archive"),))
    await turn.say(say("reports.reports", "listed", unread=unread), rows=tuple(rows), replaces=bool(argument))


def _label(turn: Turn, one: ReportView) -> str:
    return f"{one.author_name} {turn.texts.word(one.kind)} · {state_words(turn, one)}"


@reply("report", role=Role.BOUND)
async def read_report(turn: Turn, argument: str) -> None:
    """One report with its files, for its author and its addressee only; the addressee's reading is noted and told."""
    found = await report(turn.session, record_id(argument))
    if found is None:
        raise Refused("gone")
    is_author, addressed = found.author_id == turn.person_id, is_addressee(turn, found)
    if not is_author and not addressed:
        raise Refused("not_yours")
    notes = await notes_on(turn.session, [found.id])
    documents: list[Document] = []
    # Whoever opens it again has the files already, further up: a button brings them once more.
    if addressed and await mark_read(turn.session, found.id, turn.person_id, turn.now):
        documents = await documents_of(turn, found, notes, since=found.read_at)
        body = turn.texts.say("reports.report", "read_notice", kind=found.kind, number=found.number)
        title = turn.texts.say("reports.report", "read_title")
        turn.push([found.author_id], body, title=title, key=f"report:{found.id}:read:{len(notes)}")
    files = len(found.files) + sum(note.file is not None for note in notes)
    await turn.say(
        turn.texts.say(
            "reports.report",
            "page",
            found=found,
            state=state_words(turn, found) if is_author else "",
            period=period_words(found.period),
            hours=plain(found.hours) if found.hours else "",
            handed_in_at=format_moment(found.handed_in_at.astimezone(turn.zone)),
            files=files,
            paragraphs=found.text.splitlines(),
            notes=[(note.author_name, note.text.splitlines()) for note in notes if note.text],
        ),
        rows=_report_rows(turn, found, is_author=is_author, again=files > len(documents)),
        documents=documents,
    )


def _report_rows(turn: Turn, found: ReportView, *, is_author: bool, again: bool) -> Rows:
    listing = "my_reports" if is_author else "reports"
    out = (Button(turn.texts.title(listing), listing), *back_to_menu(turn)[0])
    names = ["report_files"] if again else []
    if found.state is not ReportState.ACCEPTED:
        names = [*(["add_to_report"] if is_author else ["accept_report", "ask_for_more"]), *names]
    return (tuple(Button(turn.texts.title(name), f"{name}.{found.id}") for name in names), out) if names else (out,)


@reply("report_files", role=Role.BOUND)
async def send_files_again(turn: Turn, argument: str) -> None:
    """The files of a report once more, for its author and its addressee only."""
    found = await report(turn.session, record_id(argument))
    if found is None:
        raise Refused("gone")
    if found.author_id != turn.person_id and not is_addressee(turn, found):
        raise Refused("not_yours")
    documents = await documents_of(turn, found, await notes_on(turn.session, [found.id]))
    if not documents:
        raise Refused("no_files")
    row = (Button(turn.texts.say("report_answers", "open_button"), f"report.{found.id}"), *back_to_menu(turn)[0])
    words = turn.texts.say("reports.report_files", "sent", number=found.number, count=len(documents))
    await turn.say(words, rows=(row,), documents=documents)


@reply("my_reports", role=Role.BOUND)
async def list_my_reports(turn: Turn, argument: str) -> None:
    """What the person handed in, newest first, and how it stands, a page at a time; the argument is the page."""
    found = await reports_by(turn.session, turn.person_id, None)
    if not found:
        raise Refused("none_yet")
    buttons = [
        Button(f"{one.number} {turn.texts.word(one.kind)} · {state_words(turn, one)}", f"report.{one.id}")
        for one in found
    ]
    shown, steps, _ = page_of(turn, buttons, "my_reports", argument, LISTED)
    pack = (Button(turn.texts.title("my_report_archive"), "my_report_archive"),)
    rows: Rows = (*((button,) for button in shown), *((steps,) if steps else ()), pack)
    words = turn.texts.say("reports.my_reports", "listed", count=len(found))
    await turn.say(words, rows=rows, replaces=bool(argument))
