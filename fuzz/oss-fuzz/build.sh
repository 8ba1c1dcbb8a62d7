#!/bin/bash -eu
# Builds the fuzz targets in the manner of OSS-Fuzz: each target, its dictionary, its options and its seeds go to $OUT.
# Elsewhere: SRC=DIRECTORY-ABOVE OUT=DIRECTORY [SANITIZER=none] fuzz/oss-fuzz/build.sh
if [ -d "${SRC:-}/cluscope" ]; then
    cd "$SRC/cluscope"
else
    cd "$(dirname "$0")/../.."
fi
# The flags of the service carry the sanitizer; by themselves cargo-fuzz chooses the same. No unsafe code is in the
# library, so that little is to be found by one; in the C interface there is.
sanitizer=${SANITIZER:-address}
case $sanitizer in
address | none) ;;
*) sanitizer=none ;;
esac
export RUSTC_BOOTSTRAP=1 CARGO_PROFILE_RELEASE_DEBUG=${CARGO_PROFILE_RELEASE_DEBUG:-1}
target_dir=${FUZZ_TARGET_DIR:-$PWD/fuzz/target}
cargo fuzz build --sanitizer "$sanitizer" --debug-assertions --target-dir "$target_dir"
built=$target_dir/$(rustc -vV | sed -n 's/^host: //p')/release
mkdir -p "$OUT"
for target in $(cargo fuzz list); do
    cp "$built/$target" "$OUT/"
    # Seeds: the corpus, and what once failed.
    seeds=("fuzz/corpus/$target")
    [ ! -d "fuzz/regressions/$target" ] || seeds+=("fuzz/regressions/$target")
    rm -f "$OUT/${target}_seed_corpus.zip"
    find "${seeds[@]}" -type f | zip -q -j "$OUT/${target}_seed_corpus.zip" -@
    printf '[libfuzzer]\nmax_len = 4096\nrss_limit_mb = 2048\ntimeout = 10\n' >"$OUT/$target.options"
    if [ -f "fuzz/dictionaries/$target.dict" ]; then
        cp "fuzz/dictionaries/$target.dict" "$OUT/"
        printf 'dict = %s.dict\n' "$target" >>"$OUT/$target.options"
    fi
done
