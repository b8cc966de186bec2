"""The files of procedures: read, checked against the rules and papers they name, and widened by overlays."""

import inspect
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

import jinja2
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from knowledge.entry import Citation, SourceDocument
from knowledge.entry_files import DOCUMENTS, ENTRIES, validated
from knowledge.located import Fault, read_items
from knowledge.procedure.checking import all_sentences, names_in
from knowledge.procedure.facts import OVER_ROUNDS, SURROUNDINGS, over_rounds
from knowledge.procedure.model import Asked, Check, Condition, Kind, Procedure, Step
from knowledge.rules.named import RULES

_Model = TypeVar("_Model", bound=BaseModel)
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
PROCEDURES = Path(__file__).parent.parent / "procedures"


class StepAddition(BaseModel):
    """What a committee asks for in a step beyond the national rules."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    fields: tuple[Asked, ...] = ()
    checks: tuple[Check, ...] = ()
    papers: tuple[str, ...] = ()
    guide: str = ""


class Overlay(BaseModel):
    """A committee's own stricter rules for one procedure, for the organization it names and all below it.

    It can only add: there is no way to take away or change what the national rules say.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    procedure: str
    organization: str = Field(min_length=2)
    document: str = Field(min_length=2)
    steps: dict[str, StepAddition]


class Procedures:
    """All procedures by id, each widened for the organizations that ask for more."""

    def __init__(self, found: Mapping[str, Procedure], overlays: Collection[Overlay] = ()) -> None:
        self._found = dict(found)
        self._documents = _documents()
        self.overlays = tuple(overlays)
        self._widened: dict[tuple[str, tuple[str, ...]], Procedure] = {}
        self.left_out: tuple[Fault, ...] = ()
        """What is wrong in the overlays that were read, for which they were left out."""

    @classmethod
    def load(cls, folder: Path = PROCEDURES, overlays: Path | None = None) -> "Procedures":
        """Read all files; what `faults` would complain of is left out."""
        found, _ = read_procedures(folder)
        extra, faults = read_overlays(overlays, found) if overlays else ([], [])
        loaded = cls(found, extra)
        loaded.left_out = tuple(faults)
        return loaded

    def __iter__(self) -> Iterator[Procedure]:
        return iter(self._found.values())

    def __contains__(self, id: str) -> bool:
        return id in self._found

    def cite(self, citation: Citation) -> str:
        """A source as shown to people."""
        return self._documents[citation.document].cite(citation.article, citation.page)

    def named(self, id: str, organizations: Collection[str] = ()) -> Procedure:
        """A procedure as it holds for a branch; `organizations` are the names of the branch and of all above it.

        Raises KeyError.
        """
        names = tuple(organizations)
        if not self.overlays or not names:
            return self._found[id]
        if (id, names) not in self._widened:
            procedure = self._found[id]
            for overlay in self.overlays:
                if overlay.procedure == id and overlay.organization in names:
                    procedure = widened(procedure, overlay)
            self._widened[id, names] = procedure
        return self._widened[id, names]


def widened(procedure: Procedure, overlay: Overlay) -> Procedure:
    """A procedure with what an overlay adds, every addition marked as local."""

    def with_additions(step: Step) -> Step:
        more = overlay.steps.get(step.id)
        if more is None:
            return step
        wanted = tuple(paper for paper in dict.fromkeys(more.papers) if paper not in step.papers)
        return step.model_copy(
            update={
                "fields": (*step.fields, *(asked.model_copy(update={"local": True}) for asked in more.fields)),
                "checks": (*step.checks, *(check.model_copy(update={"local": True}) for check in more.checks)),
                "papers": (*step.papers, *wanted),
                "demanded": (*step.demanded, f"{more.guide or '另有补充，'}见{overlay.document}。"),
                "local_papers": (*step.local_papers, *wanted),
            }
        )

    stages = tuple(
        stage.model_copy(update={"steps": tuple(with_additions(step) for step in stage.steps)})
        for stage in procedure.stages
    )
    # Not `model_copy`: what is cached on the old one would go with it.
    return Procedure.model_construct(**{**dict(procedure), "stages": stages})


def _documents() -> dict[str, SourceDocument]:
    return {document.id: document for document, _ in validated(SourceDocument, read_items(ENTRIES / DOCUMENTS, []), [])}


