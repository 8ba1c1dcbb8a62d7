//! Decoding and encoding of stubs and structures: vectors made by others, typed views, damaged input, round trips.

#[path = "../common/mod.rs"]
mod common;

mod contradictions;
mod edits;
mod fuzz_replay;
mod lines;
mod robust;
mod round_trip;
mod structures;
mod vectors;
mod views;
mod visit;
