"""Any tabular file as rows: CSV, XLSX, or a ZIP of one of them. Bytes in, rows of text out; nothing is computed."""

from app.readers.tables.rows import TableRow
from app.readers.tables.table import Table, open_table

__all__ = ["Table", "TableRow", "open_table"]
