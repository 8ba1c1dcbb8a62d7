//! A protected PDU cut into what signatures cover, and what opening it came to.

use alloc::string::String;

use crate::rpc::security::{Doubt, Protected, Remedy};

/// The parts of a protected PDU.
#[cfg_attr(not(feature = "decrypt"), allow(dead_code, reason = "nothing opens without decryption"))]
#[derive(Clone, Copy)]
pub(crate) struct Frame<'a> {
    /// From the PDU's first byte to the body.
    pub(crate) head: &'a [u8],
    /// Stub and padding, as on the wire.
    pub(crate) body: &'a [u8],
    /// The trailer's header.
    pub(crate) tail: &'a [u8],
    /// `auth_value`.
    pub(crate) token: &'a [u8],
    /// Whether the body is encrypted (pkt_privacy).
    pub(crate) sealed: bool,
}

impl<'a> Frame<'a> {
    /// The same PDU taken as sealed, or as only signed.
    pub(crate) fn taken_as(self, sealed: bool) -> Self {
        Frame { sealed, ..self }
    }

    /// Cuts a PDU; `None` if the ranges aren't ordered or lie outside it.
    pub(crate) fn cut(pdu: &Protected<'a>) -> Option<Self> {
        if pdu.body.end > pdu.trailer_header.start || pdu.trailer_header.end > pdu.auth_value.start {
            return None;
        }
        Some(Frame {
            head: pdu.pdu.get(..pdu.body.start)?,
            body: pdu.pdu.get(pdu.body.clone())?,
            tail: pdu.pdu.get(pdu.body.end..pdu.trailer_header.end)?,
            token: pdu.pdu.get(pdu.auth_value.clone())?,
            sealed: pdu.trailer.auth_level >= 6,
        })
    }

    /// Bytes of the body that a stream cipher runs over.
    #[cfg(feature = "decrypt")]
    pub(crate) fn sealed_len(&self) -> usize {
        if self.sealed { self.body.len() } else { 0 }
    }

    /// Bytes that a check looks at, at most.
    #[cfg(feature = "decrypt")]
    pub(crate) fn covered_len(&self) -> usize {
        self.head.len().saturating_add(self.body.len()).saturating_add(self.tail.len())
    }
}

/// What opening came to.
#[cfg_attr(not(feature = "decrypt"), allow(dead_code, reason = "nothing opens without decryption"))]
#[derive(Debug)]
pub(crate) enum Verdict {
    /// The signature is right.
    Opened {
        /// What speaks against the PDU all the same.
        doubt: Option<Doubt>,
        /// Whether the plain body is in the output.
        decrypted: bool,
        /// Whether the signature covers the whole PDU.
        whole: bool,
    },
    /// No key, or the place in the key stream is lost.
    Sealed(String, Remedy),
    /// The signature is wrong, or the PDU isn't in its place.
    Failed(String, Doubt),
}
