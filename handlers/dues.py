"""Dues (党费): recorded month by month, who owes, corrected, exported, made public.

Nothing follows from owing by itself: the secretary is told to ask first.
"""

from datetime import date
from decimal import Decimal

from handlers.dialogue import Day, Dialogue, Refused, Role, Text, dialogue
from handlers.dialogue.turn import Place, Turn, record_id
from handlers.dues_books import Standing, books_of, owing_words, standing_of, standings
from handlers.dues_lines import PaymentLines, month_words
from handlers.ledger_place import PAGE, member_named, members, place_meant, place_named, place_of, year_in
from handlers.menu_rows import back_to_menu, page_of
from handlers.messages import Button, Document, Rows
from handlers.router import reply
from handlers.sheets import workbook
from storage.dues import (
    PaymentView,
    add_payments,
    assessments_by_person,
    payment,
    payments_by,
    payments_to,
    void_payment,
)
from storage.people import Member, audit


@reply("dues", role=Role.SECRETARY)
async def show_dues(turn: Turn, argument: str) -> None:
    """How this month stands in a branch, and what can be done; the argument is the branch."""
    place = await place_meant(turn, "dues", argument)
    if place is None:
        return
    people = await members(turn, place)
    found = await standings(turn.session, place.organization_id, people, turn.today)
    this = turn.today.replace(day=1)
    assessed = [one for one in found if one.assessed is not None]
    paying = [one for one in assessed if one.pays_in(this)]
    here = await payments_to(turn.session, place.organization_id, turn.today.year)
    say, id = turn.texts.say, place.organization_id
    names = ("record_dues", "dues_owed", "assess_dues", "dues_people", "dues_ledger", "dues_summary")
    buttons = [Button(turn.texts.title(name), f"{name}.{id}") for name in names]
    await turn.say(
        say(
            "dues.dues",
            "page",
            place=place.name,
            month=this.month,
            members=len(people),
            unassessed=len(people) - len(assessed),
            paying=len(paying),
            paid=sum(this in one.paid for one in paying),
            received=f"{sum((one.amount for one in here if one.month == this), Decimal(0)):.2f}",
            behind=sum(bool(one.owed) for one in found),
        ),
        rows=(tuple(buttons[:2]), tuple(buttons[2:4]), tuple(buttons[4:]), *back_to_menu(turn)),
    )


@dialogue("record_dues", role=Role.SECRETARY)
async def record_dues(d: Dialogue) -> None:
    """Who has paid for which months: several people and months in one message, or everybody at once."""
    place = place_of(d)
    people = await members(d.turn, place)
    books = await books_of(d.session, place.organization_id, people, d.today)
    if all(one.assessed is None for one in books.values()):
        raise Refused("nobody_assessed")
    paid_on = await d.ask("paid_on", Day(before=d.today), presumed=d.today)
    lines = await d.ask("lines", PaymentLines(people, books, d.today), month=d.today.month)
    await d.confirm()
    monthly = {id: one.assessed.monthly for id, one in books.items() if one.assessed is not None}
    wanted = [(id, date.fromisoformat(month), monthly[id]) for id, months in lines.items() for month in months]
    done = await add_payments(
        d.session, place.organization_id, wanted, paid_on=paid_on, recorded_by_id=d.turn.person_id, now=d.turn.now
    )
    await audit(d.session, d.turn.now, d.turn.person_id, place.organization_id, "record_dues", f"months:{len(done)}")
    names = {one.person_id: one.name for one in people}
    twice = [f"{names[id]} {month_words([month])}" for id, month, _ in wanted if (id, month) not in done]
    total = sum((amount for id, month, amount in wanted if (id, month) in done), Decimal(0))
    await d.say(
        "recorded",
        rows=_back(d.turn, place),
        people=len({id for id, _ in done}),
        months=len(done),
        total=f"{total:.2f}",
        twice=twice[:10],
    )


def _back(turn: Turn, place: Place) -> Rows:
    return ((Button(turn.texts.title("dues"), f"dues.{place.organization_id}"), *back_to_menu(turn)[0]),)


@reply("dues_owed", role=Role.SECRETARY)
async def show_owed(turn: Turn, argument: str) -> None:
    """Who owes how many months, those who owe most first; the argument is "branch.page"."""
    id, _, page = argument.partition(".")
    place = await place_meant(turn, "dues_owed", id)
    if place is None:
        return
    found = await standings(turn.session, place.organization_id, await members(turn, place), turn.today)
    behind = sorted((one for one in found if one.owed), key=lambda one: -len(one.owed))
    if not behind:
        raise Refused("nobody_owes")
    name = f"dues_owed.{place.organization_id}"
    listed, steps, start = page_of(turn, [_person_button(one) for one in behind], name, page, PAGE)
    lines = [owing_words(turn, one) for one in behind[start : start + len(listed)]]
    remind = (Button(turn.texts.title("remind_dues"), f"remind_dues.{place.organization_id}"),)
    words = turn.texts.say(
        "dues.dues_owed", "page", count=len(behind), lines=lines, serious=any(one.is_serious for one in behind)
    )
    await turn.say(words, rows=(*((steps,) if steps else ()), remind, *_back(turn, place)), replaces=bool(page))


