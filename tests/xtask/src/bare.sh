# A minimal Debian system in a folder, with what the README asks a person to have (Rust, git, a C compiler) and nothing else;
# then, in it, what the README tells them to run. $1 the folder, $2 the checkout, $3 its build folder, $4 cached or cold.
set -euo pipefail
root=$1 checkout=$2 target=$3 how=$4
cargo_home=${CARGO_HOME:-$HOME/.cargo} rustup_home=${RUSTUP_HOME:-$HOME/.rustup}
began=$SECONDS

sources=()
for list in /etc/apt/sources.list /etc/apt/sources.list.d/{debian,ubuntu}.sources; do
    if [ -f "$list" ] && grep -qE '^(deb |Types:)' "$list"; then sources+=("$list"); fi
done
suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
mmdebstrap --quiet --variant=minbase --include=ca-certificates,git,gcc,libc6-dev "$suite" "$root" "${sources[@]}"
echo "bare: a minimal $suite in $((SECONDS - began)) s" >&2

bind() { mkdir -p "$root$1"; mount --bind "$1" "$root$1"; }
bind "$cargo_home"
bind "$rustup_home"
bind "$checkout"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
cp --dereference /etc/resolv.conf "$root/etc/resolv.conf"
# How this system reaches its packages: proxies, trusted certificates.
grep -lsr '^Acquire' /etc/apt/apt.conf.d | xargs -r cp -t "$root/etc/apt/apt.conf.d"
cp -r /etc/ssl/certs /usr/local/share/ca-certificates "$root/tmp/"
if [ "$how" = cached ]; then bind "$target"; fi

inside() {
    chroot "$root" env -i HOME=/root PATH="$cargo_home/bin:/usr/sbin:/usr/bin:/sbin:/bin" LANG=C.UTF-8 \
        CARGO_HOME="$cargo_home" RUSTUP_HOME="$rustup_home" ${http_proxy:+http_proxy="$http_proxy"} \
        ${https_proxy:+https_proxy="$https_proxy"} "$@"
}
step() { echo "bare: $1, $((SECONDS - began)) s" >&2; }

if [ "$how" = cold ]; then
    inside bash -c "cd '$checkout' && CARGO_TARGET_DIR=/tmp/target cargo xtask demo --out /tmp/demo && ls -l /tmp/demo"
    step "cargo xtask demo, from nothing to its result"
    exit
fi
inside bash -c "cd '$checkout' && CARGO_TARGET_DIR=/tmp/target cargo xtask setup"
step "cargo xtask setup"
# Not in the release profile: the crate is run once.
inside bash -c "cd '$checkout' && CARGO_TARGET_DIR=/tmp/target cargo run --quiet --package mettle-bare"
step "a crate that binds every library"
inside bash -c "cd /tmp && '$target/release/mettle' doctor && '$target/release/mettle' demo --out /tmp/demo && ls -l /tmp/demo"
step "the program, built before, analyses its clips"
inside bash -c "cd /tmp && '$target/release/mettle' doctor" 2>&1 >/dev/null | grep . && { echo "bare: \`mettle doctor\` prints the lines above on stderr" >&2; exit 1; }
echo "1 passed, 0 failed"
