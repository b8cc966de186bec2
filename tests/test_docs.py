"""The documentation names what there is: commands, settings, files, links."""

import re
import subprocess
from pathlib import Path

import pytest
from typer.main import get_command

from bot.__main__ import cli
from bot.settings import Settings

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), ROOT / "handlers" / "dialogue" / "README.md"])


def text_of(name: str) -> str:
    """One page."""
    return (ROOT / name).read_text(encoding="utf-8")


def commands() -> list[str]:
    """Every command as it is typed."""
    found = []
    for name, command in get_command(cli).commands.items():  # type: ignore[attr-defined]
        inner = getattr(command, "commands", None)
        found += [f"{name} {each}" for each in inner] if inner else [name]
    return found


@pytest.mark.parametrize("command", commands())
def test_every_command_is_documented(command: str) -> None:
    assert re.search(rf"\| `{re.escape(command)}[` \[]", text_of("docs/commands.md")), command


@pytest.mark.parametrize("name", list(Settings.model_fields))
def test_every_setting_is_documented_with_its_default(name: str) -> None:
    variable = f"ZHISHU_{name.upper()}"
    assert f"| `{variable}` |" in text_of("docs/settings.md")
    field = Settings.model_fields[name]
    shown = re.search(rf"^# {variable}=(.*)$", text_of(".env.example"), re.MULTILINE)
    assert shown is not None
    default = field.get_default(call_default_factory=True)
    value = default.get_secret_value() if hasattr(default, "get_secret_value") else default
    written = {True: "true", False: "false"}.get(value) if isinstance(value, bool) else str(value)
    assert shown[1] == written


def test_no_setting_is_documented_that_is_not_there() -> None:
    known = {f"ZHISHU_{name.upper()}" for name in Settings.model_fields}
    for page in ("docs/settings.md", ".env.example", "README.md", "docs/telegram.md"):
        assert set(re.findall(r"ZHISHU_[A-Z_]+", text_of(page))) <= known, page


def test_architecture_names_every_module_and_no_other() -> None:
    page = text_of("docs/architecture.md")
    for folder in ("bot", "handlers", "knowledge", "storage"):
        for path in (ROOT / folder).glob("*.py"):
            stem = path.stem
            if stem == "__init__":
                continue
            names = (stem, f"{stem.split('_')[0]}_*", f"{stem.split('_')[0]}*")
            generic = "storage/<feature>.py" in page and folder == "storage"
            assert generic or any(f"`{name}" in page or f"/{name}" in page for name in names), f"{folder}/{path.name}"
    for named in re.findall(
        r"`((?:bot|handlers|knowledge|storage|tests|docs)/[\w/.-]+\.(?:py|yaml|md|j2|jsonl))`", page
    ):
        assert (ROOT / named).exists(), named


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if not re.match(r"https?://|#", target):
            assert (page.parent / target.partition("#")[0]).exists(), target


def test_lock_files_hold_names_versions_and_hashes_only() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        assert "://" not in text_of(name), name


def test_no_tracked_file_names_this_machine() -> None:
    files = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    place = str(ROOT.parent)
    if len(place) < 5:
        pytest.skip("the folder's name is too short to be looked for")
    for name in filter(None, files.split("\0")):
        path = ROOT / name
        if path.suffix in {".py", ".md", ".yaml", ".toml", ".lock", ".js", ".css", ".html", ".jsonl"}:
            assert place + "/" not in path.read_text(encoding="utf-8"), name
