"""The models of a run: each checkpoint is loaded once, however many sides and conversations speak with it."""

from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Self

from agents.gpt2.catalogue import find
from agents.gpt2.checkpoint import Checkpoint
from agents.prompt import Form, form_for

if TYPE_CHECKING:
    from agents.gpt2.engine import Engine


@dataclass(frozen=True, slots=True)
class Model:
    """A checkpoint that is ready to speak: its `label` is name@hash."""

    label: str
    checkpoint: Checkpoint
    engine: "Engine"
    form: Form


class Models:
    """Loads models by name and closes their engines on leaving. `precision` is as in `agents.gpt2.loading`."""

    def __init__(self, *, precision: str = "auto") -> None:
        self._precision = precision
        self._by_name: dict[str, Model] = {}
        self._by_digest: dict[str, Model] = {}

    def get(self, name: str) -> Model:
        """Return the model that `name` means. Raises ModelError where it cannot be had."""
        if name not in self._by_name:
            checkpoint = find(name)
            if checkpoint.digest not in self._by_digest:
                self._by_digest[checkpoint.digest] = self._load(checkpoint)
            self._by_name[name] = self._by_digest[checkpoint.digest]
        return self._by_name[name]

    @property
    def loaded(self) -> tuple[Model, ...]:
        return tuple(self._by_digest.values())

    def _load(self, checkpoint: Checkpoint) -> Model:
        from agents.gpt2.loading import Precision, load_engine

        engine = load_engine(checkpoint, precision=Precision(self._precision))
        return Model(checkpoint.label, checkpoint, engine, form_for(engine.vocabulary))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for model in self._by_digest.values():
            model.engine.close()
