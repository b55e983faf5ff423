"""Who speaks: a persona and what it is made of. It holds no behaviour; prompts and policies read it."""

from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Final, Literal, TypeAlias, TypeVar

from pydantic import BaseModel, ConfigDict, Field

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9 _-]*$", max_length=40)]
Share = Annotated[float, Field(ge=0, le=1)]
Prose = Annotated[str, Field(min_length=1, max_length=2000)]


class Strict(BaseModel):
    """A frozen pydantic model that refuses unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Reveal(StrEnum):
    """When a customer gives a fact away: in the opening, once asked, or only after another answer."""

    START = "start"
    ASKED = "asked"
    LATE = "late"


class Fact(Strict):
    """Something that the customer knows and the agent may need."""

    name: Name
    value: Annotated[str, Field(min_length=1, max_length=200)]
    reveal: Reveal = Reveal.ASKED


class Disposition(Strict):
    """A temper: `description` finishes the sentence "You are ..."; the rest is what it does to the agenda and decoding.

    `patience`: unhelpful replies until the customer gives up. `trust`: how likely an answer is believed at once.
    `vents`, `doubts`, `pushes`: how likely each of these goes with a turn. `words`: how many words a turn has at most.
    `warmth`: a factor on the temperature.
    """

    name: Name
    description: Prose
    patience: Annotated[int, Field(ge=1, le=12)] = 4
    trust: Share = 0.6
    vents: Share = 0.2
    doubts: Share = 0.3
    pushes: Share = 0.3
    words: Annotated[int, Field(ge=8, le=60)] = 40
    warmth: Annotated[float, Field(ge=0.5, le=1.5)] = 1.0


class Motivation(Strict):
    """What drives a customer: `description` finishes "You write because ..."; `wants` is what is asked for.

    `patience` and `trust` are added to the disposition's; `questions` are asked beyond the first; `buys` is how likely
    an offer is taken once it is believed.
    """

    name: Name
    description: Prose
    wants: Annotated[str, Field(min_length=1, max_length=80)] | None = None
    patience: Annotated[int, Field(ge=-4, le=4)] = 0
    trust: Annotated[float, Field(ge=-1, le=1)] = 0.0
    questions: Annotated[int, Field(ge=0, le=4)] = 1
    buys: Share = 0.6


class Tone(StrEnum):
    """The feeling on the surface of a customer's messages."""

    NEUTRAL = "neutral"
    CHEERFUL = "cheerful"
    ANNOYED = "annoyed"


class Style(StrEnum):
    """The way a customer writes."""

    PLAIN = "plain"
    COLLOQUIAL = "colloquial"
    NON_NATIVE = "non_native"
    TYPOS = "typos"


class Domain(StrEnum):
    """What a conversation is about."""

    SUPPORT = "support"
    SALES = "sales"


class Role(StrEnum):
    """What the agent is."""

    SUPPORT = "support"
    SALESPERSON = "salesperson"


class CustomerPersona(Strict):
    """One customer of one conversation, with every axis settled.

    `questions` are what it still wants to know after its opening, in its order; without any, the model finds its own.
    """

    side: Literal["customer"] = "customer"
    disposition: Disposition
    motivation: Motivation
    tone: Tone
    style: Style
    product: str | None = None
    facts: tuple[Fact, ...] = ()
    questions: tuple[str, ...] = ()
    prompt: Prose | None = None


class AgentPersona(Strict):
    """The agent of one conversation."""

    side: Literal["agent"] = "agent"
    role: Role
    domain: Domain
    prompt: Prose | None = None


_Named = TypeVar("_Named", Disposition, Motivation)

Persona: TypeAlias = CustomerPersona | AgentPersona


def _by_name(*items: _Named) -> MappingProxyType[str, _Named]:
    return MappingProxyType({item.name: item for item in items})


