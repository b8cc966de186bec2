"""The papers by id, filled in on request: python -m knowledge.documents.papers lists them.

Whoever fills a paper gives what is known: `branch`, `committee` (the level above), `subject` and `secretary` with a
name, `today`, `case` with a title, `step` (the answers of the step that makes the paper, and its title), `facts` (those
of all steps by step and field), `records` (every round of a repeated step, by step), `people` (the branch's members,
each with a name and the words of a status). All of it may be missing. A choice is given in words, never as an option's
id. Where `step` says nothing, what another step says under that name is taken, unless it is of that sitting alone.
"""

import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Self

from knowledge.documents.layouts import FOLDER, LAYOUTS
from knowledge.documents.paper import Paper
from knowledge.entry_files import validated
from knowledge.located import Fault, Item, read_items

PAPERS = Path(__file__).parent / "papers"
_NOT_IN_FILE_NAMES = re.compile(r'[\\/:*?"<>|\s\x00-\x1f]+')
_LONGEST_NAME = 60


class BrokenPapers(Exception):
    """The files cannot be used as they are; `faults` says where and why."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("\n".join(f"{fault.file}:{fault.line}: {fault.message}" for fault in faults))
        self.faults = faults


class Papers(Mapping[str, Paper]):
    """All papers by id, in the order of the files."""

    def __init__(self, papers: Iterable[Paper]) -> None:
        self._by_id = {paper.id: paper for paper in papers}

    @classmethod
    def load(cls, folder: Path = PAPERS) -> Self:
        """Read every paper of a folder; raises BrokenPapers with all faults when any file is wrong.

        Whether Jinja understands every sentence, only `faults` looks at: it takes longer.
        """
        papers, found = read_papers(folder)
        if found:
            raise BrokenPapers(found)
        return cls(paper for paper, _ in papers)

    def __getitem__(self, id: str) -> Paper:
        return self._by_id[id]

    def __iter__(self) -> Any:
        return iter(self._by_id)

    def __len__(self) -> int:
        return len(self._by_id)

    def render(self, paper_id: str, context: Mapping[str, Any]) -> bytes:
        """A paper as a .docx; what is not known is left to be written by hand. KeyError when there is no such paper."""
        paper = self[paper_id]
        from knowledge.documents.filling import fill  # Word's library is loaded for the first paper, not at every start

        return fill(paper, context)

    def file_name(self, paper_id: str, context: Mapping[str, Any]) -> str:
        """What its file is called: the title, and whom it is about."""
        subject = context.get("subject")
        name = subject.get("name") if isinstance(subject, Mapping) else getattr(subject, "name", None)
        about = f"（{name}）" if name else ""
        plain = _NOT_IN_FILE_NAMES.sub("", self[paper_id].title + about)
        return f"{plain[:_LONGEST_NAME]}.docx"


def read_papers(folder: Path = PAPERS) -> tuple[list[tuple[Paper, Item]], list[Fault]]:
    """The papers of a folder, each with where it stands, in the order of file names; and what of them is no paper."""
    found: list[Fault] = []
    papers: list[tuple[Paper, Item]] = []
    first: dict[str, str] = {}
    for path in sorted(folder.glob("*.yaml")):
        for paper, item in validated(Paper, read_items(path, found), found):
            if paper.id in first:
                found.append(item.fault(f"编号“{paper.id}”已在 {first[paper.id]} 用过", "id"))
                continue
            first[paper.id] = f"{item.file}:{item.line}"
            papers.append((paper, item))
    return papers, sorted(found)


def faults(folder: Path = PAPERS) -> list[Fault]:
    """Everything wrong in the papers of a folder, as (file, line, message)."""
    papers, found = read_papers(folder)
    found += [item.fault(message, "body") for paper, item in papers for message in paper.broken()]
    found += [
        Fault(str(template), 1, "没有这个版式文件：python -m knowledge.documents.drawing")
        for template in (FOLDER / f"{name}.docx" for name in LAYOUTS)
        if not template.exists()
    ]
    return sorted(found)


if __name__ == "__main__":
    for each in Papers.load().values():
        sys.stdout.write(f"{each.id}\t{each.title}\n")
        if "wants" in sys.argv:
            sys.stdout.write("".join(f"    {name}\n" for name in sorted(each.wants)))
