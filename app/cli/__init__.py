"""Commands: `flask organisation`, `user`, `import`, `retention`, `person`, `scheduler`, `demo`."""

from flask import Flask

from app.cli import accounts, demo, imports, retention, scheduler


def init_app(app: Flask) -> None:
    """Register the commands."""
    for command in (*accounts.COMMANDS, *demo.COMMANDS, *imports.COMMANDS, *retention.COMMANDS, *scheduler.COMMANDS):
        app.cli.add_command(command)