def read_procedures(folder: Path = PROCEDURES) -> tuple[dict[str, Procedure], list[Fault]]:
    """The procedures of a folder by id, with everything that is wrong, by file and line; faulty ones are left out."""
    found: dict[str, Procedure] = {}
    faults: list[Fault] = []
    documents = _documents()
    for path in sorted(folder.glob("*.yaml")):
        procedure = _read(path, Procedure, faults)
        if procedure is None:
            continue
        lines = path.read_text(encoding="utf-8").splitlines()
        own = [Fault(str(path), _line_of(lines, near), words) for near, words in _own_faults(procedure, documents)]
        if procedure.id != path.stem:
            own.append(Fault(str(path), 1, f"文件名应当是 {procedure.id}.yaml"))
        faults += own
        if not own:
            found[procedure.id] = procedure
    for procedure in found.values():
        for other in procedure.leads_to:
            if other not in found:
                faults.append(Fault(str(folder / f"{procedure.id}.yaml"), 1, f"没有规程“{other}”"))
    return found, sorted(faults)


def read_overlays(
    folder: Path, procedures: Mapping[str, Procedure], papers: Collection[str] | None = None
) -> tuple[list[Overlay], list[Fault]]:
    """The overlays of a folder that hold, and everything that is wrong with the others.

    `papers` are the ids of the papers there are; None when they are not to be looked at.
    """
    found: list[Overlay] = []
    faults: list[Fault] = []
    documents = _documents()
    added_by: dict[tuple[str, str, str], str] = {}  # by procedure, step and id, the file: two may hold for one branch
    for path in sorted(folder.glob("*.yaml")):
        overlay = _read(path, Overlay, faults)
        if overlay is None:
            continue
        before = len(faults)
        if overlay.procedure not in procedures:
            faults.append(Fault(str(path), 1, f"没有规程“{overlay.procedure}”"))
            continue
        procedure = procedures[overlay.procedure]
        known = {step.id: step for step in procedure.steps}
        lines = path.read_text(encoding="utf-8").splitlines()
        for id, more in overlay.steps.items():
            if id not in known:
                faults.append(Fault(str(path), _line_of(lines, id), f"规程“{procedure.title}”没有步骤“{id}”"))
                continue
            faults += [
                Fault(str(path), _line_of(lines, paper), f"没有材料“{paper}”")
                for paper in more.papers
                if papers is not None and paper not in papers
            ]
            taken = {asked.id for asked in known[id].fields} | {check.id for check in known[id].checks}
            for added in [*(asked.id for asked in more.fields), *(check.id for check in more.checks)]:
                line = _line_of(lines, added)
                if added in taken:
                    faults.append(Fault(str(path), line, f"“{added}”是全国规定里的，不能改"))
                elif other := added_by.get((procedure.id, id, added)):
                    faults.append(Fault(str(path), line, f"“{added}”在 {other} 里也有，请换一个名称"))
        if len(faults) == before:
            wrong = _own_faults(widened(procedure, overlay), documents)
            faults += [Fault(str(path), _line_of(lines, near), words) for near, words in wrong]
        if len(faults) == before:
            found.append(overlay)
            for id, more in overlay.steps.items():
                for added in [*(asked.id for asked in more.fields), *(check.id for check in more.checks)]:
                    added_by[procedure.id, id, added] = path.name
    return found, sorted(faults)


def _read(path: Path, model: type[_Model], faults: list[Fault]) -> _Model | None:
    text = path.read_text(encoding="utf-8")
    try:
        return model.model_validate(yaml.load(text, Loader=_LOADER))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        faults.append(Fault(str(path), mark.line + 1 if mark else 1, f"YAML 写法有误：{error.problem}"))
    except ValidationError as error:
        lines = text.splitlines()
        for wrong in error.errors():
            where = ".".join(map(str, wrong["loc"]))
            near = [str(part) for part in wrong["loc"] if isinstance(part, str)]
            words = "没有这一项，不能这样写" if wrong["type"] == "extra_forbidden" else wrong["msg"]
            faults.append(Fault(str(path), _line_of(lines, near[-1] if near else ""), f"{where}：{words}"))
    return None


