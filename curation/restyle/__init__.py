"""A finished run -> the same conversations in another register: social, email, phone, formal.

Importing it is cheap; models are loaded only where one is to write.
"""

from curation.restyle.kinds import Register
from curation.restyle.making import Restyled, restyle_run
from curation.restyle.turns import Restyler

__all__ = ["Register", "Restyled", "Restyler", "restyle_run"]
