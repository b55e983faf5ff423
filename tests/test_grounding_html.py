"""Help articles that are web pages."""

from pathlib import Path

from orchestrator.grounding import Article, load_articles, passages_of

PAGE = """<!DOCTYPE html><html><head><title>Refunds | Shop</title><style>p {color: red}</style></head>
<body><nav><a href="/">Home</a></nav><script>track()</script>
<main><h1>Refunds</h1><p>Money   comes
back <b>soon</b>, in <i>most</i> cases.<br>Ask us.</p><!-- hidden -->
<h2>Steps &amp; times</h2><ol><li>Open <a href="x">Orders</a>.</li><li><p>Tap Refund.</p></li></ol>
<table><tr><th>Card</th><th>Days</th></tr>
<tr><td>Visa</td> <td>3 to 5</td></tr></table>
<p># not a heading, &lt;b&gt; not bold</p></main><footer>Imprint</footer></body></html>"""


def _article(tmp_path: Path, page: str) -> Article:
    (tmp_path / "refund-page.html").write_text(page, encoding="utf-8")
    return load_articles([tmp_path])[0]


def test_a_page_becomes_its_readable_text(tmp_path: Path) -> None:
    assert _article(tmp_path, PAGE).text == (
        "Refunds\n\nMoney comes back soon, in most cases.\n\nAsk us.\n\nSteps & times\n\n1. Open Orders.\n"
        "2. Tap Refund.\n| Card | Days |\n| Visa | 3 to 5 |\n\n# not a heading, <b> not bold"
    )


def test_headings_cut_a_page_into_passages(tmp_path: Path) -> None:
    article = _article(tmp_path, PAGE)
    passages = passages_of(article)
    assert [passage.id for passage in passages] == ["refund-page.html#refunds", "refund-page.html#steps--times"]
    assert all(article.text[passage.start : passage.end] == passage.text for passage in passages)


def test_a_page_without_main_heading_has_the_title_of_its_head(tmp_path: Path) -> None:
    assert _article(tmp_path, "<title>Refunds\n here</title><p>Soon.</p>").title == "Refunds here"


def test_a_page_without_any_title_has_that_of_its_file(tmp_path: Path) -> None:
    assert _article(tmp_path, "Soon.").title == "Refund page"


def test_a_deeply_nested_page_is_read(tmp_path: Path) -> None:
    assert _article(tmp_path, "<div>" * 5000 + "<ul><li>Soon.").text == "- Soon."
