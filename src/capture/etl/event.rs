//! The events in a buffer: every kind of trace header, told apart by the marker in its first four bytes.
//!
//! Sources: Geoff Chappell, "Trace Headers"; Microsoft, `EVENT_TRACE_HEADER`, `EVENT_INSTANCE_HEADER` and `EVENT_HEADER`
//! (docs/etl.md has the addresses).

use super::bytes::{guid_at, u16_at, u32_at, u64_at};
use crate::base::guid::Guid;
use std::ops::Range;

/// Declares the kinds of events with what stands in [`EventCounts`] for each.
macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident $field:ident,)*) => {
        /// What kind of header an event has.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Kind { $($(#[$doc])* $kind,)* }

        /// How many events of each kind a trace has.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct EventCounts { $($(#[$doc])* pub $field: u64,)* }

        impl EventCounts {
            pub(super) fn count(&mut self, kind: Kind) {
                match kind { $(Kind::$kind => self.$field += 1,)* }
            }

            /// Adds another trace's.
            pub fn add(&mut self, other: &EventCounts) {
                $(self.$field = self.$field.saturating_add(other.$field);)*
            }

            /// All of them.
            #[must_use]
            pub fn total(&self) -> u64 {
                [$(self.$field,)*].into_iter().fold(0, u64::saturating_add)
            }
        }
    };
}

kinds! {
    /// System events of the kernel logger (header types 1 and 2).
    System system,
    /// The same with a shorter header (3 and 4).
    Compact compact,
    /// Events of the kernel's performance logger (16 and 17).
    PerfInfo perf_info,
    /// Classic events of providers (10 and 20).
    Full full,
    /// Classic events that belong to an instance (11 and 21).
    Instance instance,
    /// A header with nothing but a number and a time (12).
    Timed timed,
    /// What the logger put in place of an event that it could not write (13).
    Error error,
    /// A header of WMI (14).
    Wnode wnode,
    /// Messages of the software trace preprocessor (15, and those marked 0x90).
    Message message,
    /// Events of manifest-based and self-describing providers (18 and 19).
    Event event,
    /// The two short forms of Windows 2000 and XP (marked 0xa0 and 0xb0).
    Short short,
}

/// What is needed of an event; ranges are of the buffer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Event {
    pub(super) kind: Kind,
    /// Bytes that it takes, without the padding behind it.
    pub(super) size: usize,
    /// In units of the session's clock; `None` where the header has none.
    pub(super) time: Option<u64>,
    pub(super) process: u32,
    pub(super) thread: u32,
    pub(super) provider: Guid,
    /// `EVENT_DESCRIPTOR.Id`; of other kinds than [`Kind::Event`] 0, as are the fields below.
    pub(super) id: u16,
    pub(super) version: u8,
    pub(super) keyword: u64,
    pub(super) activity: Guid,
    /// Where the provider's own data stands.
    pub(super) data: Range<usize>,
}

/// Why no event can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unreadable {
    /// Nothing more is in the buffer, or only zeros.
    End,
    /// What is wrong.
    Damage(&'static str),
}

/// Bytes of `EVENT_HEADER`.
const EVENT_HEADER: usize = 80;
/// `EVENT_HEADER_FLAG_EXTENDED_INFO`.
const EXTENDED: u16 = 1;

/// Reads the header of the event at `at` of a buffer whose events end at `data.len()`.
pub(super) fn read(data: &[u8], at: usize) -> Result<Event, Unreadable> {
    let rest = data.get(at..).unwrap_or_default();
    let Some(marker) = u32_at(rest, 0) else { return Err(Unreadable::End) };
    if marker == 0 && rest.iter().take(64).all(|byte| *byte == 0) {
        return Err(Unreadable::End);
    }
    let [low, high, header_type, flags] = marker.to_le_bytes();
    let first = usize::from(u16::from_le_bytes([low, high]));
    let second = usize::from(u16_at(rest, 4).unwrap_or(0));
    // Bytes of the event, its header's bytes, where its time, its thread and its provider stand.
    let (kind, size, header, time, thread, provider) = match (flags, header_type) {
        (0xc0, 1 | 2) => (Kind::System, second, 32, Some(16), Some(8), None),
        (0xc0, 3 | 4) => (Kind::Compact, second, 24, Some(16), Some(8), None),
        (0xc0, 16 | 17) => (Kind::PerfInfo, second, 16, Some(8), None, None),
        (0xc0, 10 | 20) => (Kind::Full, first, 48, Some(16), Some(8), Some(24)),
        (0xc0, 11 | 21) => (Kind::Instance, first, 72, Some(16), Some(8), Some(24)),
        (0xc0, 12) => (Kind::Timed, first, 16, Some(8), None, None),
        (0xc0, 13) => (Kind::Error, first, 8, None, None, None),
        (0xc0, 14) => (Kind::Wnode, first, 8, None, None, None),
        (0xc0, 15) => (Kind::Message, first, 8, None, None, None),
        (0xc0, 18 | 19) => (Kind::Event, first, EVENT_HEADER, Some(16), Some(8), Some(24)),
        (0x90, _) => (Kind::Message, first, 8, None, None, None),
        (0xa0, _) => (Kind::Short, first, 8, None, None, None),
        (0xb0, _) => (Kind::Short, first, 16, Some(8), None, None),
        _ => return Err(Unreadable::Damage("an event whose marker is none")),
    };
    if size < header {
        return Err(Unreadable::Damage("an event that claims to be smaller than its header"));
    }
    let Some(event) = rest.get(..size) else {
        return Err(Unreadable::Damage("an event that claims to reach beyond its buffer"));
    };
    let mut read = Event {
        kind,
        size,
        time: time.and_then(|time| u64_at(event, time)),
        process: thread.and_then(|thread| u32_at(event, thread + 4)).unwrap_or(0),
        thread: thread.and_then(|thread| u32_at(event, thread)).unwrap_or(0),
        provider: provider.and_then(|provider| guid_at(event, provider)).unwrap_or_default(),
        id: 0,
        version: 0,
        keyword: 0,
        activity: Guid::NIL,
        data: at + header..at + size,
    };
    if kind == Kind::Event {
        read.id = u16_at(event, 40).unwrap_or(0);
        read.version = event.get(42).copied().unwrap_or(0);
        read.keyword = u64_at(event, 48).unwrap_or(0);
        read.activity = guid_at(event, 64).unwrap_or_default();
        if u16_at(event, 4).unwrap_or(0) & EXTENDED != 0 {
            read.data.start = at + extended_end(event).ok_or(Unreadable::Damage("extended data beyond its event"))?;
        }
    }
    Ok(read)
}

/// Where the extended data items end that stand between header and data: each is eight bytes, the last two of them its
/// data's size, then the data, padded to eight; bit 0 of the third field says that another one follows.
fn extended_end(event: &[u8]) -> Option<usize> {
    let mut at = EVENT_HEADER;
    loop {
        let (follows, size) = (u16_at(event, at + 4)? & 1 != 0, usize::from(u16_at(event, at + 6)?));
        // Each step is eight bytes at least, of 65535 at most.
        let end = at.checked_add(8)?.checked_add(size)?.checked_next_multiple_of(8)?;
        if end > event.len() {
            // The padding of the last one is left out where no data follows.
            return (!follows && end - event.len() < 8).then_some(event.len());
        }
        at = end;
        if !follows {
            return Some(at);
        }
    }
}
