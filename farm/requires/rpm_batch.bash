# Asks rpmspec for specs, one after the other, in a sandbox that they share: number and path on each line of standard
# input. What a spec started is killed, and what it wrote is removed, before the next one is read.
set -u
token=$1 target=$2 seconds=$3 kibibytes=$4 source_format=$5 binary_format=$6 macros=$7

# A parsed spec (-P) does not show every %generate_buildrequires before rpm 4.20, but a macro of that name sees each one
# that is read; what BuildSystem writes (rpm 4.20) is shown by -P alone. An older rpm refuses the tag BuildSystem: it is
# asked again without it and what goes with it (BuildOption, %build -a), and says so.
ask='
facts() {
    rpmspec -q --srpm "$@" --define "generate_buildrequires(-) %{echo:@farm-dynamic$TOKEN}%%generate_buildrequires %{?*}" \
        --qf "$SOURCE_FORMAT" "$spec" &&
    rpmspec -q --builtrpms "$@" --qf "$BINARY_FORMAT" "$spec"
}
spec=$1; shift
if ! grep -qi "^[[:blank:]]*BuildSystem[[:blank:]]*:" "$spec"; then facts "$@"; exit; fi
if facts "$@" 2> /tmp/refused; then
    rpmspec -P "$@" "$spec" | grep -i "^%generate_buildrequires\>" > /tmp/parsed
    if [ -s /tmp/parsed ]; then printf "\n@farm-dynamic%s\n" "$TOKEN"; fi
    exit 0
fi
if ! grep -q "Unknown tag: *BuildSystem" /tmp/refused; then cat /tmp/refused >&2; exit 1; fi
printf "\n@farm-guess%s\tBuildSystem\n" "$TOKEN"
sed -E "/^[[:blank:]]*BuildOption[[:blank:](:]/I{:more;/\\\\$/{N;b more};d}
    s/^[[:blank:]]*BuildSystem[[:blank:]]*:[[:blank:]]*(\w+).*/%{?buildsystem_\1_generate_buildrequires:%{echo:@farm-dynamic$TOKEN}}/I
    s/^%(prep|conf|build|install|check|clean|generate_buildrequires)[[:blank:]]+-[ap]\>.*/# \1 with more/I" \
    "$spec" > /tmp/older.spec
spec=/tmp/older.spec
facts "$@"
'
export SOURCE_FORMAT=$source_format BINARY_FORMAT=$binary_format TOKEN=$token

while IFS=$'\t' read -r -u 3 number spec; do
    printf '\n@farm-spec%s\t%s\n' "$token" "$number"
    (
        ulimit -c 0
        ulimit -f 65536
        ulimit -t "$seconds"
        ulimit -v "$kibibytes"
        exec timeout -s KILL "$seconds" bash -c "$ask" bash "$spec" ${macros:+--macros "$macros"} \
            --target "$target" --define "_sourcedir ${spec%/*}" --define "_dbpath /tmp/rpmdb"
    ) 3<&- < /dev/null > /tmp/answer 2> /tmp/errors
    status=$?
    kill -KILL -1 2> /dev/null
    head -c 8388608 /tmp/answer
    printf '\n@farm-errors%s\n' "$token"
    tail -c 8192 /tmp/errors
    printf '\n@farm-end%s\t%s\n' "$token" "$status"
    find /tmp /var/tmp /run /dev/shm /builddir -xdev -mindepth 1 -delete 2> /dev/null
done 3<&0
