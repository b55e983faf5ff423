"""A GPT-2 that reads instead of writing: how likely a dialogue is to it, and where it stands in its last layer."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from agents.gpt2.catalogue import find
from agents.gpt2.network import ROW_MULTIPLE, Network
from agents.prompt import Form, Utterance, form_for
from curation.metrics.bootstrap import Floats
from curation.metrics.data import Dialogue

_GLIMPSE: Final = 256
"""So many tokens of a dialogue, from its start, make its features."""


class Likelihood(NamedTuple):
    """The summed negative log-likelihood, in nats, of `tokens` tokens, and the words and bytes that they write."""

    loss: float
    tokens: int
    words: int
    size: int


@dataclass(frozen=True)
class Reader:
    """A model and how it wants a dialogue written."""

    label: str
    network: Network
    form: Form

    @torch.inference_mode()
    def likelihood(self, dialogue: Dialogue) -> Likelihood:
        """Return how likely the turns after the first are, each after all before it, as far as the window reaches."""
        tokens: list[int] = []
        judged: list[int] = []
        words = size = 0
        for turn in dialogue.turns:
            heard = self.form.heard(Utterance(turn.speaker, turn.text))
            if len(tokens) + len(heard) > self.network.shape.window:
                break
            if tokens:
                label = len(self.form.cue(turn.speaker, None))
                judged += range(len(tokens) + label, len(tokens) + len(heard))
                words, size = words + len(turn.text.split()), size + len(turn.text.encode())
            tokens += heard
        if not judged:
            return Likelihood(0.0, 0, 0, 0)
        rows = torch.tensor(judged)
        logits = self.network.logits(self._hidden(tokens)[rows - 1])  # (R, V)
        loss = functional.cross_entropy(logits, torch.tensor(tokens)[rows].to(logits.device), reduction="sum")
        return Likelihood(loss.item(), len(judged), words, size)

    @torch.inference_mode()
    def features(self, dialogue: Dialogue) -> Floats:
        """Return the mean of the last layer's states over the first 256 tokens of a dialogue."""
        tokens = [t for turn in dialogue.turns for t in self.form.heard(Utterance(turn.speaker, turn.text))]
        tokens = tokens[: min(_GLIMPSE, self.network.shape.window)]
        states = self._hidden(tokens)[: len(tokens)]
        normed = self.network.final_norm(states, self.network.shape.epsilon, torch.float32)  # (N, C)
        found: Floats = normed.double().mean(0).cpu().numpy()
        return found

    def _hidden(self, tokens: list[int]) -> Tensor:
        padded = torch.tensor(tokens + [0] * (-len(tokens) % ROW_MULTIPLE), device=self.network.device)
        positions = torch.arange(len(padded), device=padded.device).clamp(max=self.network.shape.window - 1)
        return self.network.hidden(padded, positions, _Causal(self.network.shape.heads))  # (N, C)


@dataclass(frozen=True)
class _Causal:
    """Attention of one text over itself."""

    heads: int

    def attend(self, layer: int, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        del layer
        q, k, v = (t.view(len(t), self.heads, -1).transpose(0, 1)[None] for t in (q, k, v))  # (1, H, N, D)
        return functional.scaled_dot_product_attention(q, k, v, is_causal=True)[0].transpose(0, 1).flatten(1)


@lru_cache(maxsize=1)
def reader(name: str) -> Reader:
    """Return the model that `name` means, in fp32. Raises ModelError where it cannot be had."""
    checkpoint = find(name)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    network = checkpoint.network(torch.float32, device)
    return Reader(checkpoint.label, network, form_for(checkpoint.vocabulary()))
