"""The database's history. `upgrade(url)` brings a database to the newest version."""

from __future__ import annotations

from pathlib import Path


def _config(url: str):  # type: ignore[no-untyped-def]
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["url"] = url
    return config


def upgrade(url: str) -> None:
    """Bring the database at `url` to the newest version; safe to call when it is there already."""
    from alembic import command

    command.upgrade(_config(url), "head")


def newest() -> str:
    """The newest revision there is."""
    from alembic.script import ScriptDirectory

    return str(ScriptDirectory(str(Path(__file__).parent)).get_current_head())


def downgrade(url: str, revision: str = "base") -> None:
    """Take the database back to `revision`. Data of the tables that go is lost."""
    from alembic import command

    command.downgrade(_config(url), revision)
