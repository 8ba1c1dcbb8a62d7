//! Messages of WitnessrAsyncNotify (MS-SWN 2.2.2).

use crate::consts::witness::{WitnessIpaddrFlags, WitnessResourceChangeType};

record! {
    /// An address of a server.
    ("MS-SWN 2.2.2.1") IPADDR_INFO {
        DWORD Flags => flags(WitnessIpaddrFlags);
        IPV4 IPV4;
        IPV6 IPV6;
    }

    /// Where to move to, or which addresses changed.
    ("MS-SWN 2.2.2.2") IPADDR_INFO_LIST {
        TOTAL Length;
        DWORD Reserved => reserved;
        DWORD IPAddrInstances;
        #[alias(IPAddrList)] IPADDR_INFO IPAddrInfo[IPAddrInstances];
    }

    /// New state of a resource.
    ("MS-SWN 2.2.2.3") RESOURCE_CHANGE {
        TOTAL Length;
        DWORD ChangeType => enumeration(WitnessResourceChangeType);
        SZ ResourceName[..];
    }
}
