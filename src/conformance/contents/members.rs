//! Numbers inside structures: values and bits that their sections list.

use super::super::message::Report;
use super::super::rule::Rule;
use super::{Buffer, word};
use crate::base::bounds;
use crate::base::diagnostic::{Diagnostic, rules};
use crate::base::error::Path;
use crate::consts::content::BufferFormat;
use crate::consts::control_codes::{self as codes, Family};
use crate::consts::methods::NetnameCheckAdState;
use crate::consts::storage::{
    BlockRedirectedIOReason, CLUSDSK_DISKID_ENUM, ClusPartitionInfoFlags as PartitionFlags, RedirectedIOReason,
};
use crate::consts::syntax::CLUS_CHARACTERISTICS;
use crate::consts::{Constant, Constants, Kind};
use crate::ndr::types::{Scalar, Semantics};
use crate::ndr::visitor::{At, Open, Visitor};
use crate::structs::content::{Shape, ShapeKind};
use crate::structs::{self, Structure};

rules! { "structures", Rule:
    MEMBER = "member-value", "MS-CMRP 2.2.3", "a member or number has one of the values that its section lists", Must;
    MEMBER_BITS = "member-bits", "MS-CMRP 2.2.3",
        "characteristics, reasons of redirection and states of a directory are an OR of the values that their sections \
         list", Must;
    NO_CHARACTERISTICS = "no-characteristics", "MS-CMRP 2.2.2.4",
        "the characteristics of groups, nodes, networks and network interfaces are CLUS_CHAR_UNKNOWN", Must;
    QUORUM_USABLE = "quorum-not-usable", "MS-CMRP 2.2.3.9",
        "CLUSPROP_PIFLAG_DEFAULT_QUORUM is set together with CLUSPROP_PIFLAG_USABLE", Must;
    DISK_UNKNOWN = "disk-id-unknown", "MS-CMRP 3.1.4.3.2.28",
        "a server fails CLUSCTL_RESOURCE_TYPE_STORAGE_GET_DISKID for a disk whose partition type is unknown", Must;
}

/// Bit masks of which the section says that other bits are errors.
static CLOSED: [&Constants; 4] = [
    CLUS_CHARACTERISTICS::TABLE,
    RedirectedIOReason::TABLE,
    BlockRedirectedIOReason::TABLE,
    NetnameCheckAdState::TABLE,
];

/// A number that is none of those that its section lists, or has bits that it does not list.
struct Unlisted {
    path: Path,
    table: &'static Constants,
    value: u64,
    /// The structure that it stands in; empty where it stands alone.
    record: &'static str,
}

/// Collects the diagnostics of a structure, and its numbers that are worth a look.
#[derive(Default)]
pub(super) struct Collected {
    pub(super) diagnostics: Vec<Diagnostic>,
    unlisted: Vec<Unlisted>,
    /// Flags of partitions, with the structure that has them.
    partitions: Vec<(Path, u64, &'static str)>,
    /// The structures that are open, the innermost last.
    open: Vec<&'static str>,
}

impl Visitor<'_> for Collected {
    fn scalar(&mut self, at: At<'_>, _: Scalar, value: u64) {
        let record = self.open.last().copied().unwrap_or_default();
        match at.semantics {
            Semantics::Flags(table)
                if core::ptr::eq(table, PartitionFlags::TABLE) && self.partitions.len() < bounds::CHECKED_NUMBERS =>
            {
                self.partitions.push((at.path.to_path(), value, record));
            }
            Semantics::Enum(table) if table.member(value).is_none() => self.keep(&at, table, value, record),
            Semantics::Flags(table) if is_closed(table) && table.flags_of(value).unknown() != 0 => {
                self.keep(&at, table, value, record);
            }
            _ => {}
        }
    }

    fn begin(&mut self, _: At<'_>, open: Open<'_>) {
        self.open.push(match open {
            Open::Record { name, .. } => name,
            // What stands in a list stands in the structure around it.
            _ => self.open.last().copied().unwrap_or_default(),
        });
    }

