"""What a server has and what it lacks, found out before a run by a few short requests."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from agents.errors import ModelError
from agents.remote.answers import Answer, MalformedError, read_answer, said
from agents.remote.client import Client, told
from agents.remote.settings import PREFIX, PromptForm, Remote

if TYPE_CHECKING:
    import httpx

OPTIONS: Final = ("seed", "stop", "logprobs", "top_k")
_REFUSED: Final = frozenset({400, 422})
_BUSY: Final = frozenset({429, 500, 502, 503, 504})
_WORDS: Final = 12
_TRIES: Final = 3
"""How often a short request is sent: servers may close a connection at the wrong moment."""


@dataclass(slots=True)
class Features:
    """`options` are the fields of a request that the server takes; `lacks` says, by field, what it does not do."""

    options: frozenset[str] = frozenset(OPTIONS)
    lacks: dict[str, str] = field(default_factory=dict)

    def fit(self, fields: Mapping[str, Any], kind: PromptForm) -> dict[str, Any]:
        """Return those of `fields` that the server takes, logprobs in the form of the endpoint."""
        kept = {name: value for name, value in fields.items() if name in self.options or name not in OPTIONS}
        if "logprobs" in self.options:
            kept["logprobs"] = True if kind is PromptForm.CHAT else 1
        return kept


class Examination:
    """Asks a server what it is. Raises ModelError, in one line, where it cannot serve."""

    def __init__(self, name: str, remote: Remote, client: Client) -> None:
        self._name, self._remote, self._client = PREFIX + name, remote, client

    async def features(self) -> Features:
        """Return what the server has, once it has answered at all."""
        known = await self._models()
        options = await self._accepted(known)
        features = Features(frozenset(options), dict.fromkeys(set(OPTIONS) - set(options), "refused"))
        await self._observe(features)
        features.lacks = dict(sorted(features.lacks.items()))
        return features

    async def _models(self) -> list[str]:
        """Return the names of the models that the server lists."""
        import httpx

        try:
            response = await self._client.http.get(self._client.at("models"))
        except httpx.TransportError as error:
            why = f"{self._remote.url} cannot be reached ({told(error)})"
            raise ModelError(f"{self._name}: {why}; start the server, or mend its url in remotes.yaml") from None
        self._check_key(response)
        try:
            listed = response.json()["data"]
            return [str(entry["id"]) for entry in listed]
        except (ValueError, TypeError, KeyError):
            return []

    def _check_key(self, response: "httpx.Response") -> None:
        if response.status_code in (401, 403):
            where = f"the key in {self._remote.key_env}" if self._remote.key_env else "requests without a key"
            hint = "" if self._remote.key_env else "; name the key's variable with key_env in remotes.yaml"
            raise ModelError(f"{self._name}: {self._remote.url} refuses {where} ({response.status_code}){hint}")

    async def _accepted(self, known: list[str]) -> list[str]:
        """Return the options that the server takes, found one by one where it does not take all of them."""
        response = await self._send(dict.fromkeys(OPTIONS))
        if response.status_code in _REFUSED:
            plain = await self._send({})
            self._check(plain, known)
            return [one for one in OPTIONS if (await self._send({one: None})).status_code not in _REFUSED]
        self._check(response, known)
        return list(OPTIONS)

    def _check(self, response: "httpx.Response", known: list[str]) -> None:
        status = response.status_code
        self._check_key(response)
        if status == 200:
            return
        why = f"{status}{said(response.content)}"
        if status in (404, *_REFUSED) and self._remote.model not in known:
            has = f"; it has {', '.join(known[:8])}" if known else ""
            raise ModelError(f"{self._name}: the server does not know the model {self._remote.model!r}{has} ({why})")
        hint = "; try again later" if status in _BUSY else "; is `form` in remotes.yaml what the model needs?"
        raise ModelError(f"{self._name}: {self._remote.url} answers {why} to a short request{hint}")

    async def _observe(self, features: Features) -> None:
        """Find out which of the options that are taken have an effect."""
        first, again, other = [await self._draw(features, seed) for seed in (1, 1, 2)]
        if "seed" in features.options and first.text != again.text:
            features.lacks["seed"] = "ignored"
        if first.text == again.text == other.text:
            features.lacks["temperature"] = "ignored: every draw is the same"
        if "logprobs" in features.options and first.logprob is None:
            features.lacks["logprobs"] = "ignored"
        stopped = await self._draw(features, 1, stop=" ")
        if "stop" in features.options and " " in stopped.text.strip():
            features.lacks["stop"] = "ignored"

    async def _draw(self, features: Features, seed: int, stop: str | None = None) -> Answer:
        fields = {"seed": seed, "temperature": 1.0, **({"stop": [stop]} if stop else {})}
        response = await self._post(features.fit(fields, self._remote.form))
        try:
            return read_answer(response.content)
        except MalformedError:
            self._check(response, [])
            raise ModelError(f"{self._name}: {self._remote.url} does not speak the OpenAI protocol") from None

    async def _send(self, names: Mapping[str, None]) -> "httpx.Response":
        values = {"seed": 1, "stop": ["\n"], "top_k": 50, "logprobs": True if self._is_chat else 1}
        return await self._post({name: values[name] for name in names})

    async def _post(self, fields: Mapping[str, Any]) -> "httpx.Response":
        import httpx

        text = "Say in a few words how parcels travel."
        prompt = {"messages": [{"role": "user", "content": text}]} if self._is_chat else {"prompt": text}
        body = {"model": self._remote.model, "max_tokens": _WORDS, **prompt, **fields, **self._remote.extra}
        for tries in range(_TRIES, 0, -1):
            try:
                return await self._client.post(body)
            except TimeoutError:
                raise self._silent("no answer in time") from None
            except httpx.TransportError as error:
                if tries == 1:
                    raise self._silent(told(error)) from None
        raise AssertionError

    def _silent(self, why: str) -> ModelError:
        return ModelError(f"{self._name}: {self._remote.url} gives no answer to a short request ({why})")

    @property
    def _is_chat(self) -> bool:
        return self._remote.form is PromptForm.CHAT
