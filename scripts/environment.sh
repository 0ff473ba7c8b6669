# shellcheck shell=sh
# What ./run and ./test share: a Python that is new enough, system packages, .venv, catalogues.
# Sourced with the project root as working directory; defines functions only.

say() { printf '%s\n' "$*" >&2; }

# What .venv was made of: an upgraded interpreter or a moved folder makes its own paths wrong.
home_of_environment() {
  .venv/bin/python -c 'import sys; print(sys.version)' 2>/dev/null && pwd
}

environment_fits() {
  [ -f .venv/.home ] && [ "$(cat .venv/.home)" = "$(home_of_environment)" ] &&
    { [ -x .venv/bin/pip ] || command -v uv >/dev/null 2>&1; }
}

# Sets $python: the environment's own when it fits, else the first interpreter that is new enough;
# stops and says how to get one when there is none.
find_python() {
  if environment_fits; then
    python=.venv/bin/python
    return 0
  fi
  for python in "${PYTHON:-python3}" python3.14 python3.13 python3.12 python3.11; do
    case "$(command -v "$python")" in
    "" | "$PWD/.venv/"*) continue ;;
    esac
    if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      return 0
    fi
  done
  say "Python 3.11 or newer is needed. On Debian 12 or Ubuntu 24.04: apt-get install -y python3"
  exit 1
}

# install_packages PACKAGE...: as root, or by sudo where somebody can type a password; otherwise
# prints the one line to type and returns 1.
install_packages() {
  apt_line="apt-get install -y --no-install-recommends $*"
  if ! command -v apt-get >/dev/null 2>&1; then
    say "Missing system packages. On Debian and Ubuntu they are called: $*"
    say "Please install what your system calls them, then start again."
    return 1
  fi
  if [ "$(id -u)" = 0 ]; then
    as_root=
  elif command -v sudo >/dev/null 2>&1 && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then
    as_root="sudo"
    say "+ sudo $apt_line"
  else
    say "System packages are missing. Type this, then start again:"
    say "  sudo apt-get update && sudo $apt_line"
    return 1
  fi
  say "Installing system packages: $*"
  apt_log=$(mktemp)
  # shellcheck disable=SC2086  # both are lists of words
  if $as_root env DEBIAN_FRONTEND=noninteractive sh -c "apt-get update -qq && $apt_line" \
    </dev/null >"$apt_log" 2>&1; then
    rm -f "$apt_log"
    return 0
  fi
  tail -n 20 "$apt_log" >&2
  rm -f "$apt_log"
  say "apt-get failed; see above."
  return 1
}

# The libraries that WeasyPrint opens when it writes a PDF.
pdf_libraries_present() {
  "$1" - <<'PY'
import ctypes, ctypes.util, sys
linux = ("libgobject-2.0.so.0", "libpango-1.0.so.0", "libpangoft2-1.0.so.0",
         "libharfbuzz.so.0", "libharfbuzz-subset.so.0", "libfontconfig.so.1")
elsewhere = ("gobject-2.0", "pango-1.0", "pangoft2-1.0", "harfbuzz", "fontconfig")
try:
    if sys.platform == "linux":
        for name in linux:
            ctypes.CDLL(name)
    elif not all(ctypes.util.find_library(name) for name in elsewhere):
        sys.exit(1)
except OSError:
    sys.exit(1)
PY
}

# Makes sure that Python can make environments and that PDFs can be written.
need_system_packages() {
  packages=
  stop_without=
  if [ "$python" != .venv/bin/python ] && ! command -v uv >/dev/null 2>&1 &&
    ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    packages="python3-venv"
    stop_without=1
  fi
  if ! pdf_libraries_present "$python"; then
    packages="$packages libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core"
  fi
  [ -n "$packages" ] || return 0
  # shellcheck disable=SC2086
  if ! install_packages $packages; then
    [ -z "$stop_without" ] || exit 1
    say "Going on without them: everything works but writing PDF reports."
  fi
}

# stamp_says FILE TEXT: whether FILE holds exactly TEXT.
stamp_says() { [ -f "$1" ] && [ "$(cat "$1")" = "$2" ]; }

# install_lock LOCK STAMP: installs a hashed lock into .venv unless STAMP says it is there.
install_lock() {
  wanted=$(cksum <"$1")
  if stamp_says "$2" "$wanted"; then return 0; fi
  say "Installing $1 …"
  rm -f "$2"
  if command -v uv >/dev/null 2>&1; then
    uv pip install --quiet --python .venv/bin/python --require-hashes --no-deps \
      --only-binary :all: -r "$1"
  else
    .venv/bin/python -m pip install -qq --disable-pip-version-check --require-hashes \
      --no-deps --only-binary :all: -r "$1"
  fi || { say "Installing $1 failed; see above."; exit 1; }
  printf '%s\n' "$wanted" >"$2"
}

# Installs the project itself, as a path, so that the `checklist` command exists.
install_project() {
  wanted=$(sed '/^# ---/q' pyproject.toml | cksum)
  if [ -x .venv/bin/checklist ] && stamp_says .venv/.project "$wanted"; then return 0; fi
  if command -v uv >/dev/null 2>&1; then
    uv pip install --quiet --python .venv/bin/python --offline --no-deps --no-build-isolation -e .
  else
    .venv/bin/python -m pip install -qq --disable-pip-version-check --no-index --no-deps \
      --no-build-isolation -e .
  fi || { say "Installing the project itself failed; see above."; exit 1; }
  printf '%s\n' "$wanted" >.venv/.project
}

# Makes .venv with the runtime lock and the `checklist` command.
need_environment() {
  if [ "$python" != .venv/bin/python ]; then
    say "Making .venv with $("$python" --version) …"
    rm -rf .venv
    if command -v uv >/dev/null 2>&1; then
      uv venv --quiet --python "$python" .venv
    else
      "$python" -m venv .venv
    fi || { say "Making .venv failed; see above."; exit 1; }
    home_of_environment >.venv/.home
  fi
  install_lock requirements.txt .venv/.runtime
  install_project
}

# Compiles each message catalogue that is newer than its compiled form.
compile_catalogues() {
  for catalogue in checklist_app/translations/*/LC_MESSAGES/*.po; do
    compiled="${catalogue%.po}.mo"
    if [ ! -f "$catalogue" ]; then continue; fi
    if [ -f "$compiled" ] && [ -z "$(find "$catalogue" -newer "$compiled")" ]; then continue; fi
    .venv/bin/pybabel -q compile -i "$catalogue" -o "$compiled" ||
      { say "Compiling $catalogue failed; see above."; exit 1; }
  done
}
