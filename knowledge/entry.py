"""What an entry of the handbook is, and the documents it may cite."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

State = Literal["in_force", "historical"]
_ID = r"^[a-z0-9]+([.-][a-z0-9]+)*$"


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class SourceDocument(_Strict):
    """A document that entries cite; `caution` is shown with every citation of it."""

    id: str = Field(pattern=_ID)
    title: str = Field(min_length=2)
    year: str = Field(default="", pattern=r"^(\d{4}年.*)?$")
    caution: str = ""

    def cite(self, article: str, page: str) -> str:
        """As shown to people: 《…》（2018年）第11条, or 第3页 for the reader."""
        where = article or (f"第{page}页" if page else "")
        year = f"（{self.year}）" if self.year else ""
        return f"{self.title}{year}{where}" + (f"，{self.caution}" if self.caution else "")


class Citation(_Strict):
    """A document with the article or page in it; neither where the article number is not known for certain."""

    document: str
    article: str = Field(default="", pattern=r"^(第\d.*[条章])?$")
    page: str = Field(default="", pattern=r"^(\d+(—\d+)?)?$")


class Entry(Citation):
    """One question's answer: in our own words, in house markup, with its source and whether it is in force.

    `source` is the text to show. A historical answer says so in its first line; `superseded_by` is the rule in force
    where there is one. `procedure` is the id of the procedure it belongs to. `phrasings` are other words in which
    people ask for it, which are found but not shown; they stand in files of their own (knowledge/phrasings).
    """

    id: str = Field(pattern=_ID)
    title: str = Field(min_length=2, max_length=40)
    aliases: tuple[str, ...] = Field(min_length=4, max_length=12)
    answer: str = Field(min_length=10, max_length=320)
    also: tuple[Citation, ...] = ()
    state: State
    superseded_by: str | None = None
    topic: str = Field(min_length=2)
    see_also: tuple[str, ...] = ()
    procedure: str | None = None
    source: str = ""
    phrasings: tuple[str, ...] = ()

    @property
    def citations(self) -> tuple[Citation, ...]:
        """Every place it rests on, the main one first."""
        return (Citation(document=self.document, article=self.article, page=self.page), *self.also)
