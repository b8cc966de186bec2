"""One update, one transaction: lock, dedup, play, record, put the answers into the outbox, commit."""

import json
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import structlog

from handlers.dialogue.questions import GivenFile
from handlers.dialogue.roles import Role
from handlers.dialogue.turn import Said, Surroundings, Turn
from handlers.messages import Button, Document, Incoming, Kind, Rows
from storage.accounts import lock_account, mark_unreachable, reach
from storage.database import Database, Session, Unavailable
from storage.dialogues import open_run
from storage.files import add_file
from storage.forgetting import forget_files
from storage.group_chats import follow_chat, groups_of, unlink_chat
from storage.models import Lane
from storage.outbox import Draft, put
from storage.speaker import speaker
from storage.updates import finish_update

log = structlog.get_logger()

Route = Callable[[Turn, tuple[GivenFile, ...]], Awaitable[None]]
Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The real clock."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Answered:
    """What a turn put into the outbox for the person who spoke, already committed and claimed for sending at once."""

    ids: tuple[int, ...]
    drafts: tuple[Draft, ...]
    documents: tuple[tuple[Document, ...], ...]


NOTHING = Answered((), (), ())


@dataclass(frozen=True, slots=True)
class Turns:
    """Takes one update after another; `play` may be called for many people at once."""

    database: Database
    around: Surroundings
    route: Route
    clock: Clock = utc_now

    async def take(self, incoming: Incoming, files: Sequence[Document] = ()) -> Answered:
        """Everything that one update causes, in one transaction; a repeat causes nothing.

        `files` are the bytes of its attachments. Raises one of `storage.database.Unavailable` when the database cannot
        be reached: nothing happened then, and the platform should bring the update again.
        """
        now = self.clock()
        try:
            async with self.database.transaction() as session:
                return await self._take(session, incoming, files, now)
        except Unavailable:
            raise
        except Exception:
            log.exception("turn failed", channel=incoming.address.channel, update=incoming.id, kind=incoming.kind)
        async with self.database.transaction() as session:
            turn = await self._begin(session, incoming, now)
            if turn is None:
                return NOTHING
            run = await open_run(session, turn.account.id)
            if run is not None:
                log.warning("answers kept", update=incoming.id, run=run.id, dialogue=run.dialogue)
            await turn.say(self.around.texts.say("shared", "crashed"))
            return await _commit(turn)

    async def _take(self, session: Session, incoming: Incoming, files: Sequence[Document], now: datetime) -> Answered:
        turn = await self._begin(session, incoming, now)
        if turn is None:
            return NOTHING
        if incoming.kind is Kind.LEFT:
            if incoming.address.group:
                # Whoever put us out of a group can still be reached; the group cannot.
                await unlink_chat(session, incoming.address.channel, incoming.address.tenant, incoming.address.chat)
            else:
                await mark_unreachable(session, turn.account.id)
            return NOTHING
        if incoming.kind is Kind.MOVED:
            address = incoming.address
            await follow_chat(session, address.channel, address.tenant, address.chat, incoming.payload)
            return NOTHING
        given = tuple(
            [
                GivenFile(
                    await add_file(session, file.name, file.media_type, file.blob, now),
                    file.name,
                    file.media_type,
                    len(file.blob),
                )
                for file in files
            ]
        )
        await self.route(turn, given)
        if given:
            await _forget_untaken(turn, [file.id for file in given])
        return await _commit(turn)

    async def _begin(self, session: Session, incoming: Incoming, now: datetime) -> Turn | None:
        address = incoming.address
        chat = "" if address.group else address.chat
        account = await lock_account(session, address.channel, address.tenant, incoming.user, chat, now)
        if not await finish_update(session, address.channel, address.tenant, incoming.id, now):
            return None
        turn = Turn(session, incoming, account, None, [], None, now, self.around)
        if account.person_id is not None:
            await identify(turn, account.person_id)
        return turn


