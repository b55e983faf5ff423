"""A workspace whose both sides are `remote:big`."""

from pathlib import Path

from orchestrator import Scenario

SCENARIO = """\
name: shop
domain: support
help_content: help
openings: ["Who pays for the label of my {product}?"]
customer:
  model: remote:big
  dispositions: [amiable, cynical]
  motivations: [refund]
  facts: [{name: order number, value: "NW-{digits:6}", reveal: asked}]
agent: {role: support, model: remote:big}
products: [camera, lamp]
turns: {min: 2, max: 5}
"""
ARTICLE = """\
# Labels

A label costs $5.95. The label is free for faulty products. Labels are sent by email within a day.

# Refunds

Refunds take five days. The money goes to the card that was used.
"""


def remote_workspace(folder: Path, url: str, settings: str = "", *, form: str = "chat") -> Scenario:
    """Write a workspace with a server at `url` and return its scenario; `settings` are further lines of YAML."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "duologue.yaml").write_text("# workspace\n", encoding="utf-8")
    (folder / "help").mkdir(exist_ok=True)
    (folder / "help" / "labels.md").write_text(ARTICLE, encoding="utf-8")
    (folder / "shop.yaml").write_text(SCENARIO, encoding="utf-8")
    lines = ["big:", f"  url: {url}", "  model: words-1", f"  form: {form}", *(f"  {s}" for s in settings.splitlines())]
    (folder / "remotes.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return Scenario.load(folder / "shop.yaml")
