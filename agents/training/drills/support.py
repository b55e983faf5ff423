"""The agenda of a support drill: a matter, a fact or two on request, questions that the page answers, an ending."""

from typing import Final, NamedTuple

from agents.draws import Draws
from agents.persona import DISPOSITIONS, Role, Style, Tone
from agents.training.dialogues import CustomerMeta
from agents.training.drills.fits import Fits, anything, both, holding, nothing, without, words
from agents.training.drills.lines import LineBank
from agents.training.drills.pages import Page, Point
from agents.training.drills.scene import REGISTERS, TANGIBLE, Scene

_MOTIVES: Final = (
    "information",
    "curiosity",
    "distrust",
    "deadline",
    "helping someone else",
    "saving money",
    "fairness",
)


class Pages(NamedTuple):
    """The pages of a drill. The agent never sees the hidden one, and has to admit it when asked about that."""

    shown: list[Page]
    hidden: Page | None


def draw_support(
    bank: LineBank, pages: Pages, draws: Draws, *, company: str, product: str | None, facts: dict[str, str]
) -> Scene | None:
    """Return a drill about the first of the pages shown, None where the lines would not have it."""
    scene = _scene(bank, pages, draws, company, product, facts=facts)
    points = _ordered(scene)
    _open(scene, points[0])
    done = _facts(scene, points[0]) and _answer(scene, points.pop(0), first=True)
    for _ in range(draws.between(0, 3)):
        done = done and _exchange(scene, points)
    return scene if done and _end(scene) else None


def _scene(
    bank: LineBank, pages: Pages, draws: Draws, company: str, product: str | None, *, facts: dict[str, str]
) -> Scene:
    page = pages.shown[0]
    want, yours, motivation = draws.choose(page.wants) if page.wants else (None, None, draws.choose(_MOTIVES))
    names = draws.shuffled(tuple(facts))[: draws.weighted((0, 1, 2), (4, 5, 1))]
    meta = CustomerMeta(
        disposition=draws.choose(tuple(DISPOSITIONS)),
        motivation=motivation,
        tone=str(draws.choose(tuple(Tone))),
        style=str(draws.choose(tuple(Style))),
        product=product,
        wants=want,
        facts=tuple((name, facts[name]) for name in names),
    )
    values = {"company": company} | ({"product": product} if product else {})
    if want and yours and not want.startswith(("to ", "it ")):
        values |= {"want": want, "your_want": yours}
    register = draws.choose(REGISTERS)
    return Scene(bank, draws, Role.SUPPORT, page, pages.shown, pages.hidden, meta, register, values)


def _ordered(scene: Scene) -> list[Point]:
    """Return the points in the order in which they will be asked about; a problem comes with one that settles it."""
    page, draws = scene.page, scene.draws
    points = draws.shuffled(page.points)
    if page.problems and draws.chance(0.6):
        problem, topics = draws.choose(page.problems)
        scene.values["problem"] = problem
        points.sort(key=lambda point: point.topic not in topics)
    return points + draws.shuffled([point for other in scene.pages[1:] for point in other.points])


def _open(scene: Scene, point: Point) -> None:
    scene.values["topic"] = point.topic
    texts: list[tuple[str, str | None]] = [("open", _opening(scene))]
    if "problem" in scene.values and scene.draws.chance(0.3):
        texts.append(("vent", scene.customer_line("vent", without(words("sales"), words("vent_presumes")))))
    if scene.draws.chance(0.5 if scene.meta.facts else 0.75):
        texts.append(("ask", scene.draws.choose(point.asks)))
    scene.say(*texts)


def _opening(scene: Scene) -> str:
    settled = without(words("about_buying"))
    if "problem" in scene.values:
        line = scene.customer_line("open", both(holding("{problem}"), settled, without("{want}")))
        return line or f"Hello, {scene.values['problem']}."
    line = scene.customer_line("open", both(holding("{topic}"), settled, without("{want}", "{problem}")))
    return line or f"Hello, I have a question about {scene.values['topic']}."


def _facts(scene: Scene, point: Point) -> bool:
    """Let the agent ask for the customer's facts, one at a time, and the customer tell them and ask."""
    asked = scene.has("ask")
    for place, (fact, value) in enumerate(scene.meta.facts):
        scene.values["fact_name"] = fact
        opener = _opener(scene) if place == 0 else []
        more = ("request+reason", "feel", "request+reason" if place else "greet", "request+reason")
        asks = holding(words("next_request")) if place else without(words("later_request"))
        fits = {**_greeting(asks=False), "feel": _feeling(scene), "request": asks}
        if not scene.reply([*opener, "request"], more=more, fits=fits):
            return False
        scene.values["fact"] = value
        last = place == len(scene.meta.facts) - 1
        question = scene.draws.choose(point.asks) if last and not asked else None
        scene.say(("tell", _telling(scene)), ("ask", question))
        asked = asked or bool(question)
    if asked:
        return True
    done = scene.reply(["greet"], fits=_greeting(asks=True)) or scene.reply(["greet"])
    return done and scene.say(("ask", scene.draws.choose(point.asks)))


def _telling(scene: Scene) -> str | None:
    return scene.customer_line("tell", without(words("told_before")))


def _opener(scene: Scene) -> list[str]:
    if _troubled(scene):
        return ["feel"]
    return ["greet"] if scene.draws.chance(0.4) else []


def _troubled(scene: Scene) -> bool:
    return "problem" in scene.values or scene.has("vent")


