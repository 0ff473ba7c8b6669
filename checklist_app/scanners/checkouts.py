"""Where build services put the sources: what a path must lose to be the same on every machine."""

from __future__ import annotations

import re

_SERVICES = (
    r"github/workspace|(?:home|Users)/runner/work/[^/]+/[^/]+|__w/[^/]+/[^/]+|builds/[^/]+/[^/]+"
    r"|home/vsts/work/\d+/s|bitrise/src|home/circleci/project|opt/atlassian/pipelines/agent/build"
    r"|var/(?:jenkins_home|lib/jenkins)/workspace/[^/]+"
)
CHECKED_OUT = re.compile(
    rf"\A(?:(?:/|(?:\.\./)+|(?=github/|home/))(?:{_SERVICES})"
    r"|[A-Za-z]:/a/(?:([^/]+)/\1|\d+/s)|/workspace)/"
)
"""Where build services check sources out. No folder inside of the sources is taken for it."""
