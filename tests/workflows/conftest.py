"""The procedures are tested without any database: opening one is an error here."""

from typing import Any, NoReturn

import pytest
from sqlalchemy import Engine


@pytest.fixture(autouse=True)
def no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make every connection fail."""

    def refuse(*_: Any, **__: Any) -> NoReturn:
        raise AssertionError("une procédure se teste sans base de données")

    for name in ("connect", "begin", "raw_connection"):
        monkeypatch.setattr(Engine, name, refuse)
