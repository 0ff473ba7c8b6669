"""YAML read as plain data, where a repeated key is a fault and not a silent overwrite."""

from __future__ import annotations

from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml

from checklist_app.catalog.errors import Problem

# libyaml parses about eight times faster; a build of PyYAML without it reads the same files.
_BaseLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _StrictLoader(_BaseLoader):  # type: ignore[misc]
    """A safe loader that refuses repeated keys."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """Build a mapping after making sure that no key is written twice."""
        seen: set[Any] = set()
        for key_node, _ in node.value:
            # The written form is compared, so a key need not be hashable to be checked.
            written = (key_node.tag, str(key_node.value))
            if written in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key_node.value!r} is written twice", key_node.start_mark
                )
            seen.add(written)
        mapping: dict[Hashable, Any] = super().construct_mapping(node, deep)
        return mapping


def load_strictly(words: str) -> Any:
    """Return the data of a YAML text; a repeated key is a fault.

    Raises:
        yaml.YAMLError: it is not YAML, or a key is written twice.
    """
    return yaml.load(words, Loader=_StrictLoader)  # nosec B506 # noqa: S506 - a safe loader


def read_yaml(path: Path, shown_as: str, problems: list[Problem]) -> Any:
    """Return the data of a YAML file, or ``None`` after noting why it cannot be read.

    Args:
        path: the file.
        shown_as: how problems name the file.
        problems: faults are appended here.
    """
    try:
        data = load_strictly(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        problems.append(Problem(shown_as, "", "", "the file does not exist"))
    except UnicodeDecodeError:
        problems.append(Problem(shown_as, "", "", "the file is not UTF-8"))
    except OSError as error:
        problems.append(Problem(shown_as, "", "", f"the file cannot be read: {error.strerror}"))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        problems.append(Problem(shown_as, "", "", f"{where}{error.problem}"))
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        problems.append(Problem(shown_as, "", "", f"not readable as YAML: {error}"))
    else:
        if data is None:
            problems.append(Problem(shown_as, "", "", "the file is empty"))
        return data
    return None
