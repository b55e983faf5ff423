"""The scenario file: a situation, two sides, axes of variation. It loads no model and makes no conversation.

`Scenario.load` raises ScenarioError for whatever is wrong, as one line with file, line, column, key, value and what
would be right.
"""

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import Field, PrivateAttr, ValidationError

from agents.persona import Domain, Strict
from orchestrator.checks import content_faults, matrix_faults
from orchestrator.faults import Fault, Loc, Source, pydantic_faults, show, text_faults
from orchestrator.openings import MessageRules, read_messages
from orchestrator.schema import (
    AgentSide,
    CustomerSide,
    Endings,
    Grounding,
    GroundingMode,
    GuardSetting,
    HelpContent,
    Matrix,
    Messages,
    MessagesFile,
    Policy,
    Product,
    Reply,
    Turns,
)
from orchestrator.workspace import help_path, messages_path
from orchestrator.yaml_source import parse, read_text

__all__ = ["GroundingMode", "Policy", "Scenario"]


class Scenario(Strict):
    """A scenario as validated; make one with `load`, `parse` or `from_dict`."""

    name: Annotated[
        str,
        Field(
            pattern=r"^[a-z0-9][a-z0-9-]*$",
            max_length=60,
            description="lower-case letters, digits and hyphens, such as 'returns'",
        ),
    ]
    domain: Annotated[Domain, Field(description="support or sales")]
    help_content: Annotated[HelpContent, Field(description="a folder or file, or a list of them")] = ()
    openings: Annotated[Messages, Field(description="a list of texts, or {file: seeds.jsonl}")]
    customer: Annotated[CustomerSide, Field(description="a mapping with dispositions and motivations")]
    agent: Annotated[AgentSide, Field(description="a mapping with the agent's role")]
    products: tuple[Product, ...] = ()
    turns: Turns = Turns()
    reply: Reply = Reply()
    grounding: Grounding = Grounding()
    endings: Annotated[Endings, Field(description="rules, such as 'resolved | max_turns(8)'")] = ()
    guards: Annotated[
        dict[str, GuardSetting], Field(default_factory=dict, description="a mapping, such as {echo: off}")
    ]
    matrix: Annotated[Matrix, Field(description="full, or {sample: n}")] = "full"
    repeats: Annotated[int, Field(strict=True, ge=1, le=1_000_000)] = 1
    seed: Annotated[int, Field(strict=True, ge=0, le=2**63 - 1)] = 0

    _path: Path | None = PrivateAttr(None)
    _help_paths: tuple[Path, ...] = PrivateAttr(())
    _openings: tuple[str, ...] = PrivateAttr(())
    _questions: tuple[str, ...] = PrivateAttr(())

    def model_post_init(self, _context: object, /) -> None:
        if not isinstance(self.openings, MessagesFile):
            self._openings = self.openings
        if not isinstance(self.customer.questions, MessagesFile):
            self._questions = self.customer.questions

    @classmethod
    def load(cls, path: Path | str, *, allow_outside: bool = False) -> Self:
        """Read a scenario file; `allow_outside` lets its paths leave the workspace."""
        return cls.parse(read_text(Path(path)), path=path, allow_outside=allow_outside)

    @classmethod
    def parse(cls, text: str, *, path: Path | str | None = None, allow_outside: bool = False) -> Self:
        """Read the text of a scenario file; paths in it are relative to `path`, or to the current folder."""
        file = Path(path) if path is not None else None
        node = parse(text, path=file)
        folder = file.parent if file is not None else Path()
        return cls._build(Source(node.data, file, node), folder, allow_outside)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], *, base: Path | str, allow_outside: bool = False) -> Self:
        """Make a scenario from plain data; paths in it are relative to the folder `base`."""
        return cls._build(Source(data), Path(base), allow_outside)

    @classmethod
    def _build(cls, source: Source, folder: Path, allow_outside: bool) -> Self:
        if not isinstance(source.data, Mapping):
            raise source.error(
                [Fault((), f"{show(source.data)} is not a scenario; expected keys, such as 'name: returns'")]
            )
        source.check(text_faults(source.data))
        try:
            scenario = cls.model_validate(source.data)
        except ValidationError as error:
            raise source.error(pydantic_faults(error, cls)) from None
        scenario._settle(source, folder.resolve(), allow_outside)
        return scenario

    def _settle(self, source: Source, folder: Path, allow_outside: bool) -> None:
        """Check what pydantic cannot see in one field, and find the files."""
        openings, questions = (
            MessageRules(kind, self.customer.facts, products=bool(self.products)) for kind in ("opening", "question")
        )
        helps, help_faults = _help_paths(self.help_content, folder, allow_outside)
        source.check([*content_faults(self, openings, questions), *help_faults])
        files = _Files(source, folder, allow_outside)
        if isinstance(self.openings, MessagesFile):
            self._openings = files.rows(self.openings, ("openings",), openings)
        if isinstance(self.customer.questions, MessagesFile):
            self._questions = files.rows(self.customer.questions, ("customer", "questions"), questions)
        self._path, self._help_paths = source.path, helps
        source.check(matrix_faults(self))

    @property
    def path(self) -> Path | None:
        """The file that this came from."""
        return self._path

    @property
    def help_paths(self) -> tuple[Path, ...]:
        """The folders and files of the help content, absolute."""
        return self._help_paths

    @property
    def opening_texts(self) -> tuple[str, ...]:
        """The openings with their slots, from the list or from the file."""
        return self._openings

    @property
    def question_texts(self) -> tuple[str, ...]:
        """The customer's later questions with their slots, from the list or from the file."""
        return self._questions

    @property
    def axes(self) -> dict[str, int]:
        """How many values each axis of variation has, repeats last."""
        customer = self.customer
        return {
            "openings": len(self._openings),
            "products": len(self.products) or 1,
            "dispositions": len(customer.dispositions),
            "motivations": len(customer.motivations),
            "tones": len(customer.tones),
            "styles": len(customer.styles),
            "repeats": self.repeats,
        }

    @property
    def cells(self) -> int:
        """The size of the full matrix, before repeats."""
        return math.prod(self.axes.values()) // self.repeats

    @property
    def digest(self) -> str:
        """SHA-256 of everything that determines the conversations, apart from the help content.

        Where files lie, comments and the order of keys do not count; the messages of a file and what is built in under
        a name do.
        """
        content = self.model_dump(
            mode="json", exclude={"help_content": True, "openings": True, "customer": {"questions"}}
        )
        content = {key: value for key, value in content.items() if value or key not in ("endings", "guards")}
        content["openings"] = _digest(self._openings)
        if self._questions:
            content["questions"] = _digest(self._questions)
        return _digest(content)


def _digest(content: object) -> str:
    return sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class _Files:
    """Where the files are that a scenario names."""

    source: Source
    folder: Path
    allow_outside: bool

    def rows(self, named: MessagesFile, loc: Loc, rules: MessageRules) -> tuple[str, ...]:
        try:
            path = messages_path(named.file, self.folder, allow_outside=self.allow_outside)
        except ValueError as error:
            raise self.source.error([Fault((*loc, "file"), str(error))]) from None
        return read_messages(path, rules)


def _help_paths(texts: Iterable[str], folder: Path, allow_outside: bool) -> tuple[tuple[Path, ...], list[Fault]]:
    paths, faults = [], []
    for n, text in enumerate(texts):
        try:
            paths.append(help_path(text, folder, allow_outside=allow_outside))
        except ValueError as error:
            faults.append(Fault(("help_content", n), str(error)))
    return tuple(paths), faults
