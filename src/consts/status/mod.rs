//! Status codes: Win32 and RPC codes that methods return, what a fault PDU carries, HRESULT and NTSTATUS forms.
//!
//! The number spaces don't overlap, so there is one table, sorted by value, and one search. A method's return value and
//! its `rpc_status` are looked up by [`win32_name`] and [`rpc_status_name`], the status of a fault PDU by
//! [`fault_name`]; [`StatusName`] is for numbers of unknown origin and knows `HRESULT_FROM_WIN32(…)`.
//!
//! The declarations stand in `system.rs` (below 1000), `service.rs`, `rpc.rs`, `cluster.rs`, `fault.rs` and
//! `hresult.rs`. Each name is also a constant of [`Status`].
//!
//! ```
//! use cluscope::consts::status::{Status, StatusName, fault_name, win32_name};
//!
//! assert_eq!(win32_name(5), Some("ERROR_ACCESS_DENIED"));
//! assert_eq!(fault_name(0x1C01_0002), Some("nca_s_op_rng_error"));
//! assert_eq!(Status::ERROR_MORE_DATA, Status(234));
//! assert_eq!(StatusName::of(0x8007_138F).unwrap().to_string(), "HRESULT_FROM_WIN32(ERROR_RESOURCE_NOT_FOUND)");
//! ```

use core::fmt;

use super::table;

mod cluster;
mod fault;
mod hresult;
mod rpc;
mod service;
mod system;

/// The number space a status code belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Space {
    /// Win32 system error codes (MS-ERREF 2.2).
    Win32,
    /// Codes of the RPC runtime, part of the Win32 space (MS-ERREF 2.2).
    Rpc,
    /// Status codes of DCE fault and reject PDUs (C706 appendix E).
    Fault,
    /// HRESULT values (MS-ERREF 2.1).
    Hresult,
    /// NTSTATUS values (MS-ERREF 2.3).
    NtStatus,
}

/// A status code with its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatusCode {
    /// The number.
    pub value: u32,
    /// The name.
    pub name: &'static str,
    /// Where the number comes from.
    pub space: Space,
    /// What else there is to say about it; empty for most.
    pub note: &'static str,
}

macro_rules! codes {
    ($( $(#[doc = $note:literal])? $space:ident $value:literal = $name:ident, )+) => {
        #[allow(non_upper_case_globals)]
        impl super::Status {
            $(
                #[doc = concat!("`", stringify!($name), "` = ", stringify!($value), $("; ", $note, )? ".")]
                pub const $name: super::Status = super::Status($value);
            )+
        }

        pub(super) const CODES: &[super::StatusCode] = &[
            $( super::StatusCode {
                value: $value,
                name: stringify!($name),
                space: super::Space::$space,
                note: concat!($($note)?).trim_ascii(),
            }, )+
        ];
    };
}

use codes;

/// A status code as it stands in a parameter, with the names as constants.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Status(pub u32);

impl Status {
    /// The name, if it is a known one. HRESULT forms of Win32 codes have none of their own: see [`StatusName`].
    pub fn name(self) -> Option<&'static str> {
        lookup(self.0).map(|code| code.name)
    }
}

impl From<u32> for Status {
    fn from(value: u32) -> Self {
        Status(value)
    }
}

impl From<Status> for u32 {
    fn from(status: Status) -> u32 {
        status.0
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (StatusName::of(self.0), self.0) {
            (Some(name), value @ ..=0xFFFF) => write!(f, "{name} ({value})"),
            (Some(name), value) => write!(f, "{name} ({value:#010x})"),
            (None, value @ ..=0xFFFF) => write!(f, "{value}"),
            (None, value) => write!(f, "{value:#010x}"),
        }
    }
}

impl fmt::Debug for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

const LISTS: &[&[StatusCode]] =
    &[system::CODES, service::CODES, rpc::CODES, cluster::CODES, fault::CODES, hresult::CODES];
const NO_CODE: StatusCode = StatusCode { value: 0, name: "", space: Space::Win32, note: "" };

static JOINED: [StatusCode; table::total(LISTS)] = table::concat(NO_CODE, LISTS);

/// Every status code with a name, sorted by value, none twice.
pub static ALL: &[StatusCode] = &JOINED;

/// The entry of this value, whatever its space.
pub fn lookup(value: u32) -> Option<&'static StatusCode> {
    // Most calls succeed.
    if let Some(first) = ALL.first().filter(|code| code.value == value) {
        return Some(first);
    }
    let at = ALL.binary_search_by_key(&value, |code| code.value).ok()?;
    ALL.get(at)
}

fn name_in(value: u32, spaces: &[Space]) -> Option<&'static str> {
    lookup(value).filter(|code| spaces.contains(&code.space)).map(|code| code.name)
}

/// The name of a Win32 code, the RPC runtime's among them: what methods return.
pub fn win32_name(value: u32) -> Option<&'static str> {
    name_in(value, &[Space::Win32, Space::Rpc])
}

/// The name of a value of `rpc_status`: Win32 and RPC codes, and fault codes that a runtime passed on.
pub fn rpc_status_name(value: u32) -> Option<&'static str> {
    name_in(value, &[Space::Win32, Space::Rpc, Space::Fault])
}

/// The name of the status of a fault PDU: the DCE codes, and the Win32, HRESULT or NTSTATUS values that Windows puts
/// there as they are.
pub fn fault_name(value: u32) -> Option<&'static str> {
    lookup(value).map(|code| code.name)
}

/// How the name of a status code is to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatusName {
    /// The code's own name.
    Plain(&'static str),
    /// An HRESULT made from the Win32 code of this name (0x8007xxxx).
    FromWin32(&'static str),
}

impl StatusName {
    /// The name of a code of any space.
    pub fn of(value: u32) -> Option<StatusName> {
        if let Some(code) = lookup(value) {
            return Some(StatusName::Plain(code.name));
        }
        match value >> 16 {
            0x8007 => win32_name(value & 0xFFFF).map(StatusName::FromWin32),
            _ => None,
        }
    }
}

impl fmt::Display for StatusName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StatusName::Plain(name) => f.write_str(name),
            StatusName::FromWin32(name) => write!(f, "HRESULT_FROM_WIN32({name})"),
        }
    }
}

#[cfg(all(test, feature = "std"))]
mod tests;
