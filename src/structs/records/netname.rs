//! Network names and infrastructure file servers.

use crate::consts::methods::NetnamePwdInfoFlags;
use crate::consts::resource::FILESHARE_CHANGE_ENUM;
use crate::consts::states::ClusterResourceState;

record! {
    /// Password of a network name's computer object. The text gives `ObjectGuid` 16 bytes and calls it a string, which
    /// takes 128; both are read.
    ("2.2.3.13") CLUS_NETNAME_PWD_INFO
    readings(string: "680 bytes, ObjectGuid 64 characters", binary: "568 bytes, ObjectGuid 16 bytes"; encode string) {
        DWORD Flags => flags(NetnamePwdInfoFlags);
        #[secret] WCHAR Password[16];
        WCHAR CreatingDC[258];
        #[string] WCHAR ObjectGuid[64];
        #[binary] BYTE ObjectGuid[16];
    }

    /// What permissions to look for in an organizational unit.
    ("2.2.3.34") CLUSCTL_RESOURCE_NETNAME_CHECK_OU_PERMISSIONS_INPUT {
        DWORD dwVersion => constant(1);
        DWORD dwPermissions => constant(0x11);
        GUID GUID;
    }

    /// Whether they are there. `OUSize` may count the terminator of the name or not.
    ("2.2.3.35") CLUSCTL_RESOURCE_NETNAME_CHECK_OU_PERMISSIONS_OUTPUT {
        DWORD bHasAccess => boolean;
        DWORD bDefaultOU => boolean;
        DWORD OUSize => bytes;
        SZ OUName[OUSize];
    }

    /// Name of an infrastructure file server to be made. The text does not say how its 16 bytes are encoded; they are
    /// read as UTF-16, as those of the answer. Running systems send the longer one of the public header.
    ("2.2.3.59") CLUS_CREATE_INFRASTRUCTURE_FILESERVER_INPUT
    readings(documented: "16 bytes, 8 characters", header: "32 bytes, 16 characters"; encode documented) {
        #[documented] CHARS FileServerName[8];
        #[header] CHARS FileServerName[16];
    }

    /// Name of the infrastructure file server that was made. Running systems answer with the longer one of the public
    /// header.
    ("2.2.3.60") CLUS_CREATE_INFRASTRUCTURE_FILESERVER_OUTPUT
    readings(documented: "480 bytes, 240 characters", header: "520 bytes, 260 characters"; encode documented) {
        #[documented] WCHAR FileServerName[240];
        #[header] WCHAR FileServerName[260];
    }

    /// Whose token of a virtual server is asked for.
    ("clusapi.h") CLUS_NETNAME_VS_TOKEN_INFO {
        DWORD ProcessID;
        DWORD DesiredAccess;
        DWORD InheritHandle => boolean;
    }

    /// Longer password of a network name's computer object.
    ("revision 44, 2.2.3.62") CLUS_NETNAME_PWD_INFOEX {
        DWORD Flags => flags(NetnamePwdInfoFlags);
        #[secret] WCHAR Password[128];
        WCHAR CreatingDC[258];
        WCHAR ObjectGuid[64];
    }

    /// State of the leader of a distributed network name.
    ("clusapi.h") CLUS_DNN_LEADER_STATUS {
        DWORD IsOnline => boolean;
        DWORD IsFileServerPresent => boolean;
    }

    /// State of a clone of a distributed network name.
    ("clusapi.h") CLUS_DNN_SODAFS_CLONE_STATUS {
        DWORD NodeId;
        DWORD Status => enumeration(ClusterResourceState);
    }

    /// What happened to a file share.
    ("clusapi.h") FILESHARE_CHANGE {
        DWORD Change => enumeration(FILESHARE_CHANGE_ENUM);
        WCHAR ShareName[84];
    }

    /// What happened to file shares.
    ("clusapi.h") FILESHARE_CHANGE_LIST {
        DWORD NumEntries;
        FILESHARE_CHANGE ChangeEntry[NumEntries];
    }
}
