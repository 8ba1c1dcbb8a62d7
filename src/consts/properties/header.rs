//! The properties that the public header names, and a few that public documentation describes, with what is known of
//! their values. A name may stand for several kinds of object.

use super::{Property, Role, Unit};
use crate::consts::Constant as _;
use crate::consts::content::BufferFormat;
use crate::consts::control_codes::Family;

use crate::consts::group::{
    CLUS_AFFINITY_RULE_TYPE, CLUS_GROUP_START_SETTING, CLUSTER_GROUP_AUTOFAILBACK_TYPE, CLUSTER_GROUP_PRIORITY,
    GRP_PLACEMENT_OPTIONS, GroupMoveLock, GroupSetReadySetting, GroupSetStatusInformation, GroupStatusInformation,
    PLACEMENT_OPTIONS, PersistentState,
};
use crate::consts::methods::ClusterGroupType;
use crate::consts::node::{
    AutoBalancerLevel, AutoBalancerMode, CLUSTER_NETWORK_ROLE, CLUSTER_NODE_DRAIN_STATUS, CLUSTER_NODE_STATUS,
    ClusterMajorVersion, DatabaseReadWriteMode, HangRecoveryAction, ResiliencyLevel,
};
use crate::consts::resource::{
    CLUSPROP_IPADDR_ENABLENETBIOS, CLUSTER_RESOURCE_EMBEDDED_FAILURE_ACTION, CLUSTER_RESOURCE_RESTART_ACTION,
    FailureConditionLevel, ResourceStatusInformation,
};
use crate::consts::storage::ReplicationClusterGroupType;
use crate::consts::versions::ClusterInternalVersion;

macro_rules! header {
    (@secret secret) => { true };
    (@secret) => { false };
    (@family None) => { None };
    (@family $family:ident) => { Some(Family::$family) };
    (@format $format:ident $(($table:ident))?) => { BufferFormat::$format $((<$table>::TABLE))? };

    ($( $object:literal, $family:ident { $(
        $name:literal: $format:ident $(($table:ident))?, $unit:ident $(, $secret:ident)?;
    )+ } )+) => {
        /// The properties, by the object that has them.
        pub(super) const PROPERTIES: &[Property] = &[$($( Property {
            name: $name,
            object: $object,
            role: Role::Private,
            family: header!(@family $family),
            format: header!(@format $format $(($table))?),
            unit: Unit::$unit,
            many: false,
            secret: header!(@secret $($secret)?),
            meaning: "",
            section: "clusapi.h",
            note: "",
        }, )+)+];
    };
}

