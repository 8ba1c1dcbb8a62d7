//! Event traces of Windows (ETL), as `netsh trace` and `pktmon` write them.
//!
//! A trace is a row of buffers, each with events of one processor; the first begins with a header that tells how the clock
//! counts. Packets are data of the events of two providers, Microsoft-Windows-NDIS-PacketCapture and
//! Microsoft-Windows-PktMon. [`crate::capture::Reader`] hands them out as it does those of other captures: each once, in the
//! order of time as far as a window of buffers shows it, and with a comment that tells process and interface.
//!
//! The format is not documented by its maker; `docs/etl.md` names what it is taken from and what was tested against what.
//!
//! Next: `wmi.rs` for buffers, `xca.rs` for compressed ones, `clock.rs` for the header, `event.rs` for the headers of events,
//! `window.rs` for their order, `source.rs` for what comes of them, `ordered.rs` for files whose buffers are not in order.

mod bytes;
mod clock;
mod drop_reason;
mod event;
mod ndis;
mod notes;
mod ordered;
mod origin;
mod pktmon;
mod reader;
mod rpc;
mod source;
mod trace;
mod window;
mod wmi;
mod xca;

pub use clock::{ClockType, TraceHeader};
pub use event::EventCounts;
pub use notes::PacketOrigins;
pub use ordered::TimeOrdered;
pub use origin::{DroppedAt, PacketDirection, PacketOrigin};
pub(super) use reader::recognise;
pub use rpc::{CallSide, RpcEvent, TracedCall};
pub(super) use trace::Etl;
pub use trace::TraceCounters;