DISPOSITIONS: Final = _by_name(
    Disposition(
        name="amiable",
        description="friendly and patient; you assume good will and say so",
        patience=5, trust=0.85, vents=0.05, doubts=0.15, pushes=0.1, words=45,
    ),
    Disposition(
        name="cynical",
        description="cynical; you expect to be fobbed off and doubt what you are told until it is proved",
        patience=3, trust=0.25, vents=0.2, doubts=0.7, pushes=0.35, words=40,
    ),
    Disposition(
        name="sarcastic",
        description="sarcastic; you say the opposite of what you mean and enjoy a dry remark",
        patience=3, trust=0.45, vents=0.45, doubts=0.45, pushes=0.25, words=40, warmth=1.1,
    ),
    Disposition(
        name="passive",
        description="passive; you write little, volunteer nothing and have to be asked",
        patience=4, trust=0.75, vents=0.05, doubts=0.1, pushes=0.05, words=18, warmth=0.9,
    ),
    Disposition(
        name="emotive",
        description="emotive; your feelings come first, and you tell how the matter touches you",
        patience=4, trust=0.55, vents=0.7, doubts=0.2, pushes=0.35, words=55,
    ),
)  # fmt: skip
"""The dispositions that ship, by name."""

MOTIVATIONS: Final = _by_name(
    Motivation(name="refund", description="you want your money back", wants="my money back", patience=-1),
    Motivation(name="replacement", description="you want a thing that works in its place", wants="a replacement"),
    Motivation(
        name="information", wants="to know how it works", questions=2, trust=0.1,
        description="you need to know how something works here before you act",
    ),
    Motivation(
        name="deadline", wants="it settled in time", patience=-1, questions=0,
        description="you need it settled before a date that is close",
    ),
    Motivation(name="fairness", description="you want to be treated as others are", wants="to be treated fairly"),
    Motivation(
        name="distrust", trust=-0.3, questions=2, buys=0.3,
        description="you do not believe what companies say and want it proved",
    ),
    Motivation(
        name="curiosity", wants="to understand it", patience=1, trust=0.1, questions=3, buys=0.4,
        description="you are curious and like to understand things",
    ),
    Motivation(
        name="loyalty", wants="my loyalty to count", patience=1, buys=0.7,
        description="you have bought here for years and expect that to count",
    ),
    Motivation(name="saving money", description="you want to pay as little as you can", wants="to pay less", buys=0.5),
    Motivation(
        name="helping someone else", wants="to help someone else", patience=1,
        description="you ask on behalf of somebody who cannot do it alone",
    ),
    Motivation(
        name="altruism", wants="to help other people", trust=0.15, patience=1,
        description="you want to warn and help other people",
    ),
    Motivation(
        name="disinformation", trust=-0.6, patience=-1, questions=0, buys=0.1,
        description="you spread a claim that suits you and do not care whether it is true",
    ),
    Motivation(
        name="real need", wants="something that does the job", buys=0.8,
        description="you need such a product and want the right one",
    ),
    Motivation(
        name="comparing", wants="to compare before I buy", questions=3, buys=0.35,
        description="you are comparing offers and have not made up your mind",
    ),
    Motivation(
        name="switching from a rival", wants="to switch", questions=2, buys=0.65,
        description="you are leaving another supplier and want to know what changes",
    ),
    Motivation(name="status", wants="the best one there is", buys=0.7, description="you want what others notice"),
    Motivation(name="reluctance", trust=-0.1, buys=0.2, description="you are not sure that you want to buy at all"),
    Motivation(
        name="gift", wants="a present that fits", buys=0.75,
        description="you are buying for somebody else and want it to please",
    ),
    Motivation(name="bargain", wants="a better price", buys=0.4, description="you buy only when the price is right"),
    Motivation(
        name="impulse", wants="it now", trust=0.2, questions=0, buys=0.9,
        description="you have just seen it and feel like having it now",
    ),
)  # fmt: skip
"""The motivations that ship, by name."""
