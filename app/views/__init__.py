"""Pages: load, act, commit, answer. Each file is one blueprint, named by its noun."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Register the pages."""
