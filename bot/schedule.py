"""What is due now, derived from the database at each tick: digests, what is due in cases, old traces to drop."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import structlog

from bot.reminder_round import remind_everybody
from handlers.dialogue.turn import Place
from handlers.dialogue.turns import Clock, stored_rows
from handlers.digest import digest_of, week_of
from handlers.figures import DigestStyle
from handlers.meeting_reminders import meeting_reminders
from handlers.meeting_series import series_proposals
from handlers.opinions import opinion_results
from handlers.reminders import Reminder
from handlers.scope_figures import figures_of
from handlers.wording import Texts
from knowledge.procedure.files import Procedures
from storage.accounts import reach
from storage.database import Database, Session, Unavailable
from storage.digest import Subscription, active_subscriptions, add_issue
from storage.files import add_file
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
        self._results_seen: datetime | None = None

    async def run(self) -> None:
        """Tick until cancelled."""
        while True:
            try:
                with self.watching():
                    await self.tick()
            except Unavailable as error:
                log.warning("database away", error=type(error).__name__)
            await asyncio.sleep(TICK)

    async def tick(self) -> int:
        """Do everything that is due; how many messages were put into the outbox."""
        now = self.clock()
        async with self.database.reading() as session:
            due = [one for one in await active_subscriptions(session) if is_due(one, now)]
        sent = 0
        for subscription in due:
            sent += await self._issue(subscription, now)
        sent += await self._remind(now)
        async with self.database.transaction() as session:
            await forget_updates(session, now - KEPT)
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

    async def _issue(self, subscription: Subscription, now: datetime) -> int:
        """Put last week's digest into the outbox, unless that week's is there already."""
        zone = ZoneInfo(subscription.timezone)
        day = now.astimezone(zone).date() - timedelta(weeks=1)
        place = Place(subscription.organization_id, subscription.organization_name, subscription.path, None, zone)
        async with self.database.reading() as session:
            scope = await figures_of(session, place, day, now)
        digest = await digest_of(self.texts, scope, DigestStyle())
        async with self.database.transaction() as session:
            if not await add_issue(session, subscription.id, week_of(day), {"branches": len(scope.branches)}, now):
                return 0
            files = [await add_file(session, one.name, one.media_type, one.blob, now) for one in digest.documents]
            accounts = await reach(session, [subscription.person_id])
            drafts = [
                Draft(
                    channel=account.channel,
                    tenant=account.tenant,
                    chat=account.chat,
                    body=digest.body,
                    lane=Lane.PUSH,
                    account_id=account.account_id,
                    title=self.texts.say("digest.digest", "push_title"),
                    buttons=stored_rows(digest.rows),
                    documents=files,
                    unique_key=f"digest:{subscription.id}:{week_of(day)}:{account.account_id}",
                )
                for account in accounts
            ]
            await put(session, drafts, now)
            return len(drafts)


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


def is_due(subscription: Subscription, now: datetime) -> bool:
    """Whether this week's moment of a subscription has come; whether it was sent already, the database knows."""
    local = now.astimezone(ZoneInfo(subscription.timezone))
    monday = local.date() - timedelta(days=local.isoweekday() - 1)
    moment = datetime.combine(monday + timedelta(days=subscription.weekday - 1), time(), local.tzinfo)
    return local >= moment + timedelta(minutes=subscription.minute)
