//! Dissector and codec for the management traffic of Windows failover clusters: ClusAPI (MS-CMRP, DCE/RPC interface
//! b97db8b2-4c63-11cf-bff6-08002be23f2f, versions 2.0 and 3.0) and Witness (MS-SWN,
//! ccd8c074-d0e5-4a40-92b4-d074faa6ba28, 1.1).
//!
//! Every method is declared once, in words close to the specification's IDL ([`idl`]); one engine ([`ndr`]) interprets
//! the declarations to decode and encode NDR and NDR64 stubs, little and big endian. Everything else reads them.
//!
//! # For those who have a capture
//!
//! The program `cluscope` prints it; the library gives the same messages one by one:
//!
//! ```no_run
//! # #[cfg(feature = "pcap")]
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use cluscope::session::{Session, SessionLimits};
//! use std::sync::Arc;
//!
//! let mut reader = cluscope::capture::Reader::new(std::fs::File::open("trace.pcapng")?)?;
//! let mut session = Session::new(SessionLimits::default(), Arc::default());
//! let mut show = |record: cluscope::session::Record<'_>| {
//!     if let (Some(method), Some((kind, stub))) = (record.method(), record.stub()) {
//!         match cluscope::ndr::Message::decode(method, kind, stub) {
//!             Ok(message) => println!("{message}"),
//!             Err(error) => println!("frame {}: {error}", record.event.frame()),
//!         }
//!     }
//! };
//! while let Some(packet) = reader.next()? {
//!     session.packet(&packet, &mut show);
//! }
//! session.finish(&mut show);
//! # Ok(())
//! # }
//! # #[cfg(not(feature = "pcap"))]
//! # fn main() {}
//! ```
//!
//! # For analyzers that have a stub
//!
//! Each method is a module with typed views that borrow from the stub:
//!
//! ```
//! use cluscope::idl::cluster::ApiCreateEnum;
//! use cluscope::ndr::{Endian, Syntax, Version};
//!
//! # let stub = [0, 0, 2, 0, 1, 0, 0, 0, 1, 0, 0, 0, 4, 0, 0, 0, 4, 0, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0,
//! #     b'I', 0, b'P', 0, b'1', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
//! let response = ApiCreateEnum::Response::decode(Version::V3_0, Syntax::Ndr, Endian::Little, &stub)?;
//! for entry in response.ReturnEnum().into_iter().flat_map(|list| list.Entry()) {
//!     assert!(entry.Name().is_some_and(|name| name == "IP1"));
//! }
//! assert_eq!(response.r#return(), 0);
//! # Ok::<(), cluscope::base::Error>(())
//! ```
//!
//! # For those who make stubs
//!
//! ```
//! # #[cfg(feature = "std")] {
//! use cluscope::idl::resource::ApiOpenResource;
//! use cluscope::ndr::{Endian, Syntax, Version};
//!
//! let request = ApiOpenResource::Request::builder().lpszResourceName("IP1");
//! let stub = request.encode(Version::V3_0, Syntax::Ndr, Endian::Little)?;
//! assert_eq!(stub, [4, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, b'I', 0, b'P', 0, b'1', 0, 0, 0]);
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Where to find what
//!
//! * [`idl`]: every method with its typed views and builders; methods by interface, opnum or name. [`ndr`]: messages, values
//!   and the visitor that walks them with the range of bytes of each
//! * [`structs`]: what is marshalled inside buffers: property lists, registry batches, records by name
//! * [`consts`]: every enumeration, mask, control code, status and property name
//! * [`session`]: packets, streams or datagrams in, messages out. [`capture`]: capture files. [`net`]: what a host says of
//!   streams of its own. [`Limits`]: what all of it may keep
//! * [`rpc`]: events of associations, and associations alone, without a network. [`auth`]: keys and tokens
//! * [`analysis`]: handles, calls, statistics, stories. [`conformance`]: rules of the specification. [`filter`]:
//!   expressions over messages and calls
//! * [`render`]: printers of JSON lines, text, CSV, Zeek's and Elastic's forms. `rewrite` (feature `decrypt`): decrypted captures
//! * [`base`]: errors, diagnostics, GUIDs and points in time
//!
//! # What can be relied on
//!
//! No input makes the library panic, loop, recurse without bound or allocate more than its limits say; a stub is
//! validated without any allocation. What can't be decoded is an [`base::Error`] with offset, field path and who
//! claimed the length; what is legal to read but breaks a rule of the specification is a [`base::Diagnostic`].
//!
//! # Features
//!
//! * `std`: whatever needs an allocator or an operating system; without it decoding, declarations and constants remain
//! * `serde`: JSON, and `Serialize` for messages
//! * `session`: packets, streams and datagrams to messages and to what happened, without capture files
//! * `pcap`: capture files
//! * `compress`: captures packed with gzip, zstd or lz4
//! * `etl`: event traces of Windows, as netsh trace and pktmon write them
//! * `decrypt`: opens what is signed and sealed
//!
//! On by default: `std`, `serde`, `pcap` and what they need.

#![forbid(unsafe_code)]
// Comments of what is private lead to what is private; those of what is public are read by rustdoc alone.
#![allow(rustdoc::private_intra_doc_links)]
#![cfg_attr(not(feature = "std"), no_std)]
// A part of the features leaves parts unused. What nothing uses at all is found with all of them on.
#![cfg_attr(
    not(all(feature = "decrypt", feature = "compress", feature = "etl", feature = "serde", feature = "internals")),
    allow(dead_code, unused_imports, unused_macros)
)]

#[cfg(feature = "std")]
extern crate alloc;

#[cfg(feature = "session")]
pub mod analysis;
#[cfg(feature = "std")]
pub mod auth;
pub mod base;
#[cfg(feature = "session")]
pub mod capture;
#[cfg(feature = "session")]
pub mod conformance;
pub mod consts;
#[cfg(all(feature = "session", feature = "serde"))]
pub mod filter;
pub mod idl;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod internals;
#[cfg(feature = "session")]
pub mod limits;
#[cfg(all(feature = "pcap", feature = "serde"))]
pub(crate) mod make;
pub mod ndr;
#[cfg(feature = "session")]
pub mod net;
#[cfg(feature = "std")]
pub mod render;
#[cfg(all(feature = "pcap", feature = "decrypt"))]
pub mod rewrite;
#[cfg(feature = "std")]
pub mod rpc;
#[cfg(feature = "pcap")]
pub(crate) mod select;
#[cfg(feature = "std")]
pub mod session;
#[cfg(feature = "std")]
pub mod structs;
#[cfg(all(test, feature = "std"))]
#[path = "../tests/common/data.rs"]
mod test_data;

#[cfg(test)]
pub(crate) use idl::macros::structure;
pub(crate) use idl::macros::{interface, ndr_meaning, ndr_method, ndr_struct, ndr_wire};
#[cfg(feature = "session")]
pub use limits::Limits;
#[cfg(feature = "std")]
pub(crate) use structs::macros::record;
