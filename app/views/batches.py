"""Documents prepared one after the other by the page that waits for them: two seconds of work at a time.

Each is kept on its own, so that closing the page loses nothing and no table says where a batch is.
"""

from collections.abc import Callable
from time import monotonic

SECONDS = 2.0
"""How long one request prepares documents: the page then asks for the next ones, and says how far it has got."""


def go_through(next_one: Callable[[int], int | None], prepare: Callable[[int], None], after: int) -> int:
    """Prepare what comes after a number, for a moment; return the number of the last one looked at.

    What could not be prepared is passed over: the batch goes on, and another one begins again from the start.
    """
    until = monotonic() + SECONDS
    while (number := next_one(after)) is not None:
        prepare(number)
        after = number
        if monotonic() > until:
            break
    return after
