"""Replay by name: the function runs from the top on every message, stored answers are handed back, and the first
question without one is asked.

One rule for every change of code or data: an answer that no longer fits its question is forgotten with all later ones
and asked again; a missing one is asked; one that nobody asks for is ignored.
"""

from collections.abc import Awaitable, Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from handlers.dialogue.errors import DialogueBug, Invalid, More, Refused, Suspended
from handlers.dialogue.journal import Journal
from handlers.dialogue.questions import Asking, OneOf, Option, Question, Reply, pick_one, summary_line
from handlers.dialogue.roles import Role
from handlers.dialogue.turn import Place, Turn
from handlers.messages import Document, Rows
from knowledge import choices
from storage.database import Session, has_written, watch
from storage.models import Run

T = TypeVar("T")

Play = Callable[["Dialogue"], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Registered:
    """A dialogue and who may hold it."""

    name: str
    role: Role
    play: Play
    module: str


DIALOGUES: dict[str, Registered] = {}


def dialogue(name: str, *, role: Role) -> Callable[[Play], Play]:
    """Make an async function a dialogue; its sentences are in texts/zh under the name of its module."""

    def register(play: Play) -> Play:
        if name in DIALOGUES and DIALOGUES[name].play is not play:
            raise DialogueBug(f"two dialogues are called {name}")
        DIALOGUES[name] = Registered(name, role, play, play.__module__.rpartition(".")[2])
        return play

    return register


@dataclass(slots=True)
class Prompt:
    """The question a run has come to, and what has to be said before it is put.

    `name` is its answer's, `text` that of its sentence, which is the same without the ids of loops; `unread` says that
    the reply was neither an answer nor a part of one.
    """

    name: str
    text: str
    question: Question[Any]
    values: dict[str, object]
    complaint: str = ""
    unread: bool = False
    partial: Any = None
    options: list[Option] = field(default_factory=list)


CONFIRMED = "yes"
REVISE = "revise"


class Dialogue:
    """What a dialogue function works with: ask, say, notify, and who and when."""

    def __init__(self, turn: Turn, run: Run, registered: Registered, reply: Reply | None) -> None:
        self.turn = turn
        self.run = run
        self.texts = turn.texts
        self.file = f"{registered.module}.{registered.name}"
        self.journal = Journal(run.journal)
        self.pending: Prompt | None = None
        self._place: Place | None = None
        self._role = registered.role
        self._reply = reply
        self.met: list[str] = []
        self._dropped = ""
        self._pushes = len(turn.pushes)
        self._scope: tuple[str, ...] = ()
        self._summary: list[tuple[str, str, str]] = []
        self._presumed: dict[str, Any] = {}

    @property
    def session(self) -> Session:
        """The turn's session; a dialogue reads through it, and writes after its last question."""
        return self.turn.session

    @property
    def place(self) -> Place:
        """The organization this is done for, and its time zone."""
        if self._place is None:
            raise DialogueBug(f"{self.run.dialogue} needs a place, but its role gives none")
        return self._place

    @property
    def zone(self) -> ZoneInfo:
        """The local time zone."""
        return self.turn.zone if self._place is None else self._place.zone

    @property
    def now(self) -> datetime:
        """Local time, fixed when the run began."""
        return self.run.started_at.astimezone(self.zone)

    @property
    def today(self) -> date:
        """The local day, fixed when the run began."""
        return self.now.date()

    @property
    def given(self) -> dict[str, Any]:
        """What the dialogue was started with: the argument of the button that opened it."""
        return self.journal.given

    @contextmanager
    def within(self, name: str, id: object = None) -> Iterator[None]:
        """A part with names of its own; in a loop `id` says what a round is about, and is never a count.

        Its sentences stand under `name` too; with an empty one they stand where they would without it.
        """
        before = self._scope
        self._scope = (*before, name if id is None else f"{name}:{id}")
        try:
            yield
        finally:
            self._scope = before

    def _name(self, key: str) -> str:
        return ".".join((*self._scope, key))

    def _text_key(self, key: str) -> str:
        parts = (part.partition(":")[0] for part in self._scope)
        return ".".join((*(part for part in parts if part), key))

    def _asking(self) -> Asking:
        return Asking(self.texts, self.turn.now.astimezone(self.zone), self.zone)

    async def choose_place(self) -> None:
        """Settle for which organization this is done; asked only of those who act for several.

        Raises `Refused` when the role is not, or no longer, held.
        """
        if not self.turn.may(self._role):
            raise Refused("role_needed", role=self._role)
        places = self.turn.places(self._role)
        if len(places) == 1 or (places and self.given):
            # A button that opened this names its record, and that record its organization.
            self._place = places[0]
        elif places:
            options = [Option(str(place.organization_id), place.name) for place in places]
            chosen = await self.ask("place_of", OneOf(options))
            self._place = next(place for place in places if str(place.organization_id) == chosen)

    async def ask(
        self, key: str, question: Question[T], /, *, label: str = "", presumed: T | None = None, **values: object
    ) -> T:
        """The answer to a question: the stored one, or else the run stops here until it comes.

        `label` is its line in the summary where no text has one, because what is asked stands in data. What is
        `presumed` is not asked: it is the answer until the person opens it from the summary.
        """
        name = self._name(key)
        if has_written(self.session) or len(self.turn.pushes) > self._pushes:
            raise DialogueBug(f"{self.run.dialogue} writes before it asks {name}")
        if name in self.met:
            raise DialogueBug(f"{self.run.dialogue} asks {name} twice")
        asking = self._asking()
        if name in self.journal.answers:
            try:
                answer = question.load(self.journal.answers[name], asking)
            except Invalid as invalid:
                self.journal.forget_from(name)
                self._dropped = self._sentence(invalid.key, invalid.values)
            except (KeyError, TypeError, ValueError):
                # Not even of this question's form: the code changed since it was given.
                self.journal.forget_from(name)
                self._dropped = self._sentence("things_changed", {})
            else:
                return self._note(name, key, label, question, answer, asking)
        if presumed is not None and name not in self.journal.revising:
            self._presumed[name] = question.dump(presumed)
            return self._note(name, key, label, question, presumed, asking, presumed=True)
        form = type(question).__name__
        prompt = Prompt(name, self._text_key(key), question, values, partial=self.journal.part(name, form))
        reply, self._reply = self._reply, None
        if reply is not None and name == self.journal.asked:
            try:
                self._check_tapped(reply, question.options(asking, prompt.partial))
                answer = question.read(reply, asking, prompt.partial)
                dumped = question.dump(answer)
            except More as more:
                self.journal.keep_part(name, form, more.partial)
                prompt.partial = more.partial
                prompt.complaint = self._sentence(more.key, more.values) if more.key else ""
            except Invalid as invalid:
                prompt.complaint, prompt.unread = self._sentence(invalid.key, invalid.values), True
            else:
                self.journal.answer(name, dumped)
                return self._note(name, key, label, question, answer, asking)
        elif reply is not None:
            self._dropped = self._dropped or self._sentence("things_changed", {})
            prompt.unread = True
        prompt.complaint = prompt.complaint or self._dropped
        prompt.options = question.options(asking, prompt.partial)
        self.pending = prompt
        raise Suspended

    def _check_tapped(self, reply: Reply, options: Sequence[Option]) -> None:
        # Code and data may have changed since the button was shown.
        if reply.option is not None and reply.option not in {option.id for option in options}:
            raise Invalid("no_longer_offered")

    def _note(
        self,
        name: str,
        key: str,
        label: str,
        question: Question[T],
        answer: T,
        asking: Asking,
        *,
        presumed: bool = False,
    ) -> T:
        self.met.append(name)
        text = f"{self._text_key(key)}.label"
        if not label and self.texts.has(self.file, text):
            label = self.texts.render(str(self.texts.find(self.file, text)))
        # What is presumed and empty has no line, but can be opened all the same.
        shown = question.show(answer, asking) if answer or not presumed else ""
        if label and (shown or presumed):
            self._summary.append((name, label, shown))
        return answer

    def _sentence(self, key: str, values: dict[str, object]) -> str:
        return self.texts.say(self.file, key, **values)

    async def confirm(self, key: str = "confirm", /, **values: object) -> None:
        """Show what was answered, and go on only when the person says that it is right; any answer can be changed."""
        lines = "\n".join(summary_line(label, shown) for _, label, shown in self._summary if shown)
        labels = [Option(name, label) for name, label, _ in self._summary]
        question = _Confirm(labels)
        answer = await self.ask(key, question, label="", presumed=None, summary=lines, **values)
        if answer != CONFIRMED:
            del self.journal.answers[self._name(key)]
            if answer in self._presumed:
                self.journal.answers[answer] = self._presumed[answer]
            self.journal.revise(answer)
            raise Replay

    async def say(self, key: str, /, *, rows: Rows = (), documents: Sequence[Document] = (), **values: object) -> None:
        """Send a sentence, once in a run however often it is replayed."""
        name = self._name(key)
        if name in self.journal.said:
            return
        self.journal.said[name] = len(self.journal.answers)
        await self.turn.say(self._sentence(self._text_key(key), values), rows=rows, documents=documents)

    async def notify(
        self,
        people: Collection[int],
        key: str,
        /,
        *,
        rows: Rows = (),
        not_after: datetime | None = None,
        **values: object,
    ) -> None:
        """Send a sentence to other people (ids), on every account they can be reached at; after the last question."""
        body = self._sentence(self._text_key(key), values)
        title = self.texts.render(str(self.texts.find(self.file, f"{self._text_key(key)}.title")), **values)
        self.turn.push(
            people, body, title=title, rows=rows, not_after=not_after, key=f"run:{self.run.id}:{self._name(key)}"
        )

    async def once(self, key: str, effect: Callable[[], Awaitable[T]]) -> T:
        """Do something that must come before a later question, exactly once in a run; its result is kept as JSON."""
        name = self._name(key)
        if name not in self.journal.once:
            written = has_written(self.session)
            self.journal.once[name] = [await effect()]
            await self.session.flush()
            if not written:
                watch(self.session)
        result: T = self.journal.once[name][0]
        return result


class Replay(BaseException):
    """An answer was opened again: play from the top at once."""


class _Confirm(Question[str]):
    """确认, or 修改 and then which answer."""

    def __init__(self, answers: Sequence[Option]) -> None:
        self.answers = list(answers)

    def options(self, asking: Asking, partial: Any) -> list[Option]:
        if partial == REVISE:
            return self.answers
        yes = Option(CONFIRMED, asking.texts.say("shared", "confirm_button"))
        return [yes, Option(REVISE, asking.texts.say("shared", "revise_button"))] if self.answers else [yes]

    def load(self, data: Any, asking: Asking) -> str:
        if data != CONFIRMED:
            raise Invalid("no_longer_offered")  # it was another question when it was answered
        return CONFIRMED

    def read(self, reply: Reply, asking: Asking, partial: Any) -> str:
        if reply.option is None and partial != REVISE:
            said = choices.yes_no(reply.text)
            if said is not None:
                reply = Reply(option=CONFIRMED if said else REVISE)
        offered = self.options(asking, partial)
        # Naming an answer ("改地点", "时间不对") is as good as 修改 first.
        picked = pick_one(reply, offered) if reply.option or partial == REVISE else self._named(reply, offered)
        if picked == REVISE and len(self.answers) == 1:
            return self.answers[0].id
        if picked == REVISE:
            raise More(REVISE, "which_answer")
        return picked

    def _named(self, reply: Reply, offered: list[Option]) -> str:
        for answer in self.answers:
            if answer.label in reply.text:
                return answer.id
        return pick_one(reply, offered)
