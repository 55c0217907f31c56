"""What each kind of file does when it is brought in: one file per kind."""

from collections.abc import Collection, Sequence
from typing import Any

from app.actions.incoming.aids import AidsHandler
from app.actions.incoming.atmp import AtmpHandler
from app.actions.incoming.contacts import ContactsHandler
from app.actions.incoming.cpoms import CpomHandler
from app.actions.incoming.finess import FinessHandler
from app.actions.incoming.links import LinksHandler
from app.actions.incoming.members import MembersHandler
from app.actions.incoming.objectives import ObjectivesHandler
from app.actions.incoming.portfolio import PortfolioHandler
from app.actions.incoming.references import ReferencesHandler
from app.actions.incoming.structures import HomeCareHandler, TdbHandler
from app.readers.layouts import score
from workflows.import_run import ImportKind

HANDLERS: dict[ImportKind, Any] = {
    handler.kind: handler
    for handler in (
        FinessHandler(),
        TdbHandler(),
        HomeCareHandler(),
        AtmpHandler(),
        ReferencesHandler(),
        MembersHandler(),
        LinksHandler(),
        PortfolioHandler(),
        CpomHandler(),
        ObjectivesHandler(),
        AidsHandler(),
        ContactsHandler(),
    )
}
"""How each kind of file is brought in."""

RECOGNISED = 0.5
"""A layout whose required columns are all there scores that at least (`app.readers.layouts.score`)."""


def recognise(head: Sequence[str], file_name: str, kinds: Collection[ImportKind]) -> ImportKind | None:
    """Return the kind among these whose columns are those of the file, or None."""
    scores = [
        (score(layout, head, file_name), kind)
        for kind in kinds
        for layout in HANDLERS[kind].layouts
        if not layout.is_borrowed
    ]
    best = max(scores, key=lambda one: one[0], default=(0.0, None))
    return best[1] if best[0] >= RECOGNISED else None
