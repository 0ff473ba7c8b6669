# shellcheck shell=sh
# A MariaDB of our own for the tests: in a temporary folder, on a socket only, gone afterwards.
# Sourced by ./test; defines functions only.

# Sets $mariadbd, or returns 1. Debian keeps it in /usr/sbin, outside an ordinary user's PATH.
find_mariadb() {
  mariadbd=$(PATH="$PATH:/usr/sbin:/usr/local/sbin" command -v mariadbd) &&
    command -v mariadb-install-db >/dev/null 2>&1 &&
    command -v my_print_defaults >/dev/null 2>&1
}

# Prints where its folder belongs: in memory where there is room, for it creates and drops tables all
# day, and those wait for the disk. A socket's path may have 107 characters at most, so never in a
# long TMPDIR.
place_for_mariadb() {
  if [ -w /dev/shm ] && [ "$(df -Pk /dev/shm | awk 'NR == 2 { print $4 }')" -gt 2000000 ]; then
    echo /dev/shm
  else
    echo /tmp
  fi
}

# Starts it and sets $mariadb_url; returns 1 with its log on the terminal when it does not start.
# $mariadb_networking may hold options that let it listen on a port as well.
start_mariadb() {
  mariadb_dir=$(mktemp -d "$(place_for_mariadb)/checklist-mariadb.XXXXXX")
  mariadb_pid=
  me=$(id -un)
  if ! mariadb-install-db --no-defaults --user="$me" --datadir="$mariadb_dir/data" \
    --auth-root-authentication-method=normal --skip-test-db >"$mariadb_dir/install.log" 2>&1; then
    tail -n 20 "$mariadb_dir/install.log"
    return 1
  fi
  # Its data is worth nothing after the run: no waiting for the disk.
  # shellcheck disable=SC2086  # several options
  "$mariadbd" --no-defaults --user="$me" --datadir="$mariadb_dir/data" \
    --socket="$mariadb_dir/socket" --pid-file="$mariadb_dir/pid" ${mariadb_networking:---skip-networking} \
    --skip-log-bin --innodb-flush-log-at-trx-commit=0 --innodb-doublewrite=0 \
    --innodb-buffer-pool-size=256M --character-set-server=utf8mb4 \
    --collation-server=utf8mb4_unicode_ci --max-connections=300 \
    </dev/null >"$mariadb_dir/server.log" 2>&1 &
  mariadb_pid=$!
  # shellcheck disable=SC2034  # for ./test
  mariadb_url="mysql+pymysql://root@localhost/checklist_test?unix_socket=$mariadb_dir/socket"
  .venv/bin/python - "$mariadb_dir/socket" "$mariadb_pid" <<'PY' && return 0
import os, sys, time
import pymysql

socket, pid = sys.argv[1], int(sys.argv[2])
for _ in range(300):
    try:
        connection = pymysql.connect(unix_socket=socket, user="root")
    except pymysql.err.OperationalError:
        os.kill(pid, 0)
        time.sleep(0.1)
    else:
        with connection.cursor() as cursor:
            cursor.execute("CREATE DATABASE checklist_test")
            cursor.execute("SELECT VERSION()")
            print("MariaDB", cursor.fetchone()[0], "listens on", socket)
        sys.exit(0)
sys.exit("MariaDB did not answer within 30 s")
PY
  tail -n 20 "$mariadb_dir/server.log"
  return 1
}

# Ends what start_mariadb began; harmless when there is nothing.
stop_mariadb() {
  [ -n "${mariadb_dir:-}" ] || return 0
  if [ -n "$mariadb_pid" ]; then
    kill "$mariadb_pid" 2>/dev/null || true
    wait "$mariadb_pid" 2>/dev/null || true
  fi
  rm -rf "$mariadb_dir"
  mariadb_dir=
}
