"""What the processes of one installation share: secrets that are made once, and when something was last done."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import select

from storage.database import Session, upsert
from storage.models import InstallationFact


class Secret(StrEnum):
    """What is signed with a secret of its own."""

    DASHBOARD = "secret:dashboard"


class Doing(StrEnum):
    """What is done over and over, and of which it is noted when it was last done."""

    ROUND = "done:round"


async def secret_of(session: Session, secret: Secret) -> str | None:
    """A secret; None when none was ever made."""
    query = select(InstallationFact.value).where(InstallationFact.name == secret)
    return (await session.execute(query)).scalar_one_or_none()


async def make_secret(session: Session, secret: Secret, fresh: str, now: datetime) -> str:
    """The secret, which is `fresh` if there was none: of two that make it at once both get the same."""
    row = {"name": secret, "value": fresh, "noted_at": now}
    await session.execute(upsert(session, InstallationFact).values(row).on_conflict_do_nothing())
    found = await secret_of(session, secret)
    assert found is not None
    return found


async def note_done(session: Session, what: Doing, now: datetime) -> None:
    """Note that something was done just now."""
    row = {"name": what, "value": "", "noted_at": now}
    statement = upsert(session, InstallationFact).values(row)
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=[InstallationFact.name], set_={"noted_at": statement.excluded.noted_at}
        )
    )


async def last_done(session: Session, what: Doing) -> datetime | None:
    """When something was done last; None when never."""
    query = select(InstallationFact.noted_at).where(InstallationFact.name == what)
    return (await session.execute(query)).scalar_one_or_none()
