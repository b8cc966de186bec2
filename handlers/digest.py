"""The weekly digest: which branches need help, counts and to-dos only, and a way to look closer."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime, time, timedelta
from typing import Any

from handlers.dialogue.errors import Refused
from handlers.dialogue.roles import Role
from handlers.dialogue.turn import Place, Turn, record_id
from handlers.menu_rows import back_to_menu
from handlers.messages import Button, Document, Rows
from handlers.router import reply
from handlers.sheets import workbook
from handlers.wording import Texts
from storage.database import Session
from storage.digest import BranchWeek, unanswered_between, week_figures
from storage.people import organization

UNREAD_AFTER = timedelta(days=7)
"""Reports that wait shorter than this are the secretary's business alone."""
GRAVITY = ("no_record", "quiet", "low_attendance", "unread")
"""Why a branch needs help, the gravest first: who reads only the first lines should read what matters."""
QUIET_AFTER = timedelta(days=30)
"""A branch without any record for this long is named, so that somebody asks whether it needs help."""


def week_of(day: date) -> str:
    """The ISO week that a day is in, as "2026-W47"."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"


def bounds(day: date, place: Place) -> tuple[datetime, datetime]:
    """The first instant of a day's week, local to a place, and the first after it."""
    monday = datetime.combine(day - timedelta(days=day.isoweekday() - 1), time(), place.zone)
    return monday, monday + timedelta(days=7)


@reply("digest", role=Role.OFFICIAL)
async def show_digest(turn: Turn, argument: str) -> None:
    """This week so far, or with "1" the week before, over everything the official is responsible for."""
    back = 1 if argument == "1" else 0
    for place in turn.places(Role.OFFICIAL):
        day = turn.now.astimezone(place.zone).date() - timedelta(weeks=back)
        body, rows, document = await digest_of(turn.session, turn.texts, place, day, turn.now)
        other = Button(turn.texts.say("digest.digest", "last_week" if not back else "this_week"), f"digest.{1 - back}")
        await turn.say(body, rows=(*rows, (other,)), documents=[document])


async def digest_of(
    session: Session, texts: Texts, place: Place, day: date, now: datetime
) -> tuple[str, Rows, Document]:
    """The digest of the week that `day` is in: text, buttons to the branches that need help, and the table of all."""
    first, after = bounds(day, place)
    branches = await week_figures(session, place.path, first, after)
    needing = [(branch, reasons) for branch in branches if (reasons := needs(branch, now))]
    needing.sort(key=lambda pair: (GRAVITY.index(pair[1][0][0]), -len(pair[1]), -pair[1][0][1]))
    body = texts.document(
        "digest.j2",
        place=place.name,
        first=first.date(),
        last=(after - timedelta(days=1)).date(),
        needing=needing[:5],
        more=max(len(needing) - 5, 0),
        branches=len(branches),
        totals=totals(branches),
        unanswered=await unanswered_between(session, place.path, first, after),
    )
    rows: Rows = tuple((Button(branch.name, f"digest_branch.{branch.organization_id}"),) for branch, _ in needing[:5])
    return body, rows, _table(place, first.date(), branches)


async def totals_of_week(session: Session, place: Place, day: date) -> dict[str, Any]:
    """The sums of a week, as they are kept with the digest that was sent."""
    first, after = bounds(day, place)
    return totals(await week_figures(session, place.path, first, after))


def needs(branch: BranchWeek, now: datetime) -> list[tuple[str, int]]:
    """Why somebody should look at a branch, as keys of words and a number each; empty when all is well."""
    found: list[tuple[str, int]] = []
    if branch.last_record_at is None:
        found.append(("no_record", 0))
    elif now - branch.last_record_at > QUIET_AFTER:
        found.append(("quiet", (now - branch.last_record_at).days))
    if branch.expected and branch.present * 2 < branch.expected:
        found.append(("low_attendance", round(100 * branch.present / branch.expected)))
    if branch.oldest_unread_at is not None and now - branch.oldest_unread_at > UNREAD_AFTER:
        found.append(("unread", (now - branch.oldest_unread_at).days))
    return found


def totals(branches: Sequence[BranchWeek]) -> dict[str, Any]:
    """Sums over all branches, and the attendance in per cent (None when nobody was expected anywhere)."""
    expected = sum(branch.expected for branch in branches)
    present = sum(branch.present for branch in branches)
    return {
        "meetings": sum(branch.meetings_held for branch in branches),
        "expected": expected,
        "present": present,
        "rate": round(100 * present / expected) if expected else None,
        "reports": sum(branch.reports for branch in branches),
        "unread": sum(branch.unread_reports for branch in branches),
        "cases": sum(branch.open_cases for branch in branches),
    }


def _table(place: Place, monday: date, branches: Sequence[BranchWeek]) -> Document:
    heads = ["支部", "开会", "应到人次", "实到人次", "到会率", "交材料", "未阅", "在办事项", "最近记录"]
    rows: list[list[str | int | float]] = [
        [
            branch.name,
            branch.meetings_held,
            branch.expected,
            branch.present,
            f"{round(100 * branch.present / branch.expected)}%" if branch.expected else "—",
            branch.reports,
            branch.unread_reports,
            branch.open_cases,
            f"{branch.last_record_at.astimezone(place.zone):%Y-%m-%d}" if branch.last_record_at else "无",
        ]
        for branch in branches
    ]
    return workbook(
        f"{place.name}周报_{monday:%Y%m%d}", f"{place.name}周报", [f"{monday:%Y年%m月%d日}起的一周"], heads, rows
    )


@reply("digest_branch", role=Role.OFFICIAL)
async def show_branch(turn: Turn, argument: str) -> None:
    """One branch in the week: its figures, nothing about individuals."""
    found = await organization(turn.session, record_id(argument))
    if found is None:
        raise Refused("gone")
    turn.require_at(Role.OFFICIAL, found.path)
    place = next(place for place in turn.places(Role.OFFICIAL) if found.path.startswith(place.path))
    first, after = bounds(turn.now.astimezone(place.zone).date(), place)
    branches = await week_figures(turn.session, found.path, first, after)
    if not branches:
        raise Refused("gone")
    branch = branches[0]
    body = turn.texts.say(
        "digest.digest_branch",
        "page",
        reasons=needs(branch, turn.now),
        last=branch.last_record_at.astimezone(place.zone) if branch.last_record_at else None,
        **asdict(branch),
    )
    await turn.say(body, rows=((Button(turn.texts.title("digest"), "digest"),), *back_to_menu(turn)))
