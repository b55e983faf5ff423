"""A model in the rules' place: it is told to say a turn again in another register. It judges nothing."""

import asyncio
from collections.abc import Sequence
from typing import Final

from agents import randomness
from agents.dialogue import Speaker
from agents.gpt2.sampling import Sampling
from agents.gpt2.writing import Manner
from agents.models import Model
from agents.persona import DISPOSITIONS, MOTIVATIONS, AgentPersona, CustomerPersona, Domain, Persona, Style, Tone
from curation.restyle.kinds import Register, Said
from curation.restyle.shortening import MOST

_SAMPLING: Final = Sampling(temperature=0.4, top_k=40, top_p=0.9)
_AS: Final = {
    Register.SOCIAL: f"a casual post of at most {MOST} characters, with an emoji at most",
    Register.EMAIL: "an email with a greeting, short paragraphs and a closing",
    Register.PHONE: "something spoken on the phone",
    Register.FORMAL: "formal written English without short forms",
}
_LONGEST: Final = 1500


def drafts(model: Model, turns: Sequence[Said], register: Register, *, attempts: int) -> list[list[str]]:
    """Return `attempts` texts of the model for every turn."""
    return asyncio.run(_all(model, turns, register, attempts))


async def _all(model: Model, turns: Sequence[Said], register: Register, attempts: int) -> list[list[str]]:
    written = await asyncio.gather(*(_one(model, said, register, n) for said in turns for n in range(attempts)))
    return [written[place * attempts : (place + 1) * attempts] for place in range(len(turns))]


async def _one(model: Model, said: Said, register: Register, attempt: int) -> str:
    form = model.form
    prompt = [*form.role(_persona(said, register)), *form.cue(said.speaker, list(said.moves) if form.moves else None)]
    count = len(said.text.split())
    most = min(2 * count + 20, max(8, (model.engine.window - len(prompt)) // 3))
    if len(prompt) + most >= model.engine.window:
        return ""
    session = model.engine.open()
    try:
        manner = Manner((max(1, count // 3), most), True, form.stops(said.speaker))
        written = await session.write(prompt, manner, _SAMPLING, key=randomness.key(said.stream, "model", attempt))
    finally:
        session.close()
    return written.text.strip()


def _persona(said: Said, register: Register) -> Persona:
    told = f"Say this again as {_AS[register]}, with the same facts and figures and nothing new: {said.text[:_LONGEST]}"
    if said.speaker is Speaker.AGENT:
        return AgentPersona(role=said.role, domain=Domain.SUPPORT, prompt=told)
    style = Style.COLLOQUIAL if register is Register.SOCIAL else Style.PLAIN
    return CustomerPersona(
        disposition=DISPOSITIONS["amiable"], motivation=MOTIVATIONS["information"], tone=Tone(said.tone), style=style,
        product=said.product, prompt=told,
    )  # fmt: skip
