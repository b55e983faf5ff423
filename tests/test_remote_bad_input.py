"""Wrong input about servers and clusters, as a user would meet it: one line on stderr, exit code 2."""

import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from terminal.main import main
from tests.openai_server import Proxy, Upstream, serving
from tests.remote_workspace import remote_workspace


@pytest.fixture(scope="module")
def locked() -> Iterator[Proxy]:
    """A server that wants a key."""
    with serving(Upstream(key="right")) as proxy:
        yield proxy


def refusal(folder: Path, capsys: pytest.CaptureFixture[str], *options: str) -> str:
    """Run the workspace's scenario and return the one line that says why not."""
    code = main(["run", str(folder / "shop.yaml"), "--out", str(folder / "out"), "--limit", "1", *options])
    out, error = capsys.readouterr()
    assert code == 2
    assert out == ""
    assert error.startswith("duologue: ")
    assert error.count("\n") == 1
    assert "Traceback" not in error
    assert not (folder / "out").exists()
    return error


def test_an_unreachable_server(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
        remote_workspace(tmp_path, url)
        error = refusal(tmp_path, capsys)
    assert f"remote:big: {url} cannot be reached (no connection); start the server, or mend its url" in error


def test_a_key_that_is_not_set(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    remote_workspace(tmp_path, "http://127.0.0.1:9/v1", "key_env: DUOLOGUE_NO_SUCH_KEY")
    assert "the variable DUOLOGUE_NO_SUCH_KEY with its key is not set" in refusal(tmp_path, capsys)


def test_a_key_that_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], locked: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DUOLOGUE_KEY", "wrong")
    remote_workspace(tmp_path, locked.url, "key_env: DUOLOGUE_KEY")
    error = refusal(tmp_path, capsys)
    assert "refuses the key in DUOLOGUE_KEY (401)" in error
    assert "wrong" not in error


def test_a_key_that_is_missing_in_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str], locked: Proxy) -> None:
    remote_workspace(tmp_path, locked.url)
    assert "refuses requests without a key (401); name the key's variable with key_env" in refusal(tmp_path, capsys)


def test_a_key_in_the_file_is_refused_and_never_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    remote_workspace(tmp_path, "http://127.0.0.1:9/v1", "key: sk-secret")
    error = refusal(tmp_path, capsys)
    assert "remotes.yaml:5:3: big.key: keys do not belong in files" in error
    assert "sk-secret" not in error


def test_a_model_that_the_server_does_not_know(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], locked: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DUOLOGUE_KEY", "right")
    remote_workspace(tmp_path, locked.url, "key_env: DUOLOGUE_KEY")
    path = tmp_path / "remotes.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("words-1", "words-9"), encoding="utf-8")
    assert "the server does not know the model 'words-9'; it has words-1" in refusal(tmp_path, capsys)


def test_a_server_that_is_not_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    remote_workspace(tmp_path, "http://127.0.0.1:9/v1")
    assert "'remote:huge': remotes.yaml does not name it; it names big" in refusal(
        tmp_path, capsys, "--model", "remote:huge"
    )


def test_another_file_of_servers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    remote_workspace(tmp_path, "http://127.0.0.1:9/v1")
    other = tmp_path / "others.yaml"
    other.write_text("big: {url: ftp://nowhere, model: x}\n", encoding="utf-8")
    error = refusal(tmp_path, capsys, "--remotes", str(other))
    assert "others.yaml:1:12: big.url: 'ftp://nowhere' does not fit; expected a URL such as" in error


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ("windw: 4096", "big.windw: unknown key; did you mean 'window'?"),
        ("concurrency: 0", "big.concurrency: 0 is too small; at least 1"),
        ("requests_per_second: none", "big.requests_per_second: 'none' is not a number"),
        ("form: talk", "big.form: 'talk' is not one of chat, plain, house"),
    ],
)
def test_a_wrong_setting_is_told_with_its_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], settings: str, expected: str
) -> None:
    settings_line = 5
    remote_workspace(tmp_path, "http://127.0.0.1:9/v1", settings.replace("form: talk", "timeout: 5"))
    path = tmp_path / "remotes.yaml"
    if settings == "form: talk":
        path.write_text(path.read_text(encoding="utf-8").replace("form: chat", "form: talk"), encoding="utf-8")
        settings_line = 4
    error = refusal(tmp_path, capsys)
    assert expected in error
    assert f"remotes.yaml:{settings_line}:" in error


def test_no_httpx(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    remote_workspace(tmp_path, "http://127.0.0.1:9/v1")
    monkeypatch.setitem(sys.modules, "httpx", None)
    assert "servers need httpx; pip install 'duologue[remote]'" in refusal(tmp_path, capsys)


def test_no_ray(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    remote_workspace(tmp_path, "http://127.0.0.1:9/v1")
    monkeypatch.setitem(sys.modules, "ray", None)
    error = refusal(tmp_path, capsys, "--cluster", "auto")
    assert "Ray is not installed here; pip install 'duologue[cluster]'" in error


def test_an_unreachable_cluster(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    remote_workspace(tmp_path, "http://127.0.0.1:9/v1")
    error = refusal(tmp_path, capsys, "--cluster", "127.0.0.1:9")
    assert "--cluster 127.0.0.1:9: cannot be reached" in error


@pytest.mark.parametrize(
    ("address", "expected"),
    [("nonsense", "is no address; write auto, or HOST:PORT"), ("ray://h:10001", "Ray clients cannot stream results")],
)
def test_an_address_that_is_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], address: str, expected: str
) -> None:
    remote_workspace(tmp_path, "http://127.0.0.1:9/v1")
    assert expected in refusal(tmp_path, capsys, "--cluster", address)


def test_engines_without_a_cluster(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    remote_workspace(tmp_path, "http://127.0.0.1:9/v1")
    assert "--engines: is for a cluster; name one with --cluster" in refusal(tmp_path, capsys, "--engines", "2")
