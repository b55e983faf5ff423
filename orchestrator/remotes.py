"""The file `remotes.yaml`: which servers `remote:NAME` means. It opens no connection.

It is looked for beside the scenario, then in the scenario's workspace; another file can be given in its place. The
first that is there counts alone.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from agents.errors import RemotesError, ScenarioError
from agents.remote.settings import Remote
from orchestrator.faults import Fault, Source, pydantic_faults, show
from orchestrator.scenario import Scenario
from orchestrator.workspace import workspace
from orchestrator.yaml_source import parse, read_text

FILE_NAME: Final = "remotes.yaml"
_EXAMPLE: Final = "'big: {url: http://localhost:8000/v1, model: NAME}'"


def remotes_for(scenario: Scenario, given: Path | str | None = None) -> Mapping[str, Remote]:
    """Return the servers that `scenario` may name; none where there is no file. Raises RemotesError."""
    path = Path(given) if given is not None else _found(scenario.path)
    return read_remotes(path) if path else {}


def read_remotes(path: Path) -> Mapping[str, Remote]:
    """Return the servers in a file by name. Raises RemotesError, with line and column, for what is wrong."""
    try:
        return _servers(path)
    except ScenarioError as error:
        message = error.message.replace("a scenario", "a file of servers")
        raise RemotesError(message, path=error.path, line=error.line, column=error.column) from None


def _found(scenario: Path | None) -> Path | None:
    folder = (scenario.parent if scenario else Path()).resolve()
    beside = (folder / FILE_NAME, workspace(folder) / FILE_NAME)
    return next((path for path in beside if path.is_file()), None)


def _servers(path: Path) -> Mapping[str, Remote]:
    text = read_text(path)
    if not text.strip():
        raise RemotesError(f"the file is empty; write {_EXAMPLE}", path=path)
    node = parse(text, path=path)
    source = Source(node.data, path, node)
    if not isinstance(node.data, Mapping):
        raise source.error([Fault((), f"{show(node.data)} is no mapping of servers; write {_EXAMPLE}")])
    source.check(fault for name, data in node.data.items() for fault in _faults(name, data))
    return {name: Remote.model_validate(data) for name, data in node.data.items()}


def _faults(name: str, data: object) -> Iterator[Fault]:
    if name != name.strip() or not name:
        yield Fault((name,), "a server needs a name without blanks around it", at_key=True)
    if not isinstance(data, Mapping):
        yield Fault((name,), f"{show(data)} is no server; write {_EXAMPLE}")
        return
    if "key" in data:
        advice = "keys do not belong in files; name a variable that holds it, with key_env"
        yield Fault((name, "key"), advice, at_key=True)
        return
    try:
        Remote.model_validate(data)
    except ValidationError as error:
        yield from (replace(fault, loc=(name, *fault.loc)) for fault in pydantic_faults(error, Remote))
