#!/bin/sh
# Makes the secrets that compose.yaml names, once; never overwrites one.
# The folder is closed to everybody else. The files in it are readable, because Compose mounts them
# one by one into containers whose users are others than you.
set -eu
cd "$(dirname "$0")/.."
umask 077
mkdir -p secrets

random() { od -An -N32 -tx1 /dev/urandom | tr -d ' \n'; }

# keep NAME TEXT: writes the secret unless it is there.
keep() {
  [ -s "secrets/$1" ] || printf '%s\n' "$2" >"secrets/$1"
  chmod 0444 "secrets/$1"
}

keep secret_key "$(random)"
keep database_password "$(random)"
keep database_root_password "$(random)"
keep database_url "mysql+pymysql://checklist:$(cat secrets/database_password)@database/checklist"
keep redis_password "$(random)"
keep redis_url "redis://:$(cat secrets/redis_password)@redis:6379/0"
keep redis_config "requirepass $(cat secrets/redis_password)
save \"\"
appendonly no
maxmemory 64mb
maxmemory-policy allkeys-lru"
echo "The secrets are in secrets/. Keep a copy where your other secrets are." >&2
