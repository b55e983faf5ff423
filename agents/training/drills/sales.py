"""The agenda of a sales drill: interest, need, an offer, questions that a page answers, an objection, a yes or a no."""

import re
from functools import lru_cache
from typing import Any, Final

from agents.draws import Draws
from agents.persona import DISPOSITIONS, Role, Style, Tone
from agents.training.dialogues import CustomerMeta
from agents.training.drills.fits import Fits, both, holding, nothing, without, words
from agents.training.drills.lines import Line, LineBank
from agents.training.drills.pages import Page, Point
from agents.training.drills.scene import REGISTERS, Scene

_WANTS: Final = (
    ("something that does the job", "something that does the job", "real need"),
    ("to pay less", None, "saving money"),
    ("a better price", "a better price", "bargain"),
    ("a present that fits", "a present that fits", "gift"),
    ("to compare before I buy", None, "comparing"),
    ("the best one there is", "the best one there is", "status"),
    ("to switch", None, "switching from a rival"),
    (None, None, "reluctance"),
    ("it now", None, "impulse"),
)
_USES: Final = (
    "Every day.",
    "At weekends.",
    "Mostly at home.",
    "It would be a present for my sister.",
    "For the whole family.",
    "Now and then.",
    "I would use it every day.",
    "For me and my partner.",
    "Mostly for holidays.",
    "Just at home, nothing special.",
)
_OBJECTIONS: Final = ("price", "trust", "timing", "need")
_PRICES: Final = frozenset(("the price", "the monthly price"))


def draw_sales(
    bank: LineBank, pages: list[Page], draws: Draws, *, company: str, goods: dict[str, Any], model: str, price: str
) -> Scene | None:
    """Return a drill that sells one of `goods`, the model at its price; None where the lines would not have it."""
    scene = _scene(bank, pages, draws, company, goods, price=price)
    points = draws.shuffled([point for page in pages for point in page.points])
    _interest(scene)
    done = _need(scene) and _offer(scene, points, f"the {model} at {price}")
    for _ in range(draws.between(1, 3)):
        objects = draws.chance(0.3) and not scene.has("doubt")
        done = done and (_objection(scene) if objects else _question(scene, points))
    return scene if done and _end(scene) else None


def _scene(
    bank: LineBank, pages: list[Page], draws: Draws, company: str, goods: dict[str, Any], *, price: str
) -> Scene:
    wants, yours, motivation = draws.choose(_WANTS)
    budget = goods["trade"] == "sellplan" or draws.chance(0.4)
    meta = CustomerMeta(
        disposition=draws.choose(tuple(DISPOSITIONS)),
        motivation=motivation,
        tone=str(draws.choose(tuple(Tone))),
        style=str(draws.choose(tuple(Style))),
        product=goods["product"],
        wants=wants,
        facts=(("budget", price),) if budget else (),
    )
    values = {"company": company, "product": goods["product"], "feature": draws.choose(goods["features"])}
    if yours and wants:
        values |= {"want": wants, "your_want": yours}
    register = draws.choose(REGISTERS)
    return Scene(bank, draws, Role.SALESPERSON, pages[0], pages, None, meta, register, values)


def _interest(scene: Scene) -> None:
    suits = both(holding(words("wants_to_buy")), without(words("open_presumes")))
    line = scene.customer_line("open", suits)
    scene.say(("open", line or f"Hello, I am thinking about buying {_article(scene.values['product'])}."))


def _article(product: str) -> str:
    if product.endswith("s") or product in {"project software", "dog insurance"}:
        return product
    return f"an {product}" if product[0] in "aeiou" else f"a {product}"


def _need(scene: Scene) -> bool:
    """Let the agent ask what is needed or what may be spent, and the customer tell."""
    budget = bool(scene.meta.facts)
    asks = words("asks_budget" if budget else "asks_use")
    fits = {
        "greet": without(words("invites")),
        "feel": _mooded(scene),
        "request": both(holding(asks), without(words("request_presumes"))),
    }
    opener = ["greet"] if scene.draws.chance(0.6) else ["feel"] if scene.draws.chance(0.5) else []
    if not scene.reply([*opener, "request"], more=("request+reason", "feel", "greet"), fits=fits):
        return False
    return scene.say(("tell", _telling(scene) if budget else scene.draws.choose(_USES)))


