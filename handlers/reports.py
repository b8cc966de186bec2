"""What members hand in: written over several messages with photos or files, numbered, read by the secretary."""

from handlers.dialogue import Choice, Dialogue, Option, Papers, Refused, Role, dialogue
from handlers.dialogue.questions import OneOf
from handlers.dialogue.turn import Turn, record_id
from handlers.menu_rows import back_to_menu
from handlers.messages import Button, Document, Rows
from handlers.router import reply
from knowledge.rules.dates import format_moment
from storage.files import file
from storage.models import ReportKind
from storage.people import audit, secretaries_of
from storage.reports import ReportView, add_report, mark_read, report, reports_by, reports_to

LISTED = 8


@dialogue("hand_in_report", role=Role.MEMBER)
async def hand_in_report(d: Dialogue) -> None:
    """A member hands in a report: which, for which quarter, in words, photos or files; the secretary is told."""
    readers = [one.id for one in await secretaries_of(d.session, d.place.organization_id)]
    if not readers:
        raise Refused("nobody_reads")
    kind = await d.ask("kind", Choice(ReportKind))
    period = await d.ask("period", OneOf(_periods(d)))
    paper = await d.ask("paper", Papers())
    await d.confirm()
    handed_in = await add_report(
        d.session,
        organization_id=d.place.organization_id,
        author_id=d.turn.person_id,
        kind=kind,
        period=period,
        text=paper.text,
        file_ids=[given.id for given in paper.files],
        now=d.turn.now,
    )
    await audit(d.session, d.turn.now, d.turn.person_id, d.place.organization_id, "hand_in", f"report:{handed_in.id}")
    assert d.turn.person is not None
    await d.notify(
        [reader for reader in readers if reader != d.turn.person_id],
        "notice",
        rows=((Button(d.texts.say(d.file, "read_button"), f"report.{handed_in.id}"),),),
        name=d.turn.person.name,
        kind=kind,
        number=handed_in.number,
    )
    await d.say("received", rows=back_to_menu(d.turn), kind=kind, number=handed_in.number)


def _periods(d: Dialogue) -> list[Option]:
    quarter = (d.today.month - 1) // 3
    found = []
    for back in range(3):
        year, index = divmod(d.today.year * 4 + quarter - back, 4)
        found.append(Option(f"{year}-Q{index + 1}", f"{year}年第{'一二三四'[index]}季度"))
    return found


def period_words(period: str) -> str:
    """2026年第四季度 for 2026-Q4."""
    year, _, quarter = period.partition("-Q")
    return f"{year}年第{'一二三四'[int(quarter) - 1]}季度" if quarter.isdigit() else period


@reply("reports", role=Role.SECRETARY)
async def list_reports(turn: Turn, argument: str) -> None:
    """What was handed in to the secretary's branches, unread first."""
    found: list[ReportView] = []
    for place in turn.places(Role.SECRETARY):
        found += await reports_to(turn.session, place.organization_id, unread_only=False, limit=LISTED * 3)
    if not found:
        raise Refused("none_yet")
    found.sort(key=lambda one: one.read_at is not None)
    rows: Rows = tuple((Button(_label(turn, one), f"report.{one.id}"),) for one in found[:LISTED])
    unread = sum(one.read_at is None for one in found)
    await turn.say(turn.texts.say("reports.reports", "listed", unread=unread), rows=rows)


def _label(turn: Turn, one: ReportView) -> str:
    mark = "已阅" if one.read_at else "未阅"
    return f"{one.author_name} {turn.texts.word(one.kind)} · {mark}"


@reply("report", role=Role.BOUND)
async def read_report(turn: Turn, argument: str) -> None:
    """One report with its files, for its author and its addressee only; the addressee's reading is noted and told."""
    found = await report(turn.session, record_id(argument))
    if found is None:
        raise Refused("gone")
    is_author = found.author_id == turn.person_id
    addressed = any(place.organization_id == found.organization_id for place in turn.places(Role.SECRETARY))
    if not is_author and not addressed:
        raise Refused("not_yours")
    if addressed and not is_author and found.read_at is None:
        await mark_read(turn.session, found.id, turn.person_id, turn.now)
        body = turn.texts.say("reports.report", "read_notice", kind=found.kind, number=found.number)
        title = turn.texts.say("reports.report", "read_title")
        turn.push([found.author_id], body, title=title, key=f"report:{found.id}:read")
    listing = "my_reports" if is_author else "reports"
    documents = [kept for one in found.files if (kept := await file(turn.session, one.id)) is not None]
    await turn.say(
        turn.texts.say(
            "reports.report",
            "page",
            found=found,
            period=period_words(found.period),
            handed_in_at=format_moment(found.handed_in_at.astimezone(turn.zone)),
            paragraphs=found.text.splitlines(),
        ),
        rows=((Button(turn.texts.title(listing), listing), *back_to_menu(turn)[0]),),
        documents=[Document(name, media_type, blob) for name, media_type, blob in documents],
    )


@reply("my_reports", role=Role.BOUND)
async def list_my_reports(turn: Turn, argument: str) -> None:
    """What the person handed in, newest first, and whether it was read."""
    found = await reports_by(turn.session, turn.person_id, LISTED)
    if not found:
        raise Refused("none_yet")
    rows: Rows = tuple(
        (Button(f"{one.number} {turn.texts.word(one.kind)} · {'已阅' if one.read_at else '未阅'}", f"report.{one.id}"),)
        for one in found
    )
    await turn.say(turn.texts.say("reports.my_reports", "listed"), rows=rows)
