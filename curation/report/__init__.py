"""A run as one page for the browser: figures, plots, every conversation, and the passages that replies rest on.

The page is a single file that fetches nothing. What models and files said goes into it as data, never as markup.
"""

from curation.report.writing import BUDGET, Report, write_report

__all__ = ["BUDGET", "Report", "write_report"]
