"""Texts people write come out as HTML in which nothing can act."""

from html.parser import HTMLParser

import pytest

from pipelines.markdown import render_markdown

ATTACKS = [
    ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n"),
    ("<img src=x onerror=alert(1)>", "<p>&lt;img src=x onerror=alert(1)&gt;</p>\n"),
    ("<b style='color:red'>x</b>", "<p>&lt;b style='color:red'&gt;x&lt;/b&gt;</p>\n"),
    ("<iframe src=//evil.example></iframe>", "<p>&lt;iframe src=//evil.example&gt;&lt;/iframe&gt;</p>\n"),
    ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>\n"),
    ("[x](JaVaScRiPt:alert(1))", "<p>[x](JaVaScRiPt:alert(1))</p>\n"),
    ("[x](data:text/html;base64,PHNjcmlwdD4=)", "<p>[x](data:text/html;base64,PHNjcmlwdD4=)</p>\n"),
    ("[x](vbscript:msgbox)", "<p>[x](vbscript:msgbox)</p>\n"),
    ("[x](ftp://example.org)", '<p><a rel="nofollow noopener noreferrer">x</a></p>\n'),
    ("![x](https://evil.example/pixel.png)", "<p></p>\n"),
    ("![x](data:image/svg+xml,<svg onload=alert(1)>)", None),
    ('[x](https://a.example "t\\" onmouseover=alert(1)")', None),
    ("`<script>`", "<p><code>&lt;script&gt;</code></p>\n"),
    ("# Huge", "Huge\n"),
]


def live_parts(html: str) -> set[str]:
    """Tags and attributes as a browser would see them."""
    found: set[str] = set()
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attrs: found.update({tag}, {f"{tag} {name}" for name, _ in attrs})
    parser.feed(html)
    return found


@pytest.mark.parametrize(("text", "html"), ATTACKS)
def test_an_attack_comes_out_harmless(text, html):
    rendered = render_markdown(text)
    if html is not None:
        assert rendered == html
    assert live_parts(rendered) <= {"p", "a", "code", "a href", "a title", "a rel"}


def test_what_people_mean_comes_out():
    text = "**Read** the [logs](https://logs.example/)\n\n- one\n- two\n\n`SELECT 1`"
    assert render_markdown(text) == (
        '<p><strong>Read</strong> the <a href="https://logs.example/" rel="nofollow noopener noreferrer">logs</a></p>\n'
        "<ul>\n<li>one</li>\n<li>two</li>\n</ul>\n<p><code>SELECT 1</code></p>\n"
    )
