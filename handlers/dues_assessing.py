"""What each pays in dues is fixed for the year: typed, a line a person, or brought in a sheet.

An income is reckoned with as it is read; neither it nor the sheet it came in is kept.
"""

import asyncio
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from handlers.dialogue import Dialogue, Option, Refused, Role, dialogue
from handlers.dialogue.questions import Asking, OneOf
from handlers.dialogue.turn import Place, Turn
from handlers.dues_lines import AssessmentLines
from handlers.dues_sheet import read_sheet, sheet
from handlers.ledger_place import members, place_meant, place_of
from handlers.menu_rows import back_to_menu
from handlers.messages import Button, Rows
from handlers.one_file import OneFile
from handlers.router import reply
from knowledge.rules.dues import CEILING, first_month_to_pay
from storage.dues import (
    Assessed,
    Assessment,
    PayerKind,
    add_assessments,
    assessments_of,
    forget_file,
    members_since,
)
from storage.files import file
from storage.people import Member, audit

THIS_MONTH, JANUARY = "this_month", "january"


@dialogue("assess_dues", role=Role.SECRETARY)
async def assess_dues(d: Dialogue) -> None:
    """What each pays a month is fixed for a year: a line a person, whose income is reckoned with and forgotten."""
    place = place_of(d)
    people = await members(d.turn, place)
    year = await _year_asked(d)
    earlier = await assessments_of(d.session, place.organization_id, year)
    begins = await _begins(d, year, earlier)
    question = AssessmentLines(people, earlier, year)
    missing = [one.name for one in people if one.person_id not in earlier or earlier[one.person_id].year < year]
    lines = await d.ask("lines", question, year=year, missing=missing[:12], count=len(missing))
    given = [Assessment(id, PayerKind(one[0]), Decimal(one[1]), one[3]) for id, one in lines.items()]
    await d.confirm(year=year, much=any(one.monthly > CEILING for one in given), other=any(one.reason for one in given))
    await record_assessments(d, place, year, given, earlier, begins)
    left = [one for one in missing if one not in {question.name(one.person_id) for one in given}]
    await d.say("assessed", rows=_onward(d, place), count=len(given), year=year, left=left[:20])


async def _year_asked(d: Dialogue) -> int:
    """This year, or from November on, when the next one is prepared, perhaps that."""
    years = [d.today.year, d.today.year + 1] if d.today.month >= 11 else [d.today.year]
    options = [Option(str(one), f"{one}年") for one in years]
    chosen = await d.ask("year", OneOf(options), presumed=str(d.today.year))
    return int(chosen)


async def _begins(d: Dialogue, year: int, earlier: Mapping[int, Assessed]) -> date:
    """With which month the books begin: asked once, when they are opened in the middle of a year."""
    january = date(year, 1, 1)
    if earlier or year > d.today.year or d.today.month == 1:
        return january
    options = [Option(kind, d.texts.say(d.file, kind, month=d.today.month)) for kind in (THIS_MONTH, JANUARY)]
    chosen = await d.ask("first", OneOf(options))
    return january if chosen == JANUARY else d.today.replace(day=1)


async def record_assessments(
    d: Dialogue,
    place: Place,
    year: int,
    given: list[Assessment],
    earlier: Mapping[int, Assessed],
    begins: date,
) -> None:
    """Write what was fixed; who was in the books goes on as before, who is new begins with their first month."""
    since = await members_since(d.session, place.organization_id)

    def first(one: Assessment) -> date:
        known = earlier.get(one.person_id)
        return known.first_month if known else first_month_to_pay(since.get(one.person_id, begins), begins)

    rows = [(one, first(one)) for one in given]
    await add_assessments(d.session, place.organization_id, year, rows, assessed_by_id=d.turn.person_id, now=d.turn.now)
    await audit(d.session, d.turn.now, d.turn.person_id, place.organization_id, "assess_dues", f"year:{year}")


def _onward(d: Dialogue, place: Place) -> Rows:
    return ((Button(d.texts.title("record_dues"), f"record_dues.{place.organization_id}"), *back_to_menu(d.turn)[0]),)


@reply("dues_sheet", role=Role.SECRETARY)
async def give_sheet(turn: Turn, argument: str) -> None:
    """The sheet to be filled in: a row for each member of the branch."""
    place = await place_meant(turn, "dues_sheet", argument)
    if place is None:
        return
    people = await members(turn, place)
    earlier = await assessments_of(turn.session, place.organization_id, turn.today.year)
    rows = ((Button(turn.texts.title("import_dues"), f"import_dues.{place.organization_id}"),), *back_to_menu(turn))
    words = turn.texts.say("dues_assessing.dues_sheet", "made")
    await turn.say(words, documents=[sheet(turn.texts, place.name, people, earlier)], rows=rows)


@dialogue("import_dues", role=Role.SECRETARY)
async def import_dues(d: Dialogue) -> None:
    """The sheet comes back filled in: read at once, forgotten at once, and taken over as a whole or not at all."""
    place = place_of(d)
    people = await members(d.turn, place)
    year = await _year_asked(d)
    earlier = await assessments_of(d.session, place.organization_id, year)
    begins = await _begins(d, year, earlier)
    id = await d.ask("sheet", OneFile(".xlsx", "xlsx_please"))
    rows, faults = await d.once(f"read:{id}", lambda: _read_and_forget(d, id, people, earlier, year))
    if faults:
        raise Refused("sheet_faults", faults=faults[:10], more=max(0, len(faults) - 10))
    question = AssessmentLines(people, earlier, year)
    lines = question.load(rows, Asking(d.texts, d.now, d.zone))
    shown = question.show(lines, Asking(d.texts, d.now, d.zone))
    given = [Assessment(who, PayerKind(one[0]), Decimal(one[1]), one[3]) for who, one in lines.items()]
    await d.confirm(
        year=year,
        count=len(given),
        shown=shown,
        much=any(one.monthly > CEILING for one in given),
        other=any(one.reason for one in given),
    )
    await record_assessments(d, place, year, given, earlier, begins)
    await d.say("imported", rows=_onward(d, place), count=len(given), year=year)


async def _read_and_forget(
    d: Dialogue, id: int, people: list[Member], earlier: Mapping[int, Assessed], year: int
) -> list[list[Any]]:
    kept = await file(d.session, id)
    await forget_file(d.session, id)
    rows, faults = await asyncio.to_thread(read_sheet, d.texts, kept[2] if kept else b"", people, earlier, year)
    return [rows, faults]
