//! Every limit there is: one structure that holds them all, and one table that says what each one does.
//!
//! [`Limits`] is what the program works under. Its defaults keep whatever input below [`DEFAULT_MEMORY`];
//! [`Limits::for_memory`] scales those that bound memory to another ceiling. [`TABLE`] declares for each limit what it
//! bounds, what happens when it bites and which counter shows it; `cluscope list limits` and `docs/limits.md` are
//! printed from it. A field of a limits' structure without a row does not compile.
//!
//! Next: `limits/table.rs` for the table, [`crate::session::SessionLimits`] and its neighbours for where each one works.

mod table;
#[cfg(test)]
mod tests;

pub use crate::base::bounds::{Bound as Fixed, TABLE as FIXED};
pub use table::TABLE;

use crate::{analysis, capture, conformance, session};

/// The ceiling that the defaults are made for, in bytes: 256 MB, on any input.
pub const DEFAULT_MEMORY: u64 = 256_000_000;

/// The smallest ceiling, in bytes: 16 MiB. Below it nothing of use could be kept.
pub const LEAST_MEMORY: u64 = 16 << 20;

/// What the sums of worst cases reckon with for the program itself, in bytes: its code, its stacks, buffers of input and
/// output. A release build with all features but `columns` takes some 0.7 MB more; the sums exceed what was measured by more.
pub const BASE: u64 = 9_000_000;

/// Every limit.
#[derive(Clone, Debug, Default)]
pub struct Limits {
    /// Capture files.
    pub capture: capture::CaptureLimits,
    /// Networks, associations, security contexts.
    pub session: session::SessionLimits,
    /// What handles, calls and ids stand for.
    pub analysis: analysis::AnalysisLimits,
    /// The rules of conformance. What it says of analysis is what `analysis` says.
    pub conformance: conformance::CheckLimits,
    /// Statistics.
    pub stats: analysis::stats::StatsLimits,
    /// Stories.
    pub story: analysis::story::StoryLimits,
    /// Rewriting a capture.
    pub rewrite: Rewrite,
    /// Selecting packets.
    pub select: Select,
    /// Tables.
    pub columns: Columns,
    /// Printing records.
    pub output: Output,
    /// Reports and diagrams.
    pub pictures: Pictures,
}

/// What printing may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Output {
    /// Bytes of one printed record. Default 16 MiB. A longer one is printed without its values.
    pub record: usize,
    /// Bytes of one half of a call as `calls` prints it. Default 4 MiB. A longer one is printed without its values.
    pub half: usize,
    /// Requests of `calls` that wait for their answer. Default 8192.
    pub waiting: usize,
    /// Bytes of them. Default 8 MiB.
    pub waiting_bytes: usize,
    /// Connections whose association PDUs are held back until it is known whether they are of interest. Default 1024.
    pub held: usize,
    /// Bytes of those PDUs as printed. Default 4 MiB.
    pub held_bytes: usize,
    /// Connections of interest that are remembered. Default 32768.
    pub chosen: usize,
}

impl Default for Output {
    fn default() -> Self {
        Output {
            record: 16 << 20,
            half: 4 << 20,
            waiting: 1 << 13,
            waiting_bytes: 8 << 20,
            held: 1024,
            held_bytes: 4 << 20,
            chosen: 1 << 15,
        }
    }
}

/// What reports and diagrams may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pictures {
    /// Tracks of a trace for Perfetto. Default 1024.
    pub tracks: usize,
    /// Events of a Mermaid diagram. Default 200.
    pub arrows: usize,
    /// Calls that a report lists, with their messages. Default 4000.
    pub calls: usize,
    /// Bytes of those messages as printed. Default 8 MiB.
    pub messages: usize,
    /// Bytes of one half of such a call as printed. Default 32 KiB.
    pub message: usize,
    /// Events, findings and points of its pictures: so many of each. Default 2000.
    pub events: usize,
}

impl Default for Pictures {
    fn default() -> Self {
        Pictures { tracks: 1 << 10, arrows: 200, calls: 4000, messages: 8 << 20, message: 32 << 10, events: 2000 }
    }
}

/// What rewriting may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rewrite {
    /// Bytes of opened PDUs, sealed and clear, and of notes on packets, kept at a time. Default 32 MiB. Beyond it the
    /// reader that writes goes on as far as it may; PDUs whose packets it has passed then stay sealed in retransmissions
    /// that come later.
    pub memory: usize,
}

