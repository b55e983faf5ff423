import json
from collections.abc import Callable
from pathlib import Path

import pytest

from agents.errors import TranscriptError, UsageError
from curation.restyle import Register, restyle_run
from curation.restyle.citations import recited
from curation.restyle.guards import Refusal, refusal
from curation.restyle.kinds import Said
from curation.restyle.rules import rewritten
from curation.restyle.wording import contracted, expanded
from orchestrator.grounding import Article, figures
from orchestrator.transcript import Citation, Transcript, read_transcripts
from terminal.main import main
from tests.tiny_models import tiny_folder

ARTICLE = "# Labels\n\n## Cost\n\nA return label costs $5.95 and is valid for 14 days.\n"
SPAN = "A return label costs $5.95 and is valid for 14 days."
FACT = {"name": "order number", "value": "NW-482913", "reveal": "asked", "told_in": 3}


def transcript(number: int, *turns: tuple[str, list[str], str]) -> dict[str, object]:
    start = ARTICLE.index(SPAN)
    citation = {"passage": "labels.md#cost", "start": start, "end": start + len(SPAN), "score": 0.8, "support": 0.9}
    return {
        "schema": 1, "id": f"returns-{number:05}-abc123", "scenario": "returns", "domain": "support", "seed": number,
        "customer": {
            "disposition": "amiable", "motivation": "refund", "tone": "annoyed" if number % 2 else "neutral",
            "style": "plain", "product": "camera", "facts": [FACT],
        },
        "agent": {"role": "support"},
        "turns": [
            {
                "n": n, "speaker": speaker, "moves": moves, "text": text,
                **({"citations": [citation]} if SPAN in text else {}),
            }
            for n, (speaker, moves, text) in enumerate(turns, 1)
        ],
        "ending": {"reason": "resolved", "by": "customer", "turn": len(turns), "evidence": "that solves it"},
        "models": {"customer": "house@1", "agent": "house@1"},
    }  # fmt: skip


LONG = (
    f"I am glad that you ask about this. {SPAN} I trust that this answers your question in full. I would ask you to "
    "read it at your leisure. I remain available for further questions at any time, and I wish you a very pleasant day "
    "and all the best with the camera."
)
TURNS = (
    ("customer", ["open", "ask"], "Hello! I do not understand the label for my camera. What does it cost?"),
    ("agent", ["feel", "inform"], LONG),
    ("customer", ["tell"], "My order number is NW-482913. I cannot wait for 3 weeks!"),
    ("agent", ["confirm"], "Thank you. It is not possible to change NW-482913 now."),
    ("customer", ["accept", "close"], "Okay, that solves it. Thanks!"),
)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "labels.md").write_text(ARTICLE, encoding="utf-8")
    lines = [json.dumps(transcript(n, *TURNS)) + "\n" for n in range(4)]
    (folder / "transcripts.jsonl").write_text("".join(lines), encoding="utf-8")
    record = {"help_content": {"returns": ["labels.md"]}, "status": "finished"}
    (folder / "run.json").write_text(json.dumps(record), encoding="utf-8")
    return folder


def said(text: str, *, speaker: str = "customer", moves: tuple[str, ...] = (), keep: tuple[str, ...] = ()) -> Said:
    from agents.dialogue import Speaker
    from agents.persona import Role

    return Said(
        text=text, speaker=Speaker(speaker), moves=moves, first=False, opening=False, role=Role.SUPPORT, tone="neutral",
        product=None, keep=keep, stream=1,
    )  # fmt: skip


