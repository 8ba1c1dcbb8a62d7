//! Hand-derived byte vectors for each rule of NDR (C706 chapter 14) and NDR64 (MS-RPCE 2.2.5), in both byte orders and
//! both ways. `support.rs` explains how the vectors are written.
#![allow(dead_code, unreachable_pub, missing_docs, clippy::upper_case_acronyms)]

mod arrays;
mod descriptions;
mod encode_errors;
mod encode_forms;
mod errors;
mod inner_lengths;
mod parsers;
mod pointers;
mod pointers_full;
mod responses;
mod rules;
mod scalars;
mod strings;
mod structures;
mod structures_gaps;
mod support;
mod texts;
mod two_counts;
mod views;
