"""The handbook: curated entries and the passages of imported readings, found by a question in anybody's words."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Self

from knowledge import everyday, foreign
from knowledge.entry import Entry
from knowledge.entry_files import ENTRIES, read_entries
from knowledge.foreign import foreign_to, is_about, is_likely_foreign, is_never_ours, nearness, who_knows
from knowledge.located import Fault
from knowledge.normalize import normalize
from knowledge.passages import Passages, Quote
from knowledge.questions import decisive_in, leaning, parts_of
from knowledge.reading import kinds_of
from knowledge.readings import Passage
from knowledge.reckoning import Reckoned, reckon
from knowledge.search import Hit, Index, Status

__all__ = ["BrokenHandbook", "Candidate", "Entry", "Handbook", "Lookup", "faults"]


_WANTED = (18.0, 9.0, 0.0)
"""By how much an entry must fit better than usual, by how near the question is to our subject."""
_ABOUT_IT = 34.0
"""The same where the question is about another body, and the entry speaks of it."""
_HARDLY_OURS = 20.0
"""By how much more where a word of the question is of another subject, but may be one of ours too."""
VERY_WORDS = 96.0
"""The score from which a question is one of an entry's own names."""
_HISTORICAL = 2.0
"""By how much what is no longer in force comes after what is, where both fit alike."""


class BrokenHandbook(Exception):
    """The files cannot be used as they are; `faults` says where and why."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("\n".join(f"{fault.file}:{fault.line}: {fault.message}" for fault in faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entry that may be meant; `score` is 0 to 100 and comparable between questions."""

    entry: Entry
    score: float


@dataclass(frozen=True, slots=True)
class Lookup:
    """What the handbook makes of a question; `candidates` are best first.

    answered: `entry` is the answer, and the first candidate; or there is none, and `quotes` are. `reckoned` is the
    result computed from the figures in the question, by the rule of the entry. unsure: `entry` is None, offer the
    candidates. unknown: nothing in the handbook, no candidates and no quotes.
    `quotes` are passages of imported readings, shown beside the answer. `elsewhere` says, of what is unknown because
    it is about something else, who knows it.
    """

    question: str
    status: Status
    entry: Entry | None
    candidates: tuple[Candidate, ...]
    reckoned: Reckoned | None = None
    quotes: tuple[Quote, ...] = ()
    elsewhere: str = ""

    @property
    def answer(self) -> str:
        """What to say, in house markup; "" unless answered by an entry."""
        if self.reckoned is not None:
            return self.reckoned.answer
        return self.entry.answer if self.entry is not None else ""


def _everything(key: str) -> bool:
    return True


def _how_well(found: tuple[Status, list[Hit]]) -> float:
    return found[1][0].score if found[1] else 0.0


def _wanted(question: str) -> float:
    return _WANTED[nearness(question)] + (_HARDLY_OURS if is_likely_foreign(question) else 0.0)


