//! Rules of MS-SWN that a message can break without becoming unreadable. They are checked on the values of a decoded
//! stub and reported like the reader's own.

use super::witness;
use crate::base::diagnostic::{Diagnostic, Rule, rules};
use crate::ndr::checks::{Checks, Observer};
use crate::ndr::types::{Flow, Scalar, Semantics};
use crate::ndr::visitor::{At, ContextHandle, Visitor};
use crate::ndr::wire::Message;
use crate::ndr::{Direction, Method, WStr};
use core::net::IpAddr;

rules! {
    VERSION_1 = "witness-version", "MS-SWN 3.1.4.2", "WitnessrRegister is of version 0x00010001";
    VERSION_2 = "witness-version", "MS-SWN 3.1.4.5", "WitnessrRegisterEx is of version 0x00020000";
    FLAGS = "witness-flags", "MS-SWN 3.1.4.5", "Flags is 0x00000000 or 0x00000001";
    STRING_NULL = "witness-string-null", "MS-SWN 3.1.4.5",
        "NetName, IpAddress and ClientComputerName point to strings; only ShareName may be null";
    STRING_EMPTY = "witness-string-empty", "MS-SWN 3.1.4.5", "the strings name something";
    STRING_INSIDE = "witness-string-terminator", "MS-SWN 3.1.4.5", "a null-terminated string has no null inside";
    ADDRESS = "witness-address", "MS-SWN 3.1.4.5", "IpAddress is an IPv4 or IPv6 address";
    HANDLE = "witness-handle", "MS-SWN 3.1.4.5", "a successful registration returns its key as the context handle";
    VALUE = "witness-value", "MS-SWN 2.2.2", "the member has one of the values that its section names";
    RESERVED = "witness-reserved-bits", "MS-SWN 2.2.2", "bits that no section names are 0";
}

/// The rules of MS-SWN, for [`Interface::checks`](crate::ndr::Interface::checks).
#[derive(Debug)]
pub(super) struct WitnessChecks;

impl Checks for WitnessChecks {
    fn observe(&self, method: &Method, direction: Direction, read: &mut dyn FnMut(&mut dyn Observer)) {
        read(&mut Check::of(method, direction));
    }

    #[cold]
    fn report(&self, message: &Message<'_>, out: &mut dyn FnMut(Diagnostic)) {
        message.visit_parameters(&mut Check { out: Some(out), ..Check::of(message.method, message.direction) });
    }
}

/// Looks at a message's values; without `out` only to find out whether there is anything to tell.
struct Check<'s> {
    out: Option<&'s mut dyn FnMut(Diagnostic)>,
    /// Whether anything is broken.
    broken: bool,
    /// Of a registration: what its version has to be.
    version: Option<(&'static Rule, u64)>,
    /// Whether this is the answer to a registration.
    registered: bool,
    /// Where the answer's handle stands, if it is null.
    null: Option<(usize, crate::base::error::Path)>,
}

impl Check<'_> {
    /// For a message of the Witness interface.
    fn of(method: &Method, direction: Direction) -> Self {
        let version = if method.id == witness::WitnessrRegister::ID {
            Some((&VERSION_1, 0x0001_0001))
        } else if method.id == witness::WitnessrRegisterEx::ID {
            Some((&VERSION_2, 0x0002_0000))
        } else {
            None
        };
        let request = direction == Direction::Request;
        Check {
            out: None,
            broken: false,
            version: version.filter(|_| request),
            registered: version.is_some() && !request,
            null: None,
        }
    }

    #[cold]
    fn found(&mut self, at: &At<'_>, rule: &'static Rule, value: u64, expected: Option<u64>) {
        self.tell(Diagnostic { offset: at.offset, path: at.path.to_path(), rule, value, expected });
    }

    fn tell(&mut self, diagnostic: Diagnostic) {
        self.broken = true;
        if let Some(out) = &mut self.out {
            out(diagnostic);
        }
    }
}

impl<'a> Visitor<'a> for Check<'_> {
    fn wants_diagnostics(&self) -> bool {
        false
    }

    fn scalar(&mut self, at: At<'_>, _: Scalar, value: u64) {
        Observer::scalar(self, at, value);
    }

    fn handle(&mut self, at: At<'_>, handle: ContextHandle) {
        Observer::handle(self, at, handle);
    }

    fn null(&mut self, at: At<'_>) {
        Observer::null(self, at);
    }

    fn string(&mut self, at: At<'_>, text: WStr<'a>) {
        Observer::string(self, at, text);
    }
}

impl Observer for Check<'_> {
    fn broken(&self) -> bool {
        self.broken
    }

    fn scalar(&mut self, at: At<'_>, value: u64) {
        match (self.version, at.field.id) {
            (Some((rule, due)), witness::WitnessrRegister::params::Version) => {
                if value != due {
                    self.found(&at, rule, value, Some(due));
                }
                return;
            }
            (Some(_), witness::WitnessrRegisterEx::params::Flags) => {
                if value > 1 {
                    self.found(&at, &FLAGS, value, None);
                }
                return;
            }
            _ => {}
        }
        if at.field.flow == Flow::Return {
            if let (true, 0, Some((offset, path))) = (self.registered, value, self.null.take()) {
                self.tell(Diagnostic { offset, path, rule: &HANDLE, value: 0, expected: None });
            }
            return;
        }
        match at.field.semantics {
            Semantics::Enum(table) if table.name_of(value).is_none() => self.found(&at, &VALUE, value, None),
            Semantics::Flags(table) => {
                let unknown = table.flags_of(value).unknown();
                if unknown != 0 {
                    self.found(&at, &RESERVED, unknown, Some(0));
                }
            }
            _ => {}
        }
    }

    fn handle(&mut self, at: At<'_>, handle: ContextHandle) {
        self.null = handle.is_null().then(|| (at.offset, at.path.to_path()));
    }

    fn null(&mut self, at: At<'_>) {
        if self.version.is_some() && at.field.id != witness::WitnessrRegisterEx::params::ShareName {
            self.found(&at, &STRING_NULL, 0, None);
        }
    }

    fn string(&mut self, at: At<'_>, text: WStr<'_>) {
        if self.version.is_none() {
            return;
        }
        let inside = text.units().position(|unit| unit == 0);
        if let Some(position) = inside {
            self.found(&at, &STRING_INSIDE, position as u64, None);
        }
        if text.is_empty() {
            self.found(&at, &STRING_EMPTY, 0, None);
        } else if at.field.id == witness::WitnessrRegister::params::IpAddress && !is_address(text) {
            self.found(&at, &ADDRESS, text.len() as u64, None);
        }
    }
}

/// Whether the text is an address; no text of an address is longer than this.
fn is_address(text: WStr<'_>) -> bool {
    let mut ascii = [0_u8; 64];
    let mut length = 0;
    for unit in text.units() {
        let (Some(slot), Ok(byte)) = (ascii.get_mut(length), u8::try_from(unit)) else { return false };
        *slot = byte;
        length += 1;
    }
    let text = ascii.get(..length).and_then(|bytes| core::str::from_utf8(bytes).ok()).unwrap_or_default();
    // A link-local address may name its zone.
    let text = text.split_once('%').map_or(text, |(address, _)| address);
    text.parse::<IpAddr>().is_ok()
}
