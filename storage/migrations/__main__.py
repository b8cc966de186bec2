"""Write the next migration from what the models say: python -m storage.migrations "what changes"."""

import subprocess
import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

FOLDER = Path(__file__).parent


def write_next(message: str) -> Path:
    """A new file in versions/ with the difference between the newest revision and the models; read it before use."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    number = 1 + sum(1 for _ in ScriptDirectory.from_config(config).walk_revisions())
    with tempfile.TemporaryDirectory() as empty:
        engine = create_engine(f"sqlite:///{empty}/schema.sqlite3")
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            script = command.revision(config, message, autogenerate=True, rev_id=f"{number:04d}")
        engine.dispose()
    assert script is not None
    assert not isinstance(script, list)
    path = Path(script.path)
    lines = path.read_text().splitlines()
    path.write_text("\n".join(line for line in lines if not line.strip().startswith("# ###")) + "\n")
    for tidied in (["format"], ["check", "--fix"], ["format"]):
        subprocess.run([sys.executable, "-m", "ruff", *tidied, "--quiet", path], check=True)
    return path


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit('python -m storage.migrations "what changes"')
    write_next(sys.argv[1])
