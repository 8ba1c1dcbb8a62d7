//! Writes event traces of Windows (ETL) out of packets, for tests: as the NDIS packet capture and as the packet monitor would
//! tell them, in fragments, at several layers, out of order, compressed, cut.
//!
//! `events.rs` makes the providers' events, `compress.rs` compresses buffers. Layouts are those that docs/etl.md names the
//! sources of.

mod compress;
mod events;

pub use compress::{lznt1, xpress};
pub use events::{END, Event, START, ndis, pktmon, pktmon_component, rpc_end, rpc_start};

/// Bytes of a buffer's header.
pub const HEADER: usize = 0x48;

/// What the trace's clock counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// The performance counter, with so many counts a second.
    PerformanceCounter(u64),
    /// 100 ns since 1601.
    SystemTime,
    /// A processor's cycles, with so many millions a second.
    Cycles(u32),
}

/// How buffers are compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    /// Not at all.
    None,
    /// By LZNT1.
    Lznt1,
    /// By plain LZ77.
    Xpress,
}

/// How a trace is written.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Bytes of a buffer.
    pub buffer_size: usize,
    /// Processors; events go to each in turn.
    pub processors: u16,
    /// The clock.
    pub clock: Clock,
    /// Whether pointers have eight bytes.
    pub wide: bool,
    /// Compression of all buffers but the first.
    pub compression: Compression,
    /// `LogFileMode`.
    pub mode: u32,
    /// `EventsLost` and `BuffersLost`.
    pub lost: (u32, u32),
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            buffer_size: 64 << 10,
            processors: 1,
            clock: Clock::PerformanceCounter(10_000_000),
            wide: true,
            compression: Compression::None,
            mode: 1,
            lost: (0, 0),
        }
    }
}

/// 100 ns between 1601 and 1970.
const EPOCH: i128 = 116_444_736_000_000_000;
/// What the clock shows at the start of each trace.
const START_COUNT: u64 = 5_000_000_000;

/// A trace in the making: buffers that are full, and one for each processor.
#[derive(Debug)]
pub struct Trace {
    settings: Settings,
    /// 100 ns since 1601.
    start: i128,
    open: Vec<Vec<u8>>,
    full: Vec<(u16, u64, Vec<u8>)>,
    sequence: u64,
}

impl Trace {
    /// A trace that starts at `start`, nanoseconds since 1970.
    pub fn new(settings: Settings, start: i64) -> Self {
        let open = vec![Vec::new(); usize::from(settings.processors.max(1))];
        let start = i128::from(start).div_euclid(100) + EPOCH;
        Trace { settings, start, open, full: Vec::new(), sequence: 0 }
    }

    /// What the clock shows at a time in nanoseconds since 1970.
    pub fn count(&self, time: i64) -> u64 {
        let since = i128::from(time) - (self.start - EPOCH) * 100;
        let count = match self.settings.clock {
            Clock::SystemTime => i128::from(time).div_euclid(100) + EPOCH,
            Clock::PerformanceCounter(frequency) => scaled(since, frequency),
            Clock::Cycles(mega) => scaled(since, u64::from(mega) * 1_000_000),
        };
        u64::try_from(count).unwrap_or(0)
    }

    /// Adds an event at a time on a processor.
    pub fn event(&mut self, time: i64, processor: u16, event: &Event) {
        let bytes = event.bytes(self.count(time), self.settings.wide);
        self.raw(processor, &bytes);
    }

    /// Adds bytes where an event stands.
    pub fn raw(&mut self, processor: u16, bytes: &[u8]) {
        let processor = processor % self.settings.processors.max(1);
        let padded = bytes.len().next_multiple_of(8);
        if self.open[usize::from(processor)].len() + padded > self.settings.buffer_size - HEADER {
            self.close(processor);
        }
        let open = &mut self.open[usize::from(processor)];
        open.extend(bytes);
        open.resize(open.len().next_multiple_of(8), 0);
    }

    /// Ends a processor's buffer.
    pub fn close(&mut self, processor: u16) {
        let events = std::mem::take(&mut self.open[usize::from(processor)]);
        if !events.is_empty() {
            self.sequence += 1;
            self.full.push((processor, self.sequence, events));
        }
    }

    /// The buffers in the order in which they were filled, the first with the header.
    pub fn buffers(mut self) -> Vec<Vec<u8>> {
        for processor in 0..self.settings.processors.max(1) {
            self.close(processor);
        }
        let mut all = vec![self.first()];
        for (processor, sequence, events) in &self.full {
            all.push(self.buffer(*processor, *sequence, events));
        }
        all
    }

