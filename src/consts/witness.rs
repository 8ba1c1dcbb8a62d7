//! The Service Witness Protocol (MS-SWN).
//!
//! The declarations make the newtypes and their tables; how: `consts/declare.rs`.

use super::declare::constants;

constants! {
    /// Version of the witness protocol.
    enumeration WitnessVersion: u32, "MS-SWN 3.1.4.2; 3.1.4.5",
        "Version of WitnessrRegister and WitnessrRegisterEx; WITNESS_INTERFACE_INFO.Version" {
        WITNESS_V1 = 0x00010001,
        WITNESS_V2 = 0x00020000,
        WITNESS_UNSPECIFIED_VERSION = 0xFFFFFFFF,
    }

    /// How a client registers.
    bitmask WitnessRegisterFlags: u32, "MS-SWN 3.1.4.5", "Flags of WitnessrRegisterEx" {
        WITNESS_REGISTER_NONE = 0x00000000,
        WITNESS_REGISTER_IP_NOTIFICATION = 0x00000001,
    }

    /// State of a network interface of the file server. Two bytes.
    enumeration WitnessInterfaceState: u16, "MS-SWN 2.2.2.5", "WITNESS_INTERFACE_INFO.State" {
        UNKNOWN = 0,
        AVAILABLE = 1,
        UNAVAILABLE = 255,
    }

    /// Which addresses of an interface are valid, and whether it can be registered with.
    bitmask WitnessInterfaceFlags: u32, "MS-SWN 2.2.2.5", "WITNESS_INTERFACE_INFO.Flags" {
        /// IPV4 member valid
        IPv4 = 0x00000001,
        /// IPV6 member valid
        IPv6 = 0x00000002,
        /// can be registered with
        INTERFACE_WITNESS = 0x00000004,
    }

    /// Kind of a notification.
    enumeration WitnessMessageType: u32, "MS-SWN 2.2.2.4", "RESP_ASYNC_NOTIFY.MessageType" {
        RESOURCE_CHANGE_NOTIFICATION = 1,
        CLIENT_MOVE_NOTIFICATION = 2,
        SHARE_MOVE_NOTIFICATION = 3,
        IP_CHANGE_NOTIFICATION = 4,
    }

    /// New state of a resource.
    enumeration WitnessResourceChangeType: u32, "MS-SWN 2.2.2.3", "RESOURCE_CHANGE.ChangeType" {
        RESOURCE_STATE_UNKNOWN = 0,
        RESOURCE_STATE_AVAILABLE = 1,
        RESOURCE_STATE_UNAVAILABLE = 255,
    }

    /// Kind and state of an address.
    bitmask WitnessIpaddrFlags: u32, "MS-SWN 2.2.2.1", "IPADDR_INFO.Flags" {
        IPADDR_V4 = 0x00000001,
        IPADDR_V6 = 0x00000002,
        IPADDR_ONLINE = 0x00000008,
        IPADDR_OFFLINE = 0x00000010,
    }
}
