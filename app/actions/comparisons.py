"""All that is computed from the figures of everybody, made again when figures come in or go out."""

from collections.abc import Collection

from sqlalchemy import func, select

from app.actions.evidence import refresh_evidence
from app.actions.figure_columns import read_sites
from app.actions.peers import refresh_peers
from app.extensions import db

LOCK = 7_220_004


def refresh_comparisons(years: Collection[int] | None = None) -> tuple[int, int]:
    """Make the peers of these years (all, without any) and what accidents say again; return how many of each.

    To be called by the owner of the tables or by an import, once its last row is in; the caller commits.
    """
    if db.engine.dialect.name == "postgresql":
        db.session.execute(select(func.pg_advisory_xact_lock(LOCK)))  # another one has done; this one starts anew
    sites = read_sites()
    return refresh_peers(sites, sorted(years) if years is not None else None), refresh_evidence(sites)
