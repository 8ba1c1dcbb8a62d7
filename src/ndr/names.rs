//! Names that depend on more than one value: the one place where the printers look them up.

use crate::consts::control_codes::{self, ControlCode, Family};
use crate::consts::{Constants, change};

/// The names of a filter's bits for an object type (2.2.2.12 to 2.2.2.26).
pub fn notify_flags(object_type: u32) -> Option<&'static Constants> {
    change::filter_flags(change::CLUSTER_OBJECT_TYPE(object_type))
}

/// A control code, by the method's family or, where a code of another family was sent, by its value alone.
pub fn control_code(family: Family, code: u32) -> Option<&'static ControlCode> {
    control_codes::lookup(family, code).or_else(|| control_codes::lookup_any(code))
}
