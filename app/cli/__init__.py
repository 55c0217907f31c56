"""Commands: `flask organisation`, `flask user`, `flask import`, `flask scheduler`, `flask demo`."""

from flask import Flask

from app.cli import accounts


def init_app(app: Flask) -> None:
    """Register the commands."""
    for command in accounts.COMMANDS:
        app.cli.add_command(command)
