"""WeasyPrint, tamed: no network, no files but ours, the same bytes every time."""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import pydyf
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

_SHA256 = re.compile(r"[0-9a-f]{64}")
_FONT = re.compile(r"SourceSansPro-(Regular|It|Semibold|SemiboldIt|Bold|BoldIt)\.ttf|Mono\.ttf")
_MONO = Path("/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf")


class ReportFetcher(URLFetcher):  # type: ignore[misc]  # the library has no types
    """Serves ``report:font/<file>`` and ``report:image/<sha256>`` and refuses everything else."""

    def __init__(self, images: Path) -> None:
        super().__init__(allowed_protocols=(), allow_redirects=False)
        self._images = images

    def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:  # noqa: ARG002
        """Return the bytes behind one of our own addresses.

        Raises:
            ValueError: the address is not one of ours; WeasyPrint goes on without it.
        """
        kind, _, name = url.removeprefix("report:").partition("/")
        if url.startswith("report:font/") and _FONT.fullmatch(name):
            return URLFetcherResponse(url, _font(name), {"Content-Type": "font/ttf"})
        if url.startswith("report:image/") and _SHA256.fullmatch(name):
            return URLFetcherResponse(url, (self._images / name).read_bytes())
        raise ValueError(f"a report may not load this {kind[:20]} address")


def write_pdf(
    html: str, images: Path, *, identifier: str, progress: Callable[[int, int], None]
) -> bytes:
    """Lay out and write the report.

    Args:
        html: the page, complete.
        images: folder with the pictures, named by SHA-256.
        identifier: becomes the PDF's own id instead of a hash of time and path.
        progress: told how far it is, in percent.
    """
    fetcher = ReportFetcher(images)
    fonts = FontConfiguration()
    sheet = files("checklist_app.reports").joinpath("templates/report.css").read_text("utf-8")
    style = CSS(string=sheet, url_fetcher=fetcher, font_config=fonts, base_url="report:")
    page = HTML(string=html, url_fetcher=fetcher, base_url="report:")
    document = page.render(
        font_config=fonts,
        stylesheets=[style],
        pdf_variant="pdf/a-3a",
        pdf_tags=True,
        pdf_identifier=identifier.encode("ascii"),
    )
    progress(70, 100)
    written: bytes = document.write_pdf(
        finisher=_finish, pdf_variant="pdf/a-3a", pdf_identifier=identifier.encode("ascii")
    )
    progress(100, 100)
    return written


class _PlainlyEnded(pydyf.Stream):  # type: ignore[misc]  # the library has no types
    """A stream whose last byte cannot be taken for a part of the line end that follows it.

    One in 256 ends in a carriage return; together with the line feed before ``endstream`` that
    reads as one line end, and a validator finds the stream a byte shorter than it says.
    """

    @property
    def data(self) -> bytes:
        """The stream as it is written, with a line end of its own."""
        written: bytes = super().data
        body = written.removesuffix(b"\nendstream")
        return body + (b"\r\nendstream" if body.endswith(b"\r") else b"\nendstream")


def _finish(_document: Any, pdf: Any) -> None:
    """Mend what keeps the file from being PDF/A-3a and PDF/UA-1."""
    for thing in list(pdf.objects):
        if isinstance(thing, pydyf.Stream):
            thing.__class__ = type("PlainlyEnded", (_PlainlyEnded, type(thing)), {})
        if isinstance(thing, dict) and thing.get("S") == "/LI":
            _wrap_list_body(pdf, thing)
        extra = getattr(thing, "extra", None) or {}
        if extra.get("Interpolate") == "true":
            extra["Interpolate"] = "false"  # archives must look the same everywhere
        if extra.get("Type") == "/Metadata":
            thing.compress = False  # a program that knows no PDF must find it
            thing.stream = [_also_accessible(part) for part in thing.stream]


def _wrap_list_body(pdf: Any, item: Any) -> None:
    """Put what stands loose in a list item (paragraphs, code) into the body PDF/UA asks for."""
    by_reference = {reference: pdf.objects[int(reference.split()[0])] for reference in item["K"]}
    loose = [
        reference
        for reference, child in by_reference.items()
        if child.get("S") not in ("/Lbl", "/LBody")
    ]
    if not loose:
        return
    body = pydyf.Dictionary(
        {
            "Type": "/StructElem",
            "S": "/LBody",
            "K": pydyf.Array(loose),
            "Pg": item["Pg"],
            "P": item.reference,
        }
    )
    pdf.add_object(body)
    for reference in loose:
        by_reference[reference]["P"] = body.reference
    kept = [reference for reference in item["K"] if reference not in loose]
    item["K"] = pydyf.Array([*kept, body.reference])


def _also_accessible(metadata: bytes) -> bytes:
    """Declare PDF/UA-1 beside PDF/A-3a, with the description of the schema that PDF/A asks for."""
    return metadata.replace(b"</rdf:RDF>", _UA + b"</rdf:RDF>")


_UA = b"""
<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" pdfuaid:part="1"/>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"
 xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>part of the PDF/UA standard</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>
"""


def _font(name: str) -> bytes:
    if name == "Mono.ttf":
        return _MONO.read_bytes()
    return files("font_source_sans_pro").joinpath("files", name).read_bytes()
