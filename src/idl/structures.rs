//! The structures of MS-CMRP 2.2.3 and MS-SWN 2.2.2 that travel as NDR. The custom-marshalled ones are elsewhere.

use super::words::*;

structure! {
    /// A security descriptor with the room that is kept for it.
    ("2.2.3.1") struct RPC_SECURITY_DESCRIPTOR {
        [size_is(cbInSecurityDescriptor), length_is(cbOutSecurityDescriptor)] UCHAR *lpSecurityDescriptor
            => SecurityDescriptor;
        DWORD cbInSecurityDescriptor => capacity(lpSecurityDescriptor);
        DWORD cbOutSecurityDescriptor => size(lpSecurityDescriptor);
    }

    /// Security attributes of a key to be made.
    ("2.2.3.2") struct RPC_SECURITY_ATTRIBUTES {
        DWORD nLength => Length;
        RPC_SECURITY_DESCRIPTOR RpcSecurityDescriptor;
        long bInheritHandle => Bool;
    }

    /// Operational versions of the cluster.
    ("2.2.3.3") struct CLUSTER_OPERATIONAL_VERSION_INFO {
        DWORD dwSize => constant(20);
        DWORD dwClusterHighestVersion => enumeration(ClusterInternalVersion);
        DWORD dwClusterLowestVersion => enumeration(ClusterInternalVersion);
        DWORD dwFlags => flags(ClusterVersionFlags);
        DWORD dwReserved => Reserved;
    }

    /// An object's name and kind.
    ("2.2.3.4") struct ENUM_ENTRY {
        DWORD Type => ObjectKind;
        [string] LPWSTR Name;
    }

    /// A list of objects.
    ("2.2.3.5") struct ENUM_LIST {
        DWORD EntryCount => size(Entry);
        [size_is(EntryCount)] ENUM_ENTRY Entry[*];
    }

    /// What setting a password came to on one node.
    ("2.2.3.6") struct IDL_CLUSTER_SET_PASSWORD_STATUS {
        DWORD NodeId;
        BOOLEAN SetAttempted;
        DWORD ReturnStatus => Win32;
    }

    /// The type of a group to be made.
    ("2.2.3.21") struct CLUSTER_CREATE_GROUP_INFO_RPC {
        DWORD dwVersion => constant(1);
        DWORD dwGroupType => enumeration(ClusterGroupType);
    }

    /// Which events of which kind of object.
    ("2.2.3.22") struct NOTIFY_FILTER_AND_TYPE_RPC {
        DWORD dwObjectType => enumeration(CLUSTER_OBJECT_TYPE);
        LONGLONG FilterFlags => NotifyFlags;
    }

    /// An event.
    ("2.2.3.23") struct NOTIFICATION_DATA_RPC {
        NOTIFY_FILTER_AND_TYPE_RPC FilterAndType;
        [size_is(dwBufferSize)] BYTE *buffer => NotificationBuffer;
        DWORD dwBufferSize => size(buffer);
        [string] LPWSTR ObjectId;
        [string] LPWSTR ParentId;
        [string] LPWSTR Name;
        [string] LPWSTR Type;
    }

    /// An event with the key it was asked for under.
    ("2.2.3.24") struct NOTIFICATION_RPC {
        DWORD_PTR dwNotifyKey => Opaque;
        NOTIFICATION_DATA_RPC NotificationData;
    }

    /// A group with its properties.
    ("2.2.3.25") struct GROUP_ENUM_ENTRY {
        [string] LPWSTR Name;
        [string] LPWSTR Id;
        DWORD dwState => enumeration(ClusterGroupState);
        [string] LPWSTR Owner;
        DWORD dwFlags => flags(CLUS_FLAGS);
        DWORD cbProperties => size(Properties);
        [size_is(cbProperties)] UCHAR *Properties => property_list(Group);
        DWORD cbRoProperties => size(RoProperties);
        [size_is(cbRoProperties)] UCHAR *RoProperties => property_list(Group);
    }

    /// A list of groups.
    ("2.2.3.26") struct GROUP_ENUM_LIST {
        DWORD EntryCount => size(Entry);
        [size_is(EntryCount)] GROUP_ENUM_ENTRY Entry[*];
    }

    /// A resource with its properties.
    ("2.2.3.27") struct RESOURCE_ENUM_ENTRY {
        [string] LPWSTR Name;
        [string] LPWSTR Id;
        [string] LPWSTR OwnerName;
        [string] LPWSTR OwnerId;
        DWORD cbProperties => size(Properties);
        [size_is(cbProperties)] UCHAR *Properties => property_list(Resource);
        DWORD cbRoProperties => size(RoProperties);
        [size_is(cbRoProperties)] UCHAR *RoProperties => property_list(Resource);
    }

    /// A list of resources.
    ("2.2.3.28") struct RESOURCE_ENUM_LIST {
        DWORD EntryCount => size(Entry);
        [size_is(EntryCount)] RESOURCE_ENUM_ENTRY Entry[*];
    }

    /// An event of a first-generation notification port.
    ("2.2.3.30") struct NOTIFICATION_DATA_ASYNC_RPC {
        DWORD dwNotifyKey => Opaque;
        DWORD dwFilter => flags(CLUSTER_CHANGE);
        [string] LPWSTR Name;
    }

    /// The answer to a witness client that waits.
    ("MS-SWN 2.2.2.4") struct RESP_ASYNC_NOTIFY {
        UINT MessageType => enumeration(WitnessMessageType);
        UINT Length => size(MessageBuffer);
        UINT NumberOfMessages => Count;
        [size_is(Length), unique] BYTE *MessageBuffer => WitnessMessages;
    }

    /// An interface that a witness client can register with.
    ("MS-SWN 2.2.2.5") struct WITNESS_INTERFACE_INFO {
        WCHAR InterfaceGroupName[260] => Text;
        ULONG Version => enumeration(WitnessVersion);
        USHORT State => enumeration(WitnessInterfaceState);
        ULONG IPV4 => Ipv4;
        USHORT IPV6[8] => Ipv6;
        UINT Flags => flags(WitnessInterfaceFlags);
    }

    /// The interfaces that a witness client can register with.
    ("MS-SWN 2.2.2.6") struct WITNESS_INTERFACE_LIST {
        UINT NumberOfInterfaces => size(InterfaceInfo);
        [size_is(NumberOfInterfaces), unique] PWITNESS_INTERFACE_INFO InterfaceInfo;
    }
}
