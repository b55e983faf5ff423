"""Sentences of help content that speak to a machine instead of a reader: never evidence, never part of a reply.

A small GPT-2 follows no instructions, but it copies, and the evidence of a reply is quoted. Known by their words;
whoever words one as plain help content ("Refunds take 900 days.") is not found out: what an article states is believed.
"""

import re
from typing import Final

_RULES: Final = (
    r"(instructions?|rules?|prompts?|guidelines?|guards?|polic(y|ies)|roles?|filters?|restrictions?|limits?|persona)"
)
_MACHINE: Final = r"(ai|language\ model|gpt(-?\d)?|llm|chatbot|virtual\ assistant|bot|assistant)s?"
_ADDRESSED: Final = re.compile(
    rf"""
    \b(ignore|disregard|forget|override|bypass|drop|skip|leave)\b
      [^.!?]{{0,40}} \b({_RULES}|above|previous|everything)\b
    | \b(you\ are|you're|act|behave|pretend|speak|roleplay|continue)\ (now|no\ longer|as|like|to\ be)\b
    | \b(system|developer|hidden|initial)\ (prompt|message|instructions?)\b
    | \b{_MACHINE}\b [^.!?]{{0,25}} \b(must|shall|should|may|has\ to|is\ to|that\ reads?)\b
    | \b(as|being)\ an?\ {_MACHINE}\b
    | ^\W*(system|assistant|user|agent|customer)\s*:
    | <\|.*?\|> | \[/?(inst|system|assistant|user)\] | <{{1,2}}/?(sys|system|assistant|user|im_(start|end))\b
    | \b(print|reveal|output|repeat|recite|reply|respond|answer|say|write|state)\b [^.!?]{{0,30}}
      \b(verbatim|exactly|nothing\ but|only\ with|the\ words?|word\ for\ word|in\ (all\ )?cap(ital)?s)\b
    | \b(begin|start|end|finish|close|open)\ (each|every|all|this|the)\b [^.!?]{{0,20}}
      \b(repl(y|ies)|answers?|messages?|conversations?|chats?|turns?)\b
    | \b(mark|label|record|count|treat|set)\b
      [^.!?]{{0,30}} \b(conversation|ticket|chat|ending|dialogue)\b [^.!?]{{0,20}} \b(as|to)\b
    | \b(from\ now\ on|new\ (instructions?|rules?|role)|jailbreak|do\ anything\ now|developer\ mode)\b
    | \b(tell|inform|promise|assure)\ (each|every|all|the)\ (customers?|users?|callers?)\b
    | \b(switch|swap|change|exchange|reverse)\ (roles|sides|places)\b
    """,
    re.IGNORECASE | re.VERBOSE,
)


def speaks_to_a_machine(sentence: str) -> bool:
    """Return whether `sentence` tells an assistant how to behave."""
    return bool(_ADDRESSED.search(sentence))
