"""Runs of dialogues: at most one open per account, the others parked."""

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update

from storage.database import Session
from storage.models import Run, RunState

_OPEN = select(Run).where(Run.account_id == bindparam("account"), Run.state == RunState.OPEN)
_NAMED = select(Run).where(Run.account_id == bindparam("account"), Run.id == bindparam("run"))


async def open_run(session: Session, account_id: int) -> Run | None:
    """The run that the account's next message answers."""
    return (await session.execute(_OPEN, {"account": account_id})).scalar_one_or_none()


async def run_of(session: Session, account_id: int, run_id: int) -> Run | None:
    """One run, if it is this account's."""
    return (await session.execute(_NAMED, {"account": account_id, "run": run_id})).scalar_one_or_none()


async def parked_runs(session: Session, account_id: int) -> list[Run]:
    """Runs set aside, the most recently touched first."""
    query = (
        select(Run)
        .where(Run.account_id == account_id, Run.state == RunState.PARKED)
        .order_by(Run.updated_at.desc(), Run.id.desc())
    )
    return list((await session.execute(query)).scalars())


async def park_open_run(session: Session, account_id: int, now: datetime) -> None:
    """Set the open run aside, if there is one; its answers stay."""
    statement = update(Run).where(Run.account_id == account_id, Run.state == RunState.OPEN)
    await session.execute(statement.values(state=RunState.PARKED, updated_at=now))


async def start_run(session: Session, account_id: int, dialogue: str, journal: dict[str, Any], now: datetime) -> Run:
    """A new open run; whatever was open has been parked before."""
    run = Run(account_id=account_id, dialogue=dialogue, journal=journal, started_at=now, updated_at=now, turn=0)
    session.add(run)
    await session.flush()
    return run
