//! Which operations may be called at all, and whether what they carry can be read.

use super::finding::Evidence;
use super::message::{CheckedMessage, Report};
use super::rule::Rule;
use super::values::Item;
use crate::base::diagnostic::rules;
use crate::base::error::Error;
use crate::idl;
use crate::ndr::types::FieldId;
use crate::rpc::event::Body;
use crate::session::Record;

rules! { "methods", Rule:
    RESERVED_OPNUM = "reserved-opnum", "MS-CMRP 3.1.4.2",
        "a client does not send an opnum that is reserved for local use", Must;
    UNKNOWN_OPNUM = "unknown-opnum", "MS-CMRP 3.1.4.2", "the interface has a method of this opnum", Must;
    UNREADABLE = "stub-unreadable", "MS-CMRP 3.1.4.2", "a stub passes the strict NDR consistency check", Must;
    TRAILING = "trailing-bytes", "MS-CMRP 3.1.4.2", "nothing stands behind the last parameter of a stub", Should;
    NULL_WITH_SIZE = "null-with-size", "MS-CMRP 3.1.4.2",
        "a null unique pointer does not come with a count other than 0", Must;
    RPC_STATUS = "rpc-status", "MS-CMRP 3.1.4",
        "rpc_status of a call that was executed and answered is 0", Must;
}

/// The status of the call itself, in every method of version 3.0 that has one.
const RPC_STATUS_OF_CALL: FieldId = idl::cluster::ApiSetClusterName::params::rpc_status;

/// The opnum of a request.
pub(super) fn check_opnum(record: &Record<'_>, found: &mut Report<'_, '_>) {
    let (Body::Request { opnum, .. }, Some((interface, version))) = (&record.event.body, record.interface) else {
        return;
    };
    match interface.method(version, *opnum) {
        Some(method) if method.on_wire => {}
        Some(method) => found.add(&RESERVED_OPNUM, "opnum", u64::from(*opnum), format!("not {}", method.name)),
        // The published text ends at 185; more of them are in use.
        None => {
            let last = interface.versions.get(version).map_or(0, |v| v.methods.len().saturating_sub(1));
            let rule = if opnum_is_reserved(interface, version, *opnum) { &RESERVED_OPNUM } else { &UNKNOWN_OPNUM };
            found.add(rule, "opnum", u64::from(*opnum), format!("at most {last}"));
        }
    }
}

fn opnum_is_reserved(interface: &crate::ndr::Interface, version: usize, opnum: u16) -> bool {
    core::ptr::eq(interface, &idl::CLUSAPI) && version == 1 && opnum <= interface.reserved_to
}

/// A stub that ends the decoder.
pub(super) fn unreadable(error: &Error, found: &mut Report<'_, '_>) {
    found.add(&UNREADABLE, error.path.to_string(), error.kind.to_string(), Evidence::None);
}

/// Bytes behind the last parameter; up to three of them align a verification trailer (MS-RPCE 2.2.2.13).
pub(super) fn trailing(bytes: usize, verification: bool, found: &mut Report<'_, '_>) {
    if bytes > if verification { 3 } else { 0 } {
        found.add(&TRAILING, "", bytes, 0u64);
    }
}

/// What holds for every method.
pub(super) fn check(message: &CheckedMessage<'_, '_>, found: &mut Report<'_, '_>) {
    let values = message.values;
    // Version 2.0 does not ask for this.
    if message.is_request() && !message.is_clusapi_version(2) {
        for entry in values.entries.iter().filter(|e| matches!(e.what, Item::Null) && e.depth == 1) {
            let Some(size) = message.method.fields.iter().find(|field| Some(field.name) == entry.field.size_is) else {
                continue;
            };
            if let Some(size) = values.number(size.id).filter(|size| *size != 0) {
                found.at(&NULL_WITH_SIZE, (values, entry), size, 0u64);
            }
        }
    }
    if let Some(status) = values.number(RPC_STATUS_OF_CALL).filter(|status| *status != 0) {
        found.add(&RPC_STATUS, RPC_STATUS_OF_CALL, status, 0u64);
    }
}
