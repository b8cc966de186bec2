"""From what came in to what happens: a command, a button or words become a dialogue, a stateless reply or an answer.

Words that start something stand in texts/zh under the file and name of what they start, as `words`.
"""

import re
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

from handlers.dialogue import player
from handlers.dialogue.engine import DIALOGUES
from handlers.dialogue.errors import DialogueBug, Refused
from handlers.dialogue.journal import Journal
from handlers.dialogue.questions import GivenFile, Reply
from handlers.dialogue.roles import Role
from handlers.dialogue.turn import Turn, record_id
from handlers.fitting import is_choice
from handlers.messages import Kind
from handlers.wording import Texts, tidy
from knowledge import choices
from knowledge.procedure.model import Procedure
from storage.dialogues import open_run, parked_runs, run_of
from storage.models import Run, RunState
from storage.outbox import offered

Answer = Callable[[Turn, str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class StatelessReply:
    """Something that answers at once; all it needs is in the button's argument."""

    name: str
    role: Role
    answer: Answer
    module: str
    pattern: re.Pattern[str] | None


REPLIES: dict[str, StatelessReply] = {}


def reply(name: str, *, role: Role, pattern: str = "") -> Callable[[Answer], Answer]:
    """Make a function a stateless reply to the buttons "name.argument", to its words in texts/, and to a typed pattern.

    A pattern's first group, if it has one, is the argument.
    """

    def register(answer: Answer) -> Answer:
        if name in REPLIES and REPLIES[name].answer is not answer:
            raise DialogueBug(f"two replies are called {name}")
        compiled = re.compile(pattern) if pattern else None
        REPLIES[name] = StatelessReply(name, role, answer, answer.__module__.rpartition(".")[2], compiled)
        return answer

    return register


Start = tuple[str, str]
"""The name of a dialogue or reply, and its argument."""


Sentence = Callable[[Turn, str], Awaitable[Start | None]]
"""Reads what a sentence of somebody's starts, with what they said in it; None when it is about something else."""

SENTENCES: dict[str, Sentence] = {}


def sentence(understand: Sentence) -> Sentence:
    """Have a function read whole sentences, 周报改到周五下午五点, for which no list of words is long enough.

    It is asked after `words` and patterns; in the middle of a dialogue only about what is no answer there.
    """
    SENTENCES[understand.__name__] = understand
    return understand


class Vocabulary:
    """What people may type to start something."""

    def __init__(self, texts: Texts, procedures: Iterable[Procedure] = ()) -> None:
        self.texts = texts
        self.procedures = tuple(procedures)

    @cached_property
    def by_word(self) -> dict[str, Start]:
        """Each way to say it, tidied, and what it starts.

        A procedure's word yields to a conversation's: `check` complains, but nobody is left without an answer.
        """
        found: dict[str, Start] = {}
        for name in (*DIALOGUES, *REPLIES):
            for word in self.texts.words(name):
                if found.setdefault(tidy(word), (name, "")) != (name, ""):
                    raise DialogueBug(f"{word} starts both {found[tidy(word)]} and {name}")
        for one in self.procedures:
            for word in one.words:
                found.setdefault(tidy(word), ("procedure", one.id))
        return found

    def exact(self, text: str) -> Start | None:
        """What these very words start, and with which argument; what stands after a command is passed over."""
        command = _COMMAND.match(text)
        if start := self.by_word.get(tidy(command[1] if command else text)):
            return start
        for entry in REPLIES.values():
            if entry.pattern and (found := entry.pattern.fullmatch(text.strip())):
                return entry.name, found[1] if entry.pattern.groups else ""
        return None

    def wished(self, text: str) -> Start | None:
        """The procedure that somebody wants to begin or to know the way through: 我想发展党员咋弄, 换届的流程."""
        found = _WISH.fullmatch(text.strip())
        start = self.by_word.get(tidy(found[1])) if found else None
        return start if start and start[0] == "procedure" else None

    def spelled(self, text: str) -> Start | None:
        """What letters start when they are the whole pinyin of its words: wode, qiandao."""
        letters = tidy(text)
        if not (letters.isascii() and letters.isalpha()):
            return None
        words = list(self.by_word)
        found = choices.match_option(letters, words)
        return self.by_word[words[found.index]] if found.kind == "pinyin" and found.index is not None else None

    def near(self, text: str) -> Start | None:
        """What words that are slightly off most likely start; only short ones, for questions are longer."""
        if len(text) > 8:
            return None
        words = list(self.by_word)
        found = choices.match_option(text, words)
        if found.kind not in ("initials", "pinyin", "near") or found.index is None:
            # A word inside another may be its opposite: 参加 in 不能参加.
            return None
        return self.by_word[words[found.index]]


_TAP = re.compile(r"(?=r[\d.]+$|c[\d.]+[bx]$)([rc])(\d{1,9})\.(\d{1,9})\.(\d{1,3}|[bx])", re.ASCII)
_ASKS = re.compile(
    r"[？?].*|.*[？?]\s*|.*(吗|么|呢|多少|几个|几人|怎么办|怎么做|什么时候|是什么|哪些)[。！!]?", re.DOTALL
)
_WISH = re.compile(
    r"(?:(?:我们?|咱们?|支部|请|帮我?|想要?|要|准备|打算|需要|怎么样?|如何|怎样|该|现在|开始)*)"
    r"(?:办理?一?下?|弄一?下?|搞一?[个下]?|开展|进行|组织|做一?[个下]?|走一?下?)?(.+?)了?"
    r"(?:的?(?:流程|程序|步骤|规程|手续)(?:是什么|是啥|有哪些)?|(?:怎么|咋|如何|怎样)(?:办理?|弄|搞|整|走|开展|进行)?)?"
    r"[啊呢呀吧吗了嘛。？?！!\s]*"
)
_COMMAND = re.compile(r"\s*(/[a-zA-Z]\w*)(?!\S)")
LONGEST_SENTENCE = 60
"""Characters of a sentence that is read for what it starts."""
WAYS_OUT = ("back", "cancel", "later")
ANSWERS = ("at_rest", "done", "skip", "stop_here")
"""Ways to answer a question of ours; where none is open they are none to the handbook, which counts what it lacks."""
_ASIDE = re.compile(r"\s*(?:[？?]|(?:问|/ask\b)[\s：:，,]+)\s*(\S[\s\S]*)")


def is_a_question(text: str) -> bool:
    """Whether words are put as a question."""
    return _ASKS.fullmatch(text) is not None


class Router:
    """Decides what a turn does."""

    def __init__(self, texts: Texts, procedures: Iterable[Procedure] = ()) -> None:
        self.texts = texts
        self.vocabulary = Vocabulary(texts, procedures)

    async def route(self, turn: Turn, files: tuple[GivenFile, ...]) -> None:
        """Everything that one update causes, save locking, recording and sending."""
        incoming = turn.incoming
        try:
            if incoming.address.group:
                await self.start(turn, "in_group", "")
            elif incoming.kind is Kind.ENTRY:
                await self._entry(turn, incoming.payload)
            elif incoming.kind is Kind.TAP:
                await self._tap(turn, incoming.payload)
            else:
                await self._words(turn, incoming.text, files)
        except Refused as refused:
            await turn.say(self.texts.say("shared", refused.key, **refused.values))

    async def _entry(self, turn: Turn, payload: str) -> None:
        run = await open_run(turn.session, turn.account.id)
        if run is None:
            await self.start(turn, "entry", payload)
        else:
            await self._leave_for(turn, run, "entry", payload)

    async def start(self, turn: Turn, name: str, argument: str) -> None:
        """Open a dialogue or give a stateless reply.

        Raises `Refused` when the person's role does not allow it.
        """
        if name in DIALOGUES:
            await player.open_dialogue(turn, name, argument)
            return
        entry = REPLIES[name]
        if not turn.may(entry.role):
            raise Refused("role_needed", role=entry.role)
        try:
            await entry.answer(turn, argument)
        except Refused as refused:
            await turn.say(self.texts.say(f"{entry.module}.{name}", refused.key, **refused.values))

    async def _tap(self, turn: Turn, payload: str) -> None:
        found = _TAP.fullmatch(payload)
        if found is None:
            name, _, argument = payload.partition(".")
            if name in DIALOGUES or name in REPLIES:
                await self.start(turn, name, argument)
            else:
                raise Refused("unknown_button")
            return
        kind, run_id, shown_at, what = found[1], int(found[2]), int(found[3]), found[4]
        run = await run_of(turn.session, turn.account.id, run_id)
        current = await open_run(turn.session, turn.account.id)
        if run is None:
            await self._instead(turn, current, "not_your_button")
        elif run.state is RunState.PARKED:
            words = self.texts.say("shared", "parked", title=player.title_of(turn, run))
            await turn.say(words, rows=((player.resume_button(turn, run),),))
            if current is not None:
                await self._back_to(turn, current)
        elif run.state is not RunState.OPEN:
            await self._instead(turn, current, "finished_button")
        elif run.turn != shown_at:
            await self._instead(turn, run, "stale_button")
        elif kind == "c":
            await self._control(turn, run, "back" if what == player.BACK else "cancel", tapped=True)
        else:
            shown = Journal(run.journal).shown
            if int(what) >= len(shown):
                raise Refused("unknown_button")
            await player.play(turn, run, Reply(option=shown[int(what)]), tapped=True)

    async def _instead(self, turn: Turn, run: Run | None, key: str) -> None:
        """Say kindly why a button does nothing, and repeat the open question, if there is one."""
        words = self.texts.say("shared", key)
        if run is None:
            await turn.say(words)
        else:
            await player.repeat(turn, run, words)

    async def _control(self, turn: Turn, run: Run, what: str, *, tapped: bool = False) -> None:
        if what == "back":
            await player.step_back(turn, run, tapped=tapped)
        elif what == "later":
            await player.park(turn, run)
        else:
            await player.cancel(turn, run)

    async def _words(self, turn: Turn, text: str, files: tuple[GivenFile, ...]) -> None:
        run = await open_run(turn.session, turn.account.id)
        useless = self._useless(turn, text, files)
        if useless and run is not None:
            await player.repeat(turn, run, useless)
        elif useless:
            await turn.say(useless)
        elif run is not None:
            await self._in_dialogue(turn, run, text, files)
        elif files:
            await self.start(turn, "stray_file", "")
        else:
            await self._at_rest(turn, text)

    def _useless(self, turn: Turn, text: str, files: tuple[GivenFile, ...]) -> str:
        """What to say about a message that can be no answer to anything; empty when it can."""
        if turn.incoming.kind is Kind.UNKNOWN:
            return self.texts.say("shared", "only_words_and_files")
        if turn.incoming.kind is Kind.FILE and not files:
            return self.texts.say("shared", "file_not_fetched")
        command = None if files else _COMMAND.match(text)
        if command and not any(self.texts.means(what, text) for what in WAYS_OUT) and not self.vocabulary.exact(text):
            return self.texts.say("shared", "unknown_command", command=command[1])
        return ""

    async def _in_dialogue(self, turn: Turn, run: Run, text: str, files: tuple[GivenFile, ...]) -> None:
        for what in WAYS_OUT:
            if not files and self.texts.means(what, text):
                await self._control(turn, run, what)
                return
        aside = _ASIDE.fullmatch(text)
        if aside and not files:
            await self._leave_for(turn, run, "handbook", aside[1])
            return
        command = None if files else self.vocabulary.exact(text)
        if command and (text.lstrip().startswith("/") or _is_open_to_all(Journal(run.journal), text, command[0])):
            await self._leave_for(turn, run, *command)
            return
        before = Journal(run.journal).answers
        said = list(turn.said)
        prompt = await player.play(turn, run, Reply(text=text, files=files))
        if prompt is None or not prompt.unread or Journal(run.journal).answers != before:
            return
        # The words did not answer the question: perhaps they are a command or a question to the handbook.
        if start := command or await self._understood(turn, text):
            turn.said = said
            await self._leave_for(turn, run, *start)
        elif is_a_question(text) and turn.around.handbook.ask(text).status == "answered":
            turn.said = said
            await self._leave_for(turn, run, "handbook", text)

    async def _understood(self, turn: Turn, text: str) -> Start | None:
        """What a sentence starts; long ones are no wish that one could fill in."""
        if len(text) > LONGEST_SENTENCE:
            return None
        for understand in SENTENCES.values():
            if start := await understand(turn, text):
                return start
        return None

    async def _leave_for(self, turn: Turn, run: Run, name: str, argument: str) -> None:
        """Do something else: a dialogue sets the open one aside, a short reply or a no is followed by its question."""
        try:
            await self.start(turn, name, argument)
        except Refused as refused:
            await turn.say(self.texts.say("shared", refused.key, **refused.values))
        if run.state is RunState.OPEN:
            await self._back_to(turn, run)

    async def _back_to(self, turn: Turn, run: Run) -> None:
        await player.repeat(turn, run, self.texts.say("shared", "back_to", title=player.title_of(turn, run)))

    async def _at_rest(self, turn: Turn, text: str) -> None:
        if not text.strip():
            raise Refused("empty")
        if any(self.texts.means(what, text) for what in WAYS_OUT):
            raise Refused("nothing_open")
        said = tidy(text) or text.strip()
        shown = await offered(turn.session, turn.account.id)
        newest = [(label, payload) for label, payload in shown[0] if is_choice(payload)] if shown else []
        if payload := next((payload for label, payload in newest if (tidy(label) or label) == said), None):
            await self._tap(turn, payload)
            return
        aside = _ASIDE.fullmatch(text)
        if not aside and (command := self.vocabulary.exact(text)):
            await self.start(turn, *command)
            return
        if not aside and (understood := await self._understood(turn, text)):
            await self.start(turn, *understood)
            return
        if not aside and (wish := self.vocabulary.wished(text)):
            await self.start(turn, *wish)
            return
        found = choices.match_option(text, [label for label, _ in newest])
        if found.index is not None and found.kind in ("number", "initials"):
            await self._tap(turn, newest[found.index][1])
            return
        earlier = [(label, payload) for buttons in shown for label, payload in buttons if is_choice(payload)]
        if payload := next((payload for label, payload in earlier if (tidy(label) or label) == said), None):
            await self._tap(turn, payload)
            return
        if not aside and any(self.texts.means(what, text) for what in ANSWERS):
            raise Refused("nothing_open")
        if start := self.vocabulary.spelled(text):
            await self.start(turn, *start)
            return
        start = self.vocabulary.near(text)
        if start and not aside and turn.around.handbook.ask(text).status != "answered":
            await self.start(turn, *start)
            return
        await self.start(turn, "handbook", aside[1] if aside else text)


def _is_open_to_all(journal: Journal, text: str, command: str) -> bool:
    """Whether the open question does not choose among options, so that a word that starts something is no answer.

    The name of a procedure is an answer where any words may be: 学了什么？主题党日.
    """
    if command == "procedure" and journal.free:
        return False
    if not journal.shown:
        return True
    return journal.free and tidy(text) not in map(tidy, journal.shown)


async def resume_parked(turn: Turn, argument: str) -> None:
    """Go on with a run that was set aside: the one named, or the newest.

    Raises `Refused` when there is none.
    """
    if argument:
        run = await run_of(turn.session, turn.account.id, record_id(argument))
    else:
        run = next(iter(await parked_runs(turn.session, turn.account.id)), None)
    if run is None or run.state not in (RunState.PARKED, RunState.OPEN):
        raise Refused("nothing_parked")
    await player.resume(turn, run)
