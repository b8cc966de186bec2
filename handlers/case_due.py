"""By which day a case has to go on by its rules, where nobody has reckoned it yet: cases from before it was kept."""

from collections import defaultdict
from datetime import datetime
from zoneinfo import ZoneInfo

from handlers.case_work import branch_of, work_from
from knowledge.procedure.files import Procedures
from storage.case_steps import steps_of
from storage.cases import CaseView, cases_to_reckon, set_due
from storage.database import Session


async def reckon_due(session: Session, procedures: Procedures, now: datetime) -> int:
    """Reckon it for the oldest of them; how many there were. A case whose procedure is gone is never late."""
    found = await cases_to_reckon(session)
    steps = await steps_of(session, [one.id for one in found])
    by_branch: dict[int, list[CaseView]] = defaultdict(list)
    for one in found:
        by_branch[one.organization_id].append(one)
    for organization_id, cases in by_branch.items():
        branch = await branch_of(session, organization_id)
        for one in cases:
            due = None
            if one.procedure in procedures:
                today = now.astimezone(ZoneInfo(one.timezone)).date()
                due = work_from(procedures, today, one, branch, steps[one.id]).standing.due
            await set_due(session, one.id, due)
    return len(found)