@pytest.mark.parametrize("style", list(Register))
def test_every_register_keeps_facts_figures_speakers_and_outcome(style: Register, run: Path, tmp_path: Path) -> None:
    made = restyle_run(run, tmp_path / "out", style=style)
    before, after = list(read_transcripts(run)), list(read_transcripts(tmp_path / "out"))
    assert made.conversations == len(after) == len(before)
    for old, new in zip(before, after, strict=True):
        assert (new.id, new.seed, new.customer, new.ending.reason) == (
            old.id,
            old.seed,
            old.customer,
            old.ending.reason,
        )
        assert new.restyled is not None
        assert new.restyled.style == style
        assert new.ending.evidence in new.turns[-1].text
        for was, now in zip(old.turns, new.turns, strict=True):
            assert (now.n, now.speaker, now.moves, now.original) == (was.n, was.speaker, was.moves, was.text)
            assert sorted(figures(now.text)) == sorted(figures(was.text))
            assert ("NW-482913" in now.text) == ("NW-482913" in was.text)


def test_a_post_has_at_most_280_characters(run: Path, tmp_path: Path) -> None:
    restyle_run(run, tmp_path / "out", style="social")
    turns = [turn for one in read_transcripts(tmp_path / "out") for turn in one.turns]
    assert max(len(turn.text) for turn in turns) <= 280 < max(len(turn.original or "") for turn in turns)
    assert "$5.95" in turns[1].text


def test_an_email_has_a_subject_a_greeting_and_a_closing(run: Path, tmp_path: Path) -> None:
    restyle_run(run, tmp_path / "out", style="email")
    first, reply, *_ = next(iter(read_transcripts(tmp_path / "out"))).turns
    assert first.text.startswith("Subject: My camera\n\n")
    assert "Hello! I" not in first.text
    assert len(reply.text.split("\n\n")) > 3


def test_formal_prose_has_no_short_forms_and_no_exclamations() -> None:
    text = rewritten(said("i can't wait!! I'm annoyed & it's been 3 weeks, ok?"), Register.FORMAL)
    assert text == "I cannot wait. I am annoyed & it has been 3 weeks, very well?"


def test_a_phone_call_is_spoken() -> None:
    text = rewritten(said("I am writing about the label. I do not have it."), Register.PHONE)
    assert "I'm calling about the label." in text
    assert "I don't have it." in text


def test_short_forms_are_made_and_undone() -> None:
    assert contracted("I am sure that it is not here") == "I'm sure that it's not here"
    assert expanded("I'm sure it's gone and he won't come") == "I am sure it has gone and he will not come"


def test_what_is_kept_is_not_rewritten() -> None:
    assert "thanks a lot" in rewritten(said("My code is thanks a lot.", keep=("thanks a lot",)), Register.FORMAL)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", Refusal.EMPTY),
        ("The label costs $6 and NW-482913 is not late.", Refusal.FIGURES),
        ("The label costs $5.95 and it is not late.", Refusal.FIGURES),
        ("The label costs $5.95 and NW-482913 is late.", Refusal.NEGATION),
        ("Bananas for $5.95, NW-482913, not now.", Refusal.FAR),
    ],
)
def test_a_model_must_keep_figures_facts_and_meaning(text: str, reason: Refusal) -> None:
    original = said("The label costs $5.95 and NW-482913 is not late.", keep=("NW-482913",))
    assert refusal(text, original, Register.FORMAL, by_model=True) is reason


def test_a_citation_whose_words_are_gone_is_dropped_and_another_stays() -> None:
    start = ARTICLE.index(SPAN)
    citation = Citation(passage="labels.md#cost", start=start, end=start + len(SPAN), score=0.8, support=0.9)
    articles = {"labels.md": Article("labels.md", "Labels", ARTICLE, ())}
    kept = recited([citation], f"Sure. {SPAN}", LONG, articles=articles, said="")
    gone = recited([citation], "Have a pleasant day.", LONG, articles=articles, said="")
    assert (kept.kept, kept.dropped) == ((citation,), ())
    assert (gone.kept, gone.dropped) == ((), (citation,))


def test_citations_stay_with_their_offsets(run: Path, tmp_path: Path) -> None:
    made = restyle_run(run, tmp_path / "out", style="formal")
    old, new = (next(iter(read_transcripts(path))).turns[1].citations for path in (run, tmp_path / "out"))
    assert made.citations_kept == 4
    assert old
    assert new
    assert (old[0].start, old[0].end) == (new[0].start, new[0].end)


