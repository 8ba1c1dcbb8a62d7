//! The declarations of the plain records, by what they are about.

pub mod csv;
pub mod disk;
pub mod netname;
pub mod node;
pub mod replication;
pub mod resource;
pub mod witness;

use super::types::Record;

/// Every plain record: those of the specification in its order, then those of the public header.
pub static ALL: &[&Record] = &[
    &disk::CLUS_RESOURCE_CLASS_INFO,
    &disk::CLUS_SCSI_ADDRESS,
    &disk::CLUS_PARTITION_INFO,
    &disk::CLUS_PARTITION_INFO_EX,
    &disk::CLUS_STORAGE_REMAP_DRIVELETTER,
    &netname::CLUS_NETNAME_PWD_INFO,
    &csv::CLUS_MAINTENANCE_MODE_INFO,
    &csv::CLUS_MAINTENANCE_MODE_INFO_EX,
    &disk::CLUS_STORAGE_SET_DRIVELETTER,
    &csv::CLUS_CSV_VOLUME_INFO,
    &csv::CLUS_CSV_MAINTENANCE_MODE_INFO,
    &csv::CLUS_SHARED_VOLUME_BACKUP_MODE,
    &csv::CLUSTER_SHARED_VOLUME_STATE_INFO,
    &disk::CLUS_POOL_DRIVE_INFO,
    &csv::CLUSTER_SHARED_VOLUME_STATE_INFO_EX,
    &disk::CLUSDSK_DISKID,
    &netname::CLUSCTL_RESOURCE_NETNAME_CHECK_OU_PERMISSIONS_INPUT,
    &netname::CLUSCTL_RESOURCE_NETNAME_CHECK_OU_PERMISSIONS_OUTPUT,
    &replication::SR_RESOURCE_TYPE_QUERY_ELIGIBLE_LOGDISKS,
    &replication::SR_RESOURCE_TYPE_ELIGIBLE_DISKS_RESULT,
    &replication::SR_RESOURCE_TYPE_QUERY_ELIGIBLE_TARGET_DATADISKS,
    &replication::SR_RESOURCE_TYPE_QUERY_ELIGIBLE_SOURCE_DATADISKS,
    &replication::SR_RESOURCE_TYPE_REPLICATED_DISK,
    &replication::SR_RESOURCE_TYPE_REPLICATED_DISKS_RESULT,
    &node::CLUSTER_MEMBERSHIP_INFO,
    &node::OS_AND_OS_VERSION_INFO,
    &disk::CLUS_DISK_NUMBER_INFO,
    &disk::CLUS_PARTITION_INFO_EX2,
    &node::NodeUtilizationInfo,
    &node::CBFLT_PATH_IDS,
    &node::CLUS_GET_CLUSBFLT_PATHINFO_EX_IN,
    &node::CLUS_PHYSICAL_DISK_INFO_EX_IN,
    &node::CLUS_PHYSICAL_DISK_INFO_HEADER,
    &node::CLUS_PHYSICAL_DISK_INFO,
    &node::CLUS_STRING_NAME_INFO,
    &node::CLUS_GET_SBL_DISK_STATE_EX_IN,
    &node::CLUS_SBL_DISK_STATE,
    &node::CLUS_GET_SBL_DISK_STATE_OUT,
    &node::CLUS_SBL_DISK_HEALTH_STAT,
    &node::CLUS_SBL_CACHE_CONFIG_EX_IN,
    &node::CLUS_SBL_CACHE_CONFIG,
    &netname::CLUS_CREATE_INFRASTRUCTURE_FILESERVER_INPUT,
    &netname::CLUS_CREATE_INFRASTRUCTURE_FILESERVER_OUTPUT,
    &node::ClusterUtilizationInfo,
    &witness::IPADDR_INFO,
    &witness::IPADDR_INFO_LIST,
    &witness::RESOURCE_CHANGE,
    &netname::CLUS_NETNAME_VS_TOKEN_INFO,
    &netname::CLUS_NETNAME_PWD_INFOEX,
    &netname::CLUS_DNN_LEADER_STATUS,
    &netname::CLUS_DNN_SODAFS_CLONE_STATUS,
    &netname::FILESHARE_CHANGE,
    &netname::FILESHARE_CHANGE_LIST,
    &csv::CLUS_CSV_VOLUME_NAME,
    &csv::CLUSTER_SHARED_VOLUME_RENAME_INPUT,
    &csv::CLUSTER_SHARED_VOLUME_RENAME_GUID_INPUT,
    &disk::CLUSCTL_RESOURCE_TYPE_STORAGE_GET_AVAILABLE_DISKS_EX2_INPUT,
    &disk::CLUS_FTSET_INFO,
    &replication::SR_RESOURCE_TYPE_ADD_REPLICATION_GROUP,
    &replication::SR_VOLUME_NAME,
    &replication::SR_RESOURCE_TYPE_ADD_REPLICATION_GROUP_RESULT,
    &replication::SR_RESOURCE_TYPE_REPLICATED_PARTITION_INFO,
    &replication::SR_RESOURCE_TYPE_REPLICATED_PARTITION_ARRAY,
    &resource::RESOURCE_FAILURE_INFO_BUFFER,
    &resource::GROUP_FAILURE_INFO_BUFFER,
    &resource::RESOURCE_TERMINAL_FAILURE_INFO_BUFFER,
    &resource::SYSTEMTIME,
    &resource::CLUSCTL_GROUP_GET_LAST_MOVE_TIME_OUTPUT,
    &resource::GET_OPERATION_CONTEXT_PARAMS,
    &resource::POST_UPGRADE_VERSION_INFO,
    &resource::CLUS_FORCE_QUORUM_INFO,
    &resource::CLUS_STARTING_PARAMS,
    &resource::CLUSCTL_RESOURCE_STATE_CHANGE_REASON_STRUCT,
    &resource::CLUS_PROVIDER_STATE_CHANGE_INFO,
    &resource::PaxosTagCStruct,
    &resource::WitnessTagHelper,
    &resource::WitnessTagUpdateHelper,
    &resource::STUCK_NODES,
    &resource::GUM_LOCK_OWNER,
];

/// The record of this name.
pub fn by_name(name: &str) -> Option<&'static Record> {
    ALL.iter().copied().find(|record| record.name == name)
}
