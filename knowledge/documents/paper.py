"""What a paper is: a layout and its contents, sentence by sentence, before anything is filled in.

A sentence is a line of Jinja over what is known. How it begins says how it stands on paper: `# ` a heading, `## ` a
subheading, `^` no indent (whom a letter is to), `= ` centred, `> ` who signs, `>> ` the day, `* ` a small note, `~` an
empty line, `---` a new page, `-- ` a line to cut along; anything else is a paragraph. In a cell `= ` centres and `> `
aligns to the right. A line of which nothing is left once it is filled in is left out.
"""

from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple, Self

import jinja2
from jinja2 import nodes
from pydantic import BaseModel, ConfigDict, Field, model_validator

from knowledge.documents.blanks import environment
from knowledge.documents.layouts import LAYOUTS, Style

ENVIRONMENT = environment()
KNOWN = frozenset(
    ("branch", "committee", "subject", "secretary", "today", "case", "facts", "step", "people", "records", "labels")
)
"""What a paper may be filled from; `it` is what is gone through, `n` its number from 1."""
_GONE_THROUGH = frozenset(("it", "n"))
_PREFIXES = (
    ("## ", Style.SUBHEADING),
    ("# ", Style.HEADING),
    (">> ", Style.DATED),
    ("> ", Style.SIGNED),
    ("= ", Style.CENTRE),
    ("* ", Style.NOTE),
    ("---", Style.PAGE),
    ("-- ", Style.CUT),
    ("^", Style.FLUSH),
    ("~", Style.EMPTY),
)
_CELL_PREFIXES = (("= ", Style.CELL), ("> ", Style.CELL_RIGHT))


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", ignored_types=(cached_property,))


class Sentence(NamedTuple):
    """One line before it is filled in; without a style it is the layout's business how it stands."""

    style: Style | None
    template: str


class Table(_Strict):
    """A table of things of one kind: a row for each of `each`, and at least so many rows in all.

    `widths` are relative. `across` sets so many side by side in a row. `rows` come before those, `last` after them.
    """

    head: tuple[str, ...] = Field(min_length=1)
    widths: tuple[float, ...] = Field(min_length=1)
    row: tuple[str, ...] = ()
    each: str = ""
    least: int = 0
    across: int = Field(default=1, ge=1, le=4)
    rows: tuple[tuple[str, ...], ...] = ()
    last: tuple[tuple[str, ...], ...] = ()
    lines: int = 1

    @model_validator(mode="after")
    def _is_even(self) -> Self:
        """Every row has a cell a column; a row that is shorter lets its last cell span the rest."""
        columns = len(self.widths)
        if len(self.head) != columns or any(not 0 < len(row) <= columns for row in (*self.rows, *self.last)):
            raise ValueError("各行的格数要与 widths 一致")
        if self.row and len(self.row) != columns:
            raise ValueError("row 的格数要与 widths 一致")
        if bool(self.row) != bool(self.each or self.least):
            raise ValueError("有 row 才能写 each 和 least，有 row 就要写其中之一")
        return self


class Part(_Strict):
    """A part of a paper: sentences, a table, or the fields of a form; once, or for each of several, or only when.

    A row of `fields` is a label, what stands beside it, and so on; the last cell spans what is left of the row. A
    number at its end is how many lines high it is at least.
    """

    text: str = ""
    table: Table | None = None
    fields: tuple[tuple[str | int, ...], ...] = ()
    widths: tuple[float, ...] = (3, 5, 3, 5)
    each: str = ""
    when: str = ""

    @model_validator(mode="after")
    def _is_one_thing(self) -> Self:
        if sum((bool(self.text.strip()), self.table is not None, bool(self.fields))) != 1:
            raise ValueError("text、table、fields 三者写一样")
        for row in self.fields:
            if not 0 < len([cell for cell in row if isinstance(cell, str)]) <= len(self.widths):
                raise ValueError("fields 一行的格数不能多于 widths")
        return self

    def templates(self) -> Iterator[str]:
        """Every sentence in it."""
        yield from self.text.splitlines()
        for row in self.fields:
            yield from (cell for cell in row if isinstance(cell, str))
        if self.table is not None:
            yield from (*self.table.head, *self.table.row)
            for row_of_table in (*self.table.rows, *self.table.last):
                yield from row_of_table

    def expressions(self) -> Iterator[str]:
        """Every condition and everything gone through."""
        yield from (each for each in (self.each, self.when, self.table.each if self.table else "") if each)


class Paper(_Strict):
    """One paper. `title` names it and its file; `heading` is printed on it, the title if there is none.

    `copies` is how often its contents stand on the page, with a line to cut along between them.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str = Field(min_length=2, max_length=30)
    layout: str
    heading: str = ""
    body: tuple[Part, ...] = Field(min_length=1)
    copies: int = Field(default=1, ge=1, le=8)

    @model_validator(mode="after")
    def _has_its_layout(self) -> Self:
        if self.layout not in LAYOUTS:
            raise ValueError(f"没有版式 {self.layout}")
        return self

    def templates(self) -> Iterator[str]:
        """Every sentence in it, the heading first."""
        yield self.heading or self.title
        for part in self.body:
            yield from part.templates()

    def broken(self) -> Iterator[str]:
        """What Jinja does not understand in it, and what it names that nobody knows, in plain words."""
        for template in self.templates():
            try:
                unknown = {name.partition(".")[0] for name in _names_in(template)} - KNOWN - _GONE_THROUGH
            except jinja2.TemplateError as error:
                yield f"模板写法有误（{error.message}）：{template[:40]}"
                continue
            yield from (f"没有“{name}”可填：{template[:40]}" for name in sorted(unknown))
        for part in self.body:
            for expression in part.expressions():
                try:
                    ENVIRONMENT.compile_expression(expression)
                except jinja2.TemplateError as error:
                    yield f"条件写法有误（{error.message}）：{expression[:40]}"

    @cached_property
    def wants(self) -> frozenset[str]:
        """What it is filled from, by name: "facts.talk.held_on", "step.place", "branch.name"."""
        found: set[str] = set()
        for template in self.templates():
            found |= _names_in(template)
        for part in self.body:
            for expression in part.expressions():
                found |= _names_in("{{ " + expression + " }}")
        return frozenset(name for name in found if name.partition(".")[0] in KNOWN)


def sentences(text: str, *, cell: bool = False) -> Iterator[Sentence]:
    """The lines of a text of a part, or of a cell, with their styles; an empty line is none."""
    for line in text.splitlines():
        if not line.strip() and not cell:
            continue
        for prefix, style in _CELL_PREFIXES if cell else _PREFIXES:
            if line.startswith(prefix):
                yield Sentence(style, line.removeprefix(prefix).strip())
                break
        else:
            yield Sentence(None if cell else Style.BODY, line.strip())


def _names_in(template: str) -> set[str]:
    """The dotted names that a template looks up, each as far as it is written out."""
    found: set[str] = set()

    def look(node: nodes.Node) -> None:
        dotted: list[str] = []
        inner = node
        while isinstance(inner, nodes.Getattr):
            dotted.append(inner.attr)
            inner = inner.node
        if isinstance(inner, nodes.Name) and inner.ctx == "load":
            found.add(".".join((inner.name, *reversed(dotted))))
            return
        for child in node.iter_child_nodes():
            look(child)

    parsed = ENVIRONMENT.parse(template)
    look(parsed)
    assigned = {name.name for name in parsed.find_all(nodes.Name) if name.ctx == "store"}
    return {name for name in found if name.partition(".")[0] not in assigned | {"loop"}}
