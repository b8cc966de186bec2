"""The demo: an invented town with two months of history, and a web chat where a visitor is one of its people."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

from bot.app import serve
from bot.channels.web_chat import DemoPerson
from bot.settings import Settings
from bot.town_history import MONTHS, ZONE, add_history
from bot.town_people import CAST, TOWN, a_year_before, townspeople
from handlers.dialogue.turns import Clock, utc_now
from knowledge.rules.dates import DateProblem, read_moment
from storage.database import Database, Session
from storage.digest import serving_without, subscribe
from storage.models import Account, OrganizationKind
from storage.people import OrganizationView, find_people, organizations_under, roots
from storage.roster import import_roster

CHANNEL, TENANT = "web", "local"


async def load_town(session: Session, now: datetime, seed: int = 2026) -> bool:
    """Settle the town as of `now`, the same for the same seed; False, and nothing is done, when it is there already."""
    if await _town(session) is not None:
        return False
    rng = Random(seed)
    today = now.astimezone(ZONE).date()
    people = townspeople(rng, today)
    long_ago = today - timedelta(days=700)
    await import_roster(session, a_year_before(people, today), long_ago)
    await import_roster(session, people, today - MONTHS)
    root = await _town(session)
    assert root is not None
    places = await organizations_under(session, root.path)
    await add_history(
        session,
        [place for place in places if place.kind is OrganizationKind.BRANCH],
        [place for place in places if place.kind is OrganizationKind.GROUP],
        now,
        rng,
    )
    for person in await demo_people(session):
        session.add(
            Account(
                channel=CHANNEL,
                tenant=TENANT,
                user=person.user,
                chat=person.user,
                person_id=int(person.user.removeprefix("demo-")),
                created_at=now,
            )
        )
    await session.flush()
    # The official has read digests for long: one that is missed while the demo is off comes late, as anywhere.
    readers = [one for one in await serving_without(session) if one[1] == root.id]
    await subscribe(session, readers, now - timedelta(days=60))
    return True


async def _town(session: Session) -> OrganizationView | None:
    return next((each for each in await roots(session) if each.name == TOWN), None)


async def demo_people(session: Session) -> list[DemoPerson]:
    """The people whom a visitor can be, in the order they are offered; empty where the town is not loaded."""
    root = await _town(session)
    if root is None:
        return []
    ids = {(one.name, one.phone_last4): one.id for one in await find_people(session, root.path)}
    return [
        DemoPerson(f"demo-{ids[part.name, part.phone_last4]}", part.name, part.label, part.branch[-1][1])
        for part in CAST
    ]


def clock_from(begins: str) -> Clock | None:
    """A clock that runs on from a moment as people say it, on the town's clock; None when it is no moment.

    So a visitor sees what comes at its hour: the digest of a Monday, the reminders of a morning.
    """
    if not begins.strip():
        return utc_now
    try:
        moment = read_moment(begins, now=utc_now().astimezone(ZONE).replace(tzinfo=None))
    except DateProblem:
        return None
    if moment is None or moment.time is None:
        return None
    ahead = datetime.combine(moment.day, moment.time, ZONE) - utc_now()
    return lambda: utc_now() + ahead


async def serve_demo(settings: Settings, clock: Clock = utc_now) -> None:
    """Settle the town in the database of the settings and serve it until cancelled."""
    database = Database(settings.database_url)
    try:
        await database.migrate()
        async with database.transaction() as session:
            await load_town(session, clock())
            people = await demo_people(session)
    finally:
        await database.close()

    async def everybody() -> Sequence[DemoPerson]:
        return people

    await serve(settings, ("web", "worker"), people=everybody, clock=clock)
