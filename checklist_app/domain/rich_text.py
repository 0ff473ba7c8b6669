"""Markdown written by people, turned into HTML that is safe to show: the only place that may.

Three nets, each of which would do alone: the Markdown parser knows no raw HTML; bleach keeps an
allow-list of elements; nh3 cleans what is left with an independent parser. (bleach gets no more
security releases, so it is never the last net.) The page's content security policy is the fourth.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from html import escape
from typing import Any

import bleach
import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

LIMIT = 20_000
"""Longest Markdown, in characters, that is parsed."""
MOST_BRACKETS = 500
"""Each opening bracket is a link that may begin, looked for to the end: the cost is quadratic."""

_ELEMENTS = frozenset(
    [
        "a",
        "blockquote",
        "br",
        "code",
        "em",
        "h4",
        "h5",
        "h6",
        "hr",
        "li",
        "ol",
        "p",
        "pre",
        "s",
        "strong",
        "table",
        "tbody",
        "td",
        "th",
        "thead",
        "tr",
        "ul",
    ]
)
_SCHEMES = frozenset({"http", "https", "mailto"})
_ABSOLUTE = re.compile(r"(?i)(?:https?://[^/\s]|mailto:[^\s])")
# Control characters have no meaning in a text and some break XML; lone surrogates break UTF-8.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_LOWEST_HEADING = 6
_HEADING_SHIFT = 3


def _alternative_text(
    _renderer: object,
    tokens: Sequence[Token],
    index: int,
    _options: object,
    _env: object,
) -> str:
    """Show an image as its alternative text: nothing is ever fetched for a note."""
    return escape(tokens[index].content)


def _parser() -> MarkdownIt:
    parser = MarkdownIt("js-default", {"html": False, "linkify": False, "typographer": False})
    parser.add_render_rule("image", _alternative_text)
    return parser


_MARKDOWN = _parser()


def _kept_attribute(element: str, attribute: str, value: str) -> str | None:
    if element == "a" and attribute == "href" and not _ABSOLUTE.match(value):
        return None
    return value


def sanitize(html: str) -> Markup:
    """Return ``html`` with everything removed that the allow-list does not name.

    Links keep only absolute http, https and mailto addresses and get ``rel="noopener nofollow"``.
    """
    attributes: Any = {"a": ["href", "title"], "ol": ["start"]}
    once = bleach.clean(html, tags=_ELEMENTS, attributes=attributes, protocols=_SCHEMES, strip=True)
    clean = nh3.clean(
        once,
        tags=set(_ELEMENTS),
        attributes={"a": {"href", "title"}, "ol": {"start"}},
        attribute_filter=_kept_attribute,
        url_schemes=set(_SCHEMES),
        link_rel="noopener nofollow",
    )
    return Markup(clean)  # nosec B704 # noqa: S704 - cleaned above; this is the one place that may say so


@lru_cache(maxsize=256)
def render_markdown(source: str, *, limit: int = LIMIT) -> Markup:
    """Return Markdown as safe HTML, or as plain preformatted text where it cannot be parsed.

    Headings start at ``h4``, because the text stands inside a page that has its own. Raw HTML is
    shown, not interpreted; images become their alternative text.

    Args:
        source: what the person wrote.
        limit: longest text, in characters, that is read as Markdown; longer is shown as it is, as
            is one with more opening brackets than any text for people.
    """
    source = _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", source)
    if len(source) > limit or source.count("[") > MOST_BRACKETS:
        return _plain(source)
    try:
        tokens = _MARKDOWN.parse(source)
        for token in tokens:
            if token.type in ("heading_open", "heading_close"):
                level = int(token.tag[1]) + _HEADING_SHIFT
                token.tag = f"h{min(level, _LOWEST_HEADING)}"
        return sanitize(_MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {}))
    except RecursionError:
        return _plain(source)


def _plain(source: str) -> Markup:
    return Markup("<pre>{}</pre>").format(source)
