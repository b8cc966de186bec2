"""The weekly digest: which branches need help, counts and to-dos only, and a way to look closer."""

import asyncio
import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import structlog

from handlers.dialogue.errors import Refused
from handlers.dialogue.roles import Role
from handlers.dialogue.turn import Place, Turn, record_id
from handlers.digest_chart import chart
from handlers.digest_sheet import table
from handlers.digest_words import (
    digest_words,
    needing_of,
    needs,
    percent,
    points,
    reason_words,
    unfolded_words,
    week_of,
    what_words,
)
from handlers.drawing import drawn
from handlers.figures import BranchFigures, Digest, DigestStyle, ScopeFigures, WeekCount, figures_at
from handlers.markup import to_plain
from handlers.menu_rows import Row, back_to_menu, page_of
from handlers.messages import Button, Document, Rows
from handlers.router import reply
from handlers.wording import Marked, Texts
from knowledge.rules.owed import Light
from storage.digest_settings import wishes_of
from storage.models import OrganizationKind
from storage.people import OrganizationView, organization

log = structlog.get_logger()

SHOWN = 3
"""So many branches that need help have a button under the digest."""
LISTED = 8
"""Branches on a page of the list of all."""
LABEL = 24
"""Characters of a branch's name that a button shows."""
MOST_SCOPES = 5
"""Of so many organizations somebody is shown the digests at once; nobody has as many posts."""
OLDEST = timedelta(days=731)
"""Weeks that are longer ago are not shown."""
_BACK = re.compile(r"\d{1,2}", re.ASCII)
_WEEK = re.compile(r"(\d{4})-W(\d{2})", re.ASCII)


async def digest_of(texts: Texts, figures: ScopeFigures, style: DigestStyle) -> Digest:
    """The digest of a week with its buttons, its chart and the table of all branches; it asks the database nothing.

    The chart takes about half a second of another process: draw before a transaction begins.
    """
    body, more = digest_words(texts, figures, style)
    if style.own:
        return Digest(body, _own_rows(texts, figures))
    rows = _rows(texts, figures, style, more=more)
    if style.pressing_only or not figures.branches:
        return Digest(body, rows)
    sheet = await asyncio.to_thread(table, texts, figures, style)
    return Digest(body, rows, (*await _picture(texts, figures), sheet))


async def _picture(texts: Texts, figures: ScopeFigures) -> tuple[Document, ...]:
    """The chart as PNG; none when it cannot be drawn, for a digest without it is better than none."""
    name = to_plain(texts.say("digest_chart", "name", place=figures.name, first=figures.first))
    try:
        return (Document(name, "image/png", await drawn(chart(texts, figures))),)
    except (subprocess.SubprocessError, OSError) as error:
        log.warning("chart left out", error=type(error).__name__)
        return ()


def _rows(texts: Texts, figures: ScopeFigures, style: DigestStyle, *, more: bool) -> Rows:
    """The branches that need help most, and the ways to all of it."""
    week = week_of(figures.first)
    branches = [one.branch for one in needing_of(figures, style)[:SHOWN]]
    rows: list[Row] = [(Button(_label(one.name), f"digest_branch.{one.organization_id}.{week}"),) for one in branches]
    ways = []
    if more:
        ways.append(Button(texts.title("digest_whole"), f"digest_whole.{figures.organization_id}.{week}"))
    if len(figures.branches) > 1:
        ways.append(Button(texts.title("digest_branches"), f"digest_branches.{figures.organization_id}.{week}"))
    settings = Button(texts.title("digest_settings"), f"digest_settings.{figures.organization_id}")
    return (*rows, *((tuple(ways),) if ways else ()), (settings,))


def _own_rows(texts: Texts, figures: ScopeFigures) -> Rows:
    """What a secretary does about it."""
    waiting = [
        (figures.totals.duties > figures.totals.done, "owed"),
        (figures.totals.unread > 0, "reports"),
        (figures.totals.cases_open > 0, "cases"),
    ]
    ways = tuple(Button(texts.title(name), name) for there, name in waiting if there)
    settings = (Button(texts.title("digest_settings"), f"digest_settings.{figures.organization_id}"),)
    return (ways, settings) if ways else (settings,)


def _label(name: str) -> str:
    return name if len(name) <= LABEL else f"{name[: LABEL - 1]}…"


@dataclass(frozen=True, slots=True)
class Scope:
    """An organization of which somebody reads the digest, and how."""

    place: Place
    style: DigestStyle


async def _scopes(turn: Turn) -> list[Scope]:
    """Of what somebody reads digests, the highest first.

    Raises `Refused` when they read none.
    """
    places = {place.organization_id: place for role in (Role.OFFICIAL, Role.SECRETARY) for place in turn.places(role)}
    if not places:
        raise Refused("nobody_reads")
    wishes = {one.organization_id: one for one in await wishes_of(turn.session, turn.person_id, turn.today)}
    return [
        Scope(
            place,
            DigestStyle(
                own=place.kind is OrganizationKind.BRANCH,
                quiet_days=wishes[id].quiet_days if id in wishes else DigestStyle().quiet_days,
            ),
        )
        for id, place in sorted(places.items(), key=lambda pair: (pair[1].path.count("/"), pair[0]))
    ]


async def _scope_over(turn: Turn, path: str) -> Scope:
    """The scope through which somebody may read about the organization at a path.

    Raises `Refused` when there is none.
    """
    for scope in await _scopes(turn):
        if path.startswith(scope.place.path):
            return scope
    raise Refused("not_yours")


async def _figures(turn: Turn, place: Place, day: date) -> ScopeFigures:
    return await figures_at(turn.session, place, day, turn.now)


