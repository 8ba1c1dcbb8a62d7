//! What a server's answers tell about its Windows release, after the product notes (MS-CMRP section 7).
//!
//! Each clue stands for a range of releases; what is left of all of them is the conclusion. Of each sort of clue a
//! server has one: the first answer to a question about versions, the newest method that it carried out, the oldest
//! one that it did not know.

use super::message::CheckedMessage;
use crate::base::bounded::Bounded;
use crate::consts::versions::ClusterInternalVersion;
use crate::idl;
use crate::idl::cluster::ApiGetClusterVersion2::params as version;
use crate::idl::cluster::{ApiGetClusterVersion, ApiGetClusterVersion2};
use crate::idl::structures::CLUSTER_OPERATIONAL_VERSION_INFO as VersionInfo;
use crate::rpc::event::Body;
use crate::session::Record;
use core::fmt;
use std::net::IpAddr;

/// The releases that serve the protocol, oldest first.
static RELEASES: &[&str] = &[
    "Windows NT 4.0 SP3",
    "Windows NT 4.0 SP4",
    "Windows 2000 Server",
    "Windows Server 2003",
    "Windows Server 2008",
    "Windows Server 2008 R2",
    "Windows Server 2012",
    "Windows Server 2012 R2",
    "Windows Server 2016",
    "Windows Server 2019",
    "Windows Server 2022",
    "Windows Server 2025",
    "a release after Windows Server 2025",
];

const NT4_SP3: u8 = 0;
const NT4_SP4: u8 = 1;
const W2000: u8 = 2;
const W2003: u8 = 3;
const W2008: u8 = 4;
const W2008_R2: u8 = 5;
const W2012: u8 = 6;
const W2012_R2: u8 = 7;
const W2016: u8 = 8;
const W2019: u8 = 9;
const W2022: u8 = 10;
const W2025: u8 = 11;
const LATER: u8 = 12;

/// Releases from one to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    from: u8,
    to: u8,
}

impl Range {
    const ALL: Range = Range { from: NT4_SP3, to: LATER };

    fn and(self, other: Range) -> Range {
        Range { from: self.from.max(other.from), to: self.to.min(other.to) }
    }

    /// Whether no release is in it: the clues contradict each other.
    pub fn is_empty(self) -> bool {
        self.from > self.to
    }

    /// The releases by name, oldest first.
    pub fn releases(self) -> &'static [&'static str] {
        RELEASES.get(usize::from(self.from)..=usize::from(self.to)).unwrap_or(&[])
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.releases(), *self) {
            ([], _) => f.write_str("no one release: the clues contradict each other"),
            (_, Range::ALL) => f.write_str("any release"),
            ([one], _) => f.write_str(one),
            ([first, ..], Range { to: LATER, .. }) => write!(f, "{first} or later"),
            ([first, .., last], Range { from: NT4_SP3, .. }) => write!(f, "{last} or earlier, from {first} on"),
            ([first, .., last], _) => write!(f, "{first} to {last}"),
        }
    }
}

/// A piece of evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clue {
    /// The packet that shows it.
    pub frame: u64,
    /// What it shows.
    pub says: String,
    /// The releases that show it.
    pub points_to: Range,
    /// Where the specification says so.
    pub section: &'static str,
}

/// What is known of a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fingerprint {
    /// Its address.
    pub server: IpAddr,
    /// What is left of the clues together.
    pub release: Range,
    /// The clues, in the order of their packets.
    pub evidence: Vec<Clue>,
}

/// The clues of one server, one of each sort.
#[derive(Clone, Debug, Default)]
struct Clues {
    interface: Option<Clue>,
    software: Option<Clue>,
    vendor: Option<Clue>,
    operational: Option<Clue>,
    answered: Option<(u16, Clue)>,
    refused: Option<(u16, Clue)>,
}

/// Gathers clues.
#[derive(Debug)]
pub(super) struct Fingerprints {
    servers: Bounded<IpAddr, Clues>,
}

/// The oldest release that has a method: the notes on it in section 7.
fn first_release(version: u16, opnum: u16) -> u8 {
    match (version, opnum) {
        (2, 0..=101) => NT4_SP3,
        (2, 102..=103) => NT4_SP4,
        (2, 104..=106) => W2000,
        (2, _) => W2003,
        (_, 0..=116 | 137) => W2008,
        (_, 117..=125) => W2008_R2,
        (_, 126..=154) => W2012,
        (_, 155..=182) => W2016,
        // The published text ends with Windows Server 2016; those behind it came with a later release.
        _ => W2019,
    }
}

