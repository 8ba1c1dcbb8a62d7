//! Versions of the cluster (2.2.3.3).
//!
//! The declarations make the newtypes and their tables; how: `consts/declare.rs`.

use super::declare::constants;

constants! {
    /// Whether nodes of different versions run in the cluster.
    bitmask ClusterVersionFlags: u32, "2.2.3.3", "CLUSTER_OPERATIONAL_VERSION_INFO.dwFlags" {
        CLUSTER_VERSION_FLAG_MIXED_MODE = 0x00000001,
    }

    /// Internal version of a cluster: internal version in the high word, build or upgrade level in the low one.
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
        /// internal 6, build 0x1DB1; newer than 34.0
        Version_0006_1DB1 = 0x00061DB1,
        /// internal 7, build 0x23F0
        Version_0007_23F0 = 0x000723F0,
        /// internal 8, build 0x2580
        Version_0008_2580 = 0x00082580,
        /// internal 9, upgrade 3
        Version_0009_0003 = 0x00090003,
        /// internal 10, upgrade 1
        Version_000A_0001 = 0x000A0001,
        /// internal 10, upgrade 2; newer than 34.0
        Version_000A_0002 = 0x000A0002,
        /// internal 10, upgrade 3; newer than 34.0
        Version_000A_0003 = 0x000A0003,
        /// internal 11, upgrade 3; newer than 34.0
        Version_000B_0003 = 0x000B0003,
        /// internal 12, upgrade 4; newer than 34.0
        Version_000C_0004 = 0x000C0004,
    }
}
