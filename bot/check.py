"""Do code and data agree? Every fault of texts, dialogues, templates and knowledge, by file and line."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import jinja2

import handlers
from bot.check_code import Code, Use, code_of, enumerations
from bot.check_texts import Fault, includes, keys_of, sentences_of, unreadable
from handlers.digest_trials import trials
from handlers.wording import Texts, tidy
from knowledge.documents.papers import faults as paper_faults
from knowledge.documents.papers import read_papers
from knowledge.handbook import faults as knowledge_faults
from knowledge.procedure.files import faults as procedure_faults
from knowledge.procedure.files import read_overlays, read_procedures

HOUSE = Path(handlers.__path__[0]).parent
PACKAGES = ("bot", "handlers", "knowledge", "storage")
KEPT = {"title", "words", "ask", "label", "say"}
"""Keys that the engine looks up itself."""


@dataclass(frozen=True, slots=True)
class Checked:
    """One house with its four packages, its texts and what its handlers say."""

    house: Path
    texts: Texts
    code: Code

    @property
    def folder(self) -> Path:
        """Where the sentences are."""
        return _folder(self.house)

    def shown(self, path: Path) -> str:
        """A path as faults name it."""
        return _shown(self.house, path)

    def file(self, stem: str) -> str:
        """The file of one conversation's sentences, as faults name it."""
        return self.shown(self.folder / f"{stem}.yaml")


def _folder(house: Path) -> Path:
    return house / "handlers" / "texts" / "zh"


def _shown(house: Path, path: Path) -> str:
    return str(path.relative_to(house)) if path.is_relative_to(house) else str(path)


def _papers(house: Path) -> set[str]:
    papers, _ = read_papers(house / "knowledge" / "documents" / "papers")
    return {paper.id for paper, _ in papers}


def _overlay_faults(house: Path, overlays: Path | None) -> Iterable[tuple[str, int, str]]:
    """What is wrong with a committee's own rules; that the folder is not there is a fault too."""
    if overlays is None:
        return []
    if not overlays.is_dir():
        return [(str(overlays), 1, "没有这个文件夹")]
    procedures, _ = read_procedures(house / "knowledge" / "procedures")
    return read_overlays(overlays, procedures, _papers(house))[1]


def all_faults(house: Path = HOUSE, overlays: Path | None = None, templates: Path | None = None) -> list[Fault]:
    """Every fault found, in order; empty when all is well. `overlays` is where a committee's own rules are, `templates`
    where messages are worded anew.

    As long as a file of texts cannot be read, nothing can be said about who uses what, and it is not.
    """
    found = [
        Fault(_shown(house, Path(file)), line, words)
        for file, line, words in (
            *knowledge_faults(house / "knowledge" / "entries"),
            *paper_faults(house / "knowledge" / "documents" / "papers"),
            *procedure_faults(house / "knowledge" / "procedures", _papers(house)),
            *_overlay_faults(house, overlays),
        )
    ]
    files = sorted(_folder(house).glob("*.yaml"))
    if broken := [fault for file in files for fault in unreadable(file, _shown(house, file))]:
        return sorted(found + broken)
    checked = Checked(house, Texts(_folder(house)), code_of(house / "handlers"))
    for look in LOOKS:
        found += look(checked)
    if templates is not None:
        found += [Fault(*fault) for fault in template_faults(_folder(house), templates)]
    return sorted(set(found))


def template_faults(folder: Path, templates: Path) -> list[tuple[str, int, str]]:
    """What is wrong with messages that are worded anew: each is tried with invented figures."""
    texts = Texts(folder, templates)
    return list(texts.overrides.faults(trials(Texts(folder)))) if texts.overrides else []


def _broken(checked: Checked) -> Iterator[Fault]:
    """Templates that Jinja does not understand, or that use a filter nobody has made."""
    sources = [
        (file, sentence.line, sentence.words)
        for file in sorted(checked.folder.glob("*.yaml"))
        for sentence in sentences_of(file)
    ]
    documents = sorted((checked.folder / "documents").glob("*.j2"))
    sources += [(file, 1, file.read_text(encoding="utf-8")) for file in documents]
    for file, line, source in sources:
        try:
            checked.texts.needs(source)
        except jinja2.TemplateSyntaxError as error:
            yield Fault(checked.shown(file), line + error.lineno - 1, f"the template is broken: {error.message}")


def _missing(checked: Checked) -> Iterator[Fault]:
    """Sentences that the code says and nobody wrote, and values that a sentence wants and is not given."""
    for use in checked.code.sentences:
        found = [place for place in _places(checked, use) if checked.texts.has(place, use.key)]
        if not use.key:
            continue
        if not found:
            stem = use.file.partition(".")[0]
            yield Fault(checked.shown(use.path), use.line, f"texts/zh/{stem}.yaml has no {use.key} for {use.file}")
        elif use.values is not None:
            yield from _not_given(checked, use, _template(checked.texts, found[0], use.key))


def _places(checked: Checked, use: Use) -> list[str]:
    """Where a sentence may stand: with what says it, or, for what several share, with any of its conversation."""
    module = use.path.stem
    return [use.file, *(f"{module}.{name}" for name in checked.code.names_in(module))]


