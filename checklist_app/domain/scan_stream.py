"""A report that was read to its end, whose results are taken one by one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Self, TypeAlias

from checklist_app.domain.findings import ParsedFinding, ParsedScan
from checklist_app.domain.scan_account import Account, Skipped
from checklist_app.domain.text import Text


@dataclass(frozen=True, slots=True)
class StreamedScan:
    """A report whose results are read from where they are kept whenever somebody asks.

    Its fields are those of :class:`ParsedScan`.
    """

    format: str
    tool: str
    tool_version: str
    target: str
    started_at: datetime | None
    command_line: str
    skipped: tuple[Skipped, ...]
    problems: tuple[Text, ...]
    account: Account
    results: Iterable[ParsedFinding]

    @classmethod
    def of(cls, about: ParsedScan, account: Account, results: Iterable[ParsedFinding]) -> Self:
        """Join what was read apart.

        Args:
            about: the report, without its results.
            account: of all its results.
            results: settled, in the order of the report.
        """
        return cls(
            format=about.format,
            tool=about.tool,
            tool_version=about.tool_version,
            target=about.target,
            started_at=about.started_at,
            command_line=about.command_line,
            skipped=about.skipped,
            problems=about.problems,
            account=account,
            results=results,
        )

    def whole(self) -> ParsedScan:
        """Return it with all its results."""
        return ParsedScan(
            format=self.format,
            tool=self.tool,
            tool_version=self.tool_version,
            target=self.target,
            started_at=self.started_at,
            results=tuple(self.results),
            results_read=self.account.read,
            skipped=self.skipped,
            problems=self.problems,
            command_line=self.command_line,
        )


Scan: TypeAlias = ParsedScan | StreamedScan
"""A report that can be imported; its results may be asked for more than once."""