/// Faults and status codes of a server that does not know a method.
const OP_RANGE_FAULT: u32 = 0x1c01_0002;
const PROCNUM_OUT_OF_RANGE: u32 = 0x6d1;

impl Fingerprints {
    pub(super) fn new(limit: usize) -> Self {
        Fingerprints { servers: Bounded::new(limit) }
    }

    /// Servers forgotten for the limit.
    pub(super) fn evicted(&self) -> u64 {
        self.servers.dropped()
    }

    fn version(record: &Record<'_>) -> Option<u16> {
        let (interface, version) = record.interface?;
        let version = interface.versions.get(version)?;
        core::ptr::eq(interface, &idl::CLUSAPI).then_some(version.number.major())
    }

    /// Takes notice of a fault.
    pub(super) fn fault(&mut self, record: &Record<'_>) {
        let Body::Fault { status: Some(OP_RANGE_FAULT), opnum: Some(opnum), .. } = record.event.body else { return };
        self.refused(record, opnum, "nca_s_op_rng_error");
    }

    fn refused(&mut self, record: &Record<'_>, opnum: u16, how: &str) {
        let Some(version) = Self::version(record) else { return };
        let first = first_release(version, opnum);
        // A method that every release has is refused for another reason.
        // Nor can anything be told from one of which nobody says when it came.
        let last = first.checked_sub(1).filter(|last| version == 2 || (*last >= W2008 && first < W2019));
        let Some(last) = last else { return };
        // Of opnums that no text names nothing can be told.
        let Some(method) = record.method().filter(|m| m.on_wire) else { return };
        let (clues, _) = self.servers.get_or_insert(record.flow.src.ip(), Clues::default);
        if clues.refused.as_ref().is_none_or(|(oldest, _)| opnum < *oldest) {
            let clue = Clue {
                frame: record.event.frame(),
                says: format!("{} (opnum {opnum} of {version}.0) is not known: {how}", method.name),
                points_to: Range { from: if version == 2 { NT4_SP3 } else { W2008 }, to: last },
                section: "MS-CMRP 7",
            };
            clues.refused = Some((opnum, clue));
        }
    }

    /// Takes notice of a response.
    pub(super) fn response(&mut self, message: &CheckedMessage<'_, '_>) {
        let Some(version) = Self::version(message.record).filter(|_| !message.is_request()) else { return };
        let status = message.values.status().map(|(_, status)| status);
        if status == Some(PROCNUM_OUT_OF_RANGE) {
            self.refused(message.record, message.method.opnum, "RPC_S_PROCNUM_OUT_OF_RANGE");
            return;
        }
        let frame = message.record.event.frame();
        let (clues, _) = self.servers.get_or_insert(message.record.flow.src.ip(), Clues::default);
        clues.interface.get_or_insert_with(|| Clue {
            frame,
            says: format!("serves version {version}.0"),
            points_to: if version == 2 { Range { from: NT4_SP3, to: W2003 } } else { Range { from: W2008, to: LATER } },
            section: "MS-CMRP 2.1, note 2",
        });
        let opnum = message.method.opnum;
        let first = first_release(version, opnum);
        let newest = clues.answered.as_ref().map(|(opnum, _)| first_release(version, *opnum));
        if newest.is_none_or(|newest| first > newest) {
            let clue = Clue {
                frame,
                says: format!("knows {} (opnum {opnum} of {version}.0)", message.method.name),
                points_to: Range { from: first, to: if version == 2 { W2003 } else { LATER } },
                section: "MS-CMRP 7",
            };
            clues.answered = Some((opnum, clue));
        }
        if status == Some(0) && matches!(message.method.id, ApiGetClusterVersion::ID | ApiGetClusterVersion2::ID) {
            versions(message, clues, frame);
        }
    }

    /// What is known of each server, in the order of their addresses.
    pub(super) fn all(&self) -> Vec<Fingerprint> {
        let mut all: Vec<Fingerprint> =
            self.servers.iter().map(|(server, clues)| fingerprint(*server, clues)).collect();
        all.sort_by_key(|fingerprint| fingerprint.server);
        all
    }
}