    /// The file.
    pub fn bytes(self) -> Vec<u8> {
        self.buffers().concat()
    }

    fn buffer(&self, processor: u16, sequence: u64, events: &[u8]) -> Vec<u8> {
        let filled = HEADER + events.len();
        let compressed = match self.settings.compression {
            Compression::None => None,
            Compression::Lznt1 => Some(lznt1(events)),
            Compression::Xpress => Some(xpress(events)),
        };
        // As in real traces: what does not get smaller stays as it is.
        let compressed = compressed.filter(|packed| packed.len() < events.len());
        match compressed {
            Some(packed) => {
                let mut buffer = header(HEADER + packed.len(), filled, 0x60, 0, processor, sequence, 5);
                buffer.extend(packed);
                buffer
            }
            None => {
                let mut buffer = header(self.settings.buffer_size, filled, 0x20, 0, processor, sequence, 3);
                buffer.extend(events);
                buffer.resize(self.settings.buffer_size, 0xff);
                buffer
            }
        }
    }

    /// The buffer with the logfile header.
    fn first(&self) -> Vec<u8> {
        let settings = &self.settings;
        let mut log = Vec::new();
        let mut number = |value: u32| log.extend(value.to_le_bytes());
        for value in [settings.buffer_size as u32, 0x0501_000a, 19041, u32::from(settings.processors), 0, 0] {
            number(value);
        }
        number(156_250);
        number(0);
        let compressed = if settings.compression == Compression::None { 0 } else { 0x0400_0000 };
        number(settings.mode | compressed);
        number(self.full.len() as u32 + 1);
        number(1);
        number(if settings.wide { 8 } else { 4 });
        number(settings.lost.0);
        let mega = if let Clock::Cycles(mega) = settings.clock { mega } else { 2400 };
        number(mega);
        log.resize(if settings.wide { 248 } else { 240 }, 0);
        let (frequency, kind) = match settings.clock {
            Clock::PerformanceCounter(frequency) => (frequency, 1_u32),
            Clock::SystemTime => (10_000_000, 2),
            Clock::Cycles(_) => (10_000_000, 3),
        };
        log.extend((self.start as u64).to_le_bytes());
        log.extend(frequency.to_le_bytes());
        log.extend((self.start as u64).to_le_bytes());
        log.extend(kind.to_le_bytes());
        log.extend(settings.lost.1.to_le_bytes());
        for name in ["NetTrace\0", "C:\\trace.etl\0"] {
            log.extend(name.encode_utf16().flat_map(u16::to_le_bytes));
        }
        let mut event = vec![2, 0, if settings.wide { 2 } else { 1 }, 0xc0];
        event.extend((32 + log.len() as u16).to_le_bytes());
        // HookId: type 0, group 0.
        event.extend([0, 0]);
        event.extend(7_u32.to_le_bytes());
        event.extend(4_u32.to_le_bytes());
        event.extend(START_COUNT.to_le_bytes());
        event.extend([0; 8]);
        event.extend(log);
        let filled = HEADER + event.len().next_multiple_of(8);
        let state = match settings.compression {
            Compression::None => 3,
            Compression::Lznt1 => 2,
            Compression::Xpress => 3,
        };
        let mut buffer = header(settings.buffer_size, filled, 0x21, 4, 0, 0, state);
        buffer.extend(event);
        buffer.resize(filled, 0);
        buffer.resize(settings.buffer_size, 0xff);
        buffer
    }
}

fn scaled(nanos: i128, frequency: u64) -> i128 {
    // Rounded up, so that the way back, rounded down, gives the same 100 ns.
    i128::from(START_COUNT) + (nanos * i128::from(frequency) + 999_999_999).div_euclid(1_000_000_000)
}

/// A buffer's header: bytes in the file, bytes filled, flags, type, processor, number, state.
pub fn header(size: usize, filled: usize, flags: u16, kind: u16, processor: u16, sequence: u64, state: u32) -> Vec<u8> {
    let mut header = Vec::with_capacity(size.min(1 << 24));
    for value in [size as u32, filled as u32, filled as u32, 0] {
        header.extend(value.to_le_bytes());
    }
    header.extend(sequence.to_le_bytes());
    header.extend(sequence.to_le_bytes());
    header.extend([0; 8]);
    header.extend(processor.to_le_bytes());
    header.extend(20_u16.to_le_bytes());
    header.extend(state.to_le_bytes());
    header.extend((filled as u32).to_le_bytes());
    header.extend(flags.to_le_bytes());
    header.extend(kind.to_le_bytes());
    header.resize(HEADER, 0);
    header
}
