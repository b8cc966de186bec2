"""The handbook: curated entries read at load, found by id, by topic, or by a question in anybody's words."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from knowledge.entry import Entry
from knowledge.entry_files import ENTRIES, read_entries
from knowledge.located import Fault
from knowledge.search import Index, Status

__all__ = ["BrokenHandbook", "Candidate", "Entry", "Handbook", "Lookup", "faults"]


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

    answered: `entry` is the answer, and the first candidate. unsure: `entry` is None, offer the candidates.
    unknown: nothing in the handbook, `entry` is None and there are no candidates.
    """

    question: str
    status: Status
    entry: Entry | None
    candidates: tuple[Candidate, ...]


class Handbook:
    """The entries in the order of the files, with their index; built once and shared."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._by_id: dict[str, Entry] = {}
        self._index = Index()
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
        """All entries, in order."""
        return tuple(self._by_id.values())

    def entry(self, id: str) -> Entry | None:
        """The entry of that id, or None."""
        return self._by_id.get(id)

    def topics(self) -> dict[str, list[Entry]]:
        """Entries by topic, topics in the order in which they first appear."""
        topics: dict[str, list[Entry]] = {}
        for entry in self._by_id.values():
            topics.setdefault(entry.topic, []).append(entry)
        return topics

    def add(self, entry: Entry) -> None:
        """Take in an entry while running; it can be asked for at once. ValueError when its id is taken."""
        if entry.id in self._by_id:
            raise ValueError(f"there is an entry {entry.id} already")
        self._by_id[entry.id] = entry
        self._index.add(entry.id, (entry.title, *entry.aliases), entry.answer)

    def ask(self, question: str, limit: int = 3) -> Lookup:
        """The answer to a question in anybody's words, with up to `limit` candidates; no question raises."""
        status, hits = self._index.ask(question, limit)
        candidates = tuple(Candidate(self._by_id[hit.key], hit.score) for hit in hits)
        return Lookup(question, status, candidates[0].entry if status == "answered" else None, candidates)


def faults(folder: Path = ENTRIES) -> list[Fault]:
    """Everything wrong in the files of a folder as (file, line, message), by file and line; empty when all is well."""
    return read_entries(folder)[1]