class Handbook:
    """The entries in the order of the files, with their index; built once and shared."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._by_id: dict[str, Entry] = {}
        self._index = Index()
        self._owners: dict[str, str] = {}
        self._renamed: dict[str, str] = {}
        self.passages = Passages()
        self.added_version = ""
        """Which state of what branches have added is loaded; for whoever loads it."""
        self.readings_version = ""
        """The same of imported readings."""
        for entry in entries:
            self.add(entry)

    @classmethod
    def load(cls, folder: Path = ENTRIES) -> Self:
        """Read every entry of a folder; raises BrokenHandbook with all faults when any file is wrong."""
        entries, faults = read_entries(folder)
        if faults:
            raise BrokenHandbook(faults)
        return cls(entries)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All entries, in order; those that somebody owns included."""
        return tuple(self._by_id.values())

    def entry(self, id: str) -> Entry | None:
        """The entry of that id, or None."""
        return self._by_id.get(id)

    def topics(self, *, sees: Callable[[str], bool] = _everything) -> dict[str, list[Entry]]:
        """Entries by topic, topics in the order in which they first appear; those whose id `sees`."""
        topics: dict[str, list[Entry]] = {}
        for entry in self._by_id.values():
            if sees(entry.id):
                topics.setdefault(entry.topic, []).append(entry)
        return topics

    def add(self, entry: Entry, *, owner: str | None = None) -> None:
        """Take in an entry while running; it can be asked for at once. ValueError when its id is taken.

        `owner` is the path of the organization whose it is; None is everybody.
        """
        if entry.id in self._by_id:
            raise ValueError(f"there is an entry {entry.id} already")
        self._by_id[entry.id] = entry
        handicap = _HISTORICAL if entry.state == "historical" else 0.0
        names = (entry.title, *entry.aliases)
        self._index.add(entry.id, names, entry.answer, phrasings=entry.phrasings, handicap=handicap)
        if owner is not None:
            self._owners[entry.id] = owner

    def rename(self, key: str, entry_id: str, names: Iterable[str], *, owner: str) -> None:
        """Let an owner find an entry by more names, under a key of their own; an entry that is gone is passed over."""
        if entry_id in self._by_id:
            self._renamed[key] = entry_id
            self._owners[key] = owner
            self._index.add(key, tuple(names))

    def add_passage(self, key: str, passage: Passage, reading: str, *, owner: str | None = None) -> None:
        """Take in a passage of the reading of that title, which somebody owns; None is everybody."""
        self.passages.add(key, passage, reading)
        if owner is not None:
            self._owners[key] = owner

    def hand_over(self, key: str, owner: str) -> None:
        """The owner of a passage is at another path from now on; an unknown key is ignored."""
        if key in self._owners:
            self._owners[key] = owner

    def passage_keys(self) -> set[str]:
        """The keys of all passages."""
        return self.passages.keys()

    def remove_passage(self, key: str) -> None:
        """Forget a passage; an unknown key is ignored."""
        self.passages.remove(key)
        self._owners.pop(key, None)

    def forget_added(self) -> None:
        """Forget all entries and names that have an owner; passages stay."""
        for key in [key for key in self._owners if key in self._by_id or key in self._renamed]:
            self._index.remove(key)
            self._by_id.pop(key, None)
            self._renamed.pop(key, None)
            del self._owners[key]
        self.added_version = ""

    def owner(self, key: str) -> str | None:
        """The path of the organization whose an entry, a name or a passage is; None is everybody."""
        return self._owners.get(key)

    def ask(
        self,
        question: str,
        limit: int = 3,
        *,
        today: date | None = None,
        sees: Callable[[str], bool] = _everything,
    ) -> Lookup:
        """The answer to a question in anybody's words, with up to `limit` candidates; no question raises.

        `today` is for days said without a year. Of entries and passages those count whose id or key `sees`.
        """
        if (reckoned := reckon(question, today)) is not None and (entry := self._by_id.get(reckoned.entry)):
            return Lookup(question, "answered", entry, (Candidate(entry, 100.0),), reckoned)
        status, hits = self._best_hits(question, limit, sees)
        scores: dict[str, float] = {}
        for hit in hits:
            scores.setdefault(self._renamed.get(hit.key, hit.key), hit.score)
        if status == "unsure" and len(scores) == 1 < len(hits):
            status = "answered"  # two names of one entry are no two answers
        candidates = tuple(Candidate(self._by_id[id], score) for id, score in scores.items())
        if status == "answered" and self._misses_the_subject(question, candidates):
            status = "unsure"
        quotes = tuple(self.passages.find(question, sees=sees))
        if status != "answered" and quotes:
            return Lookup(question, "answered", None, candidates, None, quotes)
        if status == "unknown":
            return Lookup(question, status, None, (), elsewhere=who_knows(question))
        return Lookup(question, status, candidates[0].entry if status == "answered" else None, candidates, None, quotes)

    def _best_hits(self, question: str, limit: int, sees: Callable[[str], bool]) -> tuple[Status, list[Hit]]:
        """What the index finds; of what is about another body or subject, only what is about it too."""
        if is_never_ours(question):
            return "unknown", []
        foreign = foreign_to(question)
        wanted = _ABOUT_IT if foreign else _wanted(question)
        asks = kinds_of(question)

        def ours(key: str) -> bool:
            if not sees(key):
                return False
            # An entry that has 村民代表 among its names need not know how often they meet.
            return not foreign or (is_about(foreign, names := self._names(key)) and asks <= kinds_of(names))

        def wants(key: str) -> float:
            return 0.0 if key in self._owners else wanted  # what a branch has added may be about anything

        found = self._index.ask(question, limit, sees=ours, wants=wants)
        if (mended := self._index.mended(question)) == normalize(question):
            return found
        wanted = wanted if foreign else _wanted(mended)
        return max(found, self._index.ask(mended, limit, sees=ours, wants=wants), key=_how_well)

    def _misses_the_subject(self, question: str, candidates: Sequence[Candidate]) -> bool:
        """Whether the likeliest entry says nothing of what decides the rule that is asked for.

        Then it is only offered: a rule for 四议两公开 is no answer to a question about 转正.
        """
        best = candidates[0]
        if best.score >= VERY_WORDS:
            return False
        said = best.entry.topic + self._names(best.entry.id) + best.entry.answer
        missed = decisive_in(question) - decisive_in(said, implied=True)
        return bool(missed)

    def _names(self, key: str) -> str:
        entry = self._by_id[self._renamed.get(key, key)]
        return "".join((entry.title, *entry.aliases))

    def ask_all(
        self,
        message: str,
        *,
        previous: str = "",
        today: date | None = None,
        sees: Callable[[str], bool] = _everything,
    ) -> list[Lookup]:
        """What each question of a message is answered with; at least one.

        `previous` is the question before: one that leans on it (那预备党员呢？) is answered as if written out.
        """
        whole = self._leaning(message, previous, today, sees)
        parts = parts_of(message)
        if len(parts) == 1 or (whole.reckoned is not None):
            return [whole]
        found: list[Lookup] = []
        for part in parts:
            found.append(self._leaning(part, found[-1].question if found else previous, today, sees))
        different = {each.entry.id for each in found if each.entry is not None}
        return found if len(different) > 1 else [whole]

    def _leaning(self, question: str, previous: str, today: date | None, sees: Callable[[str], bool]) -> Lookup:
        plain = self.ask(question, today=today, sees=sees)
        if plain.reckoned is not None or (written_out := leaning(question, previous)) is None:
            return plain
        leant = self.ask(written_out, today=today, sees=sees)
        return leant if leant.status == "answered" or plain.status == "unknown" else plain


def faults(folder: Path = ENTRIES) -> list[Fault]:
    """Everything wrong in the files of a folder, and in the words beside it, as (file, line, message)."""
    beside = folder.parent
    found = read_entries(folder)[1]
    for look, file in ((everyday.faults, beside / everyday.FILE.name), (foreign.faults, beside / foreign.FILE.name)):
        found += look(file) if file.exists() else []
    return sorted(found)
