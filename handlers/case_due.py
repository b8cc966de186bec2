"""By which day cases have to go on by their rules, where nobody has reckoned it yet: those from before it was kept.

Until it is reckoned a case is never late, so a digest would say too little: they are all gone through at once after an
upgrade, in batches that are thought through apart, so that nobody who talks to the assistant waits.
"""

import asyncio
from collections.abc import Sequence
from datetime import date, datetime
from time import monotonic
from zoneinfo import ZoneInfo

from handlers.case_work import Branch, branches_of, work_from
from knowledge.procedure.files import Procedures
from storage.case_steps import StepView, steps_of
from storage.cases import CaseView, cases_to_reckon, note_due
from storage.database import Database

BATCH = 200
"""So many are read, and written in one transaction; they take a fifth of a second."""
PATIENCE = 20.0
"""After so many seconds no further batch is begun before all else that is due was looked at again."""


async def reckon_due(database: Database, procedures: Procedures, now: datetime) -> bool:
    """Reckon it for all cases, the oldest first; whether there is none left.

    Several may do so at once: whoever comes second changes nothing.
    """
    until, newest = monotonic() + PATIENCE, 0
    while True:
        async with database.reading() as session:
            found = await cases_to_reckon(session, after=newest, limit=BATCH)
            steps = await steps_of(session, [one.id for one in found])
            branches = await branches_of(session, {one.organization_id for one in found})
        if not found:
            return True
        days = await asyncio.to_thread(_days, procedures, now, found, steps, branches)
        async with database.transaction() as session:
            await note_due(session, days)
        newest = found[-1].id
        if monotonic() >= until:
            return False


def _days(
    procedures: Procedures,
    now: datetime,
    cases: Sequence[CaseView],
    steps: dict[int, list[StepView]],
    branches: dict[int, Branch],
) -> dict[int, date | None]:
    """By case; None where no rule says so, as where a procedure is gone."""
    days: dict[int, date | None] = {}
    for one in cases:
        days[one.id] = None
        if one.procedure in procedures:
            today = now.astimezone(ZoneInfo(one.timezone)).date()
            work = work_from(procedures, today, one, branches[one.organization_id], steps[one.id])
            days[one.id] = work.standing.due
    return days
