"""Takes messages from the outbox, fits them to their platform, sends, retries and marks them."""

import asyncio
import random
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

import structlog

from bot.channels.channel import Sender
from handlers.dialogue.turns import Answered, Clock, shown_rows, utc_now
from handlers.fitting import fit
from handlers.messages import Address, Document, Failure, NotSent, Outgoing
from storage.accounts import mark_unreachable
from storage.database import Database, Unavailable
from storage.models import Delivery as State
from storage.models import Lane
from storage.outbox import Waiting, claim, give_up, mark_part_sent, mark_sent, put_off, release

log = structlog.get_logger()

GATHER = 0.02
"""Seconds in which what was sent is gathered, to be marked in one transaction: a commit is dear."""
GRACE = 5.0
"""Seconds that a message on its way gets to arrive when its process is stopped; cut off, it would be sent again."""
FIRST_RETRY = 2.0
LONGEST_RETRY = 600.0
GIVES_UP_AS = {Failure.GONE: State.GONE, Failure.CLOSED: State.CLOSED, Failure.REFUSED: State.REFUSED}


class Delivery:
    """Sends for some channels; one worker a lane, or the turn itself for its own answers."""

    def __init__(
        self,
        database: Database,
        senders: Mapping[tuple[str, str], Sender],
        clock: Clock = utc_now,
        *,
        gather: float = GATHER,
    ) -> None:
        self.database = database
        self.gather = gather
        self.senders = senders
        self.clock = clock
        self._behind: set[tuple[str, str, str]] = set()
        """Chats with an answer that has to be tried again: what follows it must not overtake it."""
        self._sent: list[tuple[int, str]] = []
        self._marking: asyncio.Task[None] | None = None

    async def answer(self, answered: Answered) -> None:
        """Send what a turn has just committed and claimed; what fails stays in the outbox for `drain`.

        That it was sent is written a moment later, see `settle`.
        """
        messages = [
            Waiting(
                id=id,
                account_id=draft.account_id,
                channel=draft.channel,
                tenant=draft.tenant,
                chat=draft.chat,
                lane=draft.lane,
                body=draft.body,
                title=draft.title,
                buttons=draft.buttons,
                replaces=draft.replaces,
                reply_ticket=draft.reply_ticket,
                not_after=draft.not_after,
                attempts=0,
                parts_sent=0,
                documents=tuple((one.name, one.media_type, one.blob) for one in documents),
            )
            for id, draft, documents in zip(answered.ids, answered.drafts, answered.documents, strict=True)
        ]
        if messages and (messages[0].channel, messages[0].tenant, messages[0].chat) in self._behind:
            await self._release(messages)
        else:
            await self._send_in_order(messages)

    async def drain(self, lane: Lane, limit: int = 50) -> int:
        """Claim and send what is due in a lane; how many were claimed."""
        async with self.database.transaction() as session:
            claimed = await claim(session, list(self.senders), lane, self.clock(), limit)
        chats: dict[tuple[str, str, str], list[Waiting]] = {}
        for message in claimed:
            chats.setdefault((message.channel, message.tenant, message.chat), []).append(message)
        await asyncio.gather(*(self._send_in_order(messages) for messages in chats.values()))
        await self.settle(None)
        return len(claimed)

    async def settle(self, within: float | None = GRACE) -> None:
        """Wait until everything that was sent is marked as sent; before a process ends, or it would be sent again.

        A database that is away when the time is over must not keep the process from ending.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(within):
                while self._marking is not None:
                    await asyncio.wait([self._marking])

    async def run(self, lane: Lane, *, pause: float = 0.5) -> None:
        """Drain a lane until cancelled, and then finish what has begun; a database that is away is waited for."""
        while True:
            draining = asyncio.create_task(self.drain(lane))
            try:
                claimed = await asyncio.shield(draining)
            except Unavailable as error:
                log.warning("database away", error=type(error).__name__)
                claimed = 0
            except asyncio.CancelledError:
                await asyncio.wait([draining], timeout=GRACE)
                draining.cancel()
                await asyncio.gather(draining, return_exceptions=True)
                raise
            if not claimed:
                await asyncio.sleep(pause)

    async def _send_in_order(self, messages: Sequence[Waiting]) -> None:
        """Send messages to one chat; when one has to wait, those after it wait too."""
        for number, message in enumerate(messages):
            try:
                ref = await self._send(message)
            except Unavailable as error:
                # What became of it could not be written: its claim runs out, and it is tried again.
                log.warning("database away", error=type(error).__name__)
                ref = None
            chat = (message.channel, message.tenant, message.chat)
            if ref is None:
                self._behind.add(chat)
                await self._release(messages[number + 1 :])
                break
            self._behind.discard(chat)
            if ref:
                self._sent.append((message.id, ref))
                if self._marking is None:
                    self._marking = asyncio.create_task(self._mark())

    async def _mark(self) -> None:
        try:
            while self._sent:
                await asyncio.sleep(self.gather)
                sent, self._sent = self._sent, []
                try:
                    async with self.database.transaction() as session:
                        await mark_sent(session, sent, self.clock())
                except Unavailable as error:
                    log.warning("database away", error=type(error).__name__)
                    self._sent = sent + self._sent
                    await asyncio.sleep(FIRST_RETRY)
        finally:
            self._marking = None

    async def _send(self, message: Waiting) -> str | None:
        """The platform's reference; "" when it was given up; None when it has to be tried again."""
        now = self.clock()
        if message.not_after is not None and message.not_after < now:
            await self._give_up(message, State.EXPIRED, "too late")
            return ""
        sender = self.senders[message.channel, message.tenant]
        index, ref = 0, ""
        try:
            for index, part in enumerate(fit(_outgoing(message), sender.limits)):
                if index >= message.parts_sent:
                    # The platform's reference of the last part: that is where the buttons are.
                    ref = (await sender.send(part)).ref
        except NotSent as failure:
            return await self._failed(message, failure, index, now)
        except Exception as error:  # one message that breaks our code must not stop all the others
            log.exception("message breaks our code", message=message.id, channel=message.channel)
            await self._give_up(message, State.REFUSED, type(error).__name__)
            return ""
        return ref or "sent"

    async def _failed(self, message: Waiting, failure: NotSent, parts: int, now: datetime) -> str | None:
        log.info("not sent", message=message.id, failure=failure.failure, attempts=message.attempts)
        if failure.failure is not Failure.LATER:
            await self._give_up(message, GIVES_UP_AS[failure.failure], failure.detail)
            return ""
        wait = failure.retry_after
        if wait is None:
            wait = min(FIRST_RETRY * 2 ** min(message.attempts, 12), LONGEST_RETRY) * random.uniform(0.8, 1.2)
        async with self.database.transaction() as session:
            if parts:
                await mark_part_sent(session, message.id, parts)
            await put_off(session, message.id, now + timedelta(seconds=wait), failure.detail)
        return None

    async def _give_up(self, message: Waiting, state: State, detail: str) -> None:
        async with self.database.transaction() as session:
            await give_up(session, message.id, state, detail)
            if state is State.GONE and message.account_id is not None:
                await mark_unreachable(session, message.account_id)

    async def _release(self, messages: Sequence[Waiting]) -> None:
        if not messages:
            return
        try:
            async with self.database.transaction() as session:
                await release(session, [message.id for message in messages])
        except Unavailable as error:
            log.warning("database away", error=type(error).__name__)  # then their claims run out


def _outgoing(message: Waiting) -> Outgoing:
    return Outgoing(
        id=str(message.id),
        to=Address(message.channel, message.tenant, message.chat),
        body=message.body,
        buttons=shown_rows(message.buttons),
        documents=tuple(Document(*document) for document in message.documents),
        title=message.title,
        replaces=message.replaces,
        reply_ticket=message.reply_ticket,
        not_after=message.not_after,
    )
