"""Guards on what a reply says to a person: abuse, personal data, promises, salad, courtesies.

They judge by words and patterns.
"""

from typing import Final

from orchestrator.content.abuse import Abuse
from orchestrator.content.courtesies import Courtesies
from orchestrator.content.personal import PersonalData
from orchestrator.content.promises import Promises
from orchestrator.content.salad import Salad
from orchestrator.guards import Guard

__all__ = ["CONTENT", "Abuse", "Courtesies", "PersonalData", "Promises", "Salad"]

CONTENT: Final[tuple[Guard, ...]] = (Abuse(), PersonalData(), Promises(), Salad(), Courtesies())
"""The guards on content, in the order in which their objections are given."""
