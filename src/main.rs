//! The command line program; all of it is in `cluscope::cli`.
fn main() {}
