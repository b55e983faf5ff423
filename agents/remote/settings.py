"""What a `remotes.yaml` says of one server. It reads no file and opens no connection."""

import json
import os
from collections.abc import Mapping
from enum import StrEnum
from hashlib import sha256
from typing import Annotated, Any, Final

from pydantic import Field

from agents.errors import ModelError
from agents.persona import Strict

PREFIX: Final = "remote:"

_Rate = Annotated[float, Field(gt=0, le=1e9, allow_inf_nan=False)]


class PromptForm(StrEnum):
    """How a server's model is prompted."""

    CHAT = "chat"
    """As messages, with moves and length told in words: for models that follow instructions."""
    PLAIN = "plain"
    """As a transcript in prose, by the completions endpoint: for models that only go on with a text."""
    HOUSE = "house"
    """With Duologue's special tokens, by the completions endpoint: for models that this project trained."""


class Remote(Strict):
    """A server and how much may be asked of it; seconds for times. `key_env` names the variable that holds the key.

    `window` is the model's context in tokens. `retries` bounds the failed answers to one request, `patience` how long a
    server that is away or too busy is waited for. `extra` goes into the body of every request as it is.
    """

    url: Annotated[str, Field(pattern=r"^https?://[^\s/]+\S*$", description="a URL such as http://localhost:8000/v1")]
    model: Annotated[str, Field(min_length=1, max_length=300, description="the model's name on the server")]
    form: PromptForm = PromptForm.CHAT
    key_env: Annotated[
        str | None, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", description="the name of an environment variable")
    ] = None
    window: Annotated[int, Field(strict=True, ge=256, le=10_000_000)] = 4096
    requests_per_second: _Rate | None = None
    tokens_per_second: _Rate | None = None
    concurrency: Annotated[int, Field(strict=True, ge=1, le=4096)] = 16
    timeout: Annotated[float, Field(gt=0, le=3600, allow_inf_nan=False)] = 60.0
    retries: Annotated[int, Field(strict=True, ge=0, le=100)] = 5
    patience: Annotated[float, Field(ge=0, le=7 * 86400, allow_inf_nan=False)] = 3600.0
    extra: Mapping[str, Any] = {}

    @property
    def digest(self) -> str:
        """SHA-256, in hex, of what decides what is said, as far as it is known from here: not where the server is."""
        said = {"model": self.model, "form": self.form, "window": self.window, "extra": self.extra}
        return sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()

    def key(self, name: str) -> str | None:
        """Return the key of the server called `name`. Raises ModelError where its variable is not set."""
        if self.key_env is None:
            return None
        key = os.environ.get(self.key_env, "").strip()
        if not key:
            raise ModelError(f"{PREFIX}{name}: the variable {self.key_env} with its key is not set; export it first")
        if not key.isascii() or not key.isprintable():
            raise ModelError(f"{PREFIX}{name}: the key in {self.key_env} holds characters that no header can carry")
        return key
