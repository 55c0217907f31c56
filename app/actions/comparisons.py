"""All that is computed from the figures of everybody, made again when figures come in or go out."""

from collections.abc import Collection

from app.actions.evidence import refresh_evidence
from app.actions.peers import refresh_peers


def refresh_comparisons(years: Collection[int] | None = None) -> tuple[int, int]:
    """Make the peers of these years (all, without any) and what accidents say again; return how many of each.

    To be called by the owner of the tables or by an import, once its last row is in; the caller commits.
    """
    return refresh_peers(sorted(years) if years is not None else None), refresh_evidence()
