//! The value lists that control codes answer with (3.1.4.3.1.5, 3.1.4.3.1.38, 3.1.4.3.1.46 and others).

use crate::consts::content::{BufferFormat, ValueList};
use crate::consts::syntax::CLUSTER_PROPERTY_SYNTAX as Syntax;

const DISK_ID: &[Syntax] = &[Syntax::CLUSPROP_SYNTAX_DISK_SIGNATURE, Syntax::CLUSPROP_SYNTAX_DISK_GUID];

/// Classes and names of resource types that a resource depends on.
pub(super) static DEPENDENCIES: ValueList = ValueList {
    first: &[],
    then: &[Syntax::CLUSPROP_SYNTAX_RESCLASS, Syntax::CLUSPROP_SYNTAX_NAME],
    binary: BufferFormat::Bytes,
};

/// A disk and its partitions.
pub(super) static DISK_INFO: ValueList = ValueList {
    first: DISK_ID,
    then: &[
        Syntax::CLUSPROP_SYNTAX_SCSI_ADDRESS,
        Syntax::CLUSPROP_SYNTAX_DISK_NUMBER,
        Syntax::CLUSPROP_SYNTAX_PARTITION_INFO,
    ],
    binary: BufferFormat::Bytes,
};

/// The same with the disk's size and more about the partitions.
pub(super) static DISK_INFO_EX: ValueList = ValueList {
    first: DISK_ID,
    then: &[
        Syntax::CLUSPROP_SYNTAX_SCSI_ADDRESS,
        Syntax::CLUSPROP_SYNTAX_DISK_NUMBER,
        Syntax::CLUSPROP_SYNTAX_DISK_SIZE,
        Syntax::CLUSPROP_SYNTAX_PARTITION_INFO_EX,
    ],
    binary: BufferFormat::Bytes,
};

/// The same with the encryption of the partitions.
pub(super) static DISK_INFO_EX2: ValueList = ValueList {
    first: DISK_ID,
    then: &[
        Syntax::CLUSPROP_SYNTAX_SCSI_ADDRESS,
        Syntax::CLUSPROP_SYNTAX_DISK_NUMBER,
        Syntax::CLUSPROP_SYNTAX_DISK_SIZE,
        Syntax::CLUSPROP_SYNTAX_PARTITION_INFO_EX2,
    ],
    binary: BufferFormat::Bytes,
};

/// The volumes of a cluster shared disk.
pub(super) static SHARED_VOLUMES: ValueList = ValueList {
    first: &[],
    then: &[Syntax::CLUSPROP_SYNTAX_LIST_VALUE_BINARY],
    binary: BufferFormat::Struct("CLUS_CSV_VOLUME_INFO"),
};

/// The groups of a replication, each a property list. The specification states no end mark.
pub(super) static REPLICATION_GROUPS: ValueList =
    ValueList { first: &[], then: &[Syntax::CLUSPROP_SYNTAX_LIST_VALUE_BINARY], binary: BufferFormat::PropertyList };

/// Maintenance mode, in the shorter or the longer structure.
pub(super) const MAINTENANCE_MODE: BufferFormat = BufferFormat::ByLength(&[
    (4, BufferFormat::Struct("CLUS_MAINTENANCE_MODE_INFO")),
    (16, BufferFormat::Struct("CLUS_MAINTENANCE_MODE_INFO_EX")),
]);

/// The path to be checked.
pub(super) const PATH: BufferFormat = BufferFormat::ByResourceType {
    name: "File Share Witness",
    then: &BufferFormat::PropertyList,
    otherwise: &BufferFormat::Sz,
};
