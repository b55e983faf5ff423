"""The models of a run: each checkpoint is loaded once, however many sides and conversations speak with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Final, Protocol, Self

from agents.errors import ModelError
from agents.gpt2.catalogue import find
from agents.gpt2.checkpoint import Checkpoint
from agents.prompt import Form, form_for
from agents.remote.settings import PREFIX, Remote

if TYPE_CHECKING:
    from agents.gpt2.engine import Written
    from agents.gpt2.sampling import Sampling
    from agents.gpt2.vocabulary import Vocabulary
    from agents.gpt2.writing import Manner, Writer

_NONE: Final[Mapping[str, Remote]] = {}


class Session(Protocol):
    """One side of one conversation on an engine."""

    async def write(
        self, prompt: Sequence[int], manner: "Manner | Writer", sampling: "Sampling", *, key: int
    ) -> "Written":
        """Go on from `prompt`, the whole text so far; `key` names the stream of random numbers."""

    def close(self) -> None:
        """Free what is kept for the session."""


class Engine(Protocol):
    """Whatever writes turns: a GPT-2 on this machine, a server, a script. `window` is in tokens."""

    @property
    def window(self) -> int: ...

    @property
    def precision(self) -> str: ...

    @property
    def vocabulary(self) -> "Vocabulary | None":
        """What steers the decoding here, None where it happens elsewhere."""

    def open(self) -> Session: ...

    def close(self) -> None: ...


class Origin(Protocol):
    """What a model is told apart by."""

    @property
    def name(self) -> str: ...

    @property
    def digest(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Model:
    """What is ready to speak: its `label` is name@hash, its `checkpoint` has both in full."""

    label: str
    checkpoint: Origin
    engine: Engine
    form: Form


class Speaks(Protocol):
    """Something that brings a model of its own, such as `agents.testing.ScriptedEngine`."""

    @property
    def model(self) -> Model: ...


@dataclass(frozen=True, slots=True)
class Named:
    """A name and a digest, where there is no checkpoint."""

    name: str
    digest: str

    @property
    def label(self) -> str:
        return f"{self.name}@{self.digest[:8]}"


class Models:
    """Loads models by name and closes their engines on leaving. `precision` is as in `agents.gpt2.loading`."""

    def __init__(self, *, precision: str = "auto") -> None:
        self._precision = precision
        self._by_name: dict[str, Model] = {}
        self._by_digest: dict[str, Model] = {}

    def get(self, name: "str | Speaks", *, remotes: Mapping[str, Remote] = _NONE) -> Model:
        """Return the model that `name` means; `remotes` are the servers for `remote:NAME`.

        Raises ModelError where it cannot be had.
        """
        if not isinstance(name, str):
            return name.model
        if name.startswith(PREFIX):
            return self._remote(name.removeprefix(PREFIX), remotes)
        if name not in self._by_name:
            self.add(name, find(name))
        return self._by_name[name]

    def add(self, name: str, checkpoint: Checkpoint) -> Model:
        """Load `checkpoint`, which was found elsewhere, and let `name` mean it."""
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

    def _remote(self, name: str, remotes: Mapping[str, Remote]) -> Model:
        from agents.remote.engine import RemoteEngine
        from agents.remote.forms import form_of

        if name not in remotes:
            known = f"it names {', '.join(remotes)}" if remotes else "there is none, or it names no server"
            raise ModelError(f"model {PREFIX + name!r}: remotes.yaml does not name it; {known}")
        remote = remotes[name]
        identity = f"{PREFIX}{name} {remote.model_dump_json()}"
        if identity not in self._by_digest:
            origin = Named(PREFIX + name, remote.digest)
            self._by_digest[identity] = Model(origin.label, origin, RemoteEngine(name, remote), form_of(remote.form))
        return self._by_digest[identity]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for model in self._by_digest.values():
            model.engine.close()
