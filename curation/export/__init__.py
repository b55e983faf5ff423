"""Runs -> data sets: files that others' libraries load, parted without leaks, with a data card beside them.

Importing it is cheap; pyarrow is imported when Parquet is written.
"""

from curation.export.cells import defuse, read_csv, restore
from curation.export.exporting import export
from curation.export.request import Format, Request, parse_shares
from curation.export.summary import Summary

__all__ = ["Format", "Request", "Summary", "defuse", "export", "parse_shares", "read_csv", "restore"]
