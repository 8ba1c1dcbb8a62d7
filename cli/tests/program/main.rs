//! The program as its users meet it: commands, formats, exit statuses, and what it prints of whole captures.

#[path = "../../../tests/common/data.rs"]
mod data;
#[path = "../../../tests/common/program.rs"]
mod program;
#[path = "../../../tests/common/wire.rs"]
mod wire;

mod analysis;
mod browser;
mod captures;
mod check;
mod cli;
mod contents;
mod decrypt;
mod detection;
mod encoding;
#[cfg(feature = "etl")]
mod etl;
#[cfg(feature = "columns")]
mod export;
mod files;
mod filter;
mod glance;
mod leaks;
mod make;
mod manager;
mod other_tools;
mod report;
#[cfg(feature = "columns")]
mod row_lists;
#[cfg(feature = "columns")]
mod rows;
mod schema;
mod secret_kinds;
mod secrets;
mod select;
mod vectors;
mod views;
