"""Who speaks: a persona and what it is made of. It holds no behaviour; prompts and policies read it."""

from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9 _-]*$", max_length=40)]
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
    """A temper: `description` finishes the sentence "You are ..."."""

    name: Name
    description: Prose


class Motivation(Strict):
    """What drives a customer: `description` finishes "You write because ..."; `wants` is what is asked for."""

    name: Name
    description: Prose
    wants: Annotated[str, Field(min_length=1, max_length=80)] | None = None


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
    """One customer of one conversation, with every axis settled."""

    side: Literal["customer"] = "customer"
    disposition: Disposition
    motivation: Motivation
    tone: Tone
    style: Style
    product: str | None = None
    facts: tuple[Fact, ...] = ()
    prompt: Prose | None = None


class AgentPersona(Strict):
    """The agent of one conversation."""

    side: Literal["agent"] = "agent"
    role: Role
    domain: Domain
    prompt: Prose | None = None


Persona: TypeAlias = CustomerPersona | AgentPersona


def _dispositions(**described: str) -> MappingProxyType[str, Disposition]:
    return MappingProxyType({name: Disposition(name=name, description=text) for name, text in described.items()})


def _motivations(*rows: tuple[str, str, str | None]) -> MappingProxyType[str, Motivation]:
    return MappingProxyType({name: Motivation(name=name, description=text, wants=wants) for name, text, wants in rows})


DISPOSITIONS: Final = _dispositions(
    amiable="friendly and patient; you assume good will and say so",
    cynical="cynical; you expect to be fobbed off and doubt what you are told until it is proved",
    sarcastic="sarcastic; you say the opposite of what you mean and enjoy a dry remark",
    passive="passive; you write little, volunteer nothing and have to be asked",
    emotive="emotive; your feelings come first, and you tell how the matter touches you",
)
"""The dispositions that ship, by name."""

MOTIVATIONS: Final = _motivations(
    ("refund", "you want your money back", "my money back"),
    ("replacement", "you want the thing replaced by one that works", "a replacement"),
    ("information", "you need to know how something works here before you act", "to know how it works"),
    ("deadline", "you need it settled before a date that is close", "it settled in time"),
    ("fairness", "you want to be treated as others are", "to be treated fairly"),
    ("distrust", "you do not believe what companies say and want it proved", None),
    ("curiosity", "you are curious and like to understand things", "to understand it"),
    ("loyalty", "you have bought here for years and expect that to count", "my loyalty to count"),
    ("saving money", "you want to pay as little as you can", "to pay less"),
    ("helping someone else", "you ask on behalf of somebody who cannot do it alone", "to help someone else"),
    ("altruism", "you want to warn and help other people", "to help other people"),
    ("disinformation", "you spread a claim that suits you and do not care whether it is true", None),
    ("real need", "you need such a product and want the right one", "something that does the job"),
    ("comparing", "you are comparing offers and have not made up your mind", "to compare before I buy"),
    ("switching from a rival", "you are leaving another supplier and want to know what changes", "to switch"),
    ("status", "you want something that others notice", "the best one there is"),
    ("reluctance", "you are not sure that you want to buy at all", None),
    ("gift", "you are buying for somebody else and want it to please", "a present that fits"),
    ("bargain", "you buy only when the price is right", "a better price"),
    ("impulse", "you have just seen it and feel like having it now", "it now"),
)  # fmt: skip
"""The motivations that ship, by name."""
