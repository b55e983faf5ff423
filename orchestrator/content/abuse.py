"""Abuse: slurs, swear words, attacks on a person, stereotypes about a group. It goes by words and patterns of English.

The word lists are `abuse.json`. Mild swear words count in an agent's mouth only: customers are annoyed at times.
Quoted abuse, irony and insults without a listed word are beyond it, and a film's title may be taken for abuse.
"""

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import ClassVar, Final

from agents.dialogue import Speaker
from orchestrator.guards import Objection, Scene

WORDS: Final = Path(__file__).with_name("abuse.json")
_FORMS: Final = "(?:s|es|ed|er|ers|ing|in|y|ty)?"
_DISGUISES: Final = str.maketrans("013457@$!", "oieastasi")
_DISGUISED: Final = re.compile(r"(?=\w*[^\W\d])(?=\S*[013457@$!*])[\w@$!*]{3,}")


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.I)


_GROUPS: Final = (
    r"(?:women|girls|men|boys|foreigners|immigrants|refugees|old people|the elderly|pensioners|young people|teenagers|"
    r"muslims|jews|christians|hindus|black people|white people|asians|africans|arabs|mexicans|americans|germans|poles|"
    r"russians|chinese people|indians|gypsies|gays|gay people|lesbians|disabled people|poor people|the poor|blondes|"
    r"housewives)"
)
_FAULTS: Final = (
    r"(?:lazy|stupid|dumb|dirty|criminals?|thieves|liars|cheats?|greedy|weak|inferior|violent|hysterical|emotional|"
    r"irrational|slow|bad (?:at|with|drivers)|worse (?:at|than)|too \w+ (?:to|for)|"
    r"not (?:made|able|fit|clever|suited))"
)
_SCOLDS: Final = (
    r"(?:idiots?|morons?|fools?|stupid|dumb|imbeciles?|dimwits?|brainless|brain[- ]dead|pathetic|worthless|scum|filthy|"
    r"disgusting|ugly|losers?|liars?|crooks?|clowns?|cretins?|jackass(?:es)?|a joke|a disgrace|a waste of space|"
    r"too (?:dumb|stupid|thick))"
)
ATTACKS: Final = _any(
    r"\b(?:you(?:'re| are| must be)|are you|ur)(?: (?:all|just|such|so|really|a|an|the|bunch|lot|of|complete|total|"
    rf"absolute|bloody|fucking|\w+ly))* {_SCOLDS}\b",
    rf"\byou(?: \w+)? {_SCOLDS}(?=[.!,?]|$)",
    r"\bshut (?:your|the \w+|it|up)\b|\bgo to hell\b|\bdrop dead\b",
    r"(?:^|[.!?,;] |just |so )get lost\b(?! in)",
    r"\bscrew you\b|\bnobody (?:likes|wants|cares about) you\b|\bi'?ll (?:hurt|kill|get) you\b",
    r"\bi hope you (?:die|choke|rot|suffer|get (?:hurt|cancer|fired))\b|\bare you (?:deaf|blind|retarded|thick)\b",
    r"\b(?:what a|such a|that(?:'s| is) a) (?:stupid|dumb|idiotic) (?:question|customer|person)\b",
    r"\bpeople like you (?:are|should|always|never|can'?t|don'?t)\b|\beven (?:someone|somebody|a person) like you\b",
    r"\b(?:too|so) (?:stupid|dumb|thick|lazy) to (?:read|understand|see)\b",
)
_HABITS: Final = r"(?:steal|lie|cheat|complain|understand|learn|listen|smell)"
STEREOTYPES: Final = _any(
    rf"\b{_GROUPS} (?:are|were|can be) (?:(?:all|always|just|simply|mostly|naturally|by nature|usually) )?{_FAULTS}",
    rf"\b(?:all|you|those|these|typical) {_GROUPS}(?: \w+){{0,3}} "
    r"(?:are|steal|lie|cheat|complain|smell|never|always)\b",
    rf"\b{_GROUPS} (?:always|never|just|only) {_HABITS}\b|\b{_GROUPS} (?:steal|lie|cheat)\b",
    rf"\b{_GROUPS} (?:can(?:'t|not)|don'?t|do not|could never) (?:drive|understand|handle|think|be trusted)\b",
    r"\b(?:not bad|good|clever|strong) for an? (?:woman|girl|man|foreigner|immigrant|pensioner|old \w+)\b",
    r"\btypical(?:ly)? (?:for an? )?(?:woman|women|man|men|girl|foreigner|immigrant|american|german|male|female)\b",
    r"\bwom[ae]n drivers?\b|\blike an? (?:little )?girl would\b|\ba woman'?s (?:place|job) is\b|\bat your age\b",
    r"\bfor someone your age\b|\b(?:those|these|you) people (?:always|never|from|steal|lie|are all)\b",
    r"\bgo back (?:to )?where you (?:came|come) from\b",
)


@dataclass(frozen=True)
class Abuse:
    """A slur, a swear word, an attack on a person or a stereotype; each kind can be switched off.

    `also` are words that count too, `allow` words that never do.
    """

    name: ClassVar[str] = "abuse"

    slurs: bool = True
    swearing: bool = True
    attacks: bool = True
    stereotypes: bool = True
    also: tuple[str, ...] = ()
    allow: tuple[str, ...] = ()

    def check(self, candidate: str, scene: Scene) -> Objection | None:
        """Return the objection to `candidate` in the mouth of the scene's speaker."""
        plain = candidate.replace("’", "'")
        said = f"{plain} {_undisguised(plain)}" if _DISGUISED.search(plain) else plain
        for pattern, why in self._patterns(scene.speaker):
            for found in pattern.finditer(said):
                if found[0].casefold() not in {word.casefold() for word in self.allow}:
                    return Objection(self.name, found[0], why, vital=True)
        return None

    def _patterns(self, speaker: Speaker) -> list[tuple[re.Pattern[str], str]]:
        lists = _lists()
        swearing = "swearing" if speaker is Speaker.CUSTOMER else "all swearing"
        chosen = (
            (self.slurs, lists["slurs"], "a slur"),
            (self.swearing, lists[swearing], "a swear word"),
            (self.attacks, ATTACKS, "an attack on a person"),
            (self.stereotypes, STEREOTYPES, "a stereotype"),
            (bool(self.also), _any_of(self.also), "a word on the scenario's list"),
        )
        return [(pattern, why) for wanted, pattern, why in chosen if wanted]


@cache
def _lists() -> dict[str, re.Pattern[str]]:
    words = json.loads(WORDS.read_text(encoding="utf-8"))
    both = (*words["swearing"], *words["mild"])
    return {
        "slurs": _any_of(tuple(words["slurs"])),
        "swearing": _any_of(tuple(words["swearing"])),
        "all swearing": _any_of(both),
    }


@cache
def _any_of(words: tuple[str, ...]) -> re.Pattern[str]:
    """Return a pattern for any of `words`; a "+" at a word's end stands for its endings too."""
    parts = (rf"{re.escape(word.rstrip('+'))}{_FORMS if word.endswith('+') else ''}" for word in words)
    return re.compile(rf"\b(?:{'|'.join(parts)})\b" if words else r"(?!)", re.I)


def _undisguised(text: str) -> str:
    """Return `text` with the figures and signs inside its words as the letters that they stand for."""
    return _DISGUISED.sub(lambda found: found[0].translate(_DISGUISES).replace("*", "u"), text)
