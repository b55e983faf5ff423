"""Product substitution: where it makes sense, how the sentence agrees, and why it is refused elsewhere."""

import pytest

from agents.errors import UsageError
from curation.augment.catalogue import placed, products
from curation.augment.products import substituted
from curation.augment.refusal import RefusedError


def about(product: str, text: str) -> str:
    revision = substituted(text, placed(product))
    assert revision.restored() == text
    return revision.text


@pytest.mark.parametrize(
    ("product", "text", "expected"),
    [
        ("oven", "I ordered a camera.", "I ordered an oven."),
        ("camera", "An oven is missing from my order.", "A camera is missing from my order."),
        ("laptop", "Do you sell cameras?", "Do you sell laptops?"),
        ("headphones", "Where is my camera?", "Where are my headphones?"),
        ("headphones", "My camera has a fault and it doesn't work.", "My headphones have a fault and they don't work."),
        ("headphones", "I'd like a camera for my dad.", "I'd like a pair of headphones for my dad."),
        ("headphones", "I ordered two cameras.", "I ordered two pairs of headphones."),
        ("headphones", "I want to return this camera.", "I want to return these headphones."),
        ("camera", "Do you sell headphones?", "Do you sell cameras?"),
        ("camera", "The jeans are wrong. Can you swap them?", "The camera is wrong. Can you swap it?"),
        ("camera", "I'd like a pair of headphones.", "I'd like a camera."),
        ("headphones", "The box of my camera is gone.", "The box of my headphones is gone."),
        ("headphones", "Send back the camera that was faulty.", "Send back the headphones that were faulty."),
        ("fridge", "How long does my {product} take to arrive?", "How long does my fridge take to arrive?"),
        ("jeans", "How long does my {product} take to arrive?", "How long do my jeans take to arrive?"),
        ("TV", "Where is my TABLET? The TABLET is late.", "Where is my TV? The TV is late."),
    ],
)  # fmt: skip
def test_a_sentence_agrees_with_its_new_product(product: str, text: str, expected: str) -> None:
    assert about(product, text) == expected


@pytest.mark.parametrize(
    ("product", "text", "why"),
    [
        ("washing machine", "The strap of my watch hurts my wrist.", "a washing machine is not worn on the wrist"),
        ("camera", "I can't log in to my account.", "no product in it"),
        ("camera", "What is the login?", "no product in it"),
        ("laptop", "The lens of my camera is cracked.", "a laptop has no lens"),
        ("sofa", "I posted the watch back to you.", "a sofa is not sent by post"),
        ("jeans", "My laptop won't turn on.", "a pair of jeans is not electric"),
        ("laptop", "My Canon camera is late.", "the product is named"),
        ("laptop", "My X200 camera is late.", "the product is named"),
        ("laptop", "My racing bike is late.", "a word before it says which kind it is"),
        ("laptop", "I lost my camera bag.", "its name goes on"),
        ("laptop", "I sent a camera and got a sofa.", "more than one product in it"),
        ("camera", "My camera is late.", "it is about that product already"),
        ("laptop", "The washing machine is late. The machine is new.", "it goes by another name, too"),
        ("laptop", "My camera wakes the dog.", "it says more of the product than can be judged"),
        ("headphones", "My camera is here. Send me a new one.", "a 'one' that would have to agree"),
        ("headphones", "My camera and the order: is it late?", "a pronoun that may mean something else"),
    ],
)
def test_what_makes_no_sense_is_refused_with_the_reason(product: str, text: str, why: str) -> None:
    with pytest.raises(RefusedError, match=f"^{why}$"):
        about(product, text)


@pytest.mark.parametrize("text", ["You answered the phone.", "Please phone me.", "Can I book a table for four people?"])
def test_a_word_that_is_no_product_there_is_left_alone(text: str) -> None:
    with pytest.raises(RefusedError, match="no product"):
        about("camera", text)


def test_a_new_product_is_placed_like_a_known_one() -> None:
    assert about("hoverboard=e-scooter", "My bike is late.") == "My hoverboard is late."


@pytest.mark.parametrize(
    ("name", "hint"),
    [("camra", "did you mean camera"), ("login", "hoverboard=e-scooter"), ("", "such as"), ("x=y", "nothing is known")],
)
def test_a_product_that_nobody_can_place_is_an_error(name: str, hint: str) -> None:
    with pytest.raises(UsageError, match=hint):
        placed(name)


def test_every_product_can_be_placed_in_a_neutral_sentence() -> None:
    for product in products().values():
        text = "Where is my camera?" if product.name != "camera" else "Where is my sofa?"
        verb = "are" if product.paired else "is"
        assert about(product.name, text) == f"Where {verb} my {product.name}?"
