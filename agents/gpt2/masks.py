"""What the writers allow, as numbers to add to logits: one row a rule, built when first asked for."""

from collections.abc import Sequence

import torch
from torch import Tensor

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

    def apply(self, logits: Tensor, choices: Sequence[Choice]) -> Tensor:
        """Return `logits` (B, V) with everything that row b's choice does not allow at -inf."""
        rules = [choice if isinstance(choice, Allowed) else Allowed() for choice in choices]
        masked = logits + self._rows_of(rules)
        for row, choice in enumerate(choices):
            if not isinstance(choice, Allowed):
                ids = list(choice)
                masked[row] = -torch.inf
                masked[row, ids] = logits[row, ids]
        return masked

    def _rows_of(self, rules: Sequence[Allowed]) -> Tensor:
        for rule in rules:
            if rule not in self._index:
                self._index[rule] = len(self._index)
                self._rows = torch.cat((self._rows, self._row(rule)[None]))
        return self._rows[[self._index[rule] for rule in rules]]

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
