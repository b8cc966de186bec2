"""By which day a case has to go on by its rules, where nobody has reckoned it yet: cases from before it was kept."""

from datetime import datetime
from zoneinfo import ZoneInfo

from handlers.case_work import branches_of, work_from
from knowledge.procedure.files import Procedures
from storage.case_steps import steps_of
from storage.cases import cases_to_reckon, set_due
from storage.database import Session


async def reckon_due(session: Session, procedures: Procedures, now: datetime) -> int:
    """Reckon it for the oldest of them, in so many statements and one for each; how many there were.

    A case whose procedure is gone is never late.
    """
    found = await cases_to_reckon(session)
    if not found:
        return 0
    steps = await steps_of(session, [one.id for one in found])
    branches = await branches_of(session, {one.organization_id for one in found})
    for one in found:
        due = None
        if one.procedure in procedures:
            today = now.astimezone(ZoneInfo(one.timezone)).date()
            due = work_from(procedures, today, one, branches[one.organization_id], steps[one.id]).standing.due
        await set_due(session, one.id, due)
    return len(found)
