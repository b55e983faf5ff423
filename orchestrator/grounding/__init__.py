"""Help content -> passages -> retrieval -> citations and support.

Importing it is cheap; what is heavy (bm25s, SciPy, Beautiful Soup) is imported when articles are read and indexed.
"""

from orchestrator.grounding.choosing import Evidence, best_evidence, evidence_again
from orchestrator.grounding.citing import CITED, cite
from orchestrator.grounding.evidence import SUPPORTED, Support, support
from orchestrator.grounding.index import RELEVANT, HelpIndex, Hit
from orchestrator.grounding.loading import Article, load_articles
from orchestrator.grounding.numerals import figures
from orchestrator.grounding.passages import Passage, passages_of
from orchestrator.grounding.splitting import sentences

__all__ = [
    "CITED",
    "RELEVANT",
    "SUPPORTED",
    "Article",
    "Evidence",
    "HelpIndex",
    "Hit",
    "Passage",
    "Support",
    "best_evidence",
    "cite",
    "evidence_again",
    "figures",
    "load_articles",
    "passages_of",
    "sentences",
    "support",
]
