"""Where a SARIF result is: paths relative to the sources, lines, requests, code snippets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import unquote

from checklist_app.domain.findings import MAX_LOCATIONS, MAX_SHORT, MAX_URI, Location, clean
from checklist_app.scanners.checkouts import CHECKED_OUT
from checklist_app.untrusted.json_text import as_index, as_list, as_object, as_text, at_index

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
_BEGINNING = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
"""A scheme, or the letter of a drive."""
_IMAGE = re.compile(r"\A/?app/src(?=/src/)/")
"""Where images of cloud builders keep the sources."""
_MOST_PATHS_KEPT = 2_000
_MOST_BASES = 10


@dataclass(slots=True)
class RunPlaces:
    """What one run knows about its files.

    Attributes:
        run: the run object of the report.
    """

    run: dict[str, Any]
    _bases: list[str] = field(init=False)
    _folders: dict[str, str] = field(init=False)
    _paths: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        bases = as_object(self.run.get("originalUriBaseIds"))
        roots = [as_text(as_object(base).get("uri")) for base in bases.values()]
        for invocation in as_list(self.run.get("invocations")):
            folder = as_object(as_object(invocation).get("workingDirectory"))
            roots.append(as_text(folder.get("uri")))
        whole = (_without_file_scheme(root) for root in roots if root.strip())
        # A relative one is a folder inside of the sources, and tells where in them a file is.
        found = {root.rstrip("/") + "/" for root in whole if _is_absolute(root)}
        # The longest first: a base inside another one says more.
        self._bases = sorted(found - {"/"}, key=len, reverse=True)
        self._folders = {name: _folder(bases, name) for name in bases}
        self._paths = {}

    def places(self, result: dict[str, Any]) -> list[tuple[Location, str]]:
        """Return each location of a result with the code that stands there, if the report has it.

        In a fixed order, so that a tool which lists them in another one changes nothing.
        """
        found = [self._place(as_object(part)) for part in as_list(result.get("locations"))]
        found = [place for place in found if place[0].uri or place[0].parameter]
        if not found:
            found = list(self._substitutes(result))
        return sorted(found, key=lambda place: (place[0].sort_key, place[1]))

    @staticmethod
    def shown(places: list[tuple[Location, str]], result: dict[str, Any]) -> tuple[Location, ...]:
        """Return the locations of a result, each once; addresses with the method of its request."""
        method = clean(as_object(result.get("webRequest")).get("method"), 20)
        found = (place for place, _ in places[:MAX_LOCATIONS])
        if method:
            found = (replace(one, method=method) if "://" in one.uri else one for one in found)
        return tuple(dict.fromkeys(found))

    def _place(self, location: dict[str, Any]) -> tuple[Location, str]:
        physical = as_object(location.get("physicalLocation"))
        region = as_object(physical.get("region"))
        logical = at_index(location.get("logicalLocations"), 0)
        if "index" in logical and not logical.get("fullyQualifiedName"):
            logical = at_index(self.run.get("logicalLocations"), logical["index"]) or logical
        name = as_text(logical.get("fullyQualifiedName")) or as_text(logical.get("name"))
        snippet = as_text(as_object(region.get("snippet")).get("text"))
        place = Location(
            uri=self._path(as_object(physical.get("artifactLocation"))),
            line=as_index(region.get("startLine")) or None,
            parameter=clean(name, MAX_SHORT),
        )
        return place, snippet

    def _substitutes(self, result: dict[str, Any]) -> Iterator[tuple[Location, str]]:
        """Yield the request or the analysed file of a result that names no location."""
        request = as_object(result.get("webRequest"))
        target = clean(request.get("target"), MAX_URI)
        if target:
            yield Location(uri=target, method=clean(request.get("method"), 20)), ""
            return
        path = self._path(as_object(result.get("analysisTarget")))
        if path:
            yield Location(uri=path), ""

    def _path(self, artifact: dict[str, Any]) -> str:
        if not as_text(artifact.get("uri")):
            known = at_index(self.run.get("artifacts"), artifact.get("index"))
            artifact = as_object(known.get("location"))
        uri = as_text(artifact.get("uri"))[: MAX_URI * 2].strip()
        folder = self._folders.get(as_text(artifact.get("uriBaseId")))
        if folder and uri and not _is_absolute(uri):
            uri = folder + uri
        path = self._paths.get(uri)  # a file has many results
        if path is None:
            if len(self._paths) >= _MOST_PATHS_KEPT:
                self._paths.clear()
            path = self._paths[uri] = self._shortened(uri)
        return path

    def _shortened(self, uri: str) -> str:
        if _SCHEME.match(uri) and not uri.lower().startswith("file:"):
            return clean(uri, MAX_URI)
        path = _without_file_scheme(uri)
        base = next((base for base in self._bases if path.startswith(base)), "")
        path = path[len(base) :] if base else _IMAGE.sub("", CHECKED_OUT.sub("", path, count=1))
        return clean(path.removeprefix("./"), MAX_URI)


def _is_absolute(uri: str) -> bool:
    return uri.startswith(("/", "\\")) or bool(_BEGINNING.match(uri))


def _folder(bases: dict[str, Any], name: str) -> str:
    """Return what a base adds to a path: its own relative path, behind those that it stands in."""
    folder = ""
    for _ in range(_MOST_BASES):  # a report may lead round in a circle
        base = as_object(bases.get(name))
        uri = as_text(base.get("uri"))[:MAX_URI].strip()
        if not uri or _is_absolute(uri):
            break
        folder = f"{uri.rstrip('/')}/{folder}"
        name = as_text(base.get("uriBaseId"))
    return folder


def _without_file_scheme(uri: str) -> str:
    path = unquote(uri.strip()).replace("\\", "/")
    if path.lower().startswith("file:"):
        path = ("/" if path[5:6] == "/" else "") + path[5:].lstrip("/")
        # file:///C:/code is C:/code, not /C:/code
        path = path[1:] if re.match(r"/[A-Za-z]:/", path) else path
    return path
