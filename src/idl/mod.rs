//! The interfaces: ClusAPI 2.0 and 3.0, Witness 1.1, and the two of the RPC runtime that go with them: endpoint mapper
//! and conversation manager. Declarations only, one file to each kind of object; every decoder,
//! encoder, printer and list reads them. `interface!` and `structure!` (`macros.rs`) turn the IDL into the types of
//! [`crate::ndr::types`].
//!
//! Methods are found by interface, version and opnum; the UUID is the same for both versions of ClusAPI, so decoding
//! must be keyed on the version too (a 3.0 stub is not a 2.0 stub).
//!
//! ```
//! use cluscope::idl;
//!
//! let clusapi = idl::interface("clusapi").unwrap();
//! let v3 = clusapi.version(3, 0).unwrap();
//! assert_eq!(clusapi.method(v3, 8).unwrap().name, "ApiOpenResource");
//! ```

#[macro_use]
pub(crate) mod macros;

pub mod batch;
pub mod cluster;
pub mod conv;
pub mod epm;
pub mod group;
pub mod group_set;
pub mod key;
pub mod net_interface;
pub mod network;
pub mod node;
pub mod notify;
pub mod reserved;
pub mod resource;
pub mod resource_type;
pub mod rules;
pub mod structures;
#[cfg(feature = "std")]
mod visit;
pub mod witness;
pub mod words;

/// Every method's module, whatever file declares it.
#[cfg(feature = "session")]
pub(crate) mod methods {
    pub(crate) use super::batch::*;
    pub(crate) use super::cluster::*;
    pub(crate) use super::group::*;
    pub(crate) use super::group_set::*;
    pub(crate) use super::key::*;
    pub(crate) use super::net_interface::*;
    pub(crate) use super::network::*;
    pub(crate) use super::node::*;
    pub(crate) use super::notify::*;
    pub(crate) use super::resource::*;
    pub(crate) use super::resource_type::*;
    pub(crate) use super::witness::*;
}

#[cfg(feature = "std")]
pub use visit::Buffers;

use crate::base::error::{Error, ErrorKind};
pub use crate::ndr::Version;
use crate::ndr::types::{InterfaceVersion, Versions};
use crate::ndr::wire::Kind;
use crate::ndr::{Direction, Endian, Interface, Method, Syntax};

const CLUSAPI_FILES: &[&[&Method]] = &[
    batch::METHODS,
    cluster::METHODS,
    group::METHODS,
    group_set::METHODS,
    key::METHODS,
    net_interface::METHODS,
    network::METHODS,
    node::METHODS,
    notify::METHODS,
    reserved::METHODS,
    resource::METHODS,
    resource_type::METHODS,
];

