"""The files of the handbook: read, validated and compared with each other, every fault with its file and line."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from knowledge.entry import Citation, Entry, SourceDocument
from knowledge.located import Fault, Item, read_items
from knowledge.normalize import normalize

ENTRIES = Path(__file__).parent / "entries"
PHRASINGS = "phrasings"
"""The folder beside the entries, with a file of phrasings for each file of entries."""
DOCUMENTS = "documents.yaml"

_Model = TypeVar("_Model", bound=BaseModel)

_IN_WORDS = {
    "missing": "缺少“{field}”",
    "extra_forbidden": "不认识的项“{field}”",
    "string_type": "“{field}”应当是文字",
    "tuple_type": "“{field}”应当是列表",
    "string_too_short": "“{field}”太短，至少 {min_length} 字",
    "string_too_long": "“{field}”太长，最多 {max_length} 字",
    "too_short": "“{field}”至少要 {min_length} 项",
    "too_long": "“{field}”最多 {max_length} 项",
    "string_pattern_mismatch": "“{field}”写法不对",
    "literal_error": "“{field}”只能是 {expected}",
}


def read_entries(folder: Path = ENTRIES) -> tuple[list[Entry], list[Fault]]:
    """The entries of a folder in the order of file names, with everything that is wrong, by file and line.

    Entries that do not validate are left out of the first list.
    """
    faults: list[Fault] = []
    documents = {
        document.id: document
        for document, _ in validated(SourceDocument, read_items(folder / DOCUMENTS, faults), faults)
    }
    items = (
        item for path in sorted(folder.glob("*.yaml")) if path.name != DOCUMENTS for item in read_items(path, faults)
    )
    pairs = list(validated(Entry, items, faults))
    ids = {entry.id for entry, _ in pairs}
    for entry, item in pairs:
        faults.extend(item.fault(message, key) for key, message in _own_faults(entry))
        faults.extend(item.fault(message, key) for key, message in _dead_links(entry, ids, documents))
    faults.extend(_doubles(pairs))
    phrasings = _phrasings(folder.parent / PHRASINGS, ids, faults)
    return [_completed(entry, documents, phrasings.get(entry.id, ())) for entry, _ in pairs], sorted(faults)


def _phrasings(folder: Path, ids: set[str], faults: list[Fault]) -> dict[str, tuple[str, ...]]:
    """The phrasings of each entry; an entry that is not there, or a phrasing of two entries, is a fault."""
    found: dict[str, tuple[str, ...]] = {}
    owners: dict[str, str] = {}
    for path in sorted(folder.glob("*.yaml")):
        text = path.read_text(encoding="utf-8")
        lines = text.splitlines()
        try:
            said = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)) or {}
        except yaml.YAMLError as error:
            faults.append(Fault(str(path), 1, f"YAML 写法有误：{error}"))
            continue
        for id, phrases in said.items():
            line = next((number for number, each in enumerate(lines, 1) if each.startswith(f"{id}:")), 1)
            if id not in ids or id in found:
                faults.append(Fault(str(path), line, f"没有这个条目，或者写了两次：“{id}”"))
                continue
            found[id] = tuple(str(phrase) for phrase in phrases)
            for phrase in found[id]:
                if owners.setdefault(normalize(phrase), id) != id:
                    faults.append(Fault(str(path), line, f"“{phrase}”已经属于条目“{owners[normalize(phrase)]}”"))
    return found


def validated(model: type[_Model], items: Iterator[Item], faults: list[Fault]) -> Iterator[tuple[_Model, Item]]:
    """The items that are what the model says, each with where it stands; what is wrong is added to `faults`."""
    for item in items:
        try:
            yield model.model_validate(item.value), item
        except ValidationError as error:
            for wrong in error.errors():
                field = str(wrong["loc"][0]) if wrong["loc"] else ""
                words = _IN_WORDS.get(wrong["type"], "“{field}”有误：" + wrong["msg"].replace("{", "").replace("}", ""))
                name = str(wrong["loc"][-1]) if wrong["type"] in ("missing", "extra_forbidden") else field
                faults.append(item.fault(words.format(**{**wrong.get("ctx", {}), "field": name}), field))


def _own_faults(entry: Entry) -> Iterator[tuple[str, str]]:
    first, _, _ = entry.answer.partition("\n")
    if entry.source:
        yield "source", "出处由 document 与 article 或 page 生成，不要手写 source"
    if entry.state == "historical" and not ("2012年" in first and re.search("现|已|仍", first)):
        yield "answer", "历史条目的第一行要写明是2012年的做法，以及现在怎样"
    if entry.state == "historical" and entry.superseded_by is None and "已结束" not in first and "现" not in first:
        yield "state", "历史条目要有 superseded_by，或在第一行说明现在怎样"
    if entry.state == "in_force" and entry.superseded_by is not None:
        yield "superseded_by", "现行条目不应有 superseded_by"
    for message in markup_faults(entry.answer):
        yield "answer", message


def markup_faults(body: str) -> Iterator[str]:
    """What in a body is not the house markup of four marks: **bold**, [words](https://…), "- " and "> "."""
    for line in body.split("\n"):
        plain = re.sub(r"\\.", "", line)
        if len(re.findall(r"\*\*", plain)) % 2:
            yield f"加粗的 ** 没有成对：{line[:20]}"
        if re.search(r"(?<!\*)\*(?!\*)", plain):
            yield f"单个 * 没有意义：{line[:20]}"
        if re.match(r"\s*(#|\d+\. |• |[->](?! ))", plain) or line != line.strip():
            yield f"行首写法不属于四种标记：{line[:20]}"
        if re.search(r"\[[^\]]*\](?!\(https?://[^)\s]+\))", plain):
            yield f"链接要写成 [文字](https://…)：{line[:20]}"


def _dead_links(entry: Entry, ids: set[str], documents: dict[str, SourceDocument]) -> Iterator[tuple[str, str]]:
    for citation in entry.citations:
        if citation.document not in documents:
            yield "document", f"{DOCUMENTS} 里没有文件“{citation.document}”"
    for other in entry.see_also:
        if other not in ids or other == entry.id:
            yield "see_also", f"没有这个条目：“{other}”"
    if entry.superseded_by is not None and (entry.superseded_by not in ids or entry.superseded_by == entry.id):
        yield "superseded_by", f"没有这个条目：“{entry.superseded_by}”"


def _doubles(pairs: list[tuple[Entry, Item]]) -> Iterator[Fault]:
    ids: dict[str, Item] = {}
    names: dict[str, str] = {}
    for entry, item in pairs:
        if entry.id in ids:
            first = ids[entry.id]
            yield item.fault(f"编号“{entry.id}”已在 {first.file}:{first.line} 用过", "id")
        ids.setdefault(entry.id, item)
        for key, name in [("title", entry.title), *(("aliases", alias) for alias in entry.aliases)]:
            owner = names.setdefault(normalize(name), entry.id)
            if owner != entry.id:
                yield item.fault(f"“{name}”已经属于条目“{owner}”", key)


def _completed(entry: Entry, documents: dict[str, SourceDocument], phrasings: tuple[str, ...]) -> Entry:
    """The entry with its phrasings and its source in words, each document named once with all the articles or pages."""
    places: dict[str, list[Citation]] = {}
    for citation in entry.citations:
        places.setdefault(citation.document, []).append(citation)
    cited = [
        documents[id].cite(
            "、".join(dict.fromkeys(place.article for place in found if place.article)),
            "、".join(dict.fromkeys(place.page for place in found if place.page)),
        )
        for id, found in places.items()
        if id in documents
    ]
    return entry.model_copy(update={"source": "；".join(cited), "phrasings": phrasings})
