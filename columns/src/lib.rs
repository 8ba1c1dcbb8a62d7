//! Tables of what cluscope reads out of captures, for engines that want columns: Arrow record batches, and from them
//! Parquet files, Arrow IPC, CSV and flat JSON lines.
//!
//! * [`schema`]: what a table and a column are; the version of all of them
//! * [`tables`]: every table with its columns, in one place; `docs/schema.md` is printed from it
//! * [`fill`]: from the records of a session, in their order, to rows
//! * [`mod@write`]: a table to a file or a stream
//!
//! ```no_run
//! use cluscope::auth::KeyStore;
//! use cluscope::capture::Reader;
//! use cluscope::session::Session;
//! use cluscope_columns::{Filler, Options, TableName};
//! use std::sync::Arc;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let limits = cluscope::Limits::default();
//! let mut reader = Reader::new(std::fs::File::open("trace.pcapng")?)?;
//! let mut session = Session::new(limits.session.clone(), Arc::new(KeyStore::new()));
//! let mut filler = Filler::new(&limits, Options::of([TableName::Messages]));
//! while let Some(packet) = reader.next()? {
//!     session.packet(&packet, &mut |record| filler.record(&record));
//! }
//! session.finish(&mut |record| filler.record(&record));
//! for (table, batch) in filler.finish() {
//!     println!("{table}: {} rows", batch.num_rows());
//! }
//! # Ok(())
//! # }
//! ```

pub mod fill;
mod partition;
mod places;
pub mod schema;
pub mod tables;
pub mod write;

pub use arrow_array::RecordBatch;
pub use fill::{Filler, Noted, Options, Order, Piece, RowFiller, Waiting};
pub use partition::Partition;
pub use places::{Captures, Origin};
pub use schema::{Column, Kind, Table, VERSION};
pub use tables::TableName;
pub use write::{Compression, Encoding, Error, Pending, Sizes, TableWriter};