def _person_button(one: Standing) -> Button:
    return Button(one.name, f"dues_of.{one.person_id}")


@dialogue("remind_dues", role=Role.SECRETARY)
async def remind_dues(d: Dialogue) -> None:
    """Those who owe are told what they owe, each alone; only now, because the secretary asks for it."""
    place = place_of(d)
    people = await members(d.turn, place)
    found = await standings(d.session, place.organization_id, people, d.today)
    behind = [one for one in found if one.owed]
    if not behind:
        raise Refused("nobody_owes")
    await d.confirm("confirm", names=[one.name for one in behind[:30]], count=len(behind))
    say = d.texts.say
    for one in behind:
        body = say(d.file, "reminder", months=month_words(one.owed), total=f"{one.owes:.2f}")
        key = f"dues_reminder:{one.person_id}:{d.turn.today}"
        rows = ((Button(d.texts.title("my_dues"), "my_dues"),),)
        d.turn.push([one.person_id], body, title=say(d.file, "reminder_title"), rows=rows, key=key)
    await audit(d.session, d.turn.now, d.turn.person_id, place.organization_id, "remind_dues", f"people:{len(behind)}")
    await d.say("reminded", rows=_back(d.turn, place), count=len(behind))


@reply("dues_people", role=Role.SECRETARY)
async def list_people(turn: Turn, argument: str) -> None:
    """The members of a branch, to look at one of them; the argument is "branch.page"."""
    id, _, page = argument.partition(".")
    place = await place_meant(turn, "dues_people", id)
    if place is None:
        return
    found = await standings(turn.session, place.organization_id, await members(turn, place), turn.today)
    name = f"dues_people.{place.organization_id}"
    listed, steps, _ = page_of(turn, [_person_button(one) for one in found], name, page, 2 * PAGE)
    pairs = tuple(tuple(listed[at : at + 2]) for at in range(0, len(listed), 2))
    words = turn.texts.say("dues.dues_people", "page")
    await turn.say(words, rows=(*pairs, *((steps,) if steps else ()), *_back(turn, place)), replaces=bool(page))


@reply("dues_of", role=Role.SECRETARY)
async def show_one(turn: Turn, argument: str) -> None:
    """What one person pays, paid and owes, with what was recorded last to be taken back."""
    one, place = await member_named(turn, argument)
    standing = await standing_of(turn.session, place.organization_id, one, turn.today)
    paid = await payments_by(turn.session, [one.person_id])
    mine = [view for view in paid if view.organization_id == place.organization_id][-6:]
    label = turn.texts.title("void_dues")
    buttons = [Button(f"{label} {month_words([view.month])}", f"void_dues.{view.id}") for view in reversed(mine)]
    words = turn.texts.document(
        "dues_of.j2", one=standing, **_shown(standing), paid=[_paid(view) for view in paid[-24:]]
    )
    await turn.say(words, rows=(*((button,) for button in buttons), *_back(turn, place)))


def _paid(view: PaymentView) -> tuple[str, str, date]:
    return month_words([view.month]), f"{view.amount:.2f}", view.paid_on


def _shown(standing: Standing) -> dict[str, object]:
    assessed = standing.assessed
    return {
        "monthly": f"{assessed.monthly:.2f}" if assessed else "",
        "owed": month_words(standing.owed),
        "owes": f"{standing.owes:.2f}",
    }


@dialogue("void_dues", role=Role.SECRETARY)
async def void_dues(d: Dialogue) -> None:
    """A month recorded by mistake is taken back with the reason; the record stays, and it can be paid again."""
    found = await payment(d.session, record_id(str(d.given.get("argument", ""))))
    if found is None:
        raise Refused("gone")
    place = place_named(d.turn, str(found.organization_id))
    if found.voided:
        raise Refused("voided_before")
    month = month_words([found.month])
    reason = await d.ask("reason", Text(max_length=80), name=found.person_name, month=month)
    await d.confirm(name=found.person_name, month=month, amount=f"{found.amount:.2f}")
    if not await void_payment(d.session, found.id, reason):
        raise Refused("voided_before")
    await audit(d.session, d.turn.now, d.turn.person_id, found.organization_id, "void_dues", f"payment:{found.id}")
    row = (Button(found.person_name, f"dues_of.{found.person_id}"),)
    await d.say("voided", rows=(row, *_back(d.turn, place)), name=found.person_name, month=month)


