//! Control codes: known ones, on handles that may, with buffers that fit.

use super::handle_table::Handles;
use super::handles;
use super::message::{CheckedMessage, Report};
use super::rule::Rule;
use crate::base::diagnostic::rules;
use crate::consts::content::BufferFormat;
use crate::consts::control_codes::{self, Access, Certainty, ControlCode, Family, Versions};
use crate::idl::cluster::ApiClusterControl::params as control;
use crate::ndr::types::Semantics;

rules! { "control codes", Rule:
    UNKNOWN = "control-code-unknown", "MS-CMRP 3.1.4", "dwControlCode is one of the method's control codes", Must;
    FAMILY = "control-code-family", "MS-CMRP 3.1.4", "dwControlCode is one for the kind of object it is sent to", Must;
    VERSION = "control-code-version", "MS-CMRP 3.1.4",
        "a control code of version 3.0 is not sent over version 2.0", Must;
    ACCESS = "control-access", "MS-CMRP 3.1.4",
        "a control code that needs access level All does not succeed on a handle with Read", Must;
    INPUT = "control-input", "MS-CMRP 3.1.4",
        "a control code that needs input does not succeed without any", Must;
    OUTPUT = "control-output", "MS-CMRP 3.1.4.3", "a control code without output returns none", Must;
    RETURNED = "bytes-returned", "MS-CMRP 3.1.4",
        "lpBytesReturned after success is what was written to lpOutBuffer: no more than nOutBufferSize", Must;
    MORE = "more-data-required", "MS-CMRP 3.1.4",
        "lpcbRequired with ERROR_MORE_DATA is the size that would have done: more than nOutBufferSize", Must;
    REQUIRED_ZERO = "required-zero", "MS-CMRP 3.1.4",
        "lpcbRequired is 0 after success with lpBytesReturned 0", Must;
}

const MORE_DATA: u32 = 234;

/// Checks a message of the control methods.
pub(super) fn check(message: &CheckedMessage<'_, '_>, handles: &Handles, found: &mut Report<'_, '_>) {
    let Some(family) = message.method.fields.iter().find_map(|f| match f.semantics {
        Semantics::ControlCode(family) => Some(family),
        _ => None,
    }) else {
        return;
    };
    let number = match message.request {
        Some(request) => request.number(control::dwControlCode),
        None => message.values.number(control::dwControlCode),
    };
    let code = number.and_then(|n| control_codes::lookup(family, n as u32));
    if message.is_request() {
        if let (Some(number), None) = (number, code) {
            match control_codes::lookup_any(number as u32) {
                // No text says by which method the codes of affinity rules are sent.
                Some(other) if other.family == Family::AffinityRule => {}
                Some(other) => found.add(&FAMILY, control::dwControlCode, other.name, format!("a code for a {family}")),
                None => found.add(&UNKNOWN, control::dwControlCode, format!("{number:#010x}"), "a listed code"),
            }
        }
        if let Some(code) = code.filter(|c| c.versions == Versions::Only3 && message.is_clusapi_version(2)) {
            found.add(&VERSION, control::dwControlCode, code.name, "a code of version 2.0");
        }
        return;
    }
    buffers(message, found);
    let Some((_, status)) = message.values.status() else { return };
    if let Some(code) = code.filter(|_| handles::accepted(status)) {
        accepted(message, code, handles, found);
        // Of the others no section says what their buffers hold.
        if status == 0 && code.certainty == Certainty::Specified {
            succeeded(message, code, found);
        }
    }
}

fn buffers(message: &CheckedMessage<'_, '_>, found: &mut Report<'_, '_>) {
    let values = message.values;
    let Some((_, status)) = values.status() else { return };
    let (Some(returned), Some(required)) =
        (values.number(control::lpBytesReturned), values.number(control::lpcbRequired))
    else {
        return;
    };
    if status == 0 && returned == 0 && required != 0 {
        found.add(&REQUIRED_ZERO, control::lpcbRequired, required, 0u64);
    }
    let Some(room) = message.request.and_then(|r| r.number(control::nOutBufferSize)) else { return };
    if status == 0 && returned > room {
        found.add(&RETURNED, control::lpBytesReturned, returned, format!("at most {room}"));
    }
    if status == MORE_DATA && required <= room {
        found.add(&MORE, control::lpcbRequired, required, format!("more than {room}"));
    }
}

fn succeeded(message: &CheckedMessage<'_, '_>, code: &ControlCode, found: &mut Report<'_, '_>) {
    let Some(request) = message.request else { return };
    let empty = request.length(control::lpInBuffer).unwrap_or(0) == 0;
    if empty && needs_input(code) {
        found.add(&INPUT, control::lpInBuffer, code.name, format!("{:?}", code.input).to_lowercase());
    }
    if code.output == BufferFormat::Nothing
        && let Some(returned) = message.values.number(control::lpBytesReturned).filter(|n| *n != 0)
    {
        found.add(&OUTPUT, control::lpBytesReturned, format!("{returned} of {}", code.name), 0u64);
    }
}

/// The access of the handles that a control code is carried out with.
fn accepted(message: &CheckedMessage<'_, '_>, code: &ControlCode, handles: &Handles, found: &mut Report<'_, '_>) {
    let Some(request) = message.request else { return };
    if code.access != Access::All || !message.is_clusapi_version(3) {
        return;
    }
    let scope = message.scope;
    for (name, handle) in request.handles() {
        if handles.get(scope, handle).and_then(|o| o.granted) == Some(GENERIC_READ) {
            found.add(&ACCESS, name, code.name, "a handle with GENERIC_ALL");
        }
    }
}

const GENERIC_READ: u32 = 0x8000_0000;

/// Formats of which no bytes at all are no value.
fn needs_input(code: &ControlCode) -> bool {
    // A virtual machine's configuration takes none.
    code.value != control_codes::CLUSCTL_RESOURCE_VM_START_MIGRATION
        && !matches!(
            code.input,
            BufferFormat::Nothing | BufferFormat::Bytes | BufferFormat::Dwords | BufferFormat::ByLength(_)
        )
}
