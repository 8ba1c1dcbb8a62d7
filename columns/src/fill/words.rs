//! Values as columns have them.

use cluscope::internals::analysis::calls::status_name;
use cluscope::internals::base::Timestamp;
use cluscope::internals::consts::control_codes::Family;
use cluscope::internals::consts::status;
use cluscope::internals::ndr::names;

/// An unsigned number, where 64 bits with a sign hold it.
pub(super) fn int(value: impl TryInto<i64>) -> Option<i64> {
    value.try_into().ok()
}

/// Microseconds and nanoseconds since 1970.
pub(super) fn times(time: Option<Timestamp>) -> (Option<i64>, Option<i64>) {
    (time.map(|time| time.0.div_euclid(1000)), time.map(|time| time.0))
}

/// A control code's number and name.
pub(super) fn code(of: Option<(Family, u32)>) -> (Option<i64>, Option<&'static str>) {
    let name = of.and_then(|(family, code)| names::control_code(family, code)).map(|code| code.name);
    (of.map(|(_, code)| i64::from(code)), name)
}

/// The name of a status, of a fault its own.
pub(super) fn named(value: u32, fault: bool) -> String {
    match status::fault_name(value).filter(|_| fault) {
        Some(name) => name.to_string(),
        None => status_name(value),
    }
}
