"""Opening the reference files of `app/data`, whose README gives the origin and licence of each."""

import csv
import json
from importlib import resources
from typing import Any


def read_table(name: str) -> list[dict[str, str]]:
    """The rows of a semicolon file whose first line names the columns."""
    return list(csv.DictReader(_content(name).splitlines(), delimiter=";"))


def read_records(name: str) -> list[dict[str, Any]]:
    """The objects of a JSON file that holds one list."""
    found: list[dict[str, Any]] = json.loads(_content(name))
    return found


def read_bytes(name: str) -> bytes:
    """The file as it is, for the extracts that go through a reader."""
    return resources.files("app").joinpath("data", name).read_bytes()


def _content(name: str) -> str:
    return read_bytes(name).decode("utf-8-sig")
