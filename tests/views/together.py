"""Several people who press a button at the same instant."""

import io
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from tests.pages import Browser, Page


def at_once(tabs: Sequence[Browser], address: str, data: dict[str, Any]) -> list[Page]:
    """Send the same form from every tab at the same instant; a file is a pair (bytes, name)."""
    tokens = [tab.token() for tab in tabs]
    barrier = Barrier(len(tabs))

    def press(tab: Browser, token: str) -> Page:
        form = {
            name: (io.BytesIO(value[0]), value[1]) if isinstance(value, tuple) else value
            for name, value in data.items()
        }
        barrier.wait()
        return Page(tab.client.post(address, data={**form, "csrf_token": token}))

    with ThreadPoolExecutor(len(tabs)) as threads:
        return list(threads.map(press, tabs, tokens))
