"""Help content -> seed queries: what customers would open with, each answered by a passage that it finds again.

Importing it is cheap; the index and the models are loaded when queries are made.
"""

from curation.queries.kinds import Kind
from curation.queries.making import Made, write_queries
from curation.queries.rows import Row, read_rows, report_path

__all__ = ["Kind", "Made", "Row", "read_rows", "report_path", "write_queries"]