def _feeling(scene: Scene) -> Fits:
    """Return which lines of sympathy fit: none without a reason, and the trouble itself is named once."""
    if not _troubled(scene):
        return holding(words("mild")) if scene.draws.chance(0.25) else nothing
    if scene.has("feel"):
        return both(holding(words("mild")), without("{problem}"))
    product = anything if scene.page.trade in TANGIBLE else without("{product}")
    mood = anything if scene.meta.tone == Tone.ANNOYED else without(words("heated"))
    return both(holding(words("sorry")), without(words("history")), product, mood)


def _greeting(*, asks: bool) -> dict[str, Fits]:
    invites = holding(words("asks_matter")) if asks else without(words("asks_matter"))
    return {"greet": both(invites, without(words("queue")))}


def _answer(scene: Scene, point: Point, *, first: bool = False) -> bool:
    """State what the page says about the point, after what the turn before calls for."""
    move = "guide" if point.guide else "inform"
    before: list[str] = []
    if first and "fact" in scene.values and scene.draws.chance(0.5):
        before = ["confirm"]
    elif first and _troubled(scene) and not scene.has("feel"):
        before = ["feel"]
    elif first and not scene.meta.facts and scene.draws.chance(0.2):
        before = ["greet"]
    scene.values["topic"] = point.topic
    extra = scene.draws.shuffled(("inform+more", "inform+tail", "inform+lead"))
    fits = {
        **_greeting(asks=False),
        "feel": _feeling(scene),
        "confirm": holding("{fact"),
        "inform": without(words("inform_presumes")),
        "guide": without("{your_want}", "{problem}"),
    }
    return scene.reply([*before, move], point=point, more=extra, fits=fits)


def _exchange(scene: Scene, points: list[Point]) -> bool:
    """One more question or objection, and what the agent makes of it."""
    kind = scene.draws.weighted(("ask", "doubt", "push", "beyond"), (5, 1.5, 1.1, 1.7))
    if kind == "doubt" and scene.told and not scene.has("doubt"):
        return _doubted(scene)
    if kind == "push" and not scene.has("push"):
        return _pushed(scene)
    if kind == "beyond" or not points:
        return _beyond(scene)
    point = points.pop(0)
    lead = scene.lead() if scene.draws.chance(0.6) else None
    scene.say((scene.mood(), lead), ("ask", scene.draws.choose(point.asks)))
    return _answer(scene, point)


def _doubted(scene: Scene) -> bool:
    point = scene.told[-1]
    suits = without(words("sales"), words("doubt_presumes"))
    scene.say(("doubt", scene.customer_line("doubt", suits) or "Are you sure about that?"))
    before = ["feel"] if scene.draws.chance(0.3) else []
    more = scene.draws.shuffled(("inform+more", "inform+tail", "counter"))
    return scene.reply(
        [*before, "counter"], point=point, more=more, fits={"feel": holding("fair|sure|doubt makes|wary")}
    )


def _pushed(scene: Scene) -> bool:
    suits = without(words("sales"), words("push_presumes"))
    scene.say(("push", scene.customer_line("push", suits) or "Can you please do something about it?"))
    more = ("confirm", "confirm+recap", "confirm", "inform+tail")
    fits = {"confirm": both(holding(words("passing_on")), without("{fact"))}
    return scene.reply(["confirm"], point=scene.recap(), more=more, fits=fits)


def _beyond(scene: Scene) -> bool:
    """A question that the pages leave open: the agent admits it."""
    known = {point.topic for page in scene.pages for point in page.points}
    points = [point for point in scene.hidden.points if point.topic not in known] if scene.hidden else []
    if not points or scene.has("admit"):
        return True
    asked, stated = scene.draws.choose(points), scene.draws.choose(scene.page.points)
    scene.say(("ask", scene.draws.choose(asked.asks)))
    scene.values["topic"] = asked.topic
    told = list(scene.told)
    fits = {"admit": without("{problem}", "{your_want}"), "confirm": both(holding("question"), without("{fact"))}
    silent = Point(asked.topic, asked.asks, stated.evidence)
    done = scene.reply(["admit"], point=silent, more=("admit+known", "confirm", "admit"), fits=fits)
    scene.told = told
    return done


def _end(scene: Scene) -> bool:
    draws = scene.draws
    if scene.meta.tone == Tone.ANNOYED and draws.chance(0.5):
        return _left(scene)
    pleased = ("{topic}", words("good_news")) if "admit" in (scene.turns[-1].moves or ()) else ()
    agreed = without(words("sales"), words("accept_presumes"), *pleased)
    kind = draws.between(0, 2)
    accept = scene.customer_line("accept", agreed) if kind != 1 else None
    close = (
        scene.customer_line("close", both(without(words("hostile"), "{want}"), holding(words("pleased"))))
        if kind != 0
        else None
    )
    if not scene.say(("accept", accept), ("close", close)) or draws.chance(0.25):
        return bool(accept or close) or scene.say(("close", "Thanks, goodbye."))
    more = ("close+door", "close")
    fits: dict[str, Fits] = {"close": without(words("close_presumes"))}
    return scene.reply(["confirm+recap", "close"], point=scene.recap(), more=more, fits=fits)


def _left(scene: Scene) -> bool:
    refusal = scene.customer_line("refuse", without(words("sales"), words("refuse_presumes")))
    hostile = both(holding(words("hostile")), without("{want}", "buy"))
    scene.say(("refuse", refusal), ("close", scene.customer_line("close", hostile)))
    fits: dict[str, Fits] = {
        "feel": both(holding("sorry|regret|disappoint|let down"), without(words("history"), "{problem}", "{topic}")),
        "confirm": both(holding(words("passing_on")), without("{fact", "{your_want}", "{problem}")),
        "close": without(words("cheerful_close")),
    }
    return scene.reply(["feel", "close"], more=("confirm", "close+door"), fits=fits)
