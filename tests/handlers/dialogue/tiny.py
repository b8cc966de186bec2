"""Dialogues that are defined in a test, and a look at what a run remembers."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from handlers.dialogue import Role
from handlers.dialogue.engine import DIALOGUES, Play, Registered
from handlers.messages import Kind
from handlers.wording import Texts
from storage.files import add_file
from storage.models import File, Run, RunState
from tests.fakes import TEXTS, Chat, FakeTown

FILE = "tiny"
_QUESTIONS = {
    "first": "第一问？",
    "second": "第二问？",
    "third": "第三问？",
    "count": "几份？",
    "kind": "哪一种？",
    "who": "给谁？",
}
_PART: dict[str, Any] = {key: {"ask": words, "label": key} for key, words in _QUESTIONS.items()} | {
    "confirm": {"ask": "对吗？\n{{ summary | marked }}"},
    "hello": "先说一句。",
    "between": "中间一句。",
    "finished": "办好了：{{ answers }}",
    "notice": {"title": "通知：{{ words }}", "say": "告诉您：{{ words }}"},
    "no_use": "现在办不了。",
}
SENTENCES: dict[str, Any] = {
    name: {"title": title, **_PART, "each": _PART} for name, title in (("tiny", "小事"), ("other", "另一件"))
}


def shared(key: str, **values: object) -> str:
    """A sentence that all conversations share."""
    return TEXTS.say("shared", key, **values)


class Broken(Exception):
    """A mistake that a test puts into a dialogue."""


@dataclass
class Tiny:
    """One person, one dialogue, and what can be asked about them."""

    town: FakeTown
    chat: Chat

    @property
    def texts(self) -> Texts:
        """All sentences."""
        return TEXTS

    def define(self, play: Play, *, name: str = "tiny", role: Role = Role.ANYONE) -> None:
        """The code of a dialogue as it is from now on, as after a deployment."""
        DIALOGUES[name] = Registered(name, role, play, FILE)

    def remove(self, name: str = "tiny") -> None:
        """The dialogue is no longer in the code."""
        del DIALOGUES[name]

    async def starts(self, name: str = "tiny") -> list[str]:
        """Its button is pressed; what is said then."""
        await self.chat.sends(Kind.TAP, payload=name)
        return self.chat.hears()

    async def hears(self, *replies: str) -> list[str]:
        """Types one after another; what was said since."""
        for words in replies:
            await self.chat.says(words)
        return self.chat.hears()

    async def taps(self, payload: str) -> list[str]:
        """Presses a button that may be old or invented; what is said then."""
        await self.chat.sends(Kind.TAP, payload=payload)
        return self.chat.hears()

    def payload(self, label: str) -> str:
        """What the button that reads so brings back."""
        return next(button.payload for button in self.chat.buttons() if button.label == label)

    async def runs(self) -> list[Run]:
        """All runs, oldest first."""
        async with self.town.database.reading() as session:
            return list((await session.execute(select(Run).order_by(Run.id))).scalars())

    async def run(self) -> Run:
        """The newest run."""
        return (await self.runs())[-1]

    async def answers(self) -> dict[str, Any]:
        """The answers of the newest run."""
        kept: dict[str, Any] = (await self.run()).journal.get("answers", {})
        return kept

    async def state(self) -> RunState:
        """How the newest run stands."""
        return (await self.run()).state

    async def written(self) -> int:
        """How many times a dialogue of a test wrote something."""
        async with self.town.database.reading() as session:
            return (await session.execute(select(func.count()).select_from(File))).scalar_one()


async def write(d: Any) -> int:
    """Something that stays in the database."""
    return await add_file(d.session, "记录.txt", "text/plain", b"x", d.turn.now)
