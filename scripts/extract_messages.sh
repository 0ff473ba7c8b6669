#!/bin/sh
# Writes every English message that the code and the templates mark for translation to FILE.
# Usage: scripts/extract_messages.sh FILE    (Makefile and tests/setup/test_catalogues.py call it)
set -eu
cd "$(dirname "$0")/.."
# text: domain/text.py · N_: marked here, translated later · the others: Flask-Babel and gettext.
exec .venv/bin/pybabel -q extract --mapping-file=pyproject.toml --no-location --sort-output --omit-header \
  -k text -k N_ -k lazy_gettext -k _l -k lazy_ngettext:1,2 -k lazy_pgettext:1c,2 \
  --output-file="$1" checklist_app