@reply("my_dues", role=Role.BOUND)
async def show_my_dues(turn: Turn, argument: str) -> None:
    """What the person who asks pays, paid and owes; nobody else's."""
    fixed = await assessments_by_person(turn.session, turn.person_id)
    paid = await payments_by(turn.session, [turn.person_id])
    if not fixed and not paid:
        raise Refused("nothing_on_me")
    belongs = turn.belongs
    assert turn.person is not None
    standing = Standing(turn.person_id, turn.person.name, None, date.min, (), ())
    if belongs is not None:
        me = Member(turn.person_id, turn.person.name, turn.person.phone_last4, belongs.status, belongs.may_vote, None)
        standing = await standing_of(turn.session, belongs.organization_id, me, turn.today)
    rows = ((Button(turn.texts.title("my_data"), "my_data"), *back_to_menu(turn)[0]),)
    words = turn.texts.document(
        "dues_of.j2", one=standing, **_shown(standing), paid=[_paid(view) for view in paid[-24:]]
    )
    await turn.say(words, rows=rows)


@reply("dues_ledger", role=Role.SECRETARY)
async def export_ledger(turn: Turn, argument: str) -> None:
    """A year's ledger as a workbook: what each pays and paid, month by month; the argument is "branch.year"."""
    id, _, words = argument.partition(".")
    place = await place_meant(turn, "dues_ledger", id)
    if place is None:
        return
    year = year_in(turn, words)
    table = await _ledger(turn, place, year)
    await audit(turn.session, turn.now, turn.person_id, place.organization_id, "export_dues", f"year:{year}")
    other = Button(f"{year - 1}年", f"dues_ledger.{place.organization_id}.{year - 1}")
    said = turn.texts.say("dues.dues_ledger", "made", year=year)
    await turn.say(said, documents=[table], rows=((other,), *_back(turn, place)))


async def _ledger(turn: Turn, place: Place, year: int) -> Document:
    people = await members(turn, place)
    last = turn.today if year >= turn.today.year else date(year + 1, 1, 1)
    found = await standings(turn.session, place.organization_id, people, last, year=year)
    here = await payments_to(turn.session, place.organization_id, year)
    by_month = {(one.person_id, one.month.month): one.amount for one in here}
    gone = {one.person_id: one.person_name for one in here if one.person_id not in {p.person_id for p in people}}
    say = turn.texts.say
    heads = say("dues.dues_ledger", "heads").split("、")
    rows: list[list[str | int | float]] = []
    for n, (who, name) in enumerate([*((one.person_id, one.name) for one in found), *gone.items()], 1):
        one = next((each for each in found if each.person_id == who), None)
        fixed = one.assessed if one else None
        months = [float(amount) if (amount := by_month.get((who, month))) is not None else "" for month in range(1, 13)]
        total = float(sum((amount for (id, _), amount in by_month.items() if id == who), Decimal(0)))
        owed = len([month for month in one.owed if month.year == year]) if one else ""
        kind = turn.texts.word(fixed.payer) if fixed else ""
        rows.append([n, name, kind, float(fixed.monthly) if fixed else "", *months, total, owed])
    sums = [float(sum((x for (_, m), x in by_month.items() if m == month), Decimal(0))) for month in range(1, 13)]
    rows.append(["", say("dues.dues_ledger", "together"), "", "", *sums, float(sum(sums)), ""])
    name = f"{place.name}{say('dues.dues_ledger', 'title_of', year=year)}"
    lines = [say("dues.dues_ledger", "line", day=turn.today)]
    return workbook(name, name, lines, heads, rows, foot=say("dues.dues_ledger", "foot"))


@reply("dues_summary", role=Role.SECRETARY)
async def publish(turn: Turn, argument: str) -> None:
    """What is made public at least once a year: how many paid how much, month by month, and no names."""
    id, _, words = argument.partition(".")
    place = await place_meant(turn, "dues_summary", id)
    if place is None:
        return
    year = year_in(turn, words)
    here = await payments_to(turn.session, place.organization_id, year)
    months = []
    for month in range(1, 13):
        amounts = [one.amount for one in here if one.month.month == month]
        if amounts:
            months.append((month, len(amounts), f"{sum(amounts, Decimal(0)):.2f}"))
    words = turn.texts.say(
        "dues.dues_summary",
        "page",
        place=place.name,
        year=year,
        people=len({one.person_id for one in here}),
        total=f"{sum((one.amount for one in here), Decimal(0)):.2f}",
        months=months,
        day=turn.today,
    )
    other = Button(f"{year - 1}年", f"dues_summary.{place.organization_id}.{year - 1}")
    await turn.say(words, rows=((other,), *_back(turn, place)))
