"""Dues that are owed and hours of learning that are missing, in figures, as things to be reminded of.

Of single members nothing is said here: the ledgers show them to the secretary, and what follows is decided by people.
"""

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

from handlers.messages import Button
from handlers.reminders import Item, Looked
from knowledge.rules.dues import HALF_A_YEAR
from knowledge.rules.learning import hours_due_by, hours_needed
from knowledge.rules.owed import Light, period_of
from storage.models import OrganizationKind
from storage.reminders import Branch, DuesOwed, dues_owed, hours_behind

QUARTER = 3


def _by_day(looked: Looked) -> dict[date, dict[int, Branch]]:
    """The branches by the day on their clocks, of which there are at most two or three at a time."""
    found: dict[date, dict[int, Branch]] = defaultdict(dict)
    for one in looked.branches:
        if one.kind is OrganizationKind.BRANCH:
            found[looked.today(one.timezone)][one.id] = one
    return found


async def dues_items(looked: Looked) -> list[Item]:
    """How many in each branch owe dues, said at the beginning of each month, and how many owe half a year."""
    found = []
    for today, branches in _by_day(looked).items():
        for id, owed in (await dues_owed(looked.session, list(branches), today, serious=HALF_A_YEAR)).items():
            found += _dues(looked, branches[id], today.replace(day=1), owed)
    return found


def _dues(looked: Looked, branch: Branch, month: date, owed: DuesOwed) -> list[Item]:
    counts = (("dues_serious", Light.RED, owed.serious), ("dues", Light.YELLOW, owed.some))
    button = Button(looked.texts.title("dues_owed"), f"dues_owed.{branch.id}")
    return [
        Item(
            key=f"{key}:{branch.id}:{month}",
            people=looked.keepers.get(branch.id, ()),
            light=light,
            begun=month,
            label=looked.texts.say("ledger_reminders", "dues_label"),
            words=looked.texts.say("ledger_reminders", key, count=count),
            buttons=(button,),
            marks=(month,),
            of=branch.name,
        )
        for key, light, count in counts
        if count
    ]


async def hours_items(looked: Looked) -> list[Item]:
    """How many in each branch learned less than their share of the year, said in the month after each quarter."""
    found = []
    for today, branches in _by_day(looked).items():
        begun, _ = period_of(today, QUARTER)
        if today.month != begun.month:
            continue
        over = begun - timedelta(days=1)
        shares: dict[str, Decimal] = {
            name: hours_due_by(over, hours_needed(leader=name == "leader")) for name in ("member", "leader")
        }
        behind = await hours_behind(looked.session, list(branches), over.year, **shares)
        found += [_hours(looked, branches[id], begun, over, count) for id, count in behind.items()]
    return found


def _hours(looked: Looked, branch: Branch, begun: date, over: date, count: int) -> Item:
    whole_year = over.month == 12
    return Item(
        key=f"hours:{branch.id}:{over}",
        people=looked.keepers.get(branch.id, ()),
        light=Light.RED if whole_year else Light.YELLOW,
        begun=begun,
        label=looked.texts.say("ledger_reminders", "hours_label"),
        words=looked.texts.say(
            "ledger_reminders", "hours", count=count, year=over.year, share=over.month // QUARTER * 25
        ),
        buttons=(Button(looked.texts.title("learning"), f"learning.{branch.id}"),),
        marks=(begun,),
        of=branch.name,
    )
