//! Names that depend on more than one value: the one place where the printers look them up.

use super::types::Field;
use super::visitor::ContextHandle;
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

/// What is known of a context handle beside its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HandleName<'n> {
    /// What it stands for: `resource`, `key` …
    pub kind: &'n str,
    /// The name or path it was opened with.
    pub name: Option<&'n str>,
    /// Frame of the call that opened it.
    pub opened: Option<u64>,
    /// What is wrong with using it, if anything: `closed`, `other_association`, `before_capture` …
    pub state: Option<&'n str>,
    /// Access granted, where it was opened here.
    pub access: Option<u32>,
}

/// Knows what context handles stand for. The printers ask it for each handle that is not null.
pub trait HandleNames {
    /// What `handle`, found in a parameter declared as `field`, stands for.
    fn lookup(&self, field: &Field, handle: ContextHandle) -> Option<HandleName<'_>>;
}
