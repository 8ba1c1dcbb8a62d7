//! Settings and status of groups, group sets and affinity rules, as the public header names them.
//!
//! The declarations make the newtypes and their tables; how: `consts/declare.rs`.

use super::declare::constants;

constants! {
    /// Whether a group returns to its preferred node.
    enumeration CLUSTER_GROUP_AUTOFAILBACK_TYPE: u32, "clusapi.h", "property AutoFailbackType of groups" {
        [sdk] {
            ClusterGroupPreventFailback = 0,
            ClusterGroupAllowFailback = 1,
        }
    }

    /// Order in which groups are started and placed.
    enumeration CLUSTER_GROUP_PRIORITY: u32, "clusapi.h", "property Priority of groups" {
        [sdk] {
            PriorityDisabled = 0,
            PriorityLow = 0x000003E8,
            PriorityMedium = 0x000007D0,
            PriorityHigh = 0x00000BB8,
        }
    }

    /// Whether a group is brought online when the cluster starts.
    enumeration CLUS_GROUP_START_SETTING: u32, "clusapi.h", "property ColdStartSetting of groups" {
        [sdk] {
            CLUS_GROUP_START_ALWAYS = 0 since W2016,
            CLUS_GROUP_DO_NOT_START = 1 since W2016,
            CLUS_GROUP_START_ALLOWED = 2 since W2016,
        }
    }

    /// How a group is placed.
    bitmask GRP_PLACEMENT_OPTIONS: u32, "clusapi.h", "property PlacementOptions of groups" {
        [sdk] {
            GRP_PLACEMENT_OPTIONS_DEFAULT = 0 since W2019,
            GRP_PLACEMENT_OPTIONS_DISABLE_AUTOBALANCING = 1 since W2019,
        }
    }

    /// How groups are placed.
    bitmask PLACEMENT_OPTIONS: u32, "clusapi.h", "property PlacementOptions of the cluster" {
        [sdk] {
            PLACEMENT_OPTIONS_DEFAULT_PLACEMENT_OPTIONS = 0 since W2016,
            PLACEMENT_OPTIONS_DISABLE_CSV_VM_DEPENDENCY = 1 since W2016,
            PLACEMENT_OPTIONS_CONSIDER_OFFLINE_VMS = 2 since W2016,
            PLACEMENT_OPTIONS_DONT_USE_MEMORY = 4 since W2016,
            PLACEMENT_OPTIONS_DONT_USE_CPU = 8 since W2016,
            PLACEMENT_OPTIONS_DONT_USE_LOCAL_TEMP_DISK = 0x00000010 since W2019,
            PLACEMENT_OPTIONS_DONT_RESUME_VMS_WITH_EXISTING_TEMP_DISK = 0x00000020 since W2019,
            PLACEMENT_OPTIONS_SAVE_VMS_WITH_LOCAL_DISK_ON_DRAIN_OVERWRITE = 0x00000040 since W2019,
            PLACEMENT_OPTIONS_DONT_RESUME_AVAILABILTY_SET_VMS_WITH_EXISTING_TEMP_DISK = 0x00000080 since W2019,
            PLACEMENT_OPTIONS_SAVE_AVAILABILTY_SET_VMS_WITH_LOCAL_DISK_ON_DRAIN_OVERWRITE = 0x00000100 since W2019,
            PLACEMENT_OPTIONS_AVAILABILITY_SET_DOMAIN_AFFINITY = 0x00000200 since W2019,
            PLACEMENT_OPTIONS_ALL = 0x000003FF since W2016,
        }
    }

    /// Whether a group is kept where it is.
    enumeration GroupMoveLock: u32, "clusapi.h", "property LockedFromMoving of groups" {
        [sdk] {
            CLUS_GRP_MOVE_ALLOWED = 0 since W2022,
            CLUS_GRP_MOVE_LOCKED = 1 since W2022,
        }
    }

    /// Progress and trouble of a group.
    bitmask GroupStatusInformation: u64, "clusapi.h", "property StatusInformation of groups" {
        [sdk] {
            CLUSGRP_STATUS_LOCKED_MODE = 1 since W2012,
            CLUSGRP_STATUS_PREEMPTED = 2 since W2012,
            CLUSGRP_STATUS_WAITING_IN_QUEUE_FOR_MOVE = 4 since W2012,
            CLUSGRP_STATUS_PHYSICAL_RESOURCES_LACKING = 8 since W2012,
            CLUSGRP_STATUS_WAITING_TO_START = 0x00000010 since W2012,
            CLUSGRP_STATUS_EMBEDDED_FAILURE = 0x00000020 since W2012,
            CLUSGRP_STATUS_OFFLINE_DUE_TO_ANTIAFFINITY_CONFLICT = 0x00000040 since W2012,
            CLUSGRP_STATUS_NETWORK_FAILURE = 0x00000080 since W2012,
            CLUSGRP_STATUS_UNMONITORED = 0x00000100 since W2016,
            CLUSGRP_STATUS_OS_HEARTBEAT = 0x00000200 since W2016,
            CLUSGRP_STATUS_APPLICATION_READY = 0x00000400 since W2016,
            CLUSGRP_STATUS_OFFLINE_NOT_LOCAL_DISK_OWNER = 0x00000800 since W2019,
            CLUSGRP_STATUS_WAITING_FOR_DEPENDENCIES = 0x00001000 since W2019,
        }
    }

    /// Progress of a group set.
    bitmask GroupSetStatusInformation: u64, "clusapi.h", "property StatusInformation of group sets" {
        [sdk] {
            CLUSGROUPSET_STATUS_GROUPS_PENDING = 1 since W2016,
            CLUSGROUPSET_STATUS_GROUPS_ONLINE = 2 since W2016,
            CLUSGROUPSET_STATUS_OS_HEARTBEAT = 4 since W2016,
            CLUSGROUPSET_STATUS_APPLICATION_READY = 8 since W2016,
        }
    }

    /// When a group set counts as started.
    enumeration GroupSetReadySetting: u32, "clusapi.h", "property StartupSetting of group sets" {
        [sdk] {
            GROUPSET_READY_SETTING_DELAY = 1 since W2016,
            GROUPSET_READY_SETTING_ONLINE = 2 since W2016,
            GROUPSET_READY_SETTING_OS_HEARTBEAT = 3 since W2016,
            GROUPSET_READY_SETTING_APPLICATION_READY = 4 since W2016,
        }
    }

    /// What an affinity rule asks for.
    enumeration CLUS_AFFINITY_RULE_TYPE: u32, "clusapi.h", "property RuleType of affinity rules" {
        [sdk] {
            CLUS_AFFINITY_RULE_NONE = 0 since W2022,
            CLUS_AFFINITY_RULE_SAME_FAULT_DOMAIN = 1 since W2022,
            CLUS_AFFINITY_RULE_SAME_NODE = 2 since W2022,
            CLUS_AFFINITY_RULE_DIFFERENT_FAULT_DOMAIN = 3 since W2022,
            CLUS_AFFINITY_RULE_DIFFERENT_NODE = 4 since W2022,
        }
    }

    /// Whether a group or resource was last asked to be online.
    enumeration PersistentState: u32, "public documentation", "property PersistentState of groups and resources" {
        [public] {
            PersistentStateOffline = 0,
            PersistentStateOnline = 1,
        }
    }
}
