# Shortcuts for people who work on the code. Users need only ./run, and ./test checks everything.
UV ?= uv
LOCK = $(UV) pip compile --quiet --universal --generate-hashes --python-version 3.11 \
	--custom-compile-command "make lock"

.PHONY: run test quick format lock lock-upgrade catalogue coverage clean

run:            ## start the server
	./run
test:           ## every check, on SQLite and MariaDB
	./test
quick:          ## every check, on SQLite only
	./test --quick
format:         ## lay the code out and mend what can be mended
	.venv/bin/ruff check --fix
	.venv/bin/ruff format
lock:           ## renew the hashed locks after a change of a .in file (needs uv)
	$(LOCK) requirements.in -o requirements.txt
	$(LOCK) requirements-dev.in -o requirements-dev.txt
lock-upgrade:   ## the same, with the newest versions
	$(LOCK) --upgrade requirements.in -o requirements.txt
	$(LOCK) --upgrade requirements-dev.in -o requirements-dev.txt
catalogue:      ## bring new messages into the Spanish catalogue, and compile it
	./scripts/extract_messages.sh translations.pot
	.venv/bin/pybabel -q update --ignore-obsolete --ignore-pot-creation-date --no-fuzzy-matching --no-wrap \
		--init-missing -l es -i translations.pot -d checklist_app/translations
	.venv/bin/pybabel -q compile -d checklist_app/translations
coverage:       ## which lines no test reaches, on SQLite
	.venv/bin/python -m pytest -q -n 2 --cov --cov-report=term
clean:          ## remove what tools leave behind; keeps .venv and var
	rm -rf .mypy_cache .pytest_cache .ruff_cache .hypothesis htmlcov .coverage .coverage.* translations.pot