def test_a_seed_gives_the_same_bytes_and_another_seed_others(run: Path, tmp_path: Path) -> None:
    for name, seed in (("a", 7), ("b", 7), ("c", 8)):
        restyle_run(run, tmp_path / name, style="email", seed=seed)
    first, second, third = ((tmp_path / name / "transcripts.jsonl").read_bytes() for name in "abc")
    assert first == second
    assert [json.loads(line)["turns"] for line in first.splitlines()] != [
        json.loads(line)["turns"] for line in third.splitlines()
    ]


class StoppedError(Exception):
    pass


def stop_at(number: int) -> Callable[[int, int], None]:
    def tell(done: int, total: int) -> None:
        if done == number:
            raise StoppedError

    return tell


def test_a_stopped_restyling_goes_on_and_ends_with_the_same_bytes(run: Path, tmp_path: Path) -> None:
    restyle_run(run, tmp_path / "whole", style="phone")
    with pytest.raises(StoppedError):
        restyle_run(run, tmp_path / "cut", style="phone", on_conversation=stop_at(2))
    assert len(list(read_transcripts(tmp_path / "cut"))) == 2
    made = restyle_run(run, tmp_path / "cut", style="phone")
    whole, cut = ((tmp_path / name / "transcripts.jsonl").read_bytes() for name in ("whole", "cut"))
    assert whole == cut
    assert (made.conversations, made.written) == (4, 10)


def test_a_transcript_that_was_never_restyled_keeps_its_bytes(run: Path) -> None:
    line = json.dumps(transcript(0, *TURNS), ensure_ascii=False, separators=(", ", ": "))
    assert Transcript.from_line(line).to_line() == Transcript.from_line(Transcript.from_line(line).to_line()).to_line()
    assert "original" not in Transcript.from_line(line).to_line()
    assert "restyled" not in Transcript.from_line(line).to_line()


def test_replay_shows_a_restyled_run(run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["restyle", str(run), "--style", "email", "--out", str(tmp_path / "out")]) == 0
    assert main(["replay", str(tmp_path / "out"), "0", "--cite"]) == 0
    shown = capsys.readouterr().out
    assert "Subject: My camera" in shown
    assert "A return label costs $5.95" in shown


def test_an_unknown_style_is_named(run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["restyle", str(run), "--style", "sozial", "--out", str(tmp_path / "out")]) == 2
    error = capsys.readouterr().err
    assert "'sozial' is not a known style; did you mean 'social'?" in error
    assert error.count("\n") == 1


@pytest.mark.parametrize("content", ["", "no JSON\n", '{"schema": 1}\n'])
def test_a_run_that_is_empty_or_broken_is_named(content: str, tmp_path: Path) -> None:
    (tmp_path / "transcripts.jsonl").write_text(content)
    with pytest.raises(TranscriptError):
        restyle_run(tmp_path / "transcripts.jsonl", tmp_path / "out", style="email")
    assert not (tmp_path / "out").exists()


def test_a_folder_of_another_run_is_left_alone(run: Path, tmp_path: Path) -> None:
    restyle_run(run, tmp_path / "out", style="email")
    with pytest.raises(UsageError, match="holds another run"):
        restyle_run(run, tmp_path / "out", style="phone")
    with pytest.raises(UsageError, match="is the run itself"):
        restyle_run(run, run, style="phone")


def test_a_model_falls_back_to_the_rules(run: Path, tmp_path: Path) -> None:
    made = restyle_run(run, tmp_path / "out", style="formal", model=str(tiny_folder(tmp_path / "tiny")))
    assert made.writers == {"rules": made.turns}
    assert sum(count for reason, count in made.refused.items() if reason.startswith("model: ")) == 2 * made.turns
