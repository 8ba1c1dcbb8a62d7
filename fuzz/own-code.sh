#!/bin/sh
# For RUSTC_WRAPPER: instruments this project and the parsers below it, and leaves the other dependencies as they are.
# What is instrumented costs time in every execution, and what serde_json does with the output tells a fuzzer nothing.
compiler=$1
shift
case " $* " in
*" --crate-name cluscope "* | *" --crate-name pcap_parser "* | *" --crate-name etherparse "* | *" --crate-name lz4_flex "* | *" --crate-name ruzstd "*)
    exec "$compiler" "$@"
    ;;
esac
for argument; do
    shift
    case $argument in
    -Cpasses=sancov-module | -Cllvm-args=-sanitizer-coverage-*) ;;
    *) set -- "$@" "$argument" ;;
    esac
done
exec "$compiler" "$@"