header! {
    "cluster", Cluster {
        "ObjectGUIDs": Bytes, Number;
        "DefaultNetworkRole": DwordOf(CLUSTER_NETWORK_ROLE), Number;
        "Description": Sz, Number;
        "Security Descriptor": SecurityDescriptor, Number;
        "CrossSiteDelay": Dword, Milliseconds;
        "CrossSiteThreshold": Dword, Number;
        "CrossSubnetDelay": Dword, Milliseconds;
        "CrossSubnetThreshold": Dword, Number;
        "BlockCacheSize": Dword, Number;
        "SharedVolumeSecurityDescriptor": SecurityDescriptor, Number;
        "DatabaseReadWriteMode": DwordOf(DatabaseReadWriteMode), Number;
        "DrainOnShutdown": Dword, Bool;
        "EnabledEventLogs": MultiSz, Number;
        "FailoverMoveMigrationType": Dword, Number;
        "FixQuorum": Dword, Bool;
        "ClusterFunctionalLevel": DwordOf(ClusterMajorVersion), Number;
        "GroupDependencyTimeout": Dword, Seconds;
        "IgnorePersistentStateOnStartup": Dword, Bool;
        "RecentEventsResetTime": Filetime, Number;
        "LogFilePath": Sz, Number;
        "MessageBufferLength": Dword, Number;
        "MixedMode": Dword, Bool;
        "NetftIPSecEnabled": Dword, Bool;
        "PlacementOptions": DwordOf(PLACEMENT_OPTIONS), Number;
        "PlumbAllCrossSubnetRoutes": Dword, Number;
        "PreventQuorum": Dword, Bool;
        "QuarantineDuration": Dword, Seconds;
        "QuarantineThreshold": Dword, Number;
        "QuorumArbitrationTimeMax": Dword, Seconds;
        "ResiliencyDefaultPeriod": Dword, Seconds;
        "ResiliencyLevel": DwordOf(ResiliencyLevel), Number;
        "RouteHistoryLength": Dword, Number;
        "SameSubnetDelay": Dword, Milliseconds;
        "SameSubnetThreshold": Dword, Number;
        "ShutdownTimeoutInMinutes": Dword, Minutes;
        "ClusterUpgradeVersion": Dword, Number;
        "WitnessDynamicWeight": Dword, Bool;
        "AddEvictDelay": Dword, Seconds;
        "BackupInProgress": Dword, Bool;
        "SharedVolumeCompatibleFilters": MultiSz, Number;
        "SharedVolumeIncompatibleFilters": MultiSz, Number;
        "ClusterEnforcedAntiaffinity": Dword, Bool;
        "ClusterGroupWaitDelay": Dword, Seconds;
        "HangRecoveryAction": DwordOf(HangRecoveryAction), Number;
        "ClusSvcHangTimeout": Dword, Seconds;
        "AutoBalancerLevel": DwordOf(AutoBalancerLevel), Number;
        "AutoBalancerMode": DwordOf(AutoBalancerMode), Number;
        "PreferredSite": Sz, Number;
        "RequestReplyTimeout": Dword, Seconds;
        "S2DBusTypes": Dword, Number;
        "S2DCacheBehavior": Dword, Number;
        "S2DCacheDesiredState": Dword, Number;
        "S2DCacheFlashReservePercent": Dword, Percent;
        "S2DCacheMetadataReserveBytes": Qword, Bytes;
        "S2DCachePageSizeKBytes": Dword, Number;
        "S2DEnabled": Dword, Bool;
        "S2DIOLatencyThreshold": Dword, Milliseconds;
        "S2DOptimizations": Dword, Number;
        "SharedVolumesRoot": Sz, Number;
        "SharedVolumeVssWriterOperationTimeout": Dword, Seconds;
        "WitnessDatabaseWriteTimeout": Dword, Seconds;
        "WitnessRestartInterval": Dword, Seconds;
        "EnableSharedVolumes": Dword, Bool;
        "MinimumNeverPreemptPriority": DwordOf(CLUSTER_GROUP_PRIORITY), Number;
        "MinimumPreemptorPriority": DwordOf(CLUSTER_GROUP_PRIORITY), Number;
        "UseClientAccessNetworksForSharedVolumes": Dword, Number;
    }

    "affinity rule", AffinityRule {
        "Enabled": Dword, Bool;
        "Groups": MultiSz, Number;
        "Name": Sz, Number;
        "RuleType": DwordOf(CLUS_AFFINITY_RULE_TYPE), Number;
    }

    "resource of type Cloud Witness", Resource {
        "AccountName": Sz, Number;
        "ContainerName": Sz, Number;
        "EndpointInfo": Sz, Number;
        "PrimaryKey": Sz, Number, secret;
        "PrimaryToken": Sz, Number, secret;
    }

    "resource of type Virtual Machine", Resource {
        "DdaDeviceAllocations": MultiSz, Number;
        "GpupDeviceAllocations": MultiSz, Number;
        "StartMemory": Dword, Number;
        "VirtualNumaCount": Dword, Number;
    }

    "resource of type DHCP Service", Resource {
        "BackupPath": Sz, Number;
        "DatabasePath": Sz, Number;
    }

    "resource of type File Share", Resource {
        "CATimeout": Dword, Seconds;
        "HideSubDirShares": Dword, Bool;
        "IsDfsRoot": Dword, Bool;
        "MaxUsers": Dword, Number;
        "Path": Sz, Number;
        "QosFlowScope": Dword, Number;
        "QosPolicyId": Sz, Number;
        "Remark": Sz, Number;
        "Security Descriptor": SecurityDescriptor, Number;
        "ServerName": Sz, Number;
        "ShareFlags": Dword, Number;
        "ShareName": Sz, Number;
        "ShareSubDirs": Dword, Bool;
    }

    "resource of type File Share Witness", Resource {
        "ArbitrationDelay": Dword, Seconds;
        "ImpersonateCNO": Dword, Bool;
        "SharePath": Sz, Number;
    }

    "resource of type Generic Application", Resource {
        "CommandLine": Sz, Number;
        "CurrentDirectory": Sz, Number;
        "UseNetworkName": Dword, Bool;
    }

    "resource of type Generic Script", Resource {
        "ScriptFilepath": Sz, Number;
    }

    "resource of type Generic Service", Resource {
        "ServiceName": Sz, Number;
        "StartupParameters": Sz, Number;
        "UseNetworkName": Dword, Bool;
    }

    "group set", GroupSet {
        "NodeDomainInfo": Bytes, Number;
        "FaultDomains": Dword, Number;
        "IsAvailabilitySet": Dword, Bool;
        "IsGlobal": Dword, Bool;
        "Name": Sz, Number;
        "ReserveSpareNode": Dword, Bool;
        "StartupCount": Dword, Number;
        "StartupDelay": Dword, Seconds;
        "StartupSetting": DwordOf(GroupSetReadySetting), Number;
        "StatusInformation": QwordOf(GroupSetStatusInformation), Number;
        "UpdateDomains": Dword, Number;
    }

    "group", Group {
        "AntiAffinityClassNames": MultiSz, Number;
        "CCFEpoch": Dword, Number;
        "CCFEpochHigh": Dword, Number;
        "ColdStartSetting": DwordOf(CLUS_GROUP_START_SETTING), Number;
        "DefaultOwner": Dword, Number;
        "Description": Sz, Number;
        "AutoFailbackType": DwordOf(CLUSTER_GROUP_AUTOFAILBACK_TYPE), Number;
        "FailbackWindowEnd": Long, Number;
        "FailbackWindowStart": Long, Number;
        "FailoverPeriod": Dword, Hours;
        "FailoverThreshold": Dword, Number;
        "FaultDomain": Dword, Number;
        "LockedFromMoving": DwordOf(GroupMoveLock), Number;
        "Name": Sz, Number;
        "PersistentState": DwordOf(PersistentState), Number;
        "PlacementOptions": DwordOf(GRP_PLACEMENT_OPTIONS), Number;
        "PreferredSite": Sz, Number;
        "Priority": DwordOf(CLUSTER_GROUP_PRIORITY), Number;
        "ResiliencyPeriod": Dword, Seconds;
        "GroupStartDelay": Dword, Seconds;
        "StatusInformation": QwordOf(GroupStatusInformation), Number;
        "GroupType": DwordOf(ClusterGroupType), Number;
        "UpdateDomain": Dword, Number;
    }

    "resource of type IP Address", Resource {
        "Address": Sz, Number;
        "DhcpAddress": Sz, Number;
        "DhcpServer": Sz, Number;
        "DhcpSubnetMask": Sz, Number;
        "EnableDhcp": Dword, Bool;
        "EnableNetBIOS": DwordOf(CLUSPROP_IPADDR_ENABLENETBIOS), Number;
        "LeaseObtainedTime": Dword, Time;
        "LeaseExpiresTime": Dword, Time;
        "Network": Sz, Number;
        "OverrideAddressMatch": Dword, Bool;
        "ProbeFailureThreshold": Dword, Number;
        "ProbePort": Dword, Number;
        "SharedNetname": Sz, Number;
        "SubnetMask": Sz, Number;
        "T1": Dword, Seconds;
        "T2": Dword, Seconds;
    }

    "resource of type IPv6 Address", Resource {
        "Address": Sz, Number;
        "Network": Sz, Number;
        "PrefixLength": Dword, Number;
        "TunnelType": Dword, Number;
    }

    "network interface", NetInterface {
        "AdapterId": Sz, Number;
        "Adapter": Sz, Number;
        "Address": Sz, Number;
        "Description": Sz, Number;
        "DhcpEnabled": Dword, Bool;
        "IPv4Addresses": MultiSz, Number;
        "IPv6Addresses": MultiSz, Number;
        "Name": Sz, Number;
        "Network": Sz, Number;
        "Node": Sz, Number;
    }

    "resource of type Network Name", Resource {
        "ADAware": Dword, Bool;
        "Aliases": MultiSz, Number;
        "CryptoContainerGUID": Sz, Number;
        "CreatingDC": Sz, Number;
        "DisableClones": Dword, Bool;
        "DnsName": Sz, Number;
        "DnsSuffix": Sz, Number;
        "ExcludeNetworks": MultiSz, Number;
        "HostRecordTTL": Dword, Seconds;
        "InUseNetworks": MultiSz, Number;
        "LastDNSUpdateTime": Filetime, Number;
        "Name": Sz, Number;
        "ObjectGUID": Sz, Number;
        "PublishPTRRecords": Dword, Bool;
        "RegisterAllProvidersIP": Dword, Bool;
        "RemapPipeNames": Dword, Bool;
        "DeleteVcoOnResCleanup": Dword, Bool;
        "ResourceData": Bytes, Number, secret;
        "StatusDNS": Dword, Status;
        "StatusKerberos": Dword, Status;
        "StatusNetBIOS": Dword, Status;
        "VcoContainer": Sz, Number;
    }

    "network", Network {
        "Address": Sz, Number;
        "AddressMask": Sz, Number;
        "AutoMetric": Dword, Bool;
        "Description": Sz, Number;
        "IPv4Addresses": MultiSz, Number;
        "IPv4PrefixLengths": MultiSz, Number;
        "IPv6Addresses": MultiSz, Number;
        "IPv6PrefixLengths": MultiSz, Number;
        "Metric": Dword, Number;
        "Name": Sz, Number;
        "RdmaCapable": Dword, Bool;
        "Role": DwordOf(CLUSTER_NETWORK_ROLE), Number;
        "RssCapable": Dword, Bool;
        "LinkSpeed": Qword, Number;
    }

    "node", Node {
        "BuildNumber": Dword, Number;
        "CSDVersion": Sz, Number;
        "Description": Sz, Number;
        "NodeDrainStatus": DwordOf(CLUSTER_NODE_DRAIN_STATUS), Number;
        "NodeDrainTarget": Dword, Number;
        "DynamicWeight": Dword, Bool;
        "FaultDomain": Dword, Number;
        "FaultDomainId": Sz, Number;
        "NodeHighestVersion": DwordOf(ClusterInternalVersion), Number;
        "IsPrimary": Dword, Bool;
        "NodeLowestVersion": DwordOf(ClusterInternalVersion), Number;
        "MajorVersion": Dword, Number;
        "Manufacturer": Sz, Number;
        "MinorVersion": Dword, Number;
        "Model": Sz, Number;
        "NodeName": Sz, Number;
        "NeedsPreventQuorum": Dword, Bool;
        "SerialNumber": Sz, Number;
        "StatusInformation": DwordOf(CLUSTER_NODE_STATUS), Number;
        "UniqueID": Sz, Number;
        "NodeWeight": Dword, Bool;
    }

    "resource of type Physical Disk", Resource {
        "EnableBlockCache": Dword, Bool;
        "SnapshotAgeLimit": Dword, Number;
        "SnapshotDiffSize": Qword, Bytes;
        "CsvEnforceWriteThrough": Dword, Bool;
        "DiskArbInterval": Dword, Seconds;
        "DiskArbType": Dword, Number;
        "DiskGuid": Sz, Number;
        "DiskIdGuid": Sz, Number;
        "DiskIdType": Dword, Number;
        "MaxIoLatency": Dword, Milliseconds;
        "DiskPath": Sz, Number;
        "DiskRecoveryAction": Dword, Number;
        "DiskReload": Dword, Bool;
        "DiskRunChkDsk": Dword, Number;
        "DiskSignature": Dword, Number;
        "DiskUniqueIds": MultiSz, Number;
        "DiskVolumeInfo": Bytes, Number;
        "FastOnlineArbitrate": Dword, Bool;
        "MaintenanceMode": Dword, Bool;
        "MigrateDriveLetters": Dword, Bool;
        "VirtualDiskId": Sz, Number;
        "VolsnapActivateTimeout": Dword, Seconds;
    }

    "resource of type Print Spooler", Resource {
        "DefaultSpoolDirectory": Sz, Number;
        "JobCompletionTimeout": Dword, Seconds;
    }

    "resource type", ResourceType {
        "AdminExtensions": MultiSz, Number;
        "DeadlockTimeout": Dword, Milliseconds;
        "Description": Sz, Number;
        "DllName": Sz, Number;
        "DumpLogQuery": MultiSz, Number;
        "DumpPolicy": Qword, Number;
        "DumpServices": MultiSz, Number;
        "EnabledEventLogs": MultiSz, Number;
        "IsAlivePollInterval": Dword, Milliseconds;
        "LooksAlivePollInterval": Dword, Milliseconds;
        "MaximumMonitors": Dword, Number;
        "Name": Sz, Number;
        "PendingTimeout": Dword, Milliseconds;
        "WprProfiles": MultiSz, Number;
        "WprStartAfter": Dword, Number;
    }

    "resource", Resource {
        "ResourceSpecificData1": Qword, Number;
        "ResourceSpecificData2": Qword, Number;
        "DeadlockTimeout": Dword, Milliseconds;
        "Description": Sz, Number;
        "EmbeddedFailureAction": DwordOf(CLUSTER_RESOURCE_EMBEDDED_FAILURE_ACTION), Number;
        "IsAlivePollInterval": Dword, Milliseconds;
        "LastOperationStatusCode": Qword, Status;
        "LooksAlivePollInterval": Dword, Milliseconds;
        "MonitorProcessId": Dword, Number;
        "Name": Sz, Number;
        "PendingTimeout": Dword, Milliseconds;
        "PersistentState": DwordOf(PersistentState), Number;
        "RestartAction": DwordOf(CLUSTER_RESOURCE_RESTART_ACTION), Number;
        "RestartDelay": Dword, Milliseconds;
        "RestartPeriod": Dword, Milliseconds;
        "RestartThreshold": Dword, Number;
        "RetryPeriodOnFailure": Dword, Milliseconds;
        "SeparateMonitor": Dword, Bool;
        "ResourceSpecificStatus": Sz, Number;
        "StatusInformation": QwordOf(ResourceStatusInformation), Number;
        "Type": Sz, Number;
    }

    "resource of type Scale Out File Server", Resource {
        "SmbAsymmetryMode": Dword, Number;
    }

    "resource of type Storage Pool", Resource {
        "VirtualDiskDescription": Sz, Number;
        "VirtualDiskHealth": Dword, Number;
        "VirtualDiskName": Sz, Number;
        "Arbitrate": Dword, Bool;
        "ConsumedCapacity": Qword, Bytes;
        "Description": Sz, Number;
        "DriveIds": MultiSz, Number;
        "Health": Dword, Number;
        "PoolId": Sz, Number;
        "Name": Sz, Number;
        "PoolQuorumShare": Dword, Number;
        "PoolQuorumUserAccount": Sz, Number;
        "ReEvaluatePlacementTimeout": Dword, Seconds;
        "State": Dword, Number;
        "TotalCapacity": Qword, Bytes;
        "VirtualDiskProvisioning": Dword, Number;
        "VirtualDiskResiliencyColumns": Dword, Number;
        "VirtualDiskResiliencyInterleave": Qword, Bytes;
        "VirtualDiskResiliencyType": Dword, Number;
        "VirtualDiskState": Dword, Number;
    }

    "resource of type Disjoint IPv4 Address", Resource {
        "AdapterName": Sz, Number;
        "Address": Sz, Number;
        "PrefixLength": Dword, Number;
        "RDID": Dword, Number;
        "VSID": Dword, Number;
    }

    "resource of type Volume Shadow Copy Service Task", Resource {
        "ApplicationName": Sz, Number;
        "ApplicationParams": Sz, Number;
        "CurrentDirectory": Sz, Number;
        "TriggerArray": Bytes, Number;
    }

    "resource of type WINS Service", Resource {
        "BackupPath": Sz, Number;
        "DatabasePath": Sz, Number;
    }

    "operation context", None {
        "Flags": Dword, Number;
    }

    "health fault", None {
        "Description": Sz, Number;
        "ErrorCode": Dword, Number;
        "ErrorType": Dword, Number;
        "Flags": Dword, Number;
        "Id": Sz, Number;
        "ClusterHealth": Bytes, Number;
        "Provider": Sz, Number;
        "Reserved": Dword, Number;
    }

    "resource type, storage class", ResourceType {
        "ClusterGroupId": Sz, Number;
        "DataResourceId": Sz, Number;
        "LogSizeMultiple": Dword, Number;
        "LogResourceId": Sz, Number;
        "LogVolume": Sz, Number;
        "MinimumLogSizeInBytes": Qword, Bytes;
        "ReplicationGroupId": Sz, Number;
        "ReplicationClusterGroupType": DwordOf(ReplicationClusterGroupType), Number;
        "SourceResourceId": Sz, Number;
        "SourceVolumes": Sz, Number;
        "TargetResourceId": Sz, Number;
        "TargetVolumes": Sz, Number;
        "UnitOfLogSizeChangeInBytes": Qword, Bytes;
    }

    "resource of type SQL Server", Resource {
        "FailureConditionLevel": DwordOf(FailureConditionLevel), Number;
        "HealthCheckTimeout": Dword, Milliseconds;
        "LeaseTimeout": Dword, Milliseconds;
    }
}

