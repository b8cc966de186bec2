"""The command line: python -m bot COMMAND."""

import io
import json
import sys
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.console import Console

from bot.starting import console, fail, say, started
from bot.starting import run as run_now

cli = typer.Typer(help="支书助手", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
roster_cli = typer.Typer(help="花名册", no_args_is_help=True)
cli.add_typer(roster_cli, name="roster")
kb_cli = typer.Typer(help="读物和知识", no_args_is_help=True)
cli.add_typer(kb_cli, name="kb")
outbox_cli = typer.Typer(help="发不出去的消息", no_args_is_help=True)
cli.add_typer(outbox_cli, name="outbox")
digest_cli = typer.Typer(help="周报", no_args_is_help=True)
cli.add_typer(digest_cli, name="digest")
tree_cli = typer.Typer(help="组织树", no_args_is_help=True)
cli.add_typer(tree_cli, name="tree")
FAULTS_SHOWN = 200
"""More faults of a roster than this are not listed: the first ones tell what is wrong."""
HERE = ZoneInfo("Asia/Shanghai")
"""The zone of questions from the command line."""


@cli.command()
def run() -> None:
    """网页、机器人、投递都在一个进程里（内置默认）。"""
    from bot.app import PARTS, serve

    run_now(serve(started(), PARTS))


@cli.command()
def web() -> None:
    """只启动网页对话和页面。"""
    from bot.app import serve

    run_now(serve(started(), ("web",)))


@cli.command()
def bot() -> None:
    """只启动 Telegram 对话。"""
    from bot.app import serve

    run_now(serve(started(), ("bot",)))


@cli.command()
def worker() -> None:
    """只启动投递和定时事项。"""
    from bot.app import serve

    run_now(serve(started(), ("worker",)))


@cli.command()
def demo(
    folder: Annotated[Path, typer.Option(help="放示例数据库的文件夹")] = Path("demo"),
    at: Annotated[str, typer.Option(help="从什么时候演起，例如“下周一 8:29”；空则现在")] = "",
) -> None:
    """装入一个虚构的镇，打开网页对话。"""
    from bot.demo import clock_from, serve_demo

    clock = clock_from(at)
    if clock is None:
        fail(f"“{at}”看不出是哪天几点。请写成 2026-11-23 8:29，或者 下周一 8:29。")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        fail(f"文件夹 {folder} 建不了（{error.strerror}）。")
    url = f"sqlite+aiosqlite:///{folder / 'demo.sqlite3'}"
    run_now(serve_demo(started().model_copy(update={"database_url": url}), clock))


@cli.command()
def chat(
    as_: Annotated[str, typer.Option("--as", help="以谁的身份，姓名，重名时加手机后四位；空则未绑定")] = "",
) -> None:
    """在终端里对话。"""
    from bot.terminal_chat import converse

    run_now(converse(started(), as_.strip()))


@cli.command()
def ask(
    question: Annotated[str, typer.Argument(help="问题")] = "",
    jsonl: Annotated[bool, typer.Option("--jsonl", help="从标准输入一行读一个问题，一行写一个 JSON")] = False,
) -> None:
    """问读本。"""
    from bot.asking import looked_up, told
    from knowledge.handbook import Handbook

    handbook = Handbook.load()
    today = datetime.now(HERE).date()
    if jsonl:
        # A program speaks UTF-8 with us whatever the console speaks; some begin with a byte order mark.
        sys.stdin.reconfigure(encoding="utf-8-sig", errors="replace")  # type: ignore[union-attr]  # a TextIOWrapper
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(encoding="utf-8")
        for line in sys.stdin:
            sys.stdout.write(json.dumps(looked_up(handbook, line.strip(), today), ensure_ascii=False) + "\n")
            sys.stdout.flush()
        return
    if not question.strip():
        raise typer.BadParameter("请写上问题，例如：ask 预备期多长")
    # Where the console is not UTF-8, Python hands bytes that it does not know on as lone surrogates.
    known = question.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    say(told(handbook, known, today))


@cli.command()
def check() -> None:
    """核对语句、对话、模板、知识、规程（连同本级要求）是否一致，逐条指出文件和行。"""
    from bot.check import all_faults

    settings = started()
    faults = all_faults(overlays=settings.overlays_folder, templates=settings.templates_folder)
    for fault in faults:
        say(str(fault))
    say("没有问题。" if not faults else f"共 {len(faults)} 处问题。")
    raise typer.Exit(bool(faults))


@cli.command()
def doctor() -> None:
    """看看配置了什么、缺什么，数据库和 token 能不能用。"""
    from bot.doctor import examine

    healthy = run_now(examine(started(), console))
    raise typer.Exit(not healthy)


@cli.command()
def migrate() -> None:
    """把数据库升级到最新结构。"""
    from storage.database import Database

    async def upgrade() -> None:
        database = Database(settings.database_url)
        try:
            await database.migrate()
        finally:
            await database.close()

    settings = started()
    run_now(upgrade())
    say("数据库已是最新。")


def content_of(file: Path) -> bytes:
    """The bytes of a file that somebody named; one that cannot be read ends the command."""
    try:
        return file.read_bytes()
    except FileNotFoundError:
        fail(f"没有 {file} 这个文件。")
    except OSError as error:
        fail(f"{file} 读不了（{error.strerror}）。")


@roster_cli.command()
def template(file: Annotated[Path, typer.Argument(help="要写的文件")] = Path("花名册模板.xlsx")) -> None:
    """写一份花名册模板。"""
    from bot.roster import template as make

    try:
        with file.open("xb") as new:  # one that is there may be filled in already
            new.write(make())
    except FileExistsError:
        fail(f"已经有 {file} 了，没有覆盖。请换一个文件名。")
    except OSError as error:
        fail(f"{file} 写不了（{error.strerror}）。请换一个地方。")
    say(f"模板写在 {file}。")


@roster_cli.command("import")
def import_(file: Annotated[Path, typer.Argument(help="填好的花名册")]) -> None:
    """导入花名册；有错就一处不改，再次导入只更新不重复。"""
    from bot.roster import import_file

    # How far it is belongs to who looks on, and not into what a program reads.
    far = Console(stderr=True)

    def progress(words: str) -> None:
        if far.is_terminal:
            far.print(f"{words}\r", end="", highlight=False)

    importing = import_file(started(), content_of(file), datetime.now(UTC), progress=progress)
    problems, summary = run_now(importing) or ([], "")
    for problem in problems[:FAULTS_SHOWN]:
        say(problem)
    if len(problems) > FAULTS_SHOWN:
        say(f"……还有 {len(problems) - FAULTS_SHOWN} 处，改了前面的再来。")
    if problems:
        fail(f"共 {len(problems)} 处问题，什么都没有导入。改好再来。")
    say(summary)


@cli.command()
def invite(name: Annotated[str, typer.Argument(help="姓名，重名时写“张三 1234”加手机后四位")]) -> None:
    """给花名册上的人发一个一次性邀请码。"""
    from bot.invite import invite_by_name

    raise typer.Exit(run_now(invite_by_name(started(), name, console)) or 0)


@outbox_cli.command("list")
def outbox_list(limit: Annotated[int, typer.Option(help="最多几条", min=1)] = 50) -> None:
    """列出没能发出去的消息和原因，新的在前；不显示内容和收件人。"""
    from bot.outbox import list_parked

    run_now(list_parked(started(), console, limit))


@outbox_cli.command("retry")
def outbox_retry(
    number: Annotated[int | None, typer.Argument(metavar="[ID]", help="编号，见 outbox list")] = None,
    everything: Annotated[bool, typer.Option("--all", help="全部")] = False,
) -> None:
    """再发一次：一条，或者全部（仍然收不到的人的除外）；过了时效的不发。"""
    from bot.outbox import retry

    if (number is None) is not everything:
        fail("请写编号，或者写 --all。编号见 outbox list。")
    count = run_now(retry(started(), number)) or 0
    if number is not None and not count:
        fail(f"没有编号是 {number} 的、还能再发的消息。")
    say(f"{count} 条消息已放回去，等着再发。" if count else "没有可以再发的消息。")


_OWNER = typer.Option("--for", help="归哪个组织，写名称；空则所有人能查")
_YES = typer.Option("--yes", help="不再确认")


def _at_terminal() -> bool:
    return sys.stdin.isatty()


def _confirmed(question: str, yes: bool) -> None:
    if not yes and not _at_terminal():
        console.print("没有终端可以确认：加上 --yes 再来。")
        raise typer.Exit(1)
    if not yes and not typer.confirm(question):
        console.print("什么都没有改。")
        raise typer.Exit(1)


@kb_cli.command("import")
def kb_import(
    file: Annotated[Path, typer.Argument(help="txt、md、docx、pdf、epub")],
    title: Annotated[str, typer.Option(help="书名；空则用文件里的")] = "",
    owner: Annotated[str, _OWNER] = "",
    yes: Annotated[bool, _YES] = False,
) -> None:
    """导入一本读物；同名的再次导入就是更新。先给看认出了什么，确认了才保存。"""
    from bot import kb

    data = content_of(file)
    try:
        name, book = kb.understood(file.name, data, title)
        kb.show(console, name, book)
        _confirmed("保存吗？", yes)
        console.print(run_now(kb.save(started(), file.name, data, name, book, owner)), markup=False, soft_wrap=True)
    except (kb.Unreadable, kb.NotThere) as error:
        console.print(str(error), markup=False)
        raise typer.Exit(1) from None


@kb_cli.command("list")
def kb_list() -> None:
    """列出导入的读物。"""
    from bot import kb

    run_now(kb.listed(started(), console))


@kb_cli.command("remove")
def kb_remove(
    title: Annotated[str, typer.Argument(help="书名")],
    owner: Annotated[str, _OWNER] = "",
    yes: Annotated[bool, _YES] = False,
) -> None:
    """删除一本读物。"""
    from bot import kb

    _confirmed(f"删除《{title}》吗？", yes)
    try:
        console.print(run_now(kb.remove(started(), title, owner)), markup=False)
    except kb.NotThere as error:
        console.print(str(error), markup=False)
        raise typer.Exit(1) from None


@kb_cli.command("unanswered")
def kb_unanswered(days: Annotated[int, typer.Option(help="近多少天")] = 90) -> None:
    """列出没答上和说没用的问题，意思相近的放在一起。"""
    from bot.curation import list_unanswered

    run_now(list_unanswered(started(), console, days))


@kb_cli.command("eval")
def kb_eval(file: Annotated[Path, typer.Argument(help="一行一个 JSON 的问题集", exists=True, dir_okay=False)]) -> None:
    """拿一套问题考一考：分类给出正确率，列出答错的。"""
    from bot.curation import BrokenSet, evaluate_file

    try:
        evaluate_file(file, console, datetime.now(HERE).date())
    except (BrokenSet, UnicodeDecodeError) as error:
        console.print(f"问题集读不了：{error}", markup=False)
        raise typer.Exit(1) from None


@kb_cli.command("stats")
def kb_stats() -> None:
    """各主题有多少条，导入了哪些读物。"""
    from bot.curation import show_coverage

    run_now(show_coverage(started(), console))


_ORGANIZATION = typer.Argument(help="组织的名称；有同名的写成“上级/名称”")
_UNDER = typer.Option("--under", help="放在哪个组织下面；空则在最上面")
_ON = typer.Option("--on", help="决定的日期，例如 2026-11-18；空则今天")
_APPROVAL = typer.Option("--approval", help="批复的文号，或哪次会议决定的")


def _tree_change(what: str, name: str, other: str, work: Callable[[], Coroutine[Any, Any, str]], yes: bool) -> None:
    """Say in figures what will change, and do it when that is confirmed."""
    from bot.tree import Wrong, will_change

    try:
        if what != "add":
            say(run_now(will_change(started(), what, name, other)) or "")
        _confirmed("办吗？", yes)
        say(run_now(work()) or "")
    except Wrong as wrong:
        fail(str(wrong))


@tree_cli.command("show")
def tree_show(
    name: Annotated[str, typer.Argument(help="从哪个组织看起；空则全部")] = "",
    depth: Annotated[int, typer.Option(help="往下看几级")] = 2,
) -> None:
    """看组织树。"""
    from bot.tree import Wrong, shown

    try:
        for line in run_now(shown(started(), name, depth)) or []:
            say(line)
    except Wrong as wrong:
        fail(str(wrong))


@tree_cli.command("add")
def tree_add(
    name: Annotated[str, typer.Argument(help="新组织的全称")],
    kind: Annotated[str, typer.Option(help="党委、党总支、党支部、党小组")] = "党委",
    under: Annotated[str, _UNDER] = "",
    on: Annotated[str, _ON] = "",
    approval: Annotated[str, _APPROVAL] = "",
    yes: Annotated[bool, _YES] = False,
) -> None:
    """新建一个组织。"""
    from bot.tree import Paper, add

    _tree_change("add", name, under, lambda: add(started(), kind, name, under, Paper(on, approval)), yes)


@tree_cli.command("rename")
def tree_rename(
    name: Annotated[str, _ORGANIZATION],
    to: Annotated[str, typer.Argument(help="新的全称")],
    on: Annotated[str, _ON] = "",
    approval: Annotated[str, _APPROVAL] = "",
    yes: Annotated[bool, _YES] = False,
) -> None:
    """给组织改名。"""
    from bot.tree import Paper, rename

    _tree_change("rename", name, to, lambda: rename(started(), name, to, Paper(on, approval)), yes)


@tree_cli.command("move")
def tree_move(
    name: Annotated[str, _ORGANIZATION],
    under: Annotated[str, _UNDER] = "",
    on: Annotated[str, _ON] = "",
    approval: Annotated[str, _APPROVAL] = "",
    yes: Annotated[bool, _YES] = False,
) -> None:
    """把组织连同下级转到另一个上级下面。"""
    from bot.tree import Paper, move

    _tree_change("move", name, under, lambda: move(started(), name, under, Paper(on, approval)), yes)


@tree_cli.command("merge")
def tree_merge(
    name: Annotated[str, _ORGANIZATION],
    into: Annotated[str, typer.Argument(help="并入哪个组织")],
    on: Annotated[str, _ON] = "",
    approval: Annotated[str, _APPROVAL] = "",
    yes: Annotated[bool, _YES] = False,
) -> None:
    """把一个组织并入另一个同类的。"""
    from bot.tree import Paper, merge

    _tree_change("merge", name, into, lambda: merge(started(), name, into, Paper(on, approval)), yes)


@tree_cli.command("dissolve")
def tree_dissolve(
    name: Annotated[str, _ORGANIZATION],
    on: Annotated[str, _ON] = "",
    approval: Annotated[str, _APPROVAL] = "",
    yes: Annotated[bool, _YES] = False,
) -> None:
    """撤销一个已经空了的组织。"""
    from bot.tree import Paper, dissolve

    _tree_change("dissolve", name, "", lambda: dissolve(started(), name, Paper(on, approval)), yes)


@digest_cli.command("preview")
def digest_preview(
    as_: Annotated[str, typer.Option("--as", help="谁的周报，姓名，重名时加手机后四位")],
    week: Annotated[str, typer.Option(help="哪一周，例如 2026-W47；空则上一周")] = "",
    folder: Annotated[Path | None, typer.Option(help="把图和表写到这个文件夹")] = None,
) -> None:
    """看一看某人的周报会是什么样子；不发给任何人。"""
    from bot.digest_preview import NoDigest, preview

    try:
        run_now(preview(started(), as_.strip(), week.strip(), folder, datetime.now(UTC), say))
    except NoDigest as problem:
        fail(str(problem))


if __name__ == "__main__":
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a console that lacks a character shows the others
    cli()
