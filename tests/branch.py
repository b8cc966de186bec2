"""A small invented branch: enough people for a quorum to matter."""

from datetime import date

from knowledge.procedure.files import Procedures
from storage.database import Database
from storage.models import Membership, Organization, OrganizationKind, Person, Post, PostKind, Status
from tests.fakes import PROCEDURES, Chat, FakeTown

PEOPLE = {
    "李向阳": ("1001", Status.FULL),
    "王桂兰": ("1002", Status.FULL),
    "赵大海": ("1003", Status.FULL),
    "周福生": ("1004", Status.FULL),
    "孙小梅": ("1005", Status.PROBATIONARY),
    "钱小满": ("1006", Status.ACTIVIST),
}


async def settle(database: Database) -> dict[str, int]:
    """One committee, one branch with its six people, a neighbouring branch with its secretary, and an official.

    Returns the ids of people by name, and of organizations by name.
    """
    async with database.transaction() as session:

        async def organization(kind: OrganizationKind, name: str, parent: Organization | None) -> Organization:
            found = Organization(kind=kind, name=name, parent_id=parent.id if parent else None, path="")
            session.add(found)
            await session.flush()
            found.path = f"{parent.path if parent else '/'}{found.id}/"
            return found

        async def somebody(name: str, digits: str, place: Organization, status: Status) -> Person:
            found = Person(name=name, phone_last4=digits)
            session.add(found)
            await session.flush()
            session.add(Membership(person_id=found.id, organization_id=place.id, status=status, since=date(2020, 1, 1)))
            return found

        async def post(who: Person, place: Organization, kind: PostKind) -> None:
            session.add(Post(person_id=who.id, organization_id=place.id, kind=kind, since=date(2024, 1, 1)))

        committee = await organization(OrganizationKind.COMMITTEE, "清河镇党委", None)
        branch = await organization(OrganizationKind.BRANCH, "桃花村党支部", committee)
        next_door = await organization(OrganizationKind.BRANCH, "杏花村党支部", committee)
        people = {name: await somebody(name, digits, branch, status) for name, (digits, status) in PEOPLE.items()}
        people["吴长河"] = await somebody("吴长河", "2001", next_door, Status.FULL)
        people["郑远"] = await somebody("郑远", "3001", next_door, Status.FULL)
        await post(people["李向阳"], branch, PostKind.SECRETARY)
        await post(people["吴长河"], next_door, PostKind.SECRETARY)
        await post(people["郑远"], committee, PostKind.OFFICIAL)
        await session.flush()
        return {name: person.id for name, person in people.items()} | {
            place.name: place.id for place in (committee, branch, next_door)
        }


async def settled_town(
    database: Database, procedures: Procedures = PROCEDURES
) -> tuple[FakeTown, dict[str, Chat], dict[str, int]]:
    """The branch with everybody at a keyboard, and one stranger with a new phone."""
    ids = await settle(database)
    town = FakeTown(database, procedures=procedures)
    chats = {name: await town.chat(name, ids[name]) for name in (*PEOPLE, "吴长河", "郑远")}
    chats["新手机"] = await town.chat("新手机")
    return town, chats, ids
