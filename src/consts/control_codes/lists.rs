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

/// A handle of the process that asked: as wide as that process' pointers.
pub(super) const TOKEN: BufferFormat = BufferFormat::ByLength(&[(4, BufferFormat::Dword), (8, BufferFormat::Qword)]);

/// The key of a cloud witness.
pub(super) const WITNESS_KEY: BufferFormat = BufferFormat::OneOf(&[BufferFormat::PropertyList, BufferFormat::Sz]);

/// When a group was last moved, and by which node.
pub(super) const LAST_MOVE_TIME: BufferFormat = BufferFormat::OneOf(&LAST_MOVE_TIMES);

// Rust 1.88 doesn't promote an array that refers to a static.
static LAST_MOVE_TIMES: [BufferFormat; 2] =
    [BufferFormat::Struct("CLUSCTL_GROUP_GET_LAST_MOVE_TIME_OUTPUT"), BufferFormat::Values(&ANY_VALUES)];

static ANY_VALUES: ValueList = ValueList { first: &[], then: &[], binary: BufferFormat::Bytes };

/// When the database of the cluster was last changed.
pub(super) const TIMESTAMP: BufferFormat = BufferFormat::ByLength(&[
    (8, BufferFormat::Filetime),
    (16, BufferFormat::Struct("SYSTEMTIME")),
    (0, BufferFormat::MultiSz),
]);

/// A number of bytes to be reserved.
pub(super) const RESERVE: BufferFormat = BufferFormat::OneOf(&[BufferFormat::Qword, BufferFormat::PropertyList]);