def _line_of(lines: list[str], near: str) -> int:
    """The first line that holds some words; 1 when there is none."""
    return next((number for number, line in enumerate(lines, 1) if near and near in line), 1)


def _own_faults(procedure: Procedure, documents: Mapping[str, SourceDocument]) -> Iterator[tuple[str, str]]:
    """What is wrong in a procedure: some words near the place, and what it is."""
    seen: set[str] = set()
    names = set(SURROUNDINGS)
    for step in procedure.steps:
        if step.id in seen:
            yield step.id, f"步骤“{step.id}”写了两次"
        if step.id in OVER_ROUNDS:
            yield step.id, f"步骤不能叫“{step.id}”"
        seen.add(step.id)
        names |= {f"{step.id}.{id}" for id in _made_by(step)}
    if procedure.historical:
        if not procedure.leads_to:
            yield "historical", "历史规程要写明 leads_to"
    elif not procedure.steps:
        yield "stages", "没有步骤"
    yield from _order_faults(procedure)
    versions = {version.id for version in procedure.versions}
    for version in procedure.versions:
        if version.document not in documents:
            yield version.document, f"documents.yaml 里没有文件“{version.document}”"
    for citation in procedure.sources:
        yield from _citation_faults(citation, documents)
    for step in procedure.steps:
        for near, words in _step_faults(step, names, versions, documents, {one.id for one in procedure.steps}):
            yield near, f"{step.id}：{words}"


def _made_by(step: Step) -> list[str]:
    return [*(asked.id for asked in step.fields), *(derived.id for derived in step.derived)]


def _order_faults(procedure: Procedure) -> Iterator[tuple[str, str]]:
    """Steps come after steps above them only, so that every path runs down and ends."""
    above: set[str] = set()
    for step in procedure.steps:
        for id in step.after or ():
            if id not in above:
                yield step.id, f"步骤“{step.id}”的 after 里“{id}”不在它上面"
        above.add(step.id)
    needed = {id for step in procedure.steps for id in procedure.before(step)}
    for step in procedure.steps[:-1]:
        ends = any(not end.when for end in step.ends)
        if step.id not in needed and not ends and not step.optional and not step.when:
            yield step.id, f"步骤“{step.id}”之后没有步骤，也没有结束"


def _step_faults(
    step: Step, names: set[str], versions: set[str], documents: Mapping[str, SourceDocument], steps: set[str]
) -> Iterator[tuple[str, str]]:
    own = _made_by(step)
    always = [*(asked.id for asked in step.fields), *(derived.id for derived in step.derived if not derived.when)]
    for id in {id for id in own if own.count(id) > 1 and id in always}:
        yield id, f"“{id}”写了两次"
    for id in set(own) & steps:
        yield id, f"“{id}”也是步骤的名称，句子里分不清"
    dated = step.field(step.dated)
    if dated is None or dated.kind is not Kind.DAY or dated.optional or dated.when:
        yield step.dated, f"dated 要是一个必填的日期：“{step.dated}”"
    for asked in step.fields:
        yield from _asked_faults(step, asked, names)
    for derived in step.derived:
        yield from _call_faults(step, derived.id, derived.rule, derived.of, derived.literally, names)
        yield from _condition_faults(step, derived.when, names)
    for check in step.checks:
        yield from _call_faults(step, check.id, check.rule, check.of, check.literally, names)
        yield from _condition_faults(step, check.when, names)
        if bool(check.fact) != (check.bound is not None):
            yield check.id, f"检查“{check.id}”的 fact 和 bound 要一起写"
        if check.fact and not _known(check.fact, step, names):
            yield check.id, f"检查“{check.id}”用到没有的“{check.fact}”"
        if check.version and check.version not in versions:
            yield check.id, f"检查“{check.id}”的版本“{check.version}”没有写在 versions 里"
        if check.source is not None:
            yield from _citation_faults(check.source, documents)
    for citation in step.sources:
        yield from _citation_faults(citation, documents)
    yield from _condition_faults(step, step.when, names)
    for paper in step.papers_when:
        if paper not in step.papers:
            yield paper, f"papers_when 里的“{paper}”没有写在 papers 里"
    for conditions in (
        *step.papers_when.values(),
        *(effect.when for effect in step.effects),
        *(end.when for end in step.ends),
    ):
        yield from _condition_faults(step, conditions, names)
    for effect in step.effects:
        if effect.holders and not _known(effect.holders, step, names):
            yield effect.holders, f"effects 用到没有的“{effect.holders}”"
        if effect.since and not _known(effect.since, step, names):
            yield effect.since, f"effects 用到没有的“{effect.since}”"
    for due in step.remind_on:
        yield from _call_faults(step, due.rule, due.rule, due.of, due.literally, names)
    if step.repeat and step.repeat.since and not _known(step.repeat.since, step, names):
        yield step.repeat.since, f"repeat 用到没有的“{step.repeat.since}”"
    if step.repeat and step.repeat.due and step.repeat.due not in RULES:
        yield step.repeat.due, f"没有规则“{step.repeat.due}”"
    if step.repeat:
        yield from _condition_faults(step, step.repeat.until, names)
    yield from _sentence_faults(step, names)


