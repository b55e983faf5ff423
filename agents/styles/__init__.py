"""Styles laid over a plain message: typing errors, chat talk, a learner's English.

What must survive survives: figures, dates, names, codes and whatever a caller wants kept (`kept.py`). Each style is a
list of small edits (`edits.py`), so that what it did can be shown and undone. It draws from the stream that it is given
and knows nothing of models, turns or files.
"""

from agents.styles.apply import SHORTEST_TYPOS, revised, styled
from agents.styles.edits import Change, Edit, Revision, applied

__all__ = ["SHORTEST_TYPOS", "Change", "Edit", "Revision", "applied", "revised", "styled"]
