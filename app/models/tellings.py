"""What the database tells beyond the rows it lets through, in numbers only (views, see `app.second_wall.functions`)."""

from sqlalchemy import Integer, String, column, table

from app.extensions import Instant

OPEN_FOLLOW_UPS = table(
    "open_follow_ups",
    *(column(name, Integer) for name in ("case_id", "employer_id", "structure_id")),
)
"""A structure that an open case follows, told to the bodies that could open another one."""

RUNNING_IMPORTS = table(
    "running_imports", column("kind", String(40)), column("organisation_id", Integer), column("started_at", Instant())
)
"""Which import of each kind is under way, told to whoever waits for it: whose, and since when."""

CASE_PLACES = table("case_places", column("case_id", Integer), column("departement", String(3)))
"""The département of each structure of a case."""

IMPORT_DAYS = table("import_days", column("import_id", Integer), column("received_at", Instant()))
"""When a file came in: told of every figure, its author and its name being its organisation's."""
