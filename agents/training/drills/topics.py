"""What a sentence of a help page is about, as a few words that stand anywhere in a sentence."""

import re
from typing import Final

_TOPICS: Final = tuple(
    (re.compile(rf"\b(?:{pattern})"), topic)
    for pattern, topic in (
        ("return label|label", "the return label"), ("gift card|voucher", "gift cards"),
        ("instalment|monthly part", "instalments"), ("refund", "the refund"), ("warranty|guarantee", "the warranty"),
        ("repair", "the repair"), ("express", "express delivery"), ("deliver|courier|parcel", "the delivery"),
        ("return|send .* back", "the return"), ("cancel", "cancelling"), ("claim", "the claim"),
        ("discount|% off", "the discount"), ("points", "the points"), ("invoice", "the invoice"), ("bill", "the bill"),
        ("fee|charge", "the charge"), ("price|cost", "the price"), ("password|sign in|log in", "signing in"),
        ("account", "the account"), ("card", "the card"), ("transfer", "the transfer"), ("ticket", "the ticket"),
        ("seat", "the seat"), ("railcard", "the railcard"), ("luggage|bag", "the luggage"), ("bike", "the bike"),
        ("animal|dog|cat|pet", "pets"), ("booking|book", "the booking"), ("room", "the room"),
        ("breakfast", "breakfast"), ("parking", "parking"), ("engineer|technician", "the engineer visit"),
        ("router|hub", "the router"), ("contract", "the contract"), ("plan", "the plan"),
        ("subscription", "the subscription"), ("trial", "the trial"),
        ("batter|charger|charging|recharg", "the battery"), ("swap", "the swap"), ("size", "the size"),
        ("assembl", "the assembly"), ("photo", "the photos"), ("policy|cover", "the cover"), ("vet", "the vet"),
        ("tariff", "the tariff"), ("panel|solar", "the solar panels"), ("heat pump", "the heat pump"),
        ("slot", "the delivery slot"), ("order", "the order"), ("app\\b", "the app"), ("data", "the data"),
        ("seller|shop", "the shop"), ("member", "the membership"),
    )
)  # fmt: skip


def topic_of(sentence: str) -> str | None:
    """Return the topic that a sentence names first, None where it names none that is known."""
    low = sentence.lower()
    found = [(match.start(), topic) for pattern, topic in _TOPICS if (match := pattern.search(low))]
    return min(found)[1] if found else None
