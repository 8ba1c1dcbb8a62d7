//! The negotiate flags (MS-NLMP 2.2.2.5).

use alloc::vec::Vec;

bitflags::bitflags! {
    /// NEGOTIATE flags, by their names in MS-NLMP 2.2.2.5 without the prefix `NTLMSSP_`.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
    pub struct Flags: u32 {
        /// Strings are UTF-16.
        const NEGOTIATE_UNICODE = 0x0000_0001;
        /// Strings are in the OEM code page.
        const NEGOTIATE_OEM = 0x0000_0002;
        /// The CHALLENGE is to hold a target name.
        const REQUEST_TARGET = 0x0000_0004;
        /// Messages are signed.
        const NEGOTIATE_SIGN = 0x0000_0010;
        /// Messages are sealed.
        const NEGOTIATE_SEAL = 0x0000_0020;
        /// Connectionless.
        const NEGOTIATE_DATAGRAM = 0x0000_0040;
        /// LAN Manager session key.
        const NEGOTIATE_LM_KEY = 0x0000_0080;
        /// NTLM version 1.
        const NEGOTIATE_NTLM = 0x0000_0200;
        /// Anonymous.
        const ANONYMOUS = 0x0000_0800;
        /// A domain name is supplied.
        const NEGOTIATE_OEM_DOMAIN_SUPPLIED = 0x0000_1000;
        /// A workstation name is supplied.
        const NEGOTIATE_OEM_WORKSTATION_SUPPLIED = 0x0000_2000;
        /// A signature, maybe an empty one, on every message.
        const NEGOTIATE_ALWAYS_SIGN = 0x0000_8000;
        /// The target name is a domain.
        const TARGET_TYPE_DOMAIN = 0x0001_0000;
        /// The target name is a server.
        const TARGET_TYPE_SERVER = 0x0002_0000;
        /// Extended session security ("NTLM2").
        const NEGOTIATE_EXTENDED_SESSIONSECURITY = 0x0008_0000;
        /// An identify-level token.
        const NEGOTIATE_IDENTIFY = 0x0010_0000;
        /// The session key is LMOWF.
        const REQUEST_NON_NT_SESSION_KEY = 0x0040_0000;
        /// The CHALLENGE has target information.
        const NEGOTIATE_TARGET_INFO = 0x0080_0000;
        /// The version field is filled in.
        const NEGOTIATE_VERSION = 0x0200_0000;
        /// 128-bit keys.
        const NEGOTIATE_128 = 0x2000_0000;
        /// The client chooses the session key and sends it encrypted.
        const NEGOTIATE_KEY_EXCH = 0x4000_0000;
        /// 56-bit keys.
        const NEGOTIATE_56 = 0x8000_0000;
    }
}

impl Flags {
    /// Names of the flags that are set.
    pub fn names(&self) -> Vec<&'static str> {
        self.iter_names().map(|(name, _)| name).collect()
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Flags {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap as _;
        let unknown = self.bits() & !Flags::all().bits();
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("value", &self.bits())?;
        map.serialize_entry("flags", &self.names())?;
        if unknown != 0 {
            map.serialize_entry("unknown", &unknown)?;
        }
        map.end()
    }
}
