//! Holds the declarations against the specification's tables (`spec/*.tsv`), and documents against the declarations.

#[path = "../common/data.rs"]
mod data;

mod conformance;
mod constants;
mod dependencies;
mod documents;
mod harness;
mod header;
mod kinds;
mod layers;
mod limits;
mod methods;
mod printers;
mod tables;
