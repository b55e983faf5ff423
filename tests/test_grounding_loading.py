"""Help articles from files and folders."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import orchestrator.grounding
from agents.errors import HelpContentError
from orchestrator.grounding import load_articles


def _write(path: Path, text: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def _error(*paths: Path) -> str:
    with pytest.raises(HelpContentError) as caught:
        load_articles(paths)
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_public_names_are_sorted() -> None:
    names = orchestrator.grounding.__all__
    assert names == sorted(names, key=lambda name: (not name.isupper(), name.islower(), name))
    assert all(hasattr(orchestrator.grounding, name) for name in names)


def test_importing_grounding_imports_nothing_heavy() -> None:
    code = "import sys, orchestrator.grounding; print({'numpy', 'scipy', 'bm25s', 'bs4', 'torch'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "set()\n"


def test_a_folder_gives_its_articles_by_path_in_order(tmp_path: Path) -> None:
    for name in ("b.md", "a/z.txt", "a/B.HTML", "a.md", ".git/x.md", "a/.draft.md", "picture.png"):
        _write(tmp_path / name, "<p>text</p>" if name.lower().endswith("html") else "text")
    assert [article.id for article in load_articles([tmp_path])] == ["a.md", "a/B.HTML", "a/z.txt", "b.md"]


def test_a_file_is_known_by_its_name(tmp_path: Path) -> None:
    file = _write(tmp_path / "deep" / "refunds.md", "# Refunds\nSoon.")
    assert [article.id for article in load_articles([str(file)])] == ["refunds.md"]


def test_a_file_reached_twice_counts_once(tmp_path: Path) -> None:
    file = _write(tmp_path / "a.md", "text")
    assert len(load_articles([tmp_path, file, tmp_path])) == 1


def test_the_same_id_from_two_roots_gets_the_name_of_the_root(tmp_path: Path) -> None:
    for name in ("north/a.md", "south/a.md", "south/b.md"):
        _write(tmp_path / name, "text")
    ids = [article.id for article in load_articles([tmp_path / "north", tmp_path / "south"])]
    assert ids == ["north/a.md", "south/a.md", "b.md"]


def test_the_same_id_from_roots_of_the_same_name_is_refused(tmp_path: Path) -> None:
    roots = [_write(tmp_path / side / "help" / "a.md", "text").parent for side in ("east", "west")]
    message = _error(*roots)
    assert "'help/a.md'" in message
    assert str(roots[0] / "a.md") in message


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("# Refunds\n\nSoon.\n", "Refunds"),
        ("## Timing\nSoon.\n## Cost\nNone.\n", "Refund times"),
        ("## The only one\nSoon.\n", "The only one"),
        ("Refunds & *more*\n===\nSoon.\n", "Refunds & more"),
        ("---\ntitle: 'From the front'\nid: 3\n---\nSoon.\n", "From the front"),
        ("Just words.\n", "Refund times"),
    ],
)
def test_the_title_is_the_main_heading_else_the_file_name(tmp_path: Path, text: str, title: str) -> None:
    assert load_articles([_write(tmp_path / "refund-times.md", text)])[0].title == title


def test_a_byte_order_mark_and_windows_line_ends_are_read_away(tmp_path: Path) -> None:
    article = load_articles([_write(tmp_path / "a.md", b"\xef\xbb\xbf# T\r\nOne.\rTwo.\n")])[0]
    assert (article.title, article.text) == ("T", "# T\nOne.\nTwo.\n")


def test_a_missing_path_is_named(tmp_path: Path) -> None:
    assert _error(tmp_path / "nowhere") == f"{tmp_path / 'nowhere'}: No such file or directory"


def test_a_folder_without_articles_is_refused(tmp_path: Path) -> None:
    _write(tmp_path / "notes.docx", "text")
    assert "no article (.md, .txt, .html, .htm) in this folder" in _error(tmp_path)


def test_another_suffix_is_refused_when_named(tmp_path: Path) -> None:
    assert "not an article; known are .md, .txt, .html" in _error(_write(tmp_path / "notes.docx", "text"))


@pytest.mark.parametrize(("name", "text"), [("a.md", ""), ("a.txt", " \n\n"), ("a.html", "<nav>Home</nav>")])
def test_an_empty_article_is_refused(tmp_path: Path, name: str, text: str) -> None:
    assert _error(_write(tmp_path / name, text)) == f"{tmp_path / name}: the article is empty"


def test_an_article_of_headings_alone_is_refused(tmp_path: Path) -> None:
    assert "no text below its headings" in _error(_write(tmp_path / "a.md", "# One\n\n## Two\n"))


def test_text_that_is_not_utf8_is_refused_with_its_place(tmp_path: Path) -> None:
    file = _write(tmp_path / "a.md", b"# T\n\nCaf\xe9 au lait.\n")
    assert _error(file) == f"{file}:3: not UTF-8 text (invalid continuation byte at byte 8); save it as UTF-8"


def test_a_binary_file_is_refused(tmp_path: Path) -> None:
    assert "not UTF-8 text (a NUL at byte 1)" in _error(_write(tmp_path / "a.md", "text".encode("utf-16-le")))


def test_a_huge_article_is_refused(tmp_path: Path) -> None:
    assert "larger than 5 MB" in _error(_write(tmp_path / "a.md", b"word " * 1_000_001))


@pytest.mark.skipif(os.name == "nt", reason="needs links")
def test_a_link_to_a_folder_above_is_refused(tmp_path: Path) -> None:
    _write(tmp_path / "help" / "a.md", "text")
    (tmp_path / "help" / "again").symlink_to(tmp_path / "help", target_is_directory=True)
    assert "help/again: a link that leads back to a folder above it" in _error(tmp_path)


@pytest.mark.skipif(os.name == "nt", reason="needs links")
def test_a_link_to_itself_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.md").symlink_to(tmp_path / "a.md")
    assert _error(tmp_path).startswith(f"{tmp_path / 'a.md'}: Too many levels of symbolic links")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.md")
    assert "not a regular file" in _error(tmp_path)


def test_a_page_saved_as_htm_is_read_as_a_page(tmp_path: Path) -> None:
    _write(tmp_path / "page.htm", "<html><body><h1>Labels</h1><p>A label costs $5.</p></body></html>")
    [article] = load_articles([tmp_path])
    assert (article.title, "<p>" in article.text) == ("Labels", False)
