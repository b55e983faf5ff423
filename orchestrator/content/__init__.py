"""Guards on what a reply says to a person: abuse, personal data, promises, salad, invented words, courtesies.

They judge by words and patterns.
"""

from typing import Final

from orchestrator.content.abuse import Abuse
from orchestrator.content.courtesies import Courtesies
from orchestrator.content.invented import Invented
from orchestrator.content.personal import PersonalData
from orchestrator.content.promises import Promises
from orchestrator.content.salad import Salad
from orchestrator.guards import Guard

__all__ = ["CONTENT", "Abuse", "Courtesies", "Invented", "PersonalData", "Promises", "Salad"]

CONTENT: Final[tuple[Guard, ...]] = (Abuse(), PersonalData(), Promises(), Salad(), Invented(), Courtesies())
"""The guards on content, in the order in which their objections are given."""