impl Default for Rewrite {
    fn default() -> Self {
        Rewrite { memory: 32 << 20 }
    }
}

impl From<Output> for analysis::joiner::JoinerLimits {
    fn from(output: Output) -> Self {
        let Output { waiting, waiting_bytes, .. } = output;
        analysis::joiner::JoinerLimits { waiting, waiting_bytes }
    }
}

impl From<Output> for session::SelectionLimits {
    fn from(output: Output) -> Self {
        let Output { held, held_bytes, chosen, .. } = output;
        session::SelectionLimits { held, held_bytes, chosen }
    }
}

/// What selecting packets may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Select {
    /// Flows whose packets are selected one by one. Default 65536. Of further ones all between their two hosts are.
    pub flows: usize,
    /// Pairs of hosts all of whose packets are selected, and hosts whose Kerberos exchanges are; of a survey the pairs, the
    /// links between them, and the fragments that wait for others. Default 65536.
    pub hosts: usize,
    /// Bytes of packets that wait until it is known what a fragment among them belongs to. Default 16 MiB.
    pub waiting: usize,
}

impl Default for Select {
    fn default() -> Self {
        Select { flows: 1 << 16, hosts: 1 << 16, waiting: 16 << 20 }
    }
}

/// What tables may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Columns {
    /// Bytes of the rows of a table that become one batch. Default 2 MiB; of small rows a batch has [`TABLE_ROWS`](crate::base::bounds::TABLE_ROWS).
    pub batch: usize,
    /// Bytes of the rows of all tables that wait to be encoded. Default 4 MiB. Beyond it those of the table that has most are.
    pub portion: usize,
    /// Bytes of all unfinished row groups together, encoded. Default 48 MiB. Each file has a part of it, beyond which its row
    /// group is finished.
    pub row_groups: usize,
    /// Files that are open at a time. Default 32. Of further partitions the one used least recently is finished; what comes of
    /// it later goes into another file.
    pub files: usize,
}

impl Default for Columns {
    fn default() -> Self {
        Columns { batch: 2 << 20, portion: 4 << 20, row_groups: 48 << 20, files: 32 }
    }
}

/// The smallest ceiling under which tables are filled, in bytes: 64 MiB.
pub const LEAST_FOR_TABLES: u64 = 64 << 20;

/// How a limit follows the ceiling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// In proportion, but never below this.
    Memory(u64),
    /// Not at all: it bounds work, or is part of another one's room.
    Fixed,
}

/// Which commands keep what a limit bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keeper {
    /// All that read captures.
    All,
    /// All but `decrypt` and `select`.
    Analysis,
    /// `dissect`.
    Dissect,
    /// `calls`.
    Calls,
    /// `check`.
    Check,
    /// `stats`.
    Stats,
    /// `story`.
    Story,
    /// `decrypt`.
    Decrypt,
    /// `select`.
    Select,
    /// `export`, which keeps what `dissect`, `check` and `story` keep too.
    Export,
    /// `report`, which keeps what `check`, `stats` and `story` keep too.
    Report,
}

impl Keeper {
    /// The commands that work under [`Limits::for_memory`].
    pub const COMMANDS: [Keeper; 7] =
        [Keeper::Dissect, Keeper::Calls, Keeper::Check, Keeper::Stats, Keeper::Story, Keeper::Decrypt, Keeper::Select];

    /// Whether a command keeps what this one's limits bound.
    fn is_of(self, command: Keeper) -> bool {
        match self {
            Keeper::All => true,
            Keeper::Analysis => !matches!(command, Keeper::Decrypt | Keeper::Select),
            Keeper::Check | Keeper::Stats | Keeper::Story if command == Keeper::Report => true,
            Keeper::Check | Keeper::Dissect | Keeper::Story if command == Keeper::Export => true,
            keeper => keeper == command,
        }
    }
}

/// A row of the table.
#[derive(Debug)]
pub struct Limit {
    /// Where it stands in [`Limits`]: `session.network.tcp_flows`.
    pub name: &'static str,
    /// What it counts: `bytes`, `flows` …
    pub unit: &'static str,
    /// What it bounds.
    pub what: &'static str,
    /// What happens when it is reached.
    pub bites: &'static str,
    /// What shows it: a member of the record of type `limits` where nothing else is said.
    pub counter: &'static str,
    /// How it follows `--memory-limit`.
    pub scale: Scale,
    /// Bytes of memory for each of what it counts at the worst; 0 where another limit's room has it.
    pub each: u64,
    /// Who keeps it.
    pub keeper: Keeper,
    get: fn(&Limits) -> u64,
    set: fn(&mut Limits, u64),
}

