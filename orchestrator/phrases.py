"""How customers word a decision: patterns that find yes, no, later and goodbye in a turn, each with its sentence.

A plain cue says it outright and stands on its own; a faint cue agrees with a move that says the same, and proves
nothing alone. It knows English as the personas write it, with apostrophes or without; it knows nothing of moves, turns
or endings.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Final

from orchestrator.overlap import sentences

_MATCHES: Final = 40
"""The most places of a cue that are looked at in one sentence."""
_CLAUSE: Final = re.compile(r"[,;:()]|\s-+\s|\b(?:and|but|so|then|because|cos)\b", re.I)


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.I)


_QUESTION: Final = _any(
    r"\?",
    r"(?:^|, )(?:(?:and|but|so|oh|ok|okay|well|right|also|or|then),? )*"
    r"(?:can|could|would|will|do|does|did|is|are|was|has|have|should|may|shall|wo?n'?t|is?n'?t|don'?t|doesn'?t) "
    r"(?:i|you|we|it|they|he|she|that|this|there|the|my|your)\b[^.!]*$",
    r"(?:^|, )(?:(?:and|but|so|oh|ok|okay|well|right|also|or|then),? )*(?:what|when|where|who|which|how) "
    r"(?:is|are|do|does|did|about|if|long|much|many|can|will|would|happens)\b[^.!]*$",
)
_CONDITION: Final = _any(
    r"\b(?:if|unless|until|untill|till|when|whenever|once|whether|as soon as|before)\b|\bor\s*$",
)
_PROVISO: Final = _any(r"\b(?:if|unless|until|untill|till|before (?:i|we|you)|only when)\b")
_DENIAL: Final = _any(
    r"\b(?:not|never|no|nobody|none|nothing|hardly|barely|wish|hope|hoped|hoping|thought|expected|supposed|almost)\b",
    r"\b(?:nearly|would|could|might|want|need|wanted|needed|asked|why|how|should|\w+n'?t|cannot)\b",
)
_HEDGE: Final = _any(
    r"\b(?:but|though|although|however|except|unless|provided|yet|only if|on condition|as long as)\b",
    r"\bif (?:you|it|i|they|that)\b|\b(?:not sure|unsure|doubt|sc?keptical|hard to believe|don'?t believe)\b",
    r"\btoo good to be true\b|\bstill (?:want|need|waiting)\b",
)
_MOCKERY: Final = _any(
    r"\bthanks?(?: you)?(?: (?:a lot|so much|very much))? for nothing\b|\bfat lot\b|\bwhat a (?:surprise|joke)\b",
    r"\b(?:big|great|real|some) help (?:you|that|this)\b|\bvery funny\b|\bslow clap\b|\bbravo\b|\byeah,? right\b",
    r"\bhow (?:very )?(?:generous|kind|helpful|thoughtful|convenient|comforting|festive|reassuring|handy|charming)\b",
    r"\bjust (?:great|wonderful|brilliant|perfect|lovely|fantastic|what i needed)\b|\bas if\b",
)
_WISH: Final = _any(
    r"\bi (?:(?:still|just|only|really) )?(?:want|need|insist|demand)\b|\bi asked for\b|\bhold(?:ing)? out for\b",
)
_COURTESY: Final = _any(
    r"(?:\W*\b(?:(?:many |no )?thanks?(?: you)?(?: again| so much| very much| a lot| ever so much)?"
    r"(?: for (?:your|the|all your|everything|all the)(?: \w+){0,2})?|(?:you(?:'?re| are) )?(?:very |most )?welcome|"
    r"my pleasure|no (?:problem|worries|trouble)(?: at all)?|any ?time|(?:happy|glad|pleased) to help|cheers|ta|please|"
    r"(?:(?:you|i hope you|and) )?have an? (?:\w+ )?(?:good|nice|great|lovely|pleasant|wonderful) \w+|take care|"
    r"(?:good)? ?bye(?: bye)?(?: for now)?|see you(?: soon| then| later)?|good (?:day|night|luck)|you too|and you|"
    r"same to you|likewise|all the best|ok(?:ay)?|great|sure|right|well|oh|lovely|perfect|all right|alright|fine|then|"
    r"hello|hi)\b)++\W*"
)

_WILL: Final = (
    r"\b(?:i|we)(?:'?ll| will| shall|'?m (?:going to|gonna)| am going to| gonna|'d like to| would like to| want to|"
    r" think (?:i|we)'?ll)(?: (?:\w+ly|just|then|have to|also|rather))?"
)
_THAT: Final = (
    r"\b(?:that|this|it|which|you)(?:'?s| is|'ve| has| have)?(?: (?:just|finally|really|now|all|certainly|about))?"
)
_OFFERED: Final = (
    r"(?:it|that|this|them|those|these|one|both|either|two|three|four|five|\d+|you up|your \w+|the (?!other)\w+|"
    r"my (?:money|refund|replacement)|an? (?:refund|replacement|exchange|repair|credit|voucher))\b"
    r"(?! instead| elsewhere| somewhere| from (?!you)| off | at (?:the|an?)\b)"
)
_OPENER: Final = r"^(?:(?:well|oh|hm+|right|so|and|ha|ah+|aw|but|then|thanks|sorry)[,.!]? )*"

TAKES: Final = _any(
    rf"{_WILL} (?:take|accept|have|buy|get|order|go (?:for|with|along with)|agree to) {_OFFERED}",
    rf"{_WILL} (?:order|buy|go ahead)(?:$|[.,!;]| now| today| tonight| straight away)",
    r"\b(?:i|we) (?:hereby |do )?(?:accept|(?:take|buy|order) (?:it|one|them)(?: now| today)?(?:[.,!]|$))",
    r"\b(?:please|yes,?|just|then|okay,?|ok,?) go ahead\b|^go ahead\b|\b(?:put|set) (?:it|that|this) (?:through|up)\b",
    r"\b(?:sign|count) (?:me|us) (?:up|in)\b|\b(?:put|book) (?:me|us) (?:in|down) for\b|\border me\b",
    r"^(?:(?:ok|okay|fine|good|alright|all right|great|yes|right),? )?(?:deal|agreed|sold|done deal)\b(?! with)",
    r"\b(?:it'?s|that'?s|we have) a deal\b|\blet'?s (?:do|go for|go with|go ahead with|try) (?:it|that|this)\b",
    r"\blet'?s go ahead\b|\bhappy to go ahead\b|\btake my money\b|\bconsider me convinced\b",
)
"""Takes what is offered: a thing for sale, or a remedy."""

SETTLES: Final = _any(
    rf"{_THAT} (?:all|everything|exactly what|just what|precisely what|what) (?:i|we) "
    r"(?:needed|need|wanted|want|was (?:looking|hoping) for|came for|had to know|was dying to know)\b",
    r"\byou(?:'ve| have)? (?:answered|told me|explained|given me) (?:all|everything)\b",
    rf"{_THAT} (?:solve[sd]?|settle[sd]?|sort(?:s|ed)|fix(?:es|ed)|clear(?:s|ed) up|answer(?:s|ed)|did|does) "
    r"(?:it|that|this|things?|everything|my|our|what|all|the (?:problem|issue|matter|trick|question|job))\b",
    r"(?:'s|'re|'m|\bis|\bare|\bam|\bim|\bbeen|\bnow|\ball) (?:all |now |finally |properly )?"
    r"(?:sorted|solved|settled|resolved|fixed)\b",
    r"\b(?:that|it|this|the \w+)(?:'?ll| will) (?:have to )?do\b(?! nothing| no good)|\bworks for (?:me|us)\b",
    r"\bthat'?s (?:me|us) (?:sorted|settled|set)\b",
    r"\b(?:that|it|this) (?:does|works)(?=(?: now| again| perfectly| beautifully| fine)?(?:[.!,;…]|$))",
    r"\b(?:good|fine|ok|okay) (?:by|with) me\b|\bgood enough for me\b",
    r"\b(?:sounds|seems|'s|is|looks) (?:\w+ )?(?:good|fair|great|fine|right|reasonable|perfect|sensible|ok|okay|"
    r"alright) (?:to|by|with|for) me\b",
    r"\b(?:i'?m|i am|we're|we are) (?:\w+ )?(?:happy|content|satisfied|pleased|comfortable|fine|delighted|thrilled)"
    r" with (?:that|this|it|what)\b",
    r"\b(?:i|we) can (?:live|work) with (?:that|it|this)\b|\bi agree to (?:that|it|this)\b",
    r"\bconsider (?:the matter|it|this) (?:closed|settled|done)\b",
    r"\b(?:problem|issue|matter|question|error)(?: is|'s) (?:gone|solved|settled|closed|answered|over|dealt with)\b",
)
"""Says that the matter is settled."""

DECLINES: Final = _any(
    r"\bi(?:'?ll| will|'m going to| am going to| must)? (?:have to )?"
    r"(?:pass|decline|say(?:ing)? no|turn (?:it|that|this) down)\b(?! (?:on|it on|along|by))",
    r"\bhard pass\b|\bnot interested\b|\bno deal\b|(?:^|, )(?:it'?s |that'?s )?not for (?:me|us)\b|\bi refuse\b",
    r"\b(?:the|my) answer is (?:still )?no\b|\b(?:it'?s|that'?s|still) a (?:firm )?no\b|\b(?:but|so) no[.!]?$",
    r"\b(?:i|we)(?:'?m| am|'re| are) not (?:buying|taking|ordering|signing|going to buy)\b",
    r"\b(?:i|we) (?:won'?t|will not|shan'?t|am not going to) "
    r"(?:buy|take|order|sign|be (?:buying|taking|ordering|signing))\b",
    rf"{_WILL} (?:stay|stick|carry on|make do) with (?:my|the|our|what|it)\b|{_WILL} keep (?:my|our) money\b",
    rf"{_WILL} (?:go|do|manage|live) without\b",
)
"""Turns down what is offered, for good."""

GIVES_UP: Final = _any(
    r"\bforget (?:it|that|about it|the whole|everything|i asked)\b|\bdon'?t bother\b|\bi give up\b",
    r"\bnever ?mind\b(?! the\b)",
    r"(?:\bjust |\bi'?ll |\bi will |^)leave it(?! (?:with|to|for|at|on|in|there|here|until|outside|by))\b",
    r"\b(?:there'?s|there is|see) no point\b|^no point\b|\bwaste of (?:my )?time\b|\bthanks? (?:you )?for nothing\b",
    r"\byou (?:can'?t|cannot|couldn'?t|won'?t) (?:even )?help(?: me| us)?\b|\bi'?m cancell?ing\b",
    r"\btaking my (?:business|money|custom)\b|\bstrike (?:me|us) off\b|\byou'?ve lost (?:me|us|a customer)\b",
    rf"{_WILL} (?:go|shop|look|buy|take (?:my|our) (?:business|money|custom)(?: to)?) "
    r"(?:\w+ ){0,3}?(?:elsewhere|somewhere else|someone else|somebody else|another (?:shop|company|place|one))\b",
    rf"{_WILL} (?:\w+ )?(?:find|try|look for|search|buy|get|ask|go (?:to|with))\b[^.!?,]{{0,40}}?\b"
    r"(?:else|elsewhere|other company|another (?:shop|company|place|supplier)|competitors?|rivals?|down the road)\b",
    r"\b(?:never|not|won'?t) (?:be )?(?:order|ordering|buy|buying|book|booking|shop|shopping|come|coming|use|using)"
    r"(?: \w+){0,3} again\b|\b(?:won'?t|not|never) (?:be )?(?:coming )?back\b",
    r"\b(?:that (?:was|is)|that's) the last (?:thing|time|order)\b|\bi(?:'?m| am) done with (?:you|this|it|your)\b",
)
"""Gives the matter up, or goes elsewhere."""

DEFERS: Final = _any(
    r"\b(?:think (?:about it|it (?:over|through)|this over|on it)|sleep on it|have a think|mull it over|talk it over|"
    r"give it (?:some|a bit of) thought)\b|\bmake up my mind\b|\bi(?:'ll| will) return\b|\blet you know\b",
    r"\b(?:come|get|be|write|i'm) back (?:to you|later|tomorrow|tonight|once|when|after|next|on|in a|with|soon|or)\b",
    r"\bdecide (?:later|tomorrow|tonight|then|after|together|over|by|about)\b|\bthen (?:(?:i|we)(?:'?ll)? )?decide\b",
    r"\b(?:i|we) (?:must|have to|need to|'d have to|want to|'d like to)(?: first)? (?:(?:think|sleep|count)\b|"
    r"(?:ask|speak|talk|discuss|check|consult)\b(?: \w+){0,3}? (?:first|my|our|her|him|them)\b)",
    r"\b(?:may|might|maybe|perhaps)(?: i)? (?:be back|come back|return|come by)\b",
)
"""Puts the decision off."""

LEAVES: Final = _any(
    r"\b(?:good ?bye|bye|bye-bye|cheerio|ta-ra|so long|farewell)\b(?! to (?:my|the|that|all|any))",
    r"\bgood (?:day|night)\b(?= to you|[.!,]|$)|\bhave a (?:very )?(?:good|nice|great|lovely|pleasant|wonderful) \w+",
    r"\btake care\b(?! of (?:it|this|that|the|my|everything))|\bsee you\b|\b(?:talk|speak) (?:later|soon)\b",
    r"\bi'?m off(?:[.,!]|$| then| now)|\bi'?m (?:going|leaving) now\b|\bclos(?:e|ing) (?:this|the) chat\b",
    r"\bi(?:'?ll| will| have to|'ve got to| must|'d better| should) (?:be going|get going|go now)\b",
    r"\buntil (?:then|next time|tomorrow)[,.!]|(?:^|\s)later[.!]?$|\bnice (?:talking|chatting) (?:to|with) you\b",
    r"^(?:no[,.] )?(?:no (?:more|further|other) questions|nothing else|that'?s (?:it|all|everything)|that'?ll be all)"
    r"(?: (?:from me|then|for (?:now|today)))?[.!,]?$",
    r"\bi'?m (?:all )?done(?: here| for today)?[.!,]|\bwe'?re (?:done|finished)\b",
    r"\bi(?:'?ll| will) (?:(?:leave|end) it (?:there|here)|let you (?:go|get))\b",
)
"""Takes leave."""

LEANS_YES: Final = _any(
    rf"{_OPENER}(?:ok(?:ay)?|fine|al+ ?right|yes+|yep|yeah|sure|good|great|perfect|lovely|excellent|brilliant|nice|"
    r"fair|wonderful|splendid|deal|agreed|done|very well|go (?:on|for it)|super|better than|absolutely|certainly|"
    r"definitely|gladly|of course|by all means|with pleasure|why not|so be it|hooray|phew|finally|at last|works|"
    r"suits)\b",
    rf"{_OPENER}(?:please )?(?:send|put|do|book|order|arrange|start|make|get|wrap|ring|sign|take|bring|fetch|charge|"
    r"ship|set|place|reserve|refund|replace|exchange|add|give me|email) (?!.*\bor\b)\w+",
    rf"(?!\b(?:i|we) want){_WILL} (?!not|never)\w",
    r"\b(?:i|we) (?:order|wait|go|pick|write|book|call|send|pay|keep|choose|understand|"
    r"appreciate|trust|can|agree)\b|\b(?:i'm|im|i am|we're) (?:in|game|on board|convinced|sold|\w+ing)\b",
    r"\b(?:i|we)(?:'?ve| have) (?:\w+ )?(?:done|found|got|no objections?|no complaints?|\w+ed)\b|\blet'?s\b",
    r"\b(?:it|that|this) (?:is|was|says|took it|works?|helps?|suits?)\b|\bmakes? sense\b|\b\w+ it is\b",
    r"\b(?:then|yes|please)[.!]?$|\b(?:so|but|then) yes\b|\b(?:have to|will|'ll) do\b|\bcan'?t (?:argue|complain)\b",
    r"\b(?:fair|happy|glad|pleased|relie\w+|thanks?|ta|cheers|helpful|helped|clear|settled|sorted|better|lighter|"
    r"calmer|comfort\w*|enough|worth|sensible|fine|love|lovely|beautiful|delighted|perfect|everything|answered)\b",
    r"\b(?:convinced|good (?:choice|outcome|plan|idea)|just the thing|what i (?:wanted|needed)|don'?t mind)\b",
)
"""What a yes often sounds like."""

LEANS_NO: Final = _any(
    rf"{_OPENER}(?:no|nope|nah|not|none|never)\b|\b\w+ no[.!]?$|\bsaying no\b|\b(?:no|isn'?t|not) (?:way|chance)\b",
    r"\b(?:i|we|you|it|that|this)(?:'?m| am|'s| is|'d| would|'ll| will| can| could| do| does)? ?"
    r"(?:\w+ly )?(?:not|never|cannot|(?:do|did|ca|wo|would|could|should|does|is|sha|have|am)n'?t)\b",
    r"\b(?:keep (?:it|the|your|that)|forget|leave|instead|rather|elsewhere|else|another|other|stay|lost|lose|pity|"
    r"skip|shame|aw well|refuse|cancel|without|useless|unfair|prefer|decline|regret|no (?:use|thanks?|good|more))\b",
    r"\b(?:count me out|out of the question|thanks,? but|unfortunately|afraid|insult\w*|ridiculous|hopeless|"
    r"enough of|fed up|too bad|too \w+|oh well)\b",
    rf"{_WILL} (?:find|buy|try|look|walk|hire|search|ask|keep|hang on|hold)\b",
)
"""What a no often sounds like."""

LEANS_LATER: Final = _any(
    rf"(?:{_WILL}|\b(?:i|we) (?:must|need to|have to|might|may|should)|, |\band)(?: \w+)? (?:decide|think|consider|"
    r"ask|talk|speak|discuss|check|compare|look|see|consult|hear|write|present|wait|go|leave|ring|call)\b",
    r"\b(?:tomorr?ow|tonight|weekend|later|maybe|perhaps|first|when i|once i)\b|\bthank(?:s| you)\b|\bcheers\b",
    r"\bwon'?t keep you\b|\bknow where to (?:find|complain)\b|\bnothing (?:else|more)\b|\bno (?:more|further) \w+",
    r"\bi'?m (?:going|leaving|done|off)\b",
)
"""What putting off or leaving often sounds like."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What the words of a customer's turn say: each cue holds the sentence that says it, or None.

    `asks`: the turn leaves a question open. `hedged`: a doubt or a condition stands beside. `mocks`: thanks that mean
    the opposite. `wishes`: it says what is still wanted.
    """

    takes: str | None
    settles: str | None
    declines: str | None
    gives_up: str | None
    defers: str | None
    leaves: str | None
    leans_yes: str | None
    leans_no: str | None
    leans_later: str | None
    asks: bool
    hedged: bool
    mocks: bool
    wishes: bool


def is_courtesy(text: str) -> bool:
    """Tell whether `text` is nothing but thanks, wishes and farewells."""
    return bool(_COURTESY.fullmatch(_plain(text)))


def is_question(sentence: str) -> bool:
    """Tell whether `sentence` asks, with or without a question mark."""
    return bool(_QUESTION.search(_plain(sentence)))


@lru_cache(maxsize=4096)
def read(text: str, *, after_questions: bool = True) -> Reading:
    """Return what the words of a customer's turn say, its questions aside.

    With `after_questions`, only what stands after the last question counts: what came before it may hang on the answer.
    """
    said = sentences(text)
    asked = [place for place, sentence in enumerate(said) if is_question(sentence)]
    start = asked[-1] + 1 if asked and after_questions else 0
    rest = [sentence for place, sentence in enumerate(said) if place >= start and place not in asked]
    whole = _plain(text)
    return Reading(
        takes=_says(TAKES, rest),
        settles=_says(SETTLES, rest),
        declines=_says(DECLINES, rest),
        gives_up=_says(GIVES_UP, rest),
        defers=_says(DEFERS, rest),
        leaves=_says(LEAVES, rest),
        leans_yes=_leans_undenied(LEANS_YES, rest),
        leans_no=_leans(LEANS_NO, rest),
        leans_later=_leans(LEANS_LATER, rest),
        asks=bool(asked) and all(is_courtesy(sentence) for sentence in said[asked[-1] + 1 :]),
        hedged=bool(_HEDGE.search(whole)),
        mocks=bool(_MOCKERY.search(whole)),
        wishes=bool(_WISH.search(whole)),
    )


def _plain(text: str) -> str:
    return text.replace("’", "'")


def _says(cue: re.Pattern[str], said: Sequence[str]) -> str | None:
    """Return the last sentence in which `cue` stands neither denied nor under a condition."""
    return next((sentence for sentence in reversed(said) if _stands(cue, sentence, conditions=True)), None)


def _leans(cue: re.Pattern[str], said: Sequence[str]) -> str | None:
    return next((sentence for sentence in said if cue.search(_plain(sentence))), None)


def _leans_undenied(cue: re.Pattern[str], said: Sequence[str]) -> str | None:
    return next((sentence for sentence in said if _stands(cue, sentence, conditions=False)), None)


def _stands(cue: re.Pattern[str], sentence: str, *, conditions: bool) -> bool:
    """Tell whether `cue` is in `sentence`, not denied in its clause nor, with `conditions`, under an "if"."""
    plain = _plain(sentence)
    found = [match.span() for match in islice(cue.finditer(plain), _MATCHES)]
    if conditions:
        found = [(start, end) for start, end in found if not _is_conditional(plain[:start], plain[end:])]
    return any(not _DENIAL.search(_CLAUSE.split(plain[:start])[-1]) for start, _ in found)


def _is_conditional(before: str, after: str) -> bool:
    return bool(_CONDITION.search(before) or _PROVISO.search(after))