def _sentence_faults(step: Step, names: set[str]) -> Iterator[tuple[str, str]]:
    usable = {name.split(".")[0] for name in names} | set(_made_by(step)) | {"limit", "last", "value"}
    for template in all_sentences(step):
        if template[:1] in ("'", '"'):
            yield template[:12], "句子两头有引号，是引了两次"
        try:
            unknown = names_in(template) - usable
        except jinja2.TemplateSyntaxError as error:
            yield template[:12], f"句子写法有误：{error.message}"
        else:
            for name in sorted(unknown):
                yield template[:12], f"句子用到没有的“{name}”"


def _asked_faults(step: Step, asked: Asked, names: set[str]) -> Iterator[tuple[str, str]]:
    if (asked.kind in (Kind.CHOICE, Kind.CHOICES)) != bool(asked.among):
        yield asked.id, f"“{asked.id}”：among 和种类对不上"
    if asked.kind is Kind.TALLY:
        people = step.field(asked.of)
        if people is None or people.kind is not Kind.PEOPLE:
            yield asked.id, f"“{asked.id}”：of 要是同一步里的一个 people"
    if asked.default and not _known(asked.default, step, names):
        yield asked.id, f"“{asked.id}”的 default 用到没有的“{asked.default}”"
    yield from _condition_faults(step, asked.when, names)


def _known(name: str, step: Step, names: set[str]) -> bool:
    _, name = over_rounds(name)
    return name in names or f"{step.id}.{name}" in names


def _condition_faults(step: Step, conditions: tuple[Condition, ...], names: set[str]) -> Iterator[tuple[str, str]]:
    for condition in conditions:
        if not _known(condition.fact, step, names):
            yield condition.fact, f"条件用到没有的“{condition.fact}”"


def _citation_faults(citation: Citation, documents: Mapping[str, SourceDocument]) -> Iterator[tuple[str, str]]:
    if citation.document not in documents:
        yield citation.document, f"documents.yaml 里没有文件“{citation.document}”"


def _call_faults(
    step: Step, id: str, rule: str, of: Mapping[str, str], literally: Mapping[str, Any], names: set[str]
) -> Iterator[tuple[str, str]]:
    function: Callable[..., Any] | None = RULES.get(rule)
    if function is None:
        yield rule, f"“{id}”：没有规则“{rule}”"
        return
    try:
        inspect.signature(function).bind(**dict.fromkeys([*of, *literally]))
    except TypeError as error:
        yield id, f"“{id}”：规则 {rule} 的参数不对（{error}）"
    for name in of.values():
        if not _known(name, step, names):
            yield id, f"“{id}”用到没有的“{name}”"


def faults(folder: Path = PROCEDURES, papers: Collection[str] | None = None) -> list[Fault]:
    """Everything wrong with the procedures of a folder; `papers` are the ids of the papers there are."""
    found, wrong = read_procedures(folder)
    if papers is not None:
        for procedure in found.values():
            path = folder / f"{procedure.id}.yaml"
            lines = path.read_text(encoding="utf-8").splitlines()
            for paper in (*procedure.papers, *(paper for step in procedure.steps for paper in step.papers)):
                if paper not in papers:
                    wrong.append(Fault(str(path), _line_of(lines, paper), f"没有材料“{paper}”"))
    return sorted(wrong)
