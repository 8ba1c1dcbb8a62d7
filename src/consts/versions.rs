//! Versions of the cluster (2.2.3.3) and the Windows releases behind them (product notes 22 and 23).
//!
//! The declarations make the newtypes and their tables; how: `consts/declare.rs`.

use super::declare::constants;

constants! {
    /// Whether nodes of different versions run in the cluster.
    bitmask ClusterVersionFlags: u32, "2.2.3.3", "CLUSTER_OPERATIONAL_VERSION_INFO.dwFlags" {
        CLUSTER_VERSION_FLAG_MIXED_MODE = 0x00000001,
    }

    /// Internal version of a cluster, see [`RELEASES`]: internal version in the high word, build or upgrade level in
    /// the low one.
    enumeration ClusterInternalVersion: u32, "2.2.3.3",
        "dwClusterHighestVersion / dwClusterLowestVersion of CLUSTER_OPERATIONAL_VERSION_INFO; high word internal \
         version, low word build (up to 8) or upgrade level (from 9); other values must decode" {
        /// internal 1, build 0x00E0
        Version_0001_00E0 = 0x000100E0,
        /// internal 2, build 0x00E0
        Version_0002_00E0 = 0x000200E0,
        /// internal 3, build 0x0893
        Version_0003_0893 = 0x00030893,
        /// internal 4, build 0x0ECE; absent from the lowest-version list
        Version_0004_0ECE = 0x00040ECE,
        /// internal 5, build 0x1771
        Version_0005_1771 = 0x00051771,
        /// internal 6, build 0x1DB0
        Version_0006_1DB0 = 0x00061DB0,
        [revision44] {
            /// internal 6, build 0x1DB1
            Version_0006_1DB1 = 0x00061DB1,
        }
        /// internal 7, build 0x23F0
        Version_0007_23F0 = 0x000723F0,
        /// internal 8, build 0x2580
        Version_0008_2580 = 0x00082580,
        /// internal 9, upgrade 3
        Version_0009_0003 = 0x00090003,
        /// internal 10, upgrade 1
        Version_000A_0001 = 0x000A0001,
        [revision44] {
            /// internal 10, upgrade 2
            Version_000A_0002 = 0x000A0002,
            /// internal 10, upgrade 3
            Version_000A_0003 = 0x000A0003,
            /// internal 11, upgrade 3
            Version_000B_0003 = 0x000B0003,
            /// internal 12, upgrade 4
            Version_000C_0004 = 0x000C0004,
        }
    }
}

impl ClusterInternalVersion {
    /// The internal version: the high word.
    pub const fn major(self) -> u16 {
        (self.0 >> 16) as u16
    }

    /// The build number up to internal version 8, the upgrade level from 9 on: the low word.
    pub const fn minor(self) -> u16 {
        self.0 as u16
    }

    /// The Windows releases that report this version; none for a version the list doesn't have.
    pub fn release(self) -> Option<&'static Release> {
        RELEASES.iter().find(|release| release.version == self)
    }
}

/// The Windows releases behind an internal version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Release {
    /// The internal version.
    pub version: ClusterInternalVersion,
    /// What runs on the nodes when it is `dwClusterHighestVersion`; empty when that is never the case.
    pub highest: &'static str,
    /// What runs on the nodes when it is `dwClusterLowestVersion`; empty when that is never the case.
    pub lowest: &'static str,
}

const fn release(version: ClusterInternalVersion, highest: &'static str, lowest: &'static str) -> Release {
    Release { version, highest, lowest }
}

/// The internal versions and their Windows releases. A cluster of Windows Server 2016 that once had a node with Windows
/// Server 2012 R2 stays at 8 until its version is raised by `CLUSCTL_CLUSTER_UPGRADE_CLUSTER_VERSION`. The last four
/// are newer than the product notes: their releases go by the cluster functional level, which is the internal version.
pub static RELEASES: &[Release] = &[
    release(
        ClusterInternalVersion::Version_0001_00E0,
        "Windows NT 4.0 SP3, also mixed with SP4",
        "Windows NT 4.0 SP3, SP4 or both",
    ),
    release(
        ClusterInternalVersion::Version_0002_00E0,
        "Windows NT 4.0 SP4, also mixed with Windows 2000 Server",
        "Windows 2000 Server, also mixed with Windows NT 4.0 SP4",
    ),
    release(
        ClusterInternalVersion::Version_0003_0893,
        "Windows 2000 Server, also mixed with Windows Server 2003",
        "Windows Server 2003, also mixed with Windows 2000 Server",
    ),
    release(ClusterInternalVersion::Version_0004_0ECE, "Windows Server 2003", ""),
    release(ClusterInternalVersion::Version_0005_1771, "Windows Server 2008", "Windows Server 2008"),
    release(
        ClusterInternalVersion::Version_0006_1DB0,
        "Windows Server 2008 R2, also mixed with Windows Server 2008 SP2",
        "Windows Server 2008 R2, also mixed with Windows Server 2008 R2 SP1",
    ),
    release(
        ClusterInternalVersion::Version_0006_1DB1,
        "Windows Server 2008 R2 SP1, also mixed with Windows Server 2008 R2",
        "Windows Server 2008 R2 SP1",
    ),
    release(ClusterInternalVersion::Version_0007_23F0, "Windows Server 2012", "Windows Server 2012"),
    release(
        ClusterInternalVersion::Version_0008_2580,
        "Windows Server 2012 R2, also mixed with Windows Server 2016",
        "Windows Server 2012 R2, also mixed with Windows Server 2016",
    ),
    release(ClusterInternalVersion::Version_0009_0003, "Windows Server 2016", "Windows Server 2016"),
    release(
        ClusterInternalVersion::Version_000A_0001,
        "a release after Windows Server 2016",
        "a release after Windows Server 2016",
    ),
    release(
        ClusterInternalVersion::Version_000A_0002,
        "a release after Windows Server 2016",
        "a release after Windows Server 2016",
    ),
    release(ClusterInternalVersion::Version_000A_0003, "Windows Server 2019", "Windows Server 2019"),
    release(ClusterInternalVersion::Version_000B_0003, "Windows Server 2022", "Windows Server 2022"),
    release(ClusterInternalVersion::Version_000C_0004, "Windows Server 2025", "Windows Server 2025"),
];
