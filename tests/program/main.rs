//! The program as its users meet it: commands, formats, exit statuses, and what it prints of whole captures.

#[path = "../common/data.rs"]
mod data;
#[path = "../common/program.rs"]
mod program;
#[path = "../common/wire.rs"]
mod wire;

mod analysis;
mod captures;
mod check;
mod cli;
mod contents;
mod decrypt;
mod files;
mod filter;
mod secrets;
