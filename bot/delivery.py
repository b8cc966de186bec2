"""Takes messages from the outbox, fits them to their platform, sends, retries and marks them."""

import asyncio
import random
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

import structlog

from bot.channels.channel import Sender
from handlers.dialogue.turns import Answered, Clock, shown_rows, utc_now
from handlers.fitting import fit
from handlers.messages import Address, Document, Failure, NotSent, Outgoing
from storage.accounts import mark_unreachable
from storage.database import Database, Unavailable
from storage.group_chats import follow_chat, unlink_chat
from storage.models import Delivery as State
from storage.models import Lane
from storage.outbox import (
    CHAT_GAP,
    GROUP_GAP,
    LEASE,
    Waiting,
    claim,
    give_up,
    mark_part_sent,
    mark_sent,
    put_off,
    release,
    renew,
)

log = structlog.get_logger()

GATHER = 0.02
"""Seconds in which what was sent is gathered, to be marked in one transaction: a commit is dear."""
GRACE = 5.0
"""Seconds that a message on its way gets to arrive when its process is stopped; cut off, it would be sent again."""
FIRST_RETRY = 2.0
LONGEST_RETRY = 600.0
MOST_ATTEMPTS = 440
"""After so many, which is about three days, a message is old and is given up: it would hold up its chat for ever."""
AT_ONCE = 50
"""Messages under way at once, where the platform sets no pace."""
BREATH = 0.25
"""Seconds between two claims while there is much to send: a claim is a transaction, and should be for several."""
GIVES_UP_AS = {Failure.GONE: State.GONE, Failure.CLOSED: State.CLOSED, Failure.REFUSED: State.REFUSED}