impl Limit {
    /// Its value in `limits`.
    pub fn get(&self, limits: &Limits) -> u64 {
        (self.get)(limits)
    }

    /// Its default.
    pub fn default(&self) -> u64 {
        self.get(&Limits::default())
    }

    /// Changes it; a value that its type has no room for is made the largest one.
    pub fn set(&self, limits: &mut Limits, value: u64) {
        (self.set)(limits, value);
    }
}

impl Limits {
    /// Limits under which the program stays below so many bytes of memory, whatever the input. Less than
    /// [`LEAST_MEMORY`] counts as that.
    #[must_use]
    pub fn for_memory(bytes: u64) -> Limits {
        let mut limits = Limits::default();
        let room = bytes.max(LEAST_MEMORY) - BASE;
        for limit in TABLE {
            if let Scale::Memory(least) = limit.scale {
                let scaled = u128::from(limit.get(&limits)) * u128::from(room) / u128::from(DEFAULT_MEMORY - BASE);
                limit.set(&mut limits, u64::try_from(scaled).unwrap_or(u64::MAX).max(least));
            }
        }
        limits.conformance.analysis = limits.analysis;
        limits
    }

    /// The ceiling that each part of `report` works under so that all of them together stay below so many bytes: it does
    /// the work of several commands at once.
    #[must_use]
    pub fn share_of_report(bytes: u64) -> u64 {
        Limits::share(bytes, Keeper::Report)
    }

    /// Limits for `export`, and for whoever fills tables, which does the work of several commands too.
    #[must_use]
    pub fn for_tables(bytes: u64) -> Limits {
        Limits::for_memory(Limits::share(bytes, Keeper::Export))
    }

    fn share(bytes: u64, command: Keeper) -> u64 {
        let mut share = bytes;
        while share > LEAST_MEMORY && Limits::for_memory(share).worst_case(command) > bytes {
            share -= share / 16;
        }
        share
    }

    /// The most bytes of memory that a command may take under these limits: [`BASE`] and everything full at once.
    #[must_use]
    pub fn worst_case(&self, command: Keeper) -> u64 {
        let rows = TABLE.iter().filter(|limit| limit.keeper.is_of(command));
        rows.fold(BASE, |sum, limit| sum.saturating_add(limit.get(self).saturating_mul(limit.each)))
    }
}

/// Reads a size: `256MB` (powers of ten), `64M` or `64MiB` (powers of two), `1G`, plain bytes.
///
/// # Errors
/// Says what a size looks like, or that it is too small.
pub fn parse_size(text: &str) -> Result<u64, String> {
    let text = text.trim();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let shape =
        || format!("{text:?} is no size: a number with k, M or G (powers of 1024) or kB, MB, GB, such as 256MB");
    let number: u64 = number.parse().map_err(|_| shape())?;
    let factor: u64 = match unit.trim_start().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "kb" => 1000,
        "mb" => 1_000_000,
        "gb" => 1_000_000_000,
        "k" | "kib" => 1 << 10,
        "m" | "mib" => 1 << 20,
        "g" | "gib" => 1 << 30,
        _ => return Err(shape()),
    };
    let size =
        number.checked_mul(factor).filter(|size| *size <= 1 << 50).ok_or_else(|| format!("{text} is too much"))?;
    if size < LEAST_MEMORY {
        return Err(format!("{text} is too little: at least {}M", LEAST_MEMORY >> 20));
    }
    Ok(size)
}

/// The integers that limits are.
trait Number: Copy {
    fn get(self) -> u64;
    fn set(value: u64) -> Self;
}

macro_rules! numbers {
    ($($type:ty)*) => {
        $(impl Number for $type {
            fn get(self) -> u64 {
                u64::try_from(self).unwrap_or(u64::MAX)
            }
            fn set(value: u64) -> Self {
                <$type>::try_from(value).unwrap_or(<$type>::MAX)
            }
        })*
    };
}

numbers!(u8 u32 u64 usize);
