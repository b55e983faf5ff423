"""One scenario looked at from all sides before a run: its plan, its help content, its token budget, a sample."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from agents.randomness import key
from orchestrator.grounding.loading import load_articles
from orchestrator.grounding.passages import passages_of
from orchestrator.plan import ConversationSpec, Plan
from orchestrator.scenario import Scenario
from terminal.budget import WINDOW, Budget, estimate


@dataclass(frozen=True, slots=True)
class Outline:
    """`articles` and `passages` count the help content; `sample` is one conversation, always the same."""

    path: Path
    plan: Plan
    budget: Budget
    sample: ConversationSpec
    articles: int
    passages: int

    @classmethod
    def of(cls, path: Path) -> Self:
        """Read the scenario in `path`. Raises ScenarioError or HelpContentError."""
        scenario = Scenario.load(path)
        plan = Plan(scenario)
        sample = plan.sample(1, key(scenario.digest, "outline"))[0]
        articles = load_articles(scenario.help_paths)
        passages = [passage for article in articles for passage in passages_of(article)]
        return cls(path, plan, estimate(scenario, sample, passages), sample, len(articles), len(passages))

    @property
    def scenario(self) -> Scenario:
        return self.plan.scenario

    @property
    def values(self) -> Mapping[str, tuple[str, ...]]:
        """The values of each axis, where they have short names."""
        customer = self.scenario.customer
        return {
            "products": self.scenario.products,
            "dispositions": tuple(disposition.name for disposition in customer.dispositions),
            "motivations": tuple(motivation.name for motivation in customer.motivations),
            "tones": customer.tones,
            "styles": customer.styles,
        }

    def record(self) -> dict[str, Any]:
        """Return what `--json` prints of it."""
        return {
            "file": str(self.path),
            "name": self.scenario.name,
            "domain": self.scenario.domain,
            "axes": self.plan.axes,
            "cells": self.plan.cells,
            "conversations": len(self.plan),
            "help_content": {"articles": self.articles, "passages": self.passages},
            "tokens": {"window": WINDOW, "longest": self.budget.whole, "reply": self.budget.least},
            "warnings": [self.budget.warning] if self.budget.warning else [],
            "sample": {
                "id": self.sample.id,
                "opening": self.sample.opening,
                "customer": self.sample.customer.model_dump(mode="json", exclude_none=True),
            },
        }
