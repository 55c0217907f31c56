"""How much is measured: the real sizes, or just enough to see that every measure runs."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Sizes:
    """Numbers of open cases, of reminders, of documents, of lines, of structures, and of rounds of each measure."""

    lists: tuple[int, ...] = (1_000, 10_000, 100_000)
    list_rounds: int = 40
    steps: int = 300
    due: int = 5_000
    sweeps: int = 7
    documents: int = 15
    batch: int = 24
    batches: int = 3
    finess_lines: int = 103_000
    import_structures: int = 40_000
    structures: int = 40_000
    pair_rounds: int = 5
    workbook_rows: int = 40_000
    workbook_rounds: int = 3
    openings: int = 2_000
    opening_rounds: int = 5


FULL = Sizes()
QUICK = Sizes(
    lists=(60, 600),
    list_rounds=1,
    steps=4,
    due=20,
    sweeps=2,
    documents=1,
    batch=2,
    batches=1,
    finess_lines=500,
    import_structures=60,
    structures=200,
    pair_rounds=1,
    workbook_rows=40,
    workbook_rounds=1,
    openings=10,
    opening_rounds=1,
)
