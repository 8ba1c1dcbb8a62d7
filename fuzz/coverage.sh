#!/usr/bin/env bash
# Which lines, regions and branches the corpora and regressions reach: builds what replays them (`tests/codec`, and
# `bindings/c/tests/replay` for the C interface) with instrumentation, runs it, and prints a table by directory. Branches want
# `-Z coverage-options=branch`, which the stable compiler takes with RUSTC_BOOTSTRAP=1. The tools come from Debian (llvm-19 or
# later) or from the component llvm-tools: LLVM_SUFFIX=-22 and the like. Takes the corpora of all but the C interface from
# another place with CORPUS=DIRECTORY, and prints files instead of directories with FILES=1.
set -euo pipefail
cd "$(dirname "$0")/.."
suffix=${LLVM_SUFFIX--19}
mkdir -p "${CARGO_TARGET_DIR:-target}/fuzz-coverage"
target=$(cd "${CARGO_TARGET_DIR:-target}/fuzz-coverage" && pwd)
export RUSTC_BOOTSTRAP=1 CARGO_PROFILE_TEST_DEBUG=0 CARGO_PROFILE_DEV_DEBUG=0
export RUSTFLAGS="-Cinstrument-coverage -Zcoverage-options=branch -Copt-level=1"
export LLVM_PROFILE_FILE="$target/%p-%m.profraw"
mapfile -t programs < <(cargo test --all-features -p cluscope -p cluscope-testkit -p cluscope-c --test codec --test replay \
    --no-run --target-dir "$target" --message-format json 2>/dev/null |
    sed -n 's/.*"executable":"\([^"]*\/\(codec\|replay\)-[^"]*\)".*/\1/p')
[ "${#programs[@]}" = 2 ] || { echo "the programs could not be built"; exit 1; }
# Build scripts and macros leave counts, too.
rm -f "$target"/*.profraw
if [ -n "${CORPUS:-}" ]; then
    export CLUSCOPE_CORPUS=$CORPUS
fi
for program in "${programs[@]}"; do
    case $program in
    */codec-*) "$program" fuzz_replay::every_target --exact --nocapture ;;
    *) "$program" corpus_of_the_c_interface --exact ;;
    esac
done
"llvm-profdata$suffix" merge "$target"/*.profraw -o "$target/replay.profdata"
"llvm-cov$suffix" export "${programs[0]}" --object "${programs[1]}" -instr-profile="$target/replay.profdata" -summary-only \
    -ignore-filename-regex='(\.cargo|/rustc/|/tests/|_tests?\.rs|rustup)' >"$target/summary.json"
python3 - "$target/summary.json" <<'PYTHON'
import collections, json, os, re, sys

table = collections.defaultdict(lambda: collections.defaultdict(lambda: [0, 0]))
for file in json.load(open(sys.argv[1]))["data"][0]["files"]:
    # The library, and the C interface; not what drives them.
    path = os.path.relpath(file["filename"])
    part = re.match(r"bindings/c/src|src/[a-z_]+", path)
    if not part:
        continue
    for name in (path if os.environ.get("FILES") else part[0], "all"):
        for kind in ("lines", "regions", "branches"):
            table[name][kind][0] += file["summary"][kind]["covered"]
            table[name][kind][1] += file["summary"][kind]["count"]
print("| part | lines | regions | branches |\n| --- | --- | --- | --- |")
for name, kinds in sorted(table.items(), key=lambda item: (item[0] == "all", item[0])):
    cells = (f"{100 * c / n:.1f} % of {n}" if n else "none" for c, n in (kinds[k] for k in ("lines", "regions", "branches")))
    print(f"| {name} | " + " | ".join(cells) + " |")
PYTHON