def _template(texts: Texts, place: str, key: str) -> str:
    found = texts.find(place, key)
    return str(found.get("say", "")) if isinstance(found, Mapping) else str(found)


def _not_given(checked: Checked, use: Use, template: str) -> Iterator[Fault]:
    try:
        wanted = checked.texts.needs(template) - (use.values or frozenset())
    except jinja2.TemplateSyntaxError:
        return  # said by `_broken`
    for name in sorted(wanted):
        yield Fault(checked.shown(use.path), use.line, f"{use.file} {use.key} wants {name}, which is not given")


def _documents(checked: Checked) -> Iterator[Fault]:
    """Long messages that are named and not there, that are not given a value, or that nothing sends."""
    folder = checked.folder / "documents"
    sources = {file.name: file.read_text(encoding="utf-8") for file in sorted(folder.glob("*.j2"))}
    named = {use.key for use in checked.code.documents}
    for use in checked.code.documents:
        if use.key not in sources:
            yield Fault(checked.shown(use.path), use.line, f"texts/zh/documents has no {use.key}")
        elif use.values is not None:
            yield from _not_given(checked, use, sources[use.key])
    for name, source in sources.items():
        named |= includes(source)
        for other in sorted(includes(source) - set(sources)):
            yield Fault(checked.shown(folder / name), 1, f"texts/zh/documents has no {other}")
    for name in sorted(set(sources) - named):
        yield Fault(checked.shown(folder / name), 1, "nothing sends this")


def _untitled(checked: Checked) -> Iterator[Fault]:
    """Dialogues without a title: there is no button that opens them, and no word for them when they are parked."""
    for each in checked.code.registered:
        if each.kind == "dialogue" and not checked.texts.has(f"{each.module}.{each.name}", "title"):
            yield Fault(checked.shown(each.path), each.line, f"{each.name} has no title in texts/zh/{each.module}.yaml")


def _unknown(checked: Checked) -> Iterator[Fault]:
    """Buttons and calls that name a dialogue or reply which is not there."""
    names = {each.name for each in checked.code.registered}
    for each in checked.code.started:
        if each.name not in names:
            yield Fault(checked.shown(each.path), each.line, f"no dialogue or reply is called {each.name}")


def _unused(checked: Checked) -> Iterator[Fault]:
    """Sentences that nothing says: their last key stands nowhere in the code."""
    said = {part for use in checked.code.sentences for part in use.key.split(".")}
    sources = [path for name in PACKAGES for path in (checked.house / name).rglob("*.py")]
    code = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    passed_over = KEPT | {each.name for each in checked.code.registered}
    for stem in checked.texts.files:
        for path, line in keys_of(checked.folder / f"{stem}.yaml") if stem != "words" else []:
            key = path[-1]
            # These are looked up by a value: one of the ways to say 返回, a reason of the digest.
            if key in passed_over or any(part in ("words", "reason") for part in path[:-1]):
                continue
            if key not in said and f'"{key}"' not in code and f'.{key}"' not in code:
                yield Fault(checked.file(stem), line, f"nothing says {'.'.join(path)}")


def _ambiguous(checked: Checked) -> Iterator[Fault]:
    """Words that would start two things."""
    owners: dict[str, str] = {}
    for each in checked.code.registered:
        for word in checked.texts.words(each.name):
            owner = owners.setdefault(tidy(word), each.name)
            if owner != each.name:
                lines = dict(keys_of(checked.folder / f"{each.module}.yaml"))
                line = lines.get((each.name, "words"), 1)
                yield Fault(checked.file(each.module), line, f"{word} starts both {owner} and {each.name}")
    folder = checked.house / "knowledge" / "procedures"
    for procedure in read_procedures(folder)[0].values():
        for word in procedure.words:
            owner = owners.setdefault(tidy(word), procedure.id)
            if owner != procedure.id:
                path = checked.shown(folder / f"{procedure.id}.yaml")
                yield Fault(path, 1, f"{word} starts both {owner} and {procedure.id}")


def _wordless(checked: Checked) -> Iterator[Fault]:
    """Enums in words.yaml that are not those of the code: a value without a word, or a word without a value."""
    known = enumerations([checked.house / floor for floor in ("handlers", "knowledge", "storage")])
    lines = dict(keys_of(checked.folder / "words.yaml")) if known else {}
    for name, words in checked.texts.files.get("words", {}).items():
        written = {str(word) for word in words}
        for value in sorted(known.get(name, set()) - written):
            yield Fault(checked.file("words"), lines.get((name,), 1), f"{name} has no word for {value}")
        for value in sorted(written - known.get(name, set())):
            yield Fault(checked.file("words"), lines.get((name, value), 1), f"{name} has no value {value}")


LOOKS: tuple[Callable[[Checked], Iterator[Fault]], ...] = (
    _broken,
    _missing,
    _documents,
    _untitled,
    _unknown,
    _unused,
    _ambiguous,
    _wordless,
)

__all__ = ["Fault", "all_faults"]