def _day(turn: Turn, place: Place, week: str) -> date:
    """The Monday of a week that a button names, this week's for none.

    Raises `Refused` for one that is no week, is yet to come or long past.
    """
    today = turn.now.astimezone(place.zone).date()
    if not week:
        return today
    found = _WEEK.fullmatch(week)
    try:
        monday = date.fromisocalendar(int(found[1]), int(found[2]), 1) if found else None
    except ValueError:
        monday = None
    if monday is None or not today - OLDEST <= monday <= today:
        raise Refused("gone")
    return monday


@reply("digest", role=Role.BOUND)
async def show_digest(turn: Turn, argument: str) -> None:
    """This week so far, or so many weeks before, of everything that somebody is responsible for."""
    back = int(argument) if _BACK.fullmatch(argument) else 0
    for scope in (await _scopes(turn))[:MOST_SCOPES]:
        day = turn.now.astimezone(scope.place.zone).date() - timedelta(weeks=back)
        digest = await digest_of(turn.texts, await _figures(turn, scope.place, day), scope.style)
        other = Button(
            turn.texts.say("digest.digest", "this_week" if back else "last_week"), f"digest.{0 if back else 1}"
        )
        *rows, last = digest.rows
        await turn.say(digest.body, rows=(*rows, (other, *last)), documents=digest.documents)


async def _asked(turn: Turn, argument: str) -> tuple[OrganizationView, Scope, ScopeFigures, str]:
    """What a button "ORGANIZATION.WEEK.REST" is about, with its figures, and the rest."""
    number, _, rest = argument.partition(".")
    week, _, rest = rest.partition(".")
    found = await organization(turn.session, record_id(number))
    if found is None:
        raise Refused("gone")
    scope = await _scope_over(turn, found.path)
    place = Place(found.id, found.name, found.path, found.kind, scope.place.zone)
    return found, scope, await _figures(turn, place, _day(turn, place, week)), rest


@reply("digest_whole", role=Role.BOUND)
async def unfold(turn: Turn, argument: str) -> None:
    """All that there is to say of a week, in the place of its beginning."""
    _, scope, figures, _ = await _asked(turn, argument)
    rows = _rows(turn.texts, figures, scope.style, more=False)
    await turn.say(unfolded_words(turn.texts, figures, scope.style), rows=rows, replaces=True)


@reply("digest_branches", role=Role.BOUND)
async def list_branches(turn: Turn, argument: str) -> None:
    """All branches of a scope in the order of the tree, a page at a time, each with what matters most about it."""
    found, scope, figures, page = await _asked(turn, argument)
    if not figures.branches:
        raise Refused("gone")
    week = week_of(figures.first)
    buttons = [Button(_label(one.name), f"digest_branch.{one.organization_id}.{week}") for one in figures.branches]
    shown, steps, start = page_of(turn, buttons, f"digest_branches.{found.id}.{week}", page, LISTED)
    today = turn.now.astimezone(figures.zone).date()
    lines = []
    for one in figures.branches[start : start + len(shown)]:
        reasons = needs(one, figures.now, today, scope.style.quiet_days)
        words = Marked(reason_words(turn.texts, reasons[0])) if reasons else ""
        lines.append(Marked(turn.texts.say("digest.digest_branches", "line", name=one.name, reason=words)))
    body = turn.texts.say(
        "digest.digest_branches",
        "listed",
        place=found.name,
        count=len(buttons),
        page=start // LISTED + 1,
        pages=-(-len(buttons) // LISTED),
        lines=lines,
    )
    rows = tuple(tuple(shown[at : at + 2]) for at in range(0, len(shown), 2))
    await turn.say(body, rows=(*rows, *((steps,) if steps else ()), _back(turn)), replaces=bool(page))


@reply("digest_branch", role=Role.BOUND)
async def show_branch(turn: Turn, argument: str) -> None:
    """One branch in a week: its figures, nothing about individuals, and a way to remind its secretary."""
    found, scope, figures, _ = await _asked(turn, argument)
    branch = next((one for one in figures.branches if one.organization_id == found.id), None)
    if branch is None:
        raise Refused("gone")
    rows: Rows = (_back(turn),)
    if not scope.style.own:
        rows = ((Button(turn.texts.title("remind_branch"), f"remind_branch.{found.id}"),), *rows)
    await turn.say(_branch_words(turn, branch, figures, scope.style), rows=rows)


def _back(turn: Turn) -> Row:
    return (Button(turn.texts.title("digest"), "digest"), *back_to_menu(turn)[0])


def _branch_words(turn: Turn, branch: BranchFigures, figures: ScopeFigures, style: DigestStyle) -> str:
    texts, before = turn.texts, sum(branch.weeks[1:], WeekCount())
    now, then = branch.week.rate, before.rate
    reasons = needs(branch, figures.now, figures.now.astimezone(figures.zone).date(), style.quiet_days)
    return texts.say(
        "digest.digest_branch",
        "page",
        branch=branch,
        first=figures.first,
        last=figures.last,
        reasons=[Marked(reason_words(texts, reason)) for reason in reasons],
        rate=percent(branch.week),
        to_mean=points(None if now is None or then is None else now - then),
        soon=_owed(texts, branch, Light.YELLOW),
        recorded=branch.last_record_at.astimezone(figures.zone).date() if branch.last_record_at else None,
        unanswered=figures.unanswered,
    )


def _owed(texts: Texts, branch: BranchFigures, light: Light) -> Marked:
    what: Sequence[str] = tuple(dict.fromkeys(one.what for one in branch.owed if one.light is light))
    return what_words(texts, what, most=len(what))
