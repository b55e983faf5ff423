"""Which models can speak: real GPT-2s in real folders, made small."""

import asyncio
import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from agents.errors import ModelError
from agents.gpt2.catalogue import HOUSE_FOLDER, available, find
from agents.gpt2.loading import Precision, load_engine
from agents.gpt2.sampling import GREEDY
from agents.gpt2.writing import Manner
from agents.models import Models
from tests.tiny_models import TEXT, tiny_folder


def spoken(name: str) -> tuple[int, ...]:
    engine = load_engine(find(name), precision=Precision.FP32)

    async def write() -> tuple[int, ...]:
        manner = Manner((0, 200), whole_sentences=False, stops=(), unrepeated=0)
        session = engine.open()
        prompt = engine.vocabulary.encode(TEXT)
        return (await session.write(prompt, manner, GREEDY, key=1)).tokens[:12]

    tokens = asyncio.run(write())
    engine.close()
    return tokens


def expected(model: torch.nn.Module, name: str) -> list[int]:
    vocabulary = find(name).vocabulary()
    barred = [token for token, ok in enumerate(vocabulary.speakable) if not ok]
    prompt = torch.tensor([vocabulary.encode(TEXT)])
    generate = model.generate  # type: ignore[operator]
    out = generate(prompt, max_new_tokens=12, do_sample=False, suppress_tokens=barred, pad_token_id=0)
    tokens: list[int] = out[0, prompt.shape[1] :].tolist()
    return tokens


def test_the_house_model_is_at_hand_and_named_by_its_hash() -> None:
    entry = available()[0]
    assert (entry.name, entry.kind) == ("house", "house")
    assert entry.parameters == 14_186_880
    assert find("house").label == f"house@{entry.digest[:8]}"


def test_a_folder_speaks_as_transformers_would(tmp_path: Path) -> None:
    from transformers import GPT2LMHeadModel

    folder = tiny_folder(tmp_path / "tiny")
    model = GPT2LMHeadModel.from_pretrained(folder).eval()
    assert list(spoken(str(folder))) == expected(model, str(folder))


def test_vocab_and_merges_serve_where_there_is_no_tokenizer_json(tmp_path: Path) -> None:
    folder = tiny_folder(tmp_path / "tiny")
    whole = find(str(folder)).vocabulary()
    bpe = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))["model"]
    (folder / "vocab.json").write_text(json.dumps(bpe["vocab"]), encoding="utf-8")
    merges = "\n".join(" ".join(pair) for pair in bpe["merges"])
    (folder / "merges.txt").write_text("#version: 0.2\n" + merges + "\n", encoding="utf-8")
    (folder / "tokenizer.json").unlink()
    assert find(str(folder)).vocabulary().encode(TEXT) == whole.encode(TEXT)


def test_a_lora_adapter_is_merged_into_its_base(tmp_path: Path) -> None:
    from peft import LoraConfig, get_peft_model
    from transformers import GPT2LMHeadModel

    base = tiny_folder(tmp_path / "base")
    torch.manual_seed(1)
    config = LoraConfig(r=4, target_modules=["c_attn"], fan_in_fan_out=True, init_lora_weights=False)
    adapted = get_peft_model(GPT2LMHeadModel.from_pretrained(base), config)
    adapted.save_pretrained(tmp_path / "adapter")
    path = tmp_path / "adapter" / "adapter_config.json"
    assert json.loads(path.read_text(encoding="utf-8"))["base_model_name_or_path"] == str(base)
    name = str(tmp_path / "adapter")
    assert list(spoken(name)) == expected(adapted.merge_and_unload().eval(), name)
    assert list(spoken(name)) != list(spoken(str(base)))
    assert find(name).digest != find(str(base)).digest


def test_equal_checkpoints_are_loaded_once(tmp_path: Path) -> None:
    folder = tiny_folder(tmp_path / "tiny")
    with Models() as models:
        first, second, other = models.get("house"), models.get(str(HOUSE_FOLDER)), models.get(str(folder))
        assert first is second
        assert other.engine is not first.engine
        assert first.form.moves
        assert not other.form.moves
        assert len(models.loaded) == 2


def test_a_model_that_cannot_be_had_names_those_at_hand() -> None:
    with pytest.raises(ModelError, match=r"model 'gpt2-medium': not in the local cache, .*; at hand: house"):
        find("gpt2-medium")
    with pytest.raises(ModelError, match=r"model '\./nowhere/x/y': there is no such folder; at hand: house"):
        find("./nowhere/x/y")


def test_a_folder_that_is_no_gpt2_is_refused(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "llama"}), encoding="utf-8")
    with pytest.raises(ModelError, match="model_type is 'llama', not 'gpt2'"):
        find(str(tmp_path))


def test_pickled_weights_are_never_loaded(tmp_path: Path) -> None:
    folder = tiny_folder(tmp_path / "tiny")
    torch.save(load_file(folder / "model.safetensors"), folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()
    with pytest.raises(ModelError, match="only safetensors are loaded"):
        find(str(folder)).digest  # noqa: B018


def test_truncated_weights_are_named(tmp_path: Path) -> None:
    folder = tiny_folder(tmp_path / "tiny")
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:5000])
    with pytest.raises(ModelError, match=r"model.safetensors is truncated or damaged"):
        load_engine(find(str(folder)))


def test_missing_tensors_are_named(tmp_path: Path) -> None:
    folder = tiny_folder(tmp_path / "tiny")
    tensors = load_file(folder / "model.safetensors")
    del tensors["transformer.h.1.ln_1.weight"]
    save_file(tensors, folder / "model.safetensors")
    with pytest.raises(ModelError, match=r"the weights lack 'h\.1\.ln_1\.weight'"):
        load_engine(find(str(folder)))