fn fingerprint(server: IpAddr, clues: &Clues) -> Fingerprint {
    let opnums = [&clues.answered, &clues.refused].into_iter().flatten().map(|(_, clue)| clue);
    let others = [&clues.interface, &clues.software, &clues.vendor, &clues.operational].into_iter().flatten();
    let mut evidence: Vec<Clue> = others.chain(opnums).cloned().collect();
    evidence.sort_by_key(|clue| clue.frame);
    let release = evidence.iter().fold(Range::ALL, |range, clue| range.and(clue.points_to));
    Fingerprint { server, release, evidence }
}

/// The releases of Windows 10.0 by their builds; those between two of them are previews and releases of their own.
fn build_of_10(build: u64) -> (u8, u8) {
    match build {
        0..=14392 => (W2016, LATER),
        14393 => (W2016, W2016),
        14394..=17762 => (W2016, W2019),
        17763 => (W2019, W2019),
        17764..=20347 => (W2019, W2022),
        20348 => (W2022, W2022),
        20349..=26099 => (W2022, W2025),
        26100 => (W2025, W2025),
        26101.. => (W2025, LATER),
    }
}

/// The vendor that Windows names (notes 66 and 90).
const VENDOR: &str = "Microsoft(R) Cluster service";

fn versions(message: &CheckedMessage<'_, '_>, clues: &mut Clues, frame: u64) {
    let values = message.values;
    let number = |id| values.number(id).unwrap_or(0);
    let (major, minor, build) =
        (number(version::lpwMajorVersion), number(version::lpwMinorVersion), number(version::lpwBuildNumber));
    let release = match (major, minor) {
        (4, 0) => Some((NT4_SP4, NT4_SP4)),
        (5, 0) => Some((W2000, W2000)),
        (5, 2) => Some((W2003, W2003)),
        (6, 0) => Some((W2008, W2008)),
        (6, 1) => Some((W2008_R2, W2008_R2)),
        (6, 2) => Some((W2012, W2012)),
        (6, 3) => Some((W2012_R2, W2012_R2)),
        (10, 0) => Some(build_of_10(build)),
        (11.., _) => Some((LATER, LATER)),
        _ => None,
    };
    let (from, to) = release.unwrap_or((NT4_SP3, LATER));
    clues.software.get_or_insert_with(|| Clue {
        frame,
        says: format!("calls itself version {major}.{minor} build {build} ({build:#06x})"),
        points_to: Range { from, to },
        section: "MS-CMRP 3.1.4.2.102, notes 87 to 89; 3.1.4.1.102, notes 63 to 65",
    });
    if let Some(vendor) = values.text(version::lpszVendorId).map(|v| v.to_string()).filter(|v| v != VENDOR) {
        clues.vendor.get_or_insert_with(|| Clue {
            frame,
            says: format!("names {vendor:?} as its vendor, where Windows names {VENDOR:?}"),
            points_to: Range::ALL,
            section: "MS-CMRP 3.1.4.2.102, note 90",
        });
    }
    let Some(highest) = values.member(VersionInfo::dwClusterHighestVersion).map(|n| ClusterInternalVersion(n as u32))
    else {
        return;
    };
    let lowest = values.member(VersionInfo::dwClusterLowestVersion).unwrap_or(0);
    let (from, to) = match highest.major() {
        1 => (NT4_SP3, NT4_SP4),
        2 => (NT4_SP4, W2000),
        3 => (W2000, W2003),
        4 => (W2003, W2003),
        5 => (W2008, W2008),
        6 if highest.minor() == 0x1db0 => (W2008, W2008_R2),
        6 => (W2008_R2, W2008_R2),
        7 => (W2012, W2012),
        // A node may be one release ahead of the functional level of its cluster, which is raised when all of them are.
        8 => (W2012_R2, W2016),
        9 => (W2016, W2019),
        10 => (W2019, W2022),
        11 => (W2022, W2025),
        12 => (W2025, LATER),
        13.. => (LATER, LATER),
        0 => (NT4_SP3, LATER),
    };
    let words = highest.release().map(|r| format!(", that of {}", r.highest)).unwrap_or_default();
    clues.operational.get_or_insert_with(|| Clue {
        frame,
        says: format!("its cluster runs at operational version {:#010x} (lowest {lowest:#010x}){words}", highest.0),
        points_to: Range { from, to },
        section: "MS-CMRP 2.2.3.3, notes 22 and 23",
    });
}
