"""What a data set of conversations is like, in numbers that can be defended.

Every measure is a pure function of a data set, with its definition and source in the docstring; it returns a value, how
many things it counted, and a seeded bootstrap interval.
"""

from curation.metrics.data import DataSet
from curation.metrics.evaluation import Evaluation, evaluate
from curation.metrics.measure import RUBRIC, Better, Heading, Measure, Unit

__all__ = ["RUBRIC", "Better", "DataSet", "Evaluation", "Heading", "Measure", "Unit", "evaluate"]
