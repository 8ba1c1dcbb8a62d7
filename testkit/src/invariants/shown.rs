//! What must hold for what people look at: stubs byte by byte, two of them beside each other, values as lines, messages to
//! start from.

use super::printed;
use cluscope::internals::ndr::types::Interface;
use cluscope::internals::ndr::wire::{Kind, Message};
use cluscope::internals::ndr::{Method, Syntax};
use cluscope::internals::render::json::stub::Identity;
use cluscope::internals::render::schema::template;
use cluscope::internals::render::text::diff::{self, Side};
use cluscope::internals::render::text::{Style, TextBuffer, explain, record};
use cluscope::internals::session::call_context::CallContext;

/// A stub as people are shown it, and beside others: with a byte changed, with its end cut off, and, given that, encoded anew.
/// Each byte is explained at most once, in their order; a difference is at the first byte that differs.
pub(super) fn stub(identity: &Identity, method: &'static Method, stub: &[u8], anew: Option<&[u8]>) {
    let context = match identity.kind.direction {
        cluscope::internals::ndr::Direction::Request => identity.context(stub),
        cluscope::internals::ndr::Direction::Response => CallContext::default(),
    };
    // Screens and limits, wide and narrow.
    for narrow in [false, true] {
        let style = match narrow {
            false => Style::default(),
            true => Style { color: true, max_bytes: 3, max_elements: 1, max_output: 400, ..Style::default() },
        };
        let mut text = TextBuffer::new();
        record::bare(&mut text, identity, &context, stub, &style);
        printed::check_coloured(text.as_bytes());
    }
    if let Ok(message) = Message::decode(method, identity.kind, stub) {
        let pieces = explain::pieces(&message, context.content());
        let mut end = 0;
        for piece in &pieces {
            assert!(piece.range.start >= end && piece.range.end <= stub.len(), "{piece:?} behind {end}");
            end = piece.range.end;
        }
        let mut text = String::new();
        explain::print(&mut text, stub, &pieces).expect("a text in memory");
        printed::check(text.as_bytes());
    }
    let one = Side::new(method, identity.kind, context.content(), stub);
    assert!(diff::compare(&one, &one).is_none());
    let sum = stub.iter().fold(0_usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(usize::from(*byte)));
    let mut others = vec![stub.to_vec(), stub.to_vec()];
    if let Some(byte) = others[0].get_mut(sum.checked_rem(stub.len()).unwrap_or(0)) {
        *byte ^= 1 << (sum % 8);
    }
    others[1].truncate(stub.len().saturating_sub(1 + sum % 9));
    others.extend(anew.map(<[u8]>::to_vec));
    for other in others.iter().filter(|other| *other != stub) {
        let other = Side::new(method, identity.kind, context.content(), other);
        let difference = diff::compare(&one, &other).expect("other bytes");
        let first = one.bytes.iter().zip(other.bytes).take_while(|(a, b)| a == b).count();
        assert_eq!(difference.offset, first, "{difference:?}");
        let mut text = String::new();
        diff::print(&mut text, &one, &other, &difference).expect("a text in memory");
        assert!(text.contains(&difference.why));
        printed::check(text.as_bytes());
    }
}

/// The least message of a method, as a line with comments.
pub(super) fn template(method: &'static Method, kind: Kind) -> serde_json::Value {
    let Kind { interface, version, direction, syntax, .. } = kind;
    let (interface, syntax): (&'static Interface, Syntax) = (interface, syntax);
    template::message(interface, version, method, direction, syntax)
}