    fn end(&mut self, _: At<'_>, _: Open<'_>) {
        self.open.pop();
    }

    fn diagnostic(&mut self, diagnostic: Diagnostic) {
        if self.diagnostics.len() < bounds::CHECKED_NUMBERS {
            self.diagnostics.push(diagnostic);
        }
    }
}

impl Collected {
    fn keep(&mut self, at: &At<'_>, table: &'static Constants, value: u64, record: &'static str) {
        if self.unlisted.len() < bounds::CHECKED_NUMBERS {
            self.unlisted.push(Unlisted { path: at.path.to_path(), table, value, record });
        }
    }
}

fn is_closed(table: &'static Constants) -> bool {
    CLOSED.iter().any(|closed| core::ptr::eq(*closed, table))
}

/// Checks the numbers of a buffer.
pub(super) fn check(buffer: &Buffer<'_, '_, '_>, sink: &Collected, shape: &Shape, found: &mut Report<'_, '_>) {
    let path = buffer.path;
    let whole = |inner: &Path| if inner.segments().is_empty() { path.to_string() } else { format!("{path}.{inner}") };
    let section_of = |record: &str| Structure::by_name(record).map_or("", |structure| structure.section);
    for (inner, flags, record) in &sink.partitions {
        if flags & QUORUM != 0 && flags & USABLE == 0 {
            let expected = format!("{USABLE:#x} too");
            let value = PartitionFlags::TABLE.display(*flags).to_string();
            found.add_in(&QUORUM_USABLE, section_of(record), whole(inner), value, expected);
        }
    }
    by_code(buffer, shape, found);
    let alone = matches!(shape.kind, ShapeKind::Format(BufferFormat::DwordOf(_) | BufferFormat::QwordOf(_)));
    // What only the header has no section restricts; commands of batches and syntaxes of values have rules of their own.
    let restricted = |record: &str| {
        Structure::by_name(record).is_some_and(|known| {
            matches!(known.kind, structs::Kind::Record(_)) && known.section.starts_with(|c: char| c.is_ascii_digit())
        })
    };
    let counts = |record: &str| if record.is_empty() { alone } else { restricted(record) };
    for Unlisted { path: inner, table, value, record } in
        sink.unlisted.iter().filter(|unlisted| counts(unlisted.record))
    {
        let rule = if table.kind == Kind::Flags { &MEMBER_BITS } else { &MEMBER };
        let section = if record.is_empty() { table.section } else { section_of(record) };
        found.add_in(rule, section, whole(inner), *value, format!("values of {}", table.name));
    }
}

const QUORUM: u64 = PartitionFlags::CLUSPROP_PIFLAG_DEFAULT_QUORUM.bits() as u64;
const USABLE: u64 = PartitionFlags::CLUSPROP_PIFLAG_USABLE.bits() as u64;

/// Numbers that are listed, but not for this control code.
fn by_code(buffer: &Buffer<'_, '_, '_>, shape: &Shape, found: &mut Report<'_, '_>) {
    let (Some(code), Some(value)) = (buffer.code, word(buffer.bytes, 0)) else { return };
    // 3.1.4.3.3.2, 3.1.4.3.4.2, 3.1.4.3.5.2, 3.1.4.3.6.2.
    let without = matches!(code.family, Family::Group | Family::Node | Family::Network | Family::NetInterface);
    let characteristics = matches!(shape.kind, ShapeKind::Format(BufferFormat::DwordOf(table))
        if core::ptr::eq(table, CLUS_CHARACTERISTICS::TABLE));
    if characteristics && without && value != 0 {
        found.add_in(&NO_CHARACTERISTICS, code.section, buffer.path, value, 0u64);
    }
    let disk_id = code.value == codes::CLUSCTL_RESOURCE_TYPE_STORAGE_GET_DISKID && !buffer.message.is_request();
    if disk_id && value == CLUSDSK_DISKID_ENUM::DiskIdUnknown.0 {
        found.add_in(&DISK_UNKNOWN, code.section, buffer.path, value, "ERROR_INVALID_STATE (5023)");
    }
}
