"""The people of a transcript with real phones: their updates and the answers go over HTTP."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import update

from handlers.markup import escape
from handlers.messages import Address, Button, Document, Outgoing
from storage.accounts import lock_account
from storage.database import Database
from storage.models import Organization
from storage.reminders import note_round
from tests.bot_api import BotApi, Heard, Person
from tests.branch import PEOPLE, settle
from tests.fakes import MONDAY, ZONE, Chat, FakeTown
from tests.transcripts import Reading, Spoken, Transcript, alike

NEIGHBOURS = ("吴长河", "郑远")
STRANGER = "新手机"


@dataclass
class Phone(Chat):
    """Somebody on the stand-in, as a reading knows people."""

    person: Person | None = None

    @property
    def on_telegram(self) -> Person:
        """The same on the stand-in."""
        assert self.person is not None
        return self.person

    @property
    def messages(self) -> list[Outgoing]:
        """What came, edits included, oldest first."""
        return [_outgoing(heard) for heard in self.on_telegram.history]

    async def says(self, text: str) -> None:
        """Types and sends."""
        self.on_telegram.says(text)

    async def taps(self, label: str) -> None:
        """Presses the newest button that reads so."""
        self.on_telegram.taps(label)

    async def opens(self, payload: str = "") -> None:
        """Follows a link."""
        self.on_telegram.opens(f"/start {payload}".strip())

    async def sends_file(self, name: str = "手写稿.jpg", blob: bytes = b"\xff\xd8picture", caption: str = "") -> None:
        """Sends a file."""
        self.on_telegram.sends_document(blob, name, "image/jpeg", caption=caption)


def _outgoing(heard: Heard) -> Outgoing:
    rows = tuple(
        tuple(Button(button["text"], button.get("callback_data", ""), button.get("url", "")) for button in row)
        for row in heard.keyboard
    )
    files = (Document(heard.file.name, heard.file.media_type, heard.file.blob),) if heard.file else ()
    return Outgoing("", Address("telegram", "", ""), escape(heard.text), rows, files)


async def settle_on_telegram(database: Database, api: BotApi, first_id: int) -> tuple[FakeTown, dict[str, Chat]]:
    """One more invented branch, with everybody but one stranger bound to an account on the stand-in."""
    async with database.transaction() as session:
        # These processes have the clock of the wall; what they remind of at its hour is no part of a transcript.
        await note_round(session, str(ZONE), date.max, MONDAY)
        # No two committees have one name.
        roots = update(Organization).where(Organization.parent_id.is_(None), Organization.name == "清河镇党委")
        await session.execute(roots.values(name=f"{first_id}之前的党委"))
    ids = await settle(database)
    town = FakeTown(database)
    phones: dict[str, Chat] = {}
    for number, name in enumerate((*PEOPLE, *NEIGHBOURS, STRANGER), first_id):
        phones[name] = Phone(town, str(number), person=api.person(number, name))
        if name in ids:
            async with database.transaction() as session:
                tenant = str(api.bot["id"])
                account = await lock_account(session, "telegram", tenant, str(number), str(number), MONDAY)
                account.person_id = ids[name]
    return town, phones


class PhoneReading(Reading):
    """Plays a transcript against a process: what should be heard is waited for.

    Between two lines for the same person others may come that the transcript does not mention: notices travel on
    their own.
    """

    async def play(self, transcript: Transcript) -> None:
        """Every line in order; a transcript that needs another time of day cannot be played."""
        for line in transcript.lines:
            assert isinstance(line, Spoken), f"{transcript.path.name}: {line}: a process has a clock of its own"
            if line.who.startswith("助手"):
                await self._hear_in_time(transcript, line)
            else:
                await self._speak(line)

    async def _hear_in_time(self, transcript: Transcript, line: Spoken, within: float = 15) -> None:
        name = line.who.removeprefix("助手").removeprefix("对").strip() or self.speaker
        phone = self.people[name]
        assert isinstance(phone, Phone)
        api = phone.on_telegram.api

        came = False

        def look() -> bool:
            nonlocal came
            self._collect()
            came = came or self._found(line.text, self.waiting.get(name, []))
            return came

        await api.bell.until(look, within)
        where = f"{transcript.path.name}:{line.line} ({self.manner})"
        heard = "\n--\n".join(self.waiting.get(name, []))
        assert came, f"{where}: {name} should hear\n{line.text}\nbut hears\n{heard}"

    def _found(self, written: str, heard: list[str]) -> bool:
        """Whether it came; a long message and its file come apart. What came before it is not waited for any more."""
        for start in range(len(heard)):
            for end in range(start + 1, min(start + 3, len(heard) + 1)):
                if alike(written, "\n".join(heard[start:end])):
                    del heard[:end]
                    return True
        return False
