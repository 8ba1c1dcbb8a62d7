//! For those who change a capture instead of reading it: where each opened PDU stands in the packets.
//!
//! [`Session::packet_tapped`](crate::session::Session::packet_tapped) tells a [`Tap`] about every segment and datagram
//! of the flows that are followed, and about every sealed PDU that was opened. [`crate::rewrite`] is such a tap.

use crate::net::{Origin, Placed};
use crate::rpc::dg;
use crate::rpc::security::{AuthTrailer, Connectionless, Identity, Opened, Protected, Security, Sender, Token};
use std::net::SocketAddr;

/// A sealed PDU that was opened; its signature is right.
#[derive(Clone, Copy, Debug)]
pub struct Unsealed<'a> {
    /// The flow and the packet that completed the PDU.
    pub origin: &'a Origin,
    /// TCP sequence number of the PDU's first byte; 0 for the PDU of a datagram.
    pub seq: u32,
    /// The packet that completed a datagram that had to wait for the handshake, which came with `origin`.
    pub held: Option<u64>,
    /// The PDU as captured.
    pub pdu: &'a Protected<'a>,
    /// What stands in place of `pdu.pdu[pdu.body]`, of the same length.
    pub clear: &'a [u8],
}

/// Takes what a session finds.
pub trait Tap {
    /// A segment or datagram; see [`crate::net::Handler::placed`].
    fn placed(&mut self, origin: &Origin, placed: Placed<'_>);
    /// A datagram, known by its activity, belongs to the conversation of another flow, whose stream and ends these are.
    fn joined(&mut self, origin: &Origin, stream: u64, ends: &[SocketAddr; 2]) {
        let _ = (origin, stream, ends);
    }
    /// A sealed PDU was opened. The one of a datagram follows its [`Tap::placed`] at once, unless it was
    /// [held back](Unsealed::held).
    fn unsealed(&mut self, unsealed: Unsealed<'_>);
}

/// Security contexts with a tap.
pub(crate) struct ObservedSecurity<'a> {
    inner: &'a mut dyn Security,
    tap: &'a mut dyn Tap,
    origin: &'a Origin,
    /// Sequence number behind the last byte handed to the connection.
    end: u32,
    /// Bytes of those behind the PDU at hand.
    rest: u32,
    /// Whether anything was to be opened.
    asked: bool,
    /// Since when the datagram at hand was held back.
    held: Option<u64>,
}

impl<'a> ObservedSecurity<'a> {
    /// `len`: bytes that are handed to the connection now.
    pub(crate) fn new(inner: &'a mut dyn Security, tap: &'a mut dyn Tap, origin: &'a Origin, len: usize) -> Self {
        let end = origin.seq.wrapping_add(bytes(len));
        ObservedSecurity { inner, tap, origin, end, rest: 0, asked: false, held: None }
    }

    /// A repeated datagram is no event of its conversation, but it stands in the capture and is sealed. Connectionless
    /// security makes the key anew for each PDU, so it can be opened again.
    pub(crate) fn repeated(mut self, datagram: &[u8]) {
        if self.asked {
            return;
        }
        let Ok(pdu) = dg::Pdu::parse(datagram) else { return };
        let Some(verifier) = pdu.verifier.filter(|v| v.trailer.auth_level >= 6) else { return };
        let Some(sender) = dg::sender_of(pdu.header.ptype) else { return };
        let (start, end) = verifier.header;
        let header = &pdu.header;
        let protected = Protected {
            sender,
            pdu: datagram,
            body: header.body_range(datagram.len()),
            trailer_header: start..end,
            auth_value: end..datagram.len(),
            trailer: verifier.trailer,
            connectionless: Some(Connectionless {
                activity: header.activity.to_wire(header.representation.endian),
                sequence: header.sequence,
                fragment: header.fragment,
            }),
        };
        self.open(&protected, &mut Vec::new());
    }
}

/// Sequence numbers count modulo 2^32.
fn bytes(len: usize) -> u32 {
    (len as u64 & 0xffff_ffff) as u32
}

impl Security for ObservedSecurity<'_> {
    fn token(&mut self, token: &Token<'_>) {
        self.inner.token(token);
    }

    fn open(&mut self, pdu: &Protected<'_>, out: &mut Vec<u8>) -> Opened {
        self.asked |= self.held.is_none();
        let opened = self.inner.open(pdu, out);
        if matches!(opened, Opened::Clear { decrypted: true, .. }) && out.len() == pdu.body.len() {
            let seq = match pdu.connectionless {
                None => self.end.wrapping_sub(self.rest).wrapping_sub(bytes(pdu.pdu.len())),
                Some(_) => 0,
            };
            self.tap.unsealed(Unsealed { origin: self.origin, seq, held: self.held, pdu, clear: out });
        }
        opened
    }

    fn gap(&mut self, sender: Sender, lost: Option<u64>) {
        self.inner.gap(sender, lost);
    }

    fn required(&self) -> Option<AuthTrailer> {
        self.inner.required()
    }

    fn awaits(&self, trailer: &AuthTrailer) -> bool {
        self.inner.awaits(trailer)
    }

    fn covers_header(&self, trailer: &AuthTrailer) -> bool {
        self.inner.covers_header(trailer)
    }

    fn is_malleable(&self, trailer: &AuthTrailer) -> bool {
        self.inner.is_malleable(trailer)
    }

    fn identity(&self, trailer: &AuthTrailer) -> Identity {
        self.inner.identity(trailer)
    }

    fn framed(&mut self, rest: usize) {
        self.rest = bytes(rest);
    }

    fn held(&mut self, since: Option<u64>) {
        self.held = since;
    }
}
