"""What APIFlask asks of schemas: requests are read exactly, and the document is true to that."""

from __future__ import annotations

import re
from typing import Any

from apiflask.schema_adapters.pydantic import PydanticAdapter
from flask import Request

from checklist_app.web.api.reading import read_json, read_query
from checklist_app.web.api.schemas import Output, Query

REFERENCE = "#/components/schemas/{model}"


class ExactAdapter(PydanticAdapter):
    """Reads as ``reading`` does.

    APIFlask's own adapter takes JSON of any content type and keeps the last of doubled keys, and
    its refusals repeat what was sent.
    """

    model_class: type[Any]

    def validate_input(
        self,
        request: Request,  # noqa: ARG002 - the same one that ``reading`` knows
        location: str,
        **_: Any,
    ) -> Any:
        """Return what the present request says at a place.

        Args:
            request: the present one.
            location: ``query``, ``json``, or ``form_and_files``; what is taken in as a stream is
                left to the operation, and None is returned.

        Raises:
            Refusal: 400, 413 or 415.
        """
        if location == "query":
            return read_query(self.model_class)
        return read_json(self.model_class) if location == "json" else None

    def get_schema_name(self) -> str:
        """Return the name of the schema in the document: letters, digits and underscores."""
        return re.sub(r"\W", "_", self.model_class.__name__)

    def get_openapi_schema(self, **_: Any) -> dict[str, Any]:
        """Return the schema as it is read, or written; without null in an address.

        What our classes say of themselves is for those who read the code.
        """
        is_answer = issubclass(self.model_class, Output)
        schema: dict[str, Any] = self.model_class.model_json_schema(
            ref_template=REFERENCE, mode="serialization" if is_answer else "validation"
        )
        for one in (schema, *schema.get("$defs", {}).values()):
            one.pop("description", None)
        if issubclass(self.model_class, Query):
            fields = schema.get("properties", {})
            schema["properties"] = {name: _without_null(field) for name, field in fields.items()}
        return schema


def _without_null(field: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a parameter: null is one that was left out, and is never written."""
    if "anyOf" not in field:
        return {key: value for key, value in field.items() if key != "title"}
    (only,) = [one for one in field["anyOf"] if one.get("type") != "null"]
    kept = {key: value for key, value in field.items() if key not in ("anyOf", "default", "title")}
    return {**kept, **only}
