"""Everything that goes wrong at a prompt, at every prompt of every transcript: nothing entered is lost by it.

A prompt that comes again in one transcript is pestered once. At each prompt a few things go wrong, other ones at the
next, fewer in procedures, which one engine asks. One transcript is pestered on one database, the next on the other.
"""

from dataclasses import dataclass, field
from itertools import cycle, islice
from typing import Any

import pytest

from handlers.messages import Document, Kind
from storage.database import Database
from storage.dialogues import open_run
from storage.models import Account
from tests.branch import settled_town
from tests.fakes import TEXTS, Chat
from tests.transcripts import Reading, Spoken, Transcript, transcripts

ALL = transcripts()
CRASHED = TEXTS.say("shared", "crashed")[:12]
PICTURE = Document("photo.jpg", "image/jpeg", b"\xff\xd8")


async def answers(chat: Chat) -> tuple[str, dict[str, Any]] | None:
    """The question that is open and what was answered before it."""
    async with chat.town.database.reading() as session:
        run = await open_run(session, await _account(session, chat))
        return (run.journal["asked"], run.journal.get("answers", {})) if run else None


async def _account(session: Any, chat: Chat) -> int:
    from sqlalchemy import select

    found: int = await session.scalar(select(Account.id).where(Account.user == chat.user))
    return found


COLLECTING = ("paper", "who", "files", "photos", "materials")
"""Prompts that take several things one after another, files among them: there a photo is no mistake."""
FEW = {"conversations": 5, "procedures": 2}
"""How many things go wrong at one prompt, by the folder of the transcript; the next prompt meets the next ones."""


@dataclass(slots=True)
class Pestering(Reading):
    """Before each line, the one who will speak does wrong what can be done, in turn a few things."""

    few: int = 0
    met: set[str] = field(default_factory=set)
    begun: int = 0

    async def _speak(self, line: Spoken) -> None:
        chat = self.people[self._name(line.who)]
        before = await answers(chat)
        if before is not None and before[0] not in self.met:
            self.met.add(before[0])
            self._collect()
            kept = {name: list(words) for name, words in self.waiting.items()}
            await self._pester(chat, before)
            chat.hears()
            self.waiting = kept
        await Reading._speak(self, line)
        count = len(chat.messages)
        await chat.again()
        assert len(chat.messages) == count, f"line {line.line}: the same update was answered twice"

    async def _pester(self, chat: Chat, before: tuple[str, dict[str, Any]]) -> None:
        collects = before[0].endswith(COLLECTING)
        wrongs: list[tuple[str, dict[str, Any]]] = [
            ("empty", {"kind": Kind.TEXT, "text": ""}),
            ("blanks", {"kind": Kind.TEXT, "text": " \n "}),
            ("sticker", {"kind": Kind.UNKNOWN}),
            ("another command", {"kind": Kind.TEXT, "text": "/help"}),
            ("yesterday's button", {"kind": Kind.TAP, "payload": await _stale(chat)}),
            ("somebody else's button", {"kind": Kind.TAP, "payload": "r999999.1.0"}),
            ("a button of no kind", {"kind": Kind.TAP, "payload": "nonsense"}),
        ]
        if not collects:
            wrongs += [
                ("4,000 characters", {"kind": Kind.TEXT, "text": "好" * 4000}),
                ("emoji", {"kind": Kind.TEXT, "text": "😀🌶️"}),
                ("photo", {"kind": Kind.FILE, "files": (PICTURE,)}),
            ]
        wrongs = list(islice(cycle(wrongs), self.begun, self.begun + self.few))
        self.begun += self.few
        for what, update in wrongs:
            count = len(chat.messages)
            await chat.sends(**update)
            heard = [message.body for message in chat.messages[count:]]
            assert 1 <= len(heard) <= 2, f"{what} at {before[0]}: {heard}"
            assert CRASHED not in heard[0], f"{what} at {before[0]} crashed"
            assert await answers(chat) == before, f"{what} at {before[0]} changed the answers"


async def _stale(chat: Chat) -> str:
    async with chat.town.database.reading() as session:
        run = await open_run(session, await _account(session, chat))
        assert run is not None
        return f"r{run.id}.{run.turn - 1}.0"


PLAYED = [
    pytest.param(kind, transcript, id=f"{transcript.path.stem}-{kind}")
    for transcript, kind in zip(ALL, cycle(("sqlite", "postgres")), strict=False)
]


@pytest.mark.parametrize(("database_url", "transcript"), PLAYED, indirect=["database_url"])
async def test_nothing_wrong_at_a_prompt_loses_what_was_entered(database: Database, transcript: Transcript) -> None:
    town, chats, _ = await settled_town(database)
    few = FEW[transcript.path.parent.name]
    begun = 3 * ALL.index(transcript)
    await Pestering(town, chats, "labels", few=few, begun=begun).play(transcript)
