"""pyHanko runs an event loop of its own, refused in a thread where another runs: it has its own thread."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any


def apart(work: Callable[..., Any], *given: Any) -> Any:
    """Return what `work(*given)` returns in a thread of its own; raises what it raises."""
    with ThreadPoolExecutor(1, thread_name_prefix="seal") as thread:
        return thread.submit(work, *given).result()
