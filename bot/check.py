"""Do code and data agree? Every fault of texts, dialogues, templates and knowledge, by file and line."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2
import yaml

import handlers
from bot.app import load_conversations
from handlers.dialogue.engine import DIALOGUES
from handlers.dialogue.errors import DialogueBug
from handlers.router import REPLIES, Vocabulary
from handlers.wording import FOLDER, Texts
from knowledge.handbook import faults as knowledge_faults

CODE = Path(handlers.__path__[0])
HOUSE = CODE.parent
RAISED = {"Invalid", "Refused"}
"""Exceptions whose first argument names the sentence that is said."""


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """Something that does not agree, and where."""

    file: str
    line: int
    words: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.words}"


@dataclass(frozen=True, slots=True)
class Use:
    """A place in the code that says a sentence: in which file of texts, under which parts, with which key."""

    path: Path
    line: int
    file: str
    key: str
    asks: bool = False


def all_faults() -> list[Fault]:
    """Every fault found, in order; empty when all is well."""
    load_conversations()
    texts = Texts()
    uses = [use for path in sorted(CODE.rglob("*.py")) for use in uses_in(path)]
    found = [
        *_template_faults(),
        *_missing(texts, uses),
        *_without_title(texts),
        *_unused(texts, uses),
        *_ambiguous(texts),
        *(Fault(_shown(Path(fault[0])), fault[1], fault[2]) for fault in knowledge_faults()),
    ]
    return sorted(set(found))


def _shown(path: Path) -> str:
    return str(path.relative_to(HOUSE)) if path.is_relative_to(HOUSE) else str(path)


def uses_in(path: Path) -> Iterator[Use]:
    """Each sentence that one module says by a key that is written out."""
    module = path.stem
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for part in tree.body:
        name = _registered_name(part)
        file = f"{module}.{name}" if name else module
        for node in ast.walk(part):
            if isinstance(node, ast.Call):
                yield from _uses_of_call(path, file, node)


def _registered_name(part: ast.stmt) -> str:
    for decorator in getattr(part, "decorator_list", []):
        if isinstance(decorator, ast.Call) and getattr(decorator.func, "id", "") in ("dialogue", "reply"):
            return _word(decorator.args[0]) or ""
    return ""


def _word(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _uses_of_call(path: Path, file: str, call: ast.Call) -> Iterator[Use]:
    words = [_word(argument) for argument in call.args]
    called = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    owner = ast.unparse(call.func.value) if isinstance(call.func, ast.Attribute) else ""
    if called in RAISED and words and words[0]:
        yield Use(path, call.lineno, file, words[0])
    elif owner == "d" and called in ("ask", "confirm"):
        yield Use(path, call.lineno, file, (words[0] if words else "confirm") or "", asks=True)
    elif owner == "d" and called == "say" and words and words[0]:
        yield Use(path, call.lineno, file, words[0])
    elif owner == "d" and called == "notify" and len(words) > 1 and words[1]:
        yield Use(path, call.lineno, file, words[1])
        yield Use(path, call.lineno, file, f"{words[1]}.title")
    elif called in ("say", "find") and len(words) > 1 and words[1]:
        yield Use(path, call.lineno, words[0] or file, words[1])


def _missing(texts: Texts, uses: list[Use]) -> Iterator[Fault]:
    for use in uses:
        key = f"{use.key}.ask" if use.asks else use.key
        places = [use.file, *(f"{use.path.stem}.{name}" for name in _names_in(use.path.stem))]
        if use.key and not any(texts.has(place, key) for place in places):
            name = use.file.partition(".")[0]
            yield Fault(_shown(use.path), use.line, f"texts/zh/{name}.yaml has no {key} for {use.file}")


def _names_in(module: str) -> list[str]:
    return [name for name, entry in (DIALOGUES | REPLIES).items() if entry.module == module]


def _without_title(texts: Texts) -> Iterator[Fault]:
    for name, entry in (DIALOGUES | REPLIES).items():
        if name in DIALOGUES and not texts.has(f"{entry.module}.{name}", "title"):
            yield Fault(f"handlers/texts/zh/{entry.module}.yaml", 1, f"{name} has no title")


def _unused(texts: Texts, uses: list[Use]) -> Iterator[Fault]:
    """Sentences that nothing says: their last key stands nowhere in the code or in another sentence."""
    sources = [path for name in ("handlers", "bot", "knowledge") for path in (HOUSE / name).rglob("*.py")]
    code = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    kept = {"title", "words", "ask", "label", "say"}
    names = set(DIALOGUES) | set(REPLIES)
    for stem, content in texts.files.items():
        if stem == "words":
            continue
        for path, line in _keys(FOLDER / f"{stem}.yaml", content):
            key = path[-1]
            if key in kept or key in names or any(part in ("words", "reason", "check_in") for part in path[:-1]):
                continue
            if f'"{key}"' not in code and f'.{key}"' not in code:
                yield Fault(f"handlers/texts/zh/{stem}.yaml", line, f"nothing says {'.'.join(path)}")


def _keys(file: Path, content: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], int]]:
    root = yaml.compose(file.read_text(encoding="utf-8"))

    def walk(node: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], int]]:
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                here = (*path, str(key.value))
                yield here, key.start_mark.line + 1
                yield from walk(value, here)

    return walk(root, ())


def _template_faults() -> Iterator[Fault]:
    environment = jinja2.Environment()
    known = set(Texts().filters)
    environment.filters.update(dict.fromkeys(known, str))
    for file in sorted(FOLDER.glob("*.yaml")):
        for value, line in _values(yaml.compose(file.read_text(encoding="utf-8"))):
            yield from _parsed(environment, value, file, line)
    for file in sorted((FOLDER / "documents").glob("*.j2")):
        yield from _parsed(environment, file.read_text(encoding="utf-8"), file, 1)


def _parsed(environment: jinja2.Environment, source: str, file: Path, line: int) -> Iterator[Fault]:
    try:
        environment.compile(source)
    except jinja2.TemplateError as error:
        at = getattr(error, "lineno", 1) or 1
        yield Fault(_shown(file), line + at - 1, f"the template is broken: {error}")


def _values(node: Any) -> Iterator[tuple[str, int]]:
    if isinstance(node, yaml.ScalarNode):
        yield str(node.value), node.start_mark.line + 1
    elif isinstance(node, yaml.MappingNode):
        for _, value in node.value:
            yield from _values(value)


def _ambiguous(texts: Texts) -> Iterator[Fault]:
    try:
        _ = Vocabulary(texts).by_word
    except DialogueBug as bug:
        yield Fault("handlers/texts/zh", 1, str(bug))


__all__ = ["Fault", "all_faults", "uses_in"]
