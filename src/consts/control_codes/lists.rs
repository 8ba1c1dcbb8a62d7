//! The value lists that control codes answer with (3.1.4.3.1.5, 3.1.4.3.1.38, 3.1.4.3.1.46 and others).

use crate::consts::content::{Content, ValueList};
use crate::consts::syntax::CLUSTER_PROPERTY_SYNTAX as Syntax;

const DISK_ID: &[Syntax] = &[Syntax::CLUSPROP_SYNTAX_DISK_SIGNATURE, Syntax::CLUSPROP_SYNTAX_DISK_GUID];

/// Classes and names of resource types that a resource depends on.
pub(super) static DEPENDENCIES: ValueList = ValueList {
    first: &[],
    then: &[Syntax::CLUSPROP_SYNTAX_RESCLASS, Syntax::CLUSPROP_SYNTAX_NAME],
    binary: Content::Bytes,
};

/// A disk and its partitions.
pub(super) static DISK_INFO: ValueList = ValueList {
    first: DISK_ID,
    then: &[
        Syntax::CLUSPROP_SYNTAX_SCSI_ADDRESS,
        Syntax::CLUSPROP_SYNTAX_DISK_NUMBER,
        Syntax::CLUSPROP_SYNTAX_PARTITION_INFO,
    ],
    binary: Content::Bytes,
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
    binary: Content::Bytes,
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
    binary: Content::Bytes,
};

/// The volumes of a cluster shared disk.
pub(super) static SHARED_VOLUMES: ValueList = ValueList {
    first: &[],
    then: &[Syntax::CLUSPROP_SYNTAX_LIST_VALUE_BINARY],
    binary: Content::Struct("CLUS_CSV_VOLUME_INFO"),
};

/// The groups of a replication, each a property list. The specification states no end mark.
pub(super) static REPLICATION_GROUPS: ValueList =
    ValueList { first: &[], then: &[Syntax::CLUSPROP_SYNTAX_LIST_VALUE_BINARY], binary: Content::PropertyList };

/// Maintenance mode, in the shorter or the longer structure.
pub(super) const MAINTENANCE_MODE: Content = Content::ByLength(&[
    (4, Content::Struct("CLUS_MAINTENANCE_MODE_INFO")),
    (16, Content::Struct("CLUS_MAINTENANCE_MODE_INFO_EX")),
]);

/// The path to be checked.
pub(super) const PATH: Content =
    Content::ByResourceType { name: "File Share Witness", then: &Content::PropertyList, otherwise: &Content::Sz };
