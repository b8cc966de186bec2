"""Digest, dashboard, reminders and the secretary's own list say the same of what a branch owes, in towns by chance."""

from collections import Counter
from datetime import datetime, time, timedelta

from handlers.duties import LOOKED_BACK, Duty, duties_of
from handlers.duty_reminders import duty_items
from handlers.figures import figures_of
from handlers.reminders import Looked
from knowledge.rules.owed import Light
from storage.customs import customs_for
from storage.database import Database, Session
from storage.held import Home, held_in
from storage.models import Organization, OrganizationKind
from storage.people import committee_of
from storage.reminders import Branch
from tests.fakes import PROCEDURES, TEXTS
from tests.random_town import RandomTown, add_towns


async def own_list(session: Session, branch: Branch, looked: Looked) -> list[Duty]:
    """What the secretary is told who asks for it."""
    home = Home(branch.id, branch.path, branch.timezone)
    held = await held_in(session, [home], looked.now, LOOKED_BACK, every_day=True)
    customs = (await customs_for(session, "lecture", [branch.id])).get(branch.id, [])
    committee = len(await committee_of(session, branch.id))
    today = looked.today(branch.timezone)
    return duties_of(held[branch.id], today, committee=committee, lectures=[one.value for one in customs])


async def check(session: Session, town: RandomTown, now: datetime) -> int:
    """All branches of a town at a moment; how many lights there are."""
    branches = [
        Branch(row["id"], row["name"], row["path"], row["kind"], row["timezone"])
        for row in town.rows[Organization]
        if row["kind"] is OrganizationKind.BRANCH and row["closed_on"] is None
    ]
    looked = Looked(session, TEXTS, PROCEDURES, now, (), branches)
    reminded: dict[int, Counter[tuple[str, Light, object]]] = {one.id: Counter() for one in branches}
    for item in await duty_items(looked):
        _, what, id, *_ = item.key.split(":")
        reminded[int(id)][what, item.light, item.begun] += 1
    figures = await figures_of(session, [town.root["path"]], now.date(), town.zone, now)
    digest = {one.organization_id: one for one in figures.branches}
    assert set(digest) == {one.id for one in branches}
    for branch in branches:
        duties = await own_list(session, branch, looked)
        found = digest[branch.id]
        assert (found.duties, found.done) == (len(duties), sum(one.standing.count > 0 for one in duties))
        stand = [(one.what, one.standing) for one in duties if not one.standing.count]
        owed = Counter((what, one.light, one.last, one.missed) for what, one in stand)
        assert Counter({(one.what, one.light, one.last, one.missed): one.count for one in found.owed}) == owed
        lights = [(what, one.light, one.since or one.first) for what, one in stand if one.light is not Light.NONE]
        assert reminded[branch.id] == Counter(lights)
    return sum(counter.total() for counter in reminded.values())


async def test_all_who_are_told_of_a_duty_are_told_the_same(database: Database) -> None:
    towns = [RandomTown(seed) for seed in range(60, 84 if database.is_sqlite else 66)]
    await add_towns(database, towns)
    lights = 0
    async with database.reading() as session:
        for town in towns:
            # Also where another month or quarter has begun on one clock and not yet on another.
            month = (town.now.date().replace(day=1) + timedelta(days=32)).replace(day=1)
            for now in (town.now, datetime.combine(month, time(2), town.zone)):
                lights += await check(session, town, now)
    assert lights, "otherwise it proves nothing"