/// The names of the resource types that the public header knows.
pub static RESOURCE_TYPES: &[&str] = &[
    "ClusterAwareUpdatingResource",
    "Cloud Witness",
    "Container",
    "Cross Cluster Dependency Orchestrator",
    "Distributed File System",
    "DFS Replicated Folder",
    "DHCP Service",
    "Distributed Network Name",
    "File Server",
    "File Share",
    "File Share Witness",
    "Generic Application",
    "Generic Script",
    "Generic Service",
    "Physical Disk",
    "HCS Virtual Machine",
    "Health Service",
    "IP Address",
    "IPv6 Address",
    "IPv6 Tunnel Address",
    "iSCSI Target Server",
    "Microsoft iSNS",
    "Distributed Transaction Coordinator",
    "Microsoft Message Queue Server",
    "MSMQTriggers",
    "Nat",
    "Network Name",
    "Network File System",
    "MSMQ",
    "NFS Share",
    "NFS Multi Server Namespace",
    "Provider Address",
    "Print Spooler",
    "Scaleout Master",
    "Scaleout Worker",
    "SDDC Management",
    "Scale Out File Server",
    "Storage Policies",
    "Storage Pool",
    "Storage Replica",
    "Storage QoS Policy Manager",
    "Task Scheduler",
    "Disjoint IPv4 Address",
    "Disjoint IPv6 Address",
    "Virtual Machine",
    "Virtual Machine Replication Broker",
    "Virtual Machine Replication Coordinator",
    "Virtual Machine Configuration",
    "Virtual Machine Cluster WMI",
    "Volume Shadow Copy Service Task",
    "WINS Service",
];
