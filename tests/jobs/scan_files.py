"""SARIF reports of any size, made here."""

from __future__ import annotations

import json


def sarif(results: int = 3, *, cwe: int = 89) -> bytes:
    """Return a report with so many different results of one rule."""
    return json.dumps(
        {
            "version": "2.1.0",
            "runs": [
                {
                    "tool": {
                        "driver": {
                            "name": "Trial",
                            "version": "1.0",
                            "rules": [
                                {
                                    "id": f"T{cwe}",
                                    "shortDescription": {"text": "Joined query"},
                                    "properties": {"tags": [f"external/cwe/cwe-{cwe}"]},
                                }
                            ],
                        }
                    },
                    "results": [
                        {
                            "ruleId": f"T{cwe}",
                            "level": "error",
                            "message": {"text": f"Query number {number} is joined from input."},
                            "locations": [
                                {
                                    "physicalLocation": {
                                        "artifactLocation": {"uri": f"src/module_{number}.py"},
                                        "region": {"startLine": number + 1},
                                    }
                                }
                            ],
                        }
                        for number in range(results)
                    ],
                }
            ],
        }
    ).encode()
