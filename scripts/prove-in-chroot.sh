#!/bin/sh
# Proves that a fresh Debian 12 with git and python3 gets from a clone to a running system by ./run
# alone, and that ./test passes there. Run by hand, as root; takes a quarter of an hour.
#   scripts/prove-in-chroot.sh >docs/clean-machine.md
# The report goes to standard output, everything else to standard error. Proves what is committed.
#   --start-only   leaves ./test out
set -eu
cd "$(dirname "$0")/.."
. scripts/clean_debian.sh

if [ "${1:-}" != --inside ]; then
  [ "$(id -u)" = 0 ] || { echo "Needs root." >&2; exit 1; }
  command -v debootstrap >/dev/null || { echo "Needs: apt-get install -y debootstrap" >&2; exit 1; }
  clean=$(mktemp -d /var/tmp/checklist-chroot.XXXXXX)
  trap 'rm -rf --one-file-system "$clean"' EXIT
  trap 'exit 130' INT TERM
  make_clean_debian "$clean"
  git bundle create --quiet "$clean/srv/checklist.bundle" HEAD
  # Mounts and processes live in namespaces of their own and end with them, whatever happens.
  unshare --mount --propagation private --pid --fork --kill-child "$0" --inside "$clean" "$@"
  exit
fi

clean=$2
only=${3:-}
mount_kernel_folders "$clean"

# inside COMMAND: runs it in the clean system, with nothing of this shell's environment.
inside() {
  # shellcheck disable=SC2046  # one word per variable; none has blanks
  env -i HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    LANG=C.UTF-8 TERM=dumb $(host_environment) \
    chroot "$clean" /bin/sh -euc "$1" </dev/null
}

inside "git clone --quiet /srv/checklist.bundle /root/checklist"
commit=$(inside "git -C /root/checklist rev-parse --short HEAD")
files_before=$(inside "dpkg-query -f '.\n' -W | wc -l")
failed=0

cat <<REPORT
# On a clean machine

Written by \`scripts/prove-in-chroot.sh\` on $(date -u +%Y-%m-%d), commit $commit.

A fresh Debian $(cat "$clean/etc/debian_version") made by debootstrap (minbase, $files_before packages) with git and
$(inside "python3 --version"), as root, $(nproc) cores. The repository is cloned into it; nothing else is prepared.

| what | as promised | time |
|---|---|---|
REPORT
inside "cd /root/checklist && python3 scripts/prove_start.py" 2>"$clean/run.log" || failed=1
cat "$clean/run.log" >&2

if [ "$only" != --start-only ]; then
  began=$(date +%s)
  code=0
  inside "cd /root/checklist && CI=true ./test" >"$clean/test.log" 2>&1 || code=$?
  cat "$clean/test.log" >&2
  [ "$code" = 0 ] || failed=1
  echo "| \`CI=true ./test\` exits 0 | $([ "$code" = 0 ] && echo yes || echo no) | $(($(date +%s) - began)) s |"
fi

echo
echo "The first start, as it speaks:"
echo
sed 's/^/    /; s/[[:space:]]*$//' "$clean/run.log" | sed -E 's#(https?://[^ ]*[/=])[A-Za-z0-9_-]{20,}#\1…#' | head -n 40
if [ "$only" != --start-only ]; then
  echo
  echo "Every check of \`./test\`, and how pytest closed:"
  echo
  grep -E '^── |^   (ok|FAILED|SKIPPED)|^[0-9]+ (passed|failed)|^=+ .*(passed|failed)|^checks: |^[0-9]+ min ' \
    "$clean/test.log" | sed 's/^/    /'
fi
exit "$failed"