async def _forget_untaken(turn: Turn, ids: list[int]) -> None:
    """A file that answered nothing, or was only read, is not kept: people are told so, and it may be about anybody."""
    run = await open_run(turn.session, turn.account.id)
    answers = json.dumps(run.journal) if run else ""
    untaken = [id for id in ids if not re.search(rf"\b{id}\b", answers)]
    if untaken:
        await forget_files(turn.session, untaken)


async def identify(turn: Turn, person_id: int) -> None:
    """Let a turn know whose it is, with their posts and membership."""
    found = await speaker(turn.session, person_id, turn.today)
    if found is not None:
        turn.person, turn.belongs, turn.posts = found.person, found.belongs, found.posts


def in_private(turn: Turn) -> bool:
    """Have what is said go to the person alone and not to the group; False when we do not know where to find them."""
    address = turn.incoming.address
    if not address.group or not turn.account.chat:
        return not address.group
    turn.group = address
    turn.incoming = replace(
        turn.incoming, address=replace(address, chat=turn.account.chat, group=False), about="", reply_ticket=None
    )
    return True


async def _commit(turn: Turn) -> Answered:
    """Write what was said to the outbox; what is for others waits there, what is for this person goes at once."""
    drafts = [await _draft(turn, said) for said in turn.said]
    await turn.session.flush()
    ids = await put(turn.session, drafts, turn.now, claimed=True)
    await put(turn.session, await _pushes(turn), turn.now)
    return Answered(tuple(ids), tuple(drafts), tuple(said.documents for said in turn.said))


async def _draft(turn: Turn, said: Said) -> Draft:
    address = turn.incoming.address
    ticket = turn.incoming.reply_ticket
    return Draft(
        channel=address.channel,
        tenant=address.tenant,
        chat=address.chat,
        body=said.body,
        account_id=turn.account.id,
        buttons=stored_rows(said.rows),
        documents=[
            await add_file(turn.session, file.name, file.media_type, file.blob, turn.now, passing=True)
            for file in said.documents
        ],
        replaces=turn.incoming.about if said.replaces else "",
        reply_ticket=dict(ticket) if ticket else None,
    )


async def _pushes(turn: Turn) -> list[Draft]:
    drafts = []
    for push in turn.pushes:
        files = [
            await add_file(turn.session, one.name, one.media_type, one.blob, turn.now, passing=True)
            for one in push.documents
        ]
        for account in await reach(turn.session, push.people):
            drafts.append(
                Draft(
                    channel=account.channel,
                    tenant=account.tenant,
                    chat=account.chat,
                    body=push.body,
                    lane=Lane.PUSH,
                    account_id=account.account_id,
                    title=push.title,
                    buttons=stored_rows(push.rows),
                    documents=[*files, *push.files],
                    not_after=push.not_after,
                    unique_key=f"{push.key}:{account.account_id}",
                )
            )
    return [*drafts, *await _announcements(turn)]


async def _announcements(turn: Turn) -> list[Draft]:
    return [
        Draft(
            channel=group.channel,
            tenant=group.tenant,
            chat=group.chat,
            body=one.body,
            lane=Lane.PUSH,
            buttons=stored_rows(one.rows),
            not_after=one.not_after,
            unique_key=f"{one.key}:group:{group.id}",
        )
        for one in turn.announcements
        for group in await groups_of(turn.session, one.organization_id)
    ]


def stored_rows(rows: Rows) -> list[Any]:
    """Buttons as the outbox keeps them."""
    return [[{"label": button.label, "payload": button.payload, "url": button.url} for button in row] for row in rows]


def shown_rows(stored: list[Any]) -> Rows:
    """Buttons as a channel takes them."""
    return tuple(tuple(Button(**button) for button in row) for row in stored)


__all__ = ["NOTHING", "Answered", "Clock", "Role", "Turns", "identify", "shown_rows", "stored_rows", "utc_now"]
