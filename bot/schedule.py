"""What is due now, derived from the database at each tick: digests, what is due in cases, old traces to drop."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta

import structlog

from bot.digest_round import DigestRound
from bot.reminder_round import remind_everybody
from handlers.case_due import reckon_due
from handlers.dialogue.turns import Clock, stored_rows
from handlers.meeting_reminders import meeting_reminders
from handlers.meeting_series import series_proposals
from handlers.opinions import opinion_results
from handlers.reminders import Reminder
from handlers.wording import Texts
from knowledge.procedure.files import Procedures
from storage.accounts import reach
from storage.database import Database, Session, Unavailable
from storage.forgetting import forget_messages
from storage.installation import Doing, note_done
from storage.models import Lane
from storage.outbox import Draft, put
from storage.updates import forget_updates

log = structlog.get_logger()

TICK = 30.0
KEPT = timedelta(days=31)
"""How long the ids of updates are kept; no platform repeats one after that."""


class Schedule:
    """Ticks; several may tick at once, for what is due is claimed by a unique row."""

    def __init__(
        self,
        database: Database,
        texts: Texts,
        procedures: Procedures,
        clock: Clock,
        *,
        watching: Callable[[], AbstractContextManager[object]] = nullcontext,
    ) -> None:
        """Each tick is done in a block of `watching`."""
        self.database = database
        self.texts = texts
        self.procedures = procedures
        self.clock = clock
        self.watching = watching
        self.digests = DigestRound(database, texts)
        self._reckoned = True
        self._results_seen: datetime | None = None

    async def run(self) -> None:
        """Tick until cancelled."""
        while True:
            try:
                with self.watching():
                    await self.tick()
            except Unavailable as error:
                log.warning("database away", error=type(error).__name__)
            await asyncio.sleep(0 if self.digests.has_more or not self._reckoned else TICK)

    async def tick(self) -> int:
        """Do everything that is due; how many messages were put into the outbox."""
        now = self.clock()
        # What is tied to an hour first: thousands of digests take minutes.
        sent = await self._remind(now)
        # A digest that counts what is late waits until it is known of all: a thousand cases a second, after an upgrade.
        self._reckoned = await reckon_due(self.database, self.procedures, now)
        if self._reckoned:
            sent += await self.digests.issue(now)
        async with self.database.transaction() as session:
            await forget_updates(session, now - KEPT)
            await forget_messages(session, now)
            await note_done(session, Doing.ROUND, now)
        return sent

    async def _remind(self, now: datetime) -> int:
        """Put into the outbox what is tied to an hour of its own, and everybody's message of the day.

        Results of opinions are looked for once an hour.
        """
        async with self.database.transaction() as session:
            reminders = await meeting_reminders(session, self.texts, now)
            reminders += await series_proposals(session, self.texts, now)
            look = self._results_seen is None or now - self._results_seen >= timedelta(hours=1)
            if look:
                reminders += await opinion_results(session, self.texts, now)
            drafts = [draft for one in reminders for draft in await _drafts(session, one, now)]
            put_in = await put(session, drafts, now)
        self._results_seen = now if look else self._results_seen
        return len(put_in) + await remind_everybody(self.database, self.texts, self.procedures, now)


async def _drafts(session: Session, reminder: Reminder, now: datetime) -> list[Draft]:
    return [
        Draft(
            channel=account.channel,
            tenant=account.tenant,
            chat=account.chat,
            body=reminder.body,
            lane=Lane.PUSH,
            account_id=account.account_id,
            title=reminder.title,
            buttons=stored_rows(reminder.rows),
            not_after=reminder.not_after or now + timedelta(days=1),
            unique_key=f"{reminder.key}:{account.account_id}",
        )
        for account in await reach(session, reminder.people)
    ]
