"""Members of whom no account can be written to."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import exists, select

from storage.database import Session
from storage.models import Account, Membership, Person


@dataclass(frozen=True, slots=True)
class Unreached:
    """A member whom no message reaches; `bound` says that there is an account, which refuses what we send."""

    person_id: int
    name: str
    organization_id: int
    bound: bool


async def unreachable_in(session: Session, organization_ids: Collection[int]) -> list[Unreached]:
    """Who belongs to these branches now and cannot be written to, by branch; sort by sound before people read it."""
    bound = exists().where(Account.person_id == Person.id)
    query = (
        select(Person.id, Person.name, Membership.organization_id, bound)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Membership.organization_id.in_(organization_ids),
            Membership.until.is_(None),
            ~exists().where(Account.person_id == Person.id, Account.reachable),
        )
        .order_by(Membership.organization_id, Person.id)
    )
    return [Unreached(*row) for row in await session.execute(query)]
