//! Layout of a control code (3.1.4.3).
//!
//! The declarations make the newtypes and their tables; how: `consts/declare.rs`.

use super::super::declare::constants;

constants! {
    /// Layout of a control code: fields and bits, not a list of codes.
    bitmask ControlCodeBits: u32, "3.1.4.3", "every dwControlCode: layout, not a list of codes" {
        /// 1 resource, 2 resource type, 3 group, 4 node, 5 network, 6 network interface, 7 cluster, 8 group set
        CLUSCTL_OBJECT_MASK = 0xFF000000,
        CLCTL_GLOBAL = 0x00800000,
        /// needs the All access level
        CLCTL_MODIFY = 0x00400000,
        CLCTL_USER = 0x00200000,
        CLCTL_INTERNAL = 0x00100000,
        /// function number shifted left by 2
        CLUSCTL_FUNCTION_MASK = 0x000FFFFC,
        CLUSCTL_ACCESS_WRITE = 0x00000002,
        CLUSCTL_ACCESS_READ = 0x00000001,
    }

    /// Kind of object that a control code is for: its highest byte.
    enumeration CLUSTER_CONTROL_OBJECT: u32, "clusapi.h", "bits 24 to 31 of every dwControlCode" {
        [sdk] {
            CLUS_OBJECT_INVALID = 0,
            CLUS_OBJECT_RESOURCE = 1,
            CLUS_OBJECT_RESOURCE_TYPE = 2,
            CLUS_OBJECT_GROUP = 3,
            CLUS_OBJECT_NODE = 4,
            CLUS_OBJECT_NETWORK = 5,
            CLUS_OBJECT_NETINTERFACE = 6,
            CLUS_OBJECT_CLUSTER = 7,
            CLUS_OBJECT_GROUPSET = 8 since W2016,
            CLUS_OBJECT_AFFINITYRULE = 9 since W2022,
            CLUS_OBJECT_USER = 0x00000080,
        }
    }
}