class Delivery:
    """Sends for some channels: a task for some lanes, and the turn itself for its own answers.

    `paced` says that the platform bounds how much it takes; its sender then waits with each call until it may be made.
    A claim holds for `lease`, which is longer than a call can take, and is renewed while its message is under way.
    """

    def __init__(
        self,
        database: Database,
        senders: Mapping[tuple[str, str], Sender],
        clock: Clock = utc_now,
        *,
        gather: float = GATHER,
        at_once: int = AT_ONCE,
        paced: bool = False,
        lease: timedelta = LEASE,
    ) -> None:
        self.database = database
        self.at_once = at_once
        self.paced = paced
        self.lease = lease
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

    async def drain(self, *lanes: Lane, limit: int = AT_ONCE) -> int:
        """Claim and send what is due in some lanes, of each chat the first; how many were claimed."""
        claimed = await self._claim(lanes, limit)
        await asyncio.gather(*(self._send_in_order([message]) for message in claimed))
        await self.settle(None)
        return len(claimed)

    async def _claim(self, lanes: Sequence[Lane], limit: int, under_way: Collection[int] = ()) -> list[Waiting]:
        async with self.database.transaction() as session:
            return await claim(
                session,
                list(self.senders),
                lanes,
                self.clock(),
                limit,
                lease=self.lease,
                under_way=under_way,
                paced=self.paced,
            )

    async def settle(self, within: float | None = GRACE) -> None:
        """Wait until everything that was sent is marked as sent; before a process ends, or it would be sent again.

        A database that is away when the time is over must not keep the process from ending.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(within):
                while self._marking is not None:
                    await asyncio.wait([self._marking])

    async def run(self, *lanes: Lane, pause: float = 0.5) -> None:
        """Send what is due in some lanes until cancelled, the first lane first, and then finish what has begun.

        One message that takes long holds up its chat and nobody else. A database that is away is waited for.
        """
        under_way: dict[asyncio.Task[None], int] = {}
        renewed = asyncio.get_running_loop().time()
        try:
            while True:
                under_way = {task: id for task, id in under_way.items() if not task.done()}
                claimed: list[Waiting] = []
                try:
                    if under_way and asyncio.get_running_loop().time() - renewed > self.lease.total_seconds() / 3:
                        renewed = asyncio.get_running_loop().time()
                        await self._renew(under_way.values())
                    if len(under_way) < self.at_once:
                        claimed = await self._claim_all(lanes, self.at_once - len(under_way), under_way.values())
                except Unavailable as error:
                    log.warning("database away", error=type(error).__name__)
                under_way |= {asyncio.create_task(self._send_in_order([message])): message.id for message in claimed}
                if claimed:
                    _, rest = await asyncio.wait(under_way, timeout=BREATH)
                    if not rest:
                        await self.settle(None)  # then the next of each chat can be claimed
                else:
                    await asyncio.sleep(pause)
        finally:
            if under_way:
                await asyncio.wait(under_way, timeout=GRACE)
            for task in under_way:
                task.cancel()
            await asyncio.gather(*under_way, return_exceptions=True)

    async def _claim_all(self, lanes: Sequence[Lane], limit: int, under_way: Collection[int]) -> list[Waiting]:
        """A claim that is not cut off half-way: what nobody would send is let go of again."""
        claiming = asyncio.create_task(self._claim(lanes, limit, tuple(under_way)))
        try:
            return await asyncio.shield(claiming)
        except asyncio.CancelledError:
            await asyncio.wait([claiming], timeout=GRACE)
            if claiming.done() and claiming.exception() is None:
                await self._release(claiming.result())
            raise

    async def _renew(self, ids: Collection[int]) -> None:
        async with self.database.transaction() as session:
            await renew(session, ids, self.clock() + self.lease)

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
            await self._give_up(message, State.EXPIRED, "too late", None)
            return ""
        sender = self.senders[message.channel, message.tenant]
        ref = message.sent_ref
        try:
            parts = fit(_outgoing(message), sender.limits)
            for number, part in enumerate(parts[message.parts_sent :], message.parts_sent + 1):
                arrived = (await sender.send(part)).ref
                if part.body or not ref:
                    ref = arrived  # of the last one with words: that is where the buttons are
                if number < len(parts):
                    await self._note(message.id, number, ref)
        except NotSent as failure:
            return await self._failed(message, failure)
        except Unavailable:
            raise  # no moment could be reserved for it
        except Exception as error:  # one message that breaks our code must not stop all the others
            log.exception("message breaks our code", message=message.id, channel=message.channel)
            await self._give_up(message, State.REFUSED, type(error).__name__, self.clock())
            return ""
        return ref or "sent"

    async def _note(self, id: int, parts: int, ref: str) -> None:
        """Write how much of a message has arrived before more of it is sent, however long the database is away: who
        goes on with it sends at most that part again whose answer was lost."""
        while True:
            try:
                async with self.database.transaction() as session:
                    await mark_part_sent(session, id, parts, ref)
                return
            except Unavailable as error:
                log.warning("database away", error=type(error).__name__)
                await asyncio.sleep(FIRST_RETRY)

    async def _failed(self, message: Waiting, failure: NotSent) -> str | None:
        log.info("not sent", message=message.id, failure=failure.failure, attempts=message.attempts)
        if failure.failure is not Failure.LATER:
            await self._give_up(message, GIVES_UP_AS[failure.failure], failure.detail, self.clock())
            return ""
        if message.attempts >= MOST_ATTEMPTS:
            await self._give_up(message, State.EXPIRED, failure.detail, self.clock())
            return ""
        wait = failure.retry_after
        if wait is None:
            wait = min(FIRST_RETRY * 2 ** min(message.attempts, 12), LONGEST_RETRY) * random.uniform(0.8, 1.2)
        hold = None
        if self.paced:
            # The chat as a whole, whichever lane and worker would have been next at it.
            gap = (CHAT_GAP if message.account_id else GROUP_GAP).total_seconds()
            hold = max(gap, failure.retry_after or 0)
            wait = max(wait, gap)
        async with self.database.transaction() as session:
            if failure.moved_to:
                await follow_chat(session, message.channel, message.tenant, message.chat, failure.moved_to)
            now = self.clock()
            held = None if hold is None else now + timedelta(seconds=hold)
            await put_off(session, message.id, now + timedelta(seconds=wait), failure.detail, held)
        return None

    async def _give_up(self, message: Waiting, state: State, detail: str, declined_at: datetime | None) -> None:
        async with self.database.transaction() as session:
            await give_up(session, message.id, state, detail, declined_at)
            if state is State.GONE:
                # Whoever spoke in a group that has put us out can still be reached; the group cannot.
                await unlink_chat(session, message.channel, message.tenant, message.chat)
                if message.account_id is not None:
                    await mark_unreachable(session, message.account_id, message.chat)

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
