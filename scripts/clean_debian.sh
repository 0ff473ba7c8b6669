# shellcheck shell=sh
# A fresh, minimal Debian 12 in a folder, with git and python3 and nothing else.
# Sourced by the prove-* scripts; defines functions only. Needs root and debootstrap.
#
# A machine reaches its package registries in its own way (mirror, proxy, certificates). That way
# is taken over from the host, so that nothing of it stands in this project.

clean_debian_cache=${XDG_CACHE_HOME:-$HOME/.cache}/checklist/debian12.tar

# The host's Debian sources, one per line: address suite component.
# shellcheck disable=SC2016  # apt fills these in
debian_sources() {
  apt-get indextargets --format '$(ORIGIN) $(CREATED_BY) $(REPO_URI) $(RELEASE) $(COMPONENT)' |
    sed -n 's/^Debian Packages //p' | grep ' bookworm' | sort -u
}

# make_clean_debian FOLDER: unpacks the cached system, or makes it first.
make_clean_debian() {
  chmod 0755 "$1"
  if [ ! -s "$clean_debian_cache" ]; then
    mirror=$(debian_sources | sed -n 's/ bookworm main$//p' | head -n 1)
    mkdir -p "$(dirname "$clean_debian_cache")"
    # shellcheck disable=SC2086  # no mirror: debootstrap's own default
    debootstrap --variant=minbase --include=git,python3 bookworm "$1" $mirror >&2
    rm -rf "$1"/var/cache/apt/archives/*.deb
    tar --create --file "$clean_debian_cache.part" --directory "$1" --one-file-system .
    mv "$clean_debian_cache.part" "$clean_debian_cache"
  else
    tar --extract --file "$clean_debian_cache" --directory "$1"
  fi
  chmod 0755 "$1"
  reach_registries_like_the_host "$1"
}

reach_registries_like_the_host() {
  cp -L /etc/resolv.conf /etc/hosts "$1/etc/"
  debian_sources | while read -r address suite component; do
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $address $suite $component"
  done >"$1/etc/apt/sources.list"
  apt-config dump | grep -E '^Acquire::(http|https|ftp|Retries|[a-z]*::Proxy)' \
    >"$1/etc/apt/apt.conf.d/90host" || true
  # Beside the system's bundle, which installing ca-certificates would write anew.
  host_bundle=${SSL_CERT_FILE:-/etc/ssl/certs/ca-certificates.crt}
  [ ! -s "$host_bundle" ] || cp -L "$host_bundle" "$1/etc/host-certificates.pem"
}

# host_environment: NAME=VALUE lines that let pip in the clean system reach what it reaches here.
host_environment() {
  env | grep -iE '^(https?|no|all)_proxy=' || true
  if [ -s "${SSL_CERT_FILE:-/etc/ssl/certs/ca-certificates.crt}" ]; then
    echo "SSL_CERT_FILE=/etc/host-certificates.pem"
    echo "PIP_CERT=/etc/host-certificates.pem"
  fi
  for key in index-url proxy trusted-host timeout; do
    value=$(python3 -m pip config get "global.$key" 2>/dev/null ||
      python3 -m pip config get ":env:.$key" 2>/dev/null) || continue
    echo "PIP_$(echo "$key" | tr 'a-z-' 'A-Z_')=$value"
  done
}

# mount_kernel_folders FOLDER: what programs expect of a running system. To be called inside a
# mount namespace of its own, so that every mount ends with the last process in it.
mount_kernel_folders() {
  mount -t proc proc "$1/proc"
  mount -t tmpfs -o mode=0755,nosuid tmpfs "$1/dev"
  for device in null zero full random urandom tty; do
    touch "$1/dev/$device"
    mount --bind "/dev/$device" "$1/dev/$device"
  done
  mkdir "$1/dev/shm" "$1/dev/pts"
  mount -t tmpfs -o mode=1777,nosuid,nodev tmpfs "$1/dev/shm"
  mount -t devpts -o newinstance,ptmxmode=0666 devpts "$1/dev/pts"
  ln -s pts/ptmx "$1/dev/ptmx"
  ln -s /proc/self/fd "$1/dev/fd"
}
