//! Network names and infrastructure file servers.

use crate::consts::methods::NetnamePwdInfoFlags;

record! {
    /// Password of a network name's computer object. The text gives `ObjectGuid` 16 octets and calls it a string, which
    /// takes 128; both are read.
    ("2.2.3.13") CLUS_NETNAME_PWD_INFO
    readings(string: "680 octets, ObjectGuid 64 characters", binary: "568 octets, ObjectGuid 16 octets"; encode string) {
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
        DWORD OUSize => octets;
        SZ OUName[OUSize];
    }

    /// Name of an infrastructure file server to be made. The text does not say how its 16 octets are encoded; they are
    /// read as UTF-16, as those of the answer.
    ("2.2.3.59") CLUS_CREATE_INFRASTRUCTURE_FILESERVER_INPUT {
        CHARS FileServerName[8];
    }

    /// Name of the infrastructure file server that was made.
    ("2.2.3.60") CLUS_CREATE_INFRASTRUCTURE_FILESERVER_OUTPUT {
        WCHAR FileServerName[240];
    }
}