def _telling(scene: Scene) -> str:
    scene.values |= {"fact_name": "budget", "fact": scene.meta.facts[0][1]}
    suits = both(holding("{fact_name}"), without(words("tell_presumes")))
    return scene.customer_line("tell", suits) or f"My budget is {scene.values['fact']}."


def _offer(scene: Scene, points: list[Point], offer: str) -> bool:
    scene.values["offer"] = offer
    price = next((point for point in points if point.topic in _PRICES), None)
    states = price is not None and scene.draws.chance(0.6)
    if price and states:
        points.remove(price)
    known = () if scene.meta.facts else ("budget",)
    fits = {
        "offer": without(words("presumes_need"), *known),
        "feel": _mooded(scene),
        "inform": without(words("inform_presumes"), words("unasked")),
    }
    moves, more = ["offer"], ("offer+why", "offer+next", "feel")
    if states:
        moves, more = ["offer", "inform"], ("offer+why", "inform+tail", "inform+more")
    return scene.reply(moves, point=price if states else None, more=more, fits=fits)


def _mooded(scene: Scene) -> Fits:
    """Return which lines of feeling fit: shared joy for some, and patience for those who hesitate."""
    cheerful = scene.meta.tone == Tone.CHEERFUL
    if cheerful or scene.meta.motivation == "impulse":
        return holding(words("keen")) if cheerful and scene.meta.disposition in {"amiable", "emotive"} else nothing
    return holding(words("careful")) if scene.meta.disposition != "sarcastic" else nothing


def _question(scene: Scene, points: list[Point]) -> bool:
    if not points:
        return True
    point = points.pop(0)
    lead = scene.lead() if scene.draws.chance(0.5) else None
    scene.say((scene.mood(), lead), ("ask", scene.draws.choose(point.asks)))
    scene.values["topic"] = point.topic
    more = (*scene.draws.shuffled(("inform+more", "inform+tail", "inform+lead")), "offer+next")
    return scene.reply(["inform"], point=point, more=more, fits={"inform": without(words("inform_presumes"))})


@lru_cache(maxsize=10_000)
def _kind(text: str) -> str | None:
    """Return what an objection, or an answer to one, is about."""
    return next((kind for kind in _OBJECTIONS if re.search(words(f"about_{kind}"), text, re.I)), None)


def _objection(scene: Scene) -> bool:
    """An objection of one kind, and an answer of the same kind."""

    def objects(line: Line) -> bool:
        return _kind(line.text) is not None

    doubt = scene.customer_line("doubt", both(objects, without(words("objection_presumes"))))
    if not doubt:
        return True
    kind = _kind(doubt)
    scene.say(("doubt", doubt))

    def answers(line: Line) -> bool:
        return _kind(line.text) == kind and "evidence" not in line.slots

    fits: dict[str, Fits] = {
        "counter": both(answers, without(words("counter_presumes"))),
        "feel": both(_mooded(scene), lambda line: _kind(line.text) in (kind, None)),
    }
    return scene.reply(["counter"], more=("counter+stay", "feel", "offer+next"), fits=fits)


def _end(scene: Scene) -> bool:
    return _sold(scene) if scene.draws.chance(0.55) else _declined(scene)


def _declined(scene: Scene) -> bool:
    close = scene.customer_line("close", without(words("support_close"))) if scene.draws.chance(0.4) else None
    refusal = scene.customer_line("refuse", without(words("no_sale_presumes")))
    scene.say(("refuse", refusal or "No, thank you."), ("close", close))
    fits: dict[str, Fits] = {
        "confirm": holding(words("no_order")),
        "close": both(holding(words("open_door")), without(words("after_order"))),
    }
    return scene.reply(["confirm", "close"], more=("close+door", "close+door"), fits=fits)


def _sold(scene: Scene) -> bool:
    accept = scene.customer_line("accept", without(words("yes_presumes")))
    scene.say(("accept", accept or "All right, I will take it."))
    fits: dict[str, Fits] = {
        "confirm": both(holding("{offer}"), without(words("sold_presumes"))),
        "close": without(words("undecided")),
    }
    more = ("confirm+recap", "close+door")
    return scene.reply(["confirm", "close"], point=scene.recap(), more=more, fits=fits)
