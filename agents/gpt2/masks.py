"""What the writers allow, as numbers to add to logits: one row a rule, built when first asked for."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from agents.gpt2.transfer import pairs, sent
from agents.gpt2.vocabulary import Vocabulary
from agents.gpt2.writing import Allowed, Choice


class Masks:
    """Rows of additions to logits, (rules, V), for one vocabulary on one device."""

    def __init__(self, vocabulary: Vocabulary, device: torch.device) -> None:
        self._base = torch.zeros(vocabulary.size, device=device)
        self._base[~torch.tensor(vocabulary.speakable)] = -torch.inf
        self._starts = torch.tensor(vocabulary.starts_word, device=device)
        self._capitals = torch.tensor(vocabulary.capital, device=device)
        self._figures = torch.tensor(vocabulary.has_figure, device=device)
        self._ends = torch.tensor(vocabulary.ends_sentence, device=device).float()
        self._index: dict[Allowed, int] = {}
        self._rows = torch.empty(0, vocabulary.size, device=device)

    def apply(self, logits: Tensor, choices: Sequence[Choice], repeats: Sequence[Sequence[int]] = ()) -> Tensor:
        """Return `logits` (B, V), spoilt, with everything that row b's choice does not allow at -inf.

        So are row b's `repeats`, but where the choice is a short list.
        """
        index = [self._place(choice if isinstance(choice, Allowed) else Allowed()) for choice in choices]
        listed = {row: choice for row, choice in enumerate(choices) if not isinstance(choice, Allowed)}
        rules = ((row, choice) for row, choice in enumerate(choices) if isinstance(choice, Allowed))
        spared = listed | {row: rule.besides for row, rule in rules if rule.besides}
        banned = {row: tokens for row, tokens in enumerate(repeats) if tokens and row not in listed}
        where = pairs(spared, logits.device) if spared else None
        kept = logits[where] if where else None
        self._add(logits, index)
        if listed:
            logits[sent(np.array(list(listed)), logits.device)] = -torch.inf
        if where and kept is not None:
            logits[where] = kept
        if banned:
            logits[pairs(banned, logits.device)] = -torch.inf
        return logits

    def _add(self, logits: Tensor, index: list[int]) -> None:
        if logits.device.type == "cpu":
            from agents.gpt2 import picking

            picking.add_rules(logits.numpy(), self._rows.numpy(), np.array(index))
        else:
            logits += self._rows[sent(np.array(index), logits.device)]

    def _place(self, rule: Allowed) -> int:
        """Return the row of the table that stands for `rule`, made where there is none yet."""
        place = self._index.get(rule)
        if place is None:
            place = self._index[rule] = len(self._index)
            self._rows = torch.cat((self._rows, self._row(rule)[None]))
        return place

    def _row(self, rule: Allowed) -> Tensor:
        row = self._base + rule.urge * self._ends
        if not rule.capital:
            row[self._capitals] = -torch.inf
        if not rule.figures:
            row[self._figures] = -torch.inf
        if not rule.new_word:
            row[self._starts] = -torch.inf
        row[list(rule.stops)] = rule.urge
        return row
