"""Commands: `flask organisation`, `user`, `import`, `indicators`, `journal`, `retention`, `targeting`, `demo`…"""

from flask import Flask

from app.cli import (
    accounts,
    database,
    demo,
    import_kinds,
    imports,
    indicators,
    journal,
    retention,
    scheduler,
    seal,
    targeting,
)


def init_app(app: Flask) -> None:
    """Register the commands."""
    assert import_kinds.KINDS  # they join the group of the imports
    for module in (accounts, database, demo, imports, indicators, journal, retention, scheduler, seal, targeting):
        for command in module.COMMANDS:
            app.cli.add_command(command)