/// Sorts methods by opnum; refuses, at compile time, holes and opnums declared twice.
const fn by_opnum<const N: usize>(files: &[&[&'static Method]], versions: Versions) -> [&'static Method; N] {
    let mut table: [Option<&'static Method>; N] = [None; N];
    let mut i = 0;
    while i < files.len() {
        let mut j = 0;
        while j < files[i].len() {
            let method = files[i][j];
            if method.versions.0 & versions.0 != 0 {
                let opnum = method.opnum as usize;
                assert!(table[opnum].is_none(), "opnum declared twice");
                table[opnum] = Some(method);
            }
            j += 1;
        }
        i += 1;
    }
    let mut sorted = [files[0][0]; N];
    let mut i = 0;
    while i < N {
        match table[i] {
            Some(method) => sorted[i] = method,
            None => panic!("an opnum is missing"),
        }
        i += 1;
    }
    sorted
}

/// How many methods a version has.
const fn count(files: &[&[&'static Method]], versions: Versions) -> usize {
    let (mut count, mut i) = (0, 0);
    while i < files.len() {
        let mut j = 0;
        while j < files[i].len() {
            count += (files[i][j].versions.0 & versions.0 != 0) as usize;
            j += 1;
        }
        i += 1;
    }
    count
}

/// The methods of a version, by opnum.
macro_rules! table {
    ($($name:ident = $files:expr, $versions:ident;)*) => {
        $(static $name: [&Method; count($files, Versions::$versions)] = by_opnum($files, Versions::$versions);)*
    };
}

table! {
    CLUSAPI_2 = CLUSAPI_FILES, FIRST;
    CLUSAPI_3 = CLUSAPI_FILES, SECOND;
    EPM_3 = &[epm::METHODS], FIRST;
    CONV_3 = &[conv::METHODS], FIRST;
    WITNESS_1 = &[witness::METHODS], FIRST;
}

/// ClusAPI (MS-CMRP).
pub static CLUSAPI: Interface = Interface {
    title: "Failover Cluster: Management API (ClusAPI) Protocol, MS-CMRP",
    uuid: "b97db8b2-4c63-11cf-bff6-08002be23f2f",
    uuid_bytes: [0xb2, 0xb8, 0x7d, 0xb9, 0x63, 0x4c, 0xcf, 0x11, 0xbf, 0xf6, 0x08, 0x00, 0x2b, 0xe2, 0x3f, 0x2f],
    reserved_to: 263,
    versions: &[
        InterfaceVersion { number: Version::V2_0, methods: &CLUSAPI_2 },
        InterfaceVersion { number: Version::V3_0, methods: &CLUSAPI_3 },
    ],
    ..Interface::named("clusapi")
};

/// Service Witness (MS-SWN).
pub static WITNESS: Interface = Interface {
    title: "Service Witness Protocol, MS-SWN",
    uuid: "ccd8c074-d0e5-4a40-92b4-d074faa6ba28",
    uuid_bytes: [0x74, 0xc0, 0xd8, 0xcc, 0xe5, 0xd0, 0x40, 0x4a, 0x92, 0xb4, 0xd0, 0x74, 0xfa, 0xa6, 0xba, 0x28],
    reserved_to: 5,
    versions: &[InterfaceVersion { number: Version::V1_1, methods: &WITNESS_1 }],
    checks: Some(&rules::WitnessChecks),
    ..Interface::named("witness")
};

/// The endpoint mapper (C706 appendix O).
pub static EPM: Interface = Interface {
    title: "DCE/RPC endpoint mapper, C706 appendix O",
    uuid: "e1af8308-5d1f-11c9-91a4-08002b14a0fa",
    uuid_bytes: [0x08, 0x83, 0xaf, 0xe1, 0x1f, 0x5d, 0xc9, 0x11, 0x91, 0xa4, 0x08, 0x00, 0x2b, 0x14, 0xa0, 0xfa],
    reserved_to: 6,
    versions: &[InterfaceVersion { number: Version::V3_0, methods: &EPM_3 }],
    ..Interface::named("epm")
};

/// The conversation manager (C706 appendix P).
pub static CONV: Interface = Interface {
    title: "DCE/RPC conversation manager, C706 appendix P",
    uuid: "333a2276-0000-0000-0d00-00809c000000",
    uuid_bytes: [0x76, 0x22, 0x3a, 0x33, 0x00, 0x00, 0x00, 0x00, 0x0d, 0x00, 0x00, 0x80, 0x9c, 0x00, 0x00, 0x00],
    reserved_to: 4,
    versions: &[InterfaceVersion { number: Version::V3_0, methods: &CONV_3 }],
    ..Interface::named("conv")
};

/// The interfaces of the failover cluster protocols.
pub static INTERFACES: &[&Interface] = &[&CLUSAPI, &WITNESS];

/// Interfaces of the RPC runtime that lead to the others.
pub static RUNTIME: &[&Interface] = &[&EPM, &CONV];

fn all() -> impl Iterator<Item = &'static Interface> {
    INTERFACES.iter().chain(RUNTIME).copied()
}

/// The interface of this name.
pub fn interface(name: &str) -> Option<&'static Interface> {
    all().find(|i| i.name == name)
}

/// The interface with this UUID, bytes as in a little-endian PDU.
pub fn interface_by_uuid(uuid: &[u8; 16]) -> Option<&'static Interface> {
    all().find(|i| i.uuid_bytes == *uuid)
}

/// The interface that has this method in this version, and the version's place.
fn place(method: &'static Method, version: Version) -> Option<(&'static Interface, usize)> {
    all().find_map(|interface| {
        let version = interface.place_of(version)?;
        let found = interface.method(version, method.opnum)?;
        core::ptr::eq(found, method).then_some((interface, version))
    })
}

/// What the views' `decode` needs beside the method.
///
/// # Errors
/// The method is not part of that version.
pub fn kind(
    method: &'static Method,
    version: Version,
    direction: Direction,
    syntax: Syntax,
    endian: Endian,
) -> Result<Kind, Error> {
    let (interface, version) = place(method, version)
        .ok_or(Error::new(0, ErrorKind::Mismatch { expected: "a version that has this method" }))?;
    Ok(Kind { interface, version, direction, syntax, endian })
}

/// Encodes a stub of this method.
///
/// # Errors
/// Names the first parameter that is missing, of the wrong kind or out of range.
#[cfg(feature = "std")]
pub fn encode(
    method: &'static Method,
    version: Version,
    direction: Direction,
    syntax: Syntax,
    endian: Endian,
    contents: &crate::ndr::value::Contents,
) -> Result<alloc::vec::Vec<u8>, crate::ndr::EncodeError> {
    let (_, version) = place(method, version).ok_or_else(|| crate::ndr::EncodeError {
        path: alloc::string::String::new(),
        message: alloc::format!("{} is not part of version {version}", method.name),
    })?;
    crate::ndr::write::message(method, direction, version, syntax, endian, contents)
}

#[cfg(test)]
mod tests;
