# Set-up shared by infra/quickstart and infra/check; sourced, not run. Every step may be repeated and does nothing twice.

set -Eeuo pipefail
umask 022
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$top"
export LC_ALL=C.UTF-8 FARM_CACHE=${FARM_CACHE:-/var/cache/farm}
# Ray: no usage reports, and no colour codes in captured logs.
export RAY_USAGE_STATS_ENABLED=0 RAY_COLOR_PREFIX=0

started=$SECONDS
step_name="" step_hint="" step_started=$SECONDS steps_done=""

# step NAME HINT: begins a step; HINT says how to mend it should it fail.
step() {
    step_end
    step_name=$1 step_hint=$2 step_started=$SECONDS
    printf '\n== %s\n' "$step_name"
}

step_end() {
    if [ -n "$step_name" ]; then
        steps_done+=$(printf '  %4d s  %s' $((SECONDS - step_started)) "$step_name")$'\n'
    fi
    step_name=""
}

failed() {
    local status=$?
    trap - ERR
    if [ -n "$step_name" ]; then
        printf '\nfailed: %s (status %d)\nhint: %s\nThe same command goes on from here.\n' "$step_name" "$status" "$step_hint" >&2
    fi
    exit "$status"
}
trap failed ERR
trap 'trap - ERR; printf "\ninterrupted; the same command goes on from here\n" >&2; exit 130' INT TERM

step_times() {
    step_end
    printf '%s  %4d s  in all\n' "$steps_done" $((SECONDS - started))
}

require_root() {
    if [ "$(id -u)" -ne 0 ]; then
        echo "run this as root: buildroots need overlay mounts, and host packages need apt" >&2
        exit 2
    fi
}

host_packages() {
    step "host packages" "see apt's own words above; 'apt-get update' must work on this machine"
    local wanted missing
    wanted=$(grep -v '^#' infra/host-packages.txt)
    # shellcheck disable=SC2086 # one word a package
    missing=$(for package in $wanted; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || echo "$package"
    done)
    if [ -z "$missing" ]; then
        echo "all there"
        return
    fi
    echo "installing: $(echo $missing)"
    case " "$missing" " in *postgresql*) no_database_cluster ;; esac
    apt-get update -q=2
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive apt-get install -q=2 -y --no-install-recommends $missing >/dev/null
}

# Debian's package would make a cluster and start it on port 5432; the tests start servers of their own.
no_database_cluster() {
    mkdir -p /etc/postgresql-common/createcluster.d
    echo 'create_main_cluster = false' > /etc/postgresql-common/createcluster.d/farm.conf
}

# uv does not read pip's configuration: hand it the machine's index and certificates.
pip_mirror() {
    local value
    value=$(.uv/bin/pip config get global.index-url 2>/dev/null || .uv/bin/pip config get :env:.index-url 2>/dev/null || true)
    if [ -n "$value" ]; then export UV_DEFAULT_INDEX=$value; fi
    value=$(.uv/bin/pip config get global.cert 2>/dev/null || .uv/bin/pip config get :env:.cert 2>/dev/null || true)
    if [ -n "$value" ]; then export SSL_CERT_FILE=$value; fi
}

virtual_environment() {
    step "virtual environment" "the machine's pip must reach its index: try 'python3 -m pip download uv'"
    local wanted
    wanted=$(cat infra/requirements.lock infra/uv.lock pyproject.toml <(python3 -VV; pwd) | sha256sum | cut -d' ' -f1)
    if [ "$(cat .venv/complete 2>/dev/null)" = "$wanted" ]; then
        echo "as locked"
        return
    fi
    python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed" >&2; false; }
    rm -rf .venv
    [ -x .uv/bin/uv ] || { python3 -m venv --clear .uv && .uv/bin/pip install -q --require-hashes -r infra/uv.lock; }
    pip_mirror
    .uv/bin/uv venv -q --python "$(command -v python3)" .venv
    .uv/bin/uv pip sync -q --require-hashes --python .venv/bin/python infra/requirements.lock
    .uv/bin/uv pip install -q --python .venv/bin/python --no-deps --no-build-isolation -e .
    echo "$wanted" > .venv/complete
    echo "$(.uv/bin/uv pip list --python .venv/bin/python 2>/dev/null | tail -n +3 | wc -l) packages, each verified by its hash"
}

# emulated_arch NAME: lets the kernel run programs of another architecture in any root, through qemu-user.
emulated_arch() {
    step "emulation of $1" "binfmt_misc must be available: 'update-binfmts --display qemu-$1' says more"
    local handlers=/proc/sys/fs/binfmt_misc
    [ -e "$handlers/status" ] || mount -t binfmt_misc binfmt_misc "$handlers"
    [ -e "$handlers/qemu-$1" ] || update-binfmts --enable "qemu-$1"
    grep -q '^flags:.*F' "$handlers/qemu-$1"
    echo "through $(sed -n 's/^interpreter //p' "$handlers/qemu-$1")"
}
