"""Variants of customer messages: other products, tones and styles, each with what was done and how to undo it.

Importing it is cheap; lemminflect is imported when a product is substituted.
"""

from curation.augment.augmenting import Request, augment
from curation.augment.ledger import Ledger
from curation.augment.rows import Row, read_rows
from curation.augment.showing import shown
from curation.augment.variants import Axes, Refusal, Variant, restored, variants

__all__ = [
    "Axes",
    "Ledger",
    "Refusal",
    "Request",
    "Row",
    "Variant",
    "augment",
    "read_rows",
    "restored",
    "shown",
    "variants",
]
