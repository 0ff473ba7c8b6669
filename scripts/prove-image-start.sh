#!/bin/sh
# Proves the start command of the image without a container engine: follows the Dockerfile's steps
# in a fresh Debian 12 and starts CMD there by bubblewrap as Docker would with
#   docker run --read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges --network none
# Run by hand, as root. The report, in Markdown, goes to standard output. Proves what is committed.
set -eu
cd "$(dirname "$0")/.."
. scripts/clean_debian.sh

[ "$(id -u)" = 0 ] || { echo "Needs root." >&2; exit 1; }
for program in debootstrap bwrap; do
  command -v "$program" >/dev/null ||
    { echo "Needs: apt-get install -y debootstrap bubblewrap" >&2; exit 1; }
done

image=$(mktemp -d /var/tmp/checklist-image.XXXXXX)
data=$(mktemp -d /var/tmp/checklist-data.XXXXXX)
trap 'rm -rf --one-file-system "$image" "$data"' EXIT
trap 'exit 130' INT TERM

inside() {
  # shellcheck disable=SC2046
  env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 $(host_environment) \
    chroot "$image" /bin/sh -euc "$1" </dev/null >&2
}

# What the base image brings: Python and pip. Then the first stage, with this Debian's own Python.
make_clean_debian "$image"
inside "apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
  --no-install-recommends python3-venv libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
  fonts-dejavu-core >/dev/null && python3 -m venv /opt/pip && python3 -m venv --without-pip /opt/venv"
mkdir "$image/app" "$image/data"
git archive HEAD requirements.txt pyproject.toml alembic.ini checklist_app migrations content |
  tar --extract --directory "$image/app"
pip="/opt/pip/bin/python -m pip --quiet --python /opt/venv/bin/python"
inside "cd /app && $pip install --require-hashes --no-deps --only-binary :all: -r requirements.txt \
  && $pip install --no-index --no-deps --no-build-isolation --editable . \
  && $pip uninstall --yes flit-core \
  && /opt/venv/bin/pybabel -q compile --directory checklist_app/translations \
  && /opt/venv/bin/python -m compileall -q checklist_app migrations"
# The second stage has neither pip nor the package lists.
inside "rm -rf /opt/pip /usr/lib/python3*/ensurepip /usr/share/python-wheels /var/lib/apt/lists/*"
install -m 0644 scripts/prove_image.py "$image/srv/prove_image.py"
chown 10001:10001 "$data"

# instruction NAME: the JSON list behind CMD, or behind the CMD of HEALTHCHECK.
instruction() {
  python3 - "$1" <<'PY'
import pathlib, re, sys
text = pathlib.Path("Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
found = re.findall(rf"^{sys.argv[1]}.*?(\[.*\])$", text, re.MULTILINE)
print(found[-1])
PY
}

cat <<REPORT
## The image's start command

Written by \`scripts/prove-image-start.sh\` on $(date -u +%Y-%m-%d), commit $(git rev-parse --short HEAD).
The Dockerfile's steps in a fresh Debian $(cat "$image/etc/debian_version"), its CMD started by bubblewrap: read-only root,
\`/tmp\` in memory, \`/data\` the only writable folder, no network but its own loopback; told that a proxy with HTTPS
stands in front, without which it would not listen to others.

| what | as promised | |
|---|---|---|
REPORT
bwrap --unshare-net --unshare-pid --unshare-ipc --unshare-uts --unshare-cgroup --die-with-parent \
  --ro-bind "$image" / --proc /proc --dev /dev --tmpfs /tmp --chmod 1777 /tmp --bind "$data" /data \
  --cap-drop ALL --cap-add CAP_SETUID --cap-add CAP_SETGID --cap-add CAP_SETPCAP \
  --clearenv --setenv PATH /opt/venv/bin:/usr/local/bin:/usr/bin:/bin --setenv HOME /tmp \
  --setenv XDG_CACHE_HOME /tmp/cache --setenv PYTHONDONTWRITEBYTECODE 1 \
  --setenv PYTHONUNBUFFERED 1 --setenv CHECKLIST_DATA_DIR /data --chdir /app \
  --setenv CHECKLIST_BASE_URL https://checklist.example.org --setenv CHECKLIST_TRUSTED_PROXIES 1 \
  setpriv --reuid 10001 --regid 10001 --clear-groups --no-new-privs --bounding-set=-all \
  --inh-caps=-all python /srv/prove_image.py "$(instruction HEALTHCHECK)" "$(instruction CMD)"
