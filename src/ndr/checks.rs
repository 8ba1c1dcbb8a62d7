//! Rules that an interface brings along: what its messages have to say beyond what every declaration says by itself.
//! The reader knows none of them; it shows them the values it reads and passes on what they find.

use super::types::{Direction, Method};
use super::utf16::WStr;
use super::visitor::{At, ContextHandle};
use super::wire::Message;
use crate::base::diagnostic::Diagnostic;

/// Looks at the values of one message while they are read, to find out whether any rule is broken.
pub trait Observer {
    /// An integer.
    fn scalar(&mut self, at: At<'_>, value: u64);
    /// A context handle.
    fn handle(&mut self, at: At<'_>, handle: ContextHandle);
    /// A null pointer.
    fn null(&mut self, at: At<'_>);
    /// Text.
    fn string(&mut self, at: At<'_>, text: WStr<'_>);
    /// Whether any rule is broken.
    fn broken(&self) -> bool;
}

/// The rules of an interface, see [`Interface::checks`](super::Interface::checks).
pub trait Checks: core::fmt::Debug + Sync + core::panic::RefUnwindSafe {
    /// Calls `read` with an observer for a message of this method.
    fn observe(&self, method: &Method, direction: Direction, read: &mut dyn FnMut(&mut dyn Observer));

    /// Hands out what a message breaks. Called for messages of which an observer said so.
    fn report(&self, message: &Message<'_>, out: &mut dyn FnMut(Diagnostic));
}
