# The production image: web server, worker and migrations are the same image with another command.
# Needs from outside: CHECKLIST_* settings (docs/operator.md), a writable /data and a /tmp.
FROM python:3.11-slim-bookworm AS base

# --- First stage: everything that installing needs ---
FROM base AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /app
RUN python -m venv --without-pip /opt/venv
COPY requirements.txt ./
RUN python -m pip --python /opt/venv/bin/python install \
    --require-hashes --no-deps --only-binary :all: -r requirements.txt
COPY pyproject.toml alembic.ini ./
COPY checklist_app checklist_app
COPY migrations migrations
COPY content content
# The project is installed as a path, so /app is where it lies in the second stage too. The build
# back-end has done its work then. Nothing is writable later, so bytecode is compiled now.
RUN python -m pip --python /opt/venv/bin/python install \
        --no-index --no-deps --no-build-isolation --editable . \
    && python -m pip --python /opt/venv/bin/python uninstall --yes flit-core \
    && /opt/venv/bin/pybabel -q compile --directory checklist_app/translations \
    && /opt/venv/bin/python -m compileall -q checklist_app migrations

# --- Second stage: what runs ---
FROM base
# The libraries that write PDFs, and nothing that installs or builds anything.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends \
        libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core \
    && rm -rf /var/lib/apt/lists/* \
    && python -m pip uninstall --yes setuptools wheel pip \
    && rm -rf /usr/local/lib/python3.11/ensurepip \
    && groupadd --gid 10001 checklist \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /tmp --shell /usr/sbin/nologin \
        checklist \
    && install --directory --owner=10001 --group=10001 --mode=0700 /data
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
ENV PATH=/opt/venv/bin:$PATH \
    HOME=/tmp \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    XDG_CACHE_HOME=/tmp/cache \
    CHECKLIST_DATA_DIR=/data
WORKDIR /app
USER 10001:10001
VOLUME ["/data"]
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
    CMD ["checklist", "health"]
CMD ["checklist", "serve", "--host", "0.0.0.0", "--port", "8000"]
