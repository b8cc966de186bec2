"""YAML read with the line of every item and key, so that a fault can be shown where it is."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import yaml


class Fault(NamedTuple):
    """Something wrong in a file: its path as given, the line counted from 1, and what is wrong in plain words."""

    file: str
    line: int
    message: str


@dataclass(frozen=True, slots=True)
class Item:
    """One mapping of a list in a file, with the line where it begins and the line of each of its keys."""

    file: str
    line: int
    value: dict[str, Any]
    lines: dict[str, int] = field(default_factory=dict)

    def fault(self, message: str, key: str = "") -> Fault:
        """A fault at a key of this item, or at its first line when it has no such key."""
        return Fault(self.file, self.lines.get(key, self.line), message)


def read_items(path: Path, faults: list[Fault]) -> Iterator[Item]:
    """The mappings of a file that holds one list, in order; what cannot be read is added to `faults` and left out."""
    text = path.read_text(encoding="utf-8")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text)
    try:
        root = loader.get_single_node()
        if root is None:
            return
        if not isinstance(root, yaml.SequenceNode):
            faults.append(Fault(str(path), root.start_mark.line + 1, "文件应当是一个列表，每项以“- ”开头"))
            return
        for node in root.value:
            item = _item(loader, path, node, faults)
            if item is not None:
                yield item
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        faults.append(Fault(str(path), mark.line + 1 if mark else 1, f"YAML 写法有误：{error.problem}"))
    finally:
        loader.dispose()


def _item(loader: Any, path: Path, node: yaml.Node, faults: list[Fault]) -> Item | None:
    line = node.start_mark.line + 1
    if not isinstance(node, yaml.MappingNode):
        faults.append(Fault(str(path), line, "这一项不是“名称: 内容”的形式"))
        return None
    lines: dict[str, int] = {}
    for key, _ in node.value:
        if key.value in lines:
            faults.append(Fault(str(path), key.start_mark.line + 1, f"“{key.value}”写了两次"))
        lines[str(key.value)] = key.start_mark.line + 1
    return Item(str(path), line, loader.construct_document(node), lines)
