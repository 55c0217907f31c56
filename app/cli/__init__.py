"""Commands: `flask organisation`, `flask user`, `flask import`, `flask journal`, `flask scheduler`, `flask demo`."""

from flask import Flask

from app.cli import accounts, demo, imports, journal, scheduler


def init_app(app: Flask) -> None:
    """Register the commands."""
    for command in (*accounts.COMMANDS, *demo.COMMANDS, *imports.COMMANDS, *journal.COMMANDS, *scheduler.COMMANDS):
        app.cli.add_command(command)
