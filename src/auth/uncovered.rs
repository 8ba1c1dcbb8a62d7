//! Headers that no signature covers.
//!
//! Without header signing (MS-RPCE 2.2.2.3) a signature covers the body of a PDU, stub and padding, and nothing else. What
//! the header and the security trailer say is then compared with what the session says: with the sender's handshake, with the
//! PDUs before it, with the calls that are open. That finds what was changed where senders have no choice. It proves no
//! operation number: [`crate::rpc::event::Auth::stub_only`] tells so.

use crate::base::bounds;
use alloc::vec::Vec;

use crate::rpc::header::{Endian, PacketType, PfcFlags, Representation};
use crate::rpc::security::{Doubt, Protected, Sender, Token};

/// How many calls a hole may have had.
const FARTHEST: u32 = 64;

/// Bytes of the header of a request, response or fault, connection-oriented (C706 12.6.4.9).
const HEADER: usize = 24;

/// What one side's PDUs have in common.
#[derive(Debug, Default)]
struct Habits {
    /// `rpc_vers_minor` and `packed_drep`.
    format: Option<[u8; 5]>,
    /// Whether `alloc_hint` was the length of the stub before.
    exact_hint: bool,
    /// Of connectionless PDUs: object, interface, interface version.
    origin: Option<([u8; 32], [u8; 4])>,
}

/// What the PDUs of an association are compared with.
#[derive(Debug, Default)]
pub(crate) struct Uncovered {
    habits: [Habits; 2],
    /// `call_id` of the client's last PDU.
    last_call: Option<u32>,
    /// What it may have been besides, where it wasn't the one that was due.
    stated_call: Option<u32>,
    /// Whether PDUs of the client's may be missing behind it.
    hole: bool,
    /// Whether a request was seen, and whether one was numbered one above another.
    started: bool,
    counts: bool,
    /// Calls without an answer.
    pending: Vec<u32>,
}

/// The fields that every header has.
struct Fields<'a> {
    pdu: &'a [u8],
    representation: Representation,
}

impl<'a> Fields<'a> {
    fn of(pdu: &'a [u8]) -> Option<Self> {
        let &[5, _, _, _, integer, float, ..] = pdu.first_chunk::<HEADER>()? else { return None };
        Some(Fields { pdu, representation: Representation::from_bytes(integer, float)? })
    }

    fn u32(&self, at: usize) -> Option<u32> {
        let bytes = self.pdu.get(at..)?.first_chunk()?;
        Some(match self.representation.endian {
            Endian::Little => u32::from_le_bytes(*bytes),
            Endian::Big => u32::from_be_bytes(*bytes),
        })
    }

    /// `rpc_vers_minor` and `packed_drep`.
    fn format(&self) -> Option<[u8; 5]> {
        let &[_, minor, _, _, a, b, c, d] = self.pdu.first_chunk()?;
        Some([minor, a, b, c, d])
    }
}

fn side(sender: Sender) -> usize {
    usize::from(sender == Sender::Server)
}

impl Uncovered {
    /// Takes what a PDU of the handshake says.
    pub(crate) fn handshake(&mut self, token: &Token<'_>) {
        let Some(fields) = Fields::of(token.pdu) else { return };
        if let Some(habits) = self.habits.get_mut(side(token.sender))
            && habits.format.is_none()
        {
            habits.format = fields.format();
        }
        // An alter_context may be forged: it counts where it has the number that is due.
        let call = fields.u32(12);
        let next = self.last_call.is_none_or(|last| call == Some(last.wrapping_add(1)));
        if token.sender == Sender::Client && next {
            self.last_call = call;
        }
    }

    /// PDUs of the sender may be missing.
    pub(crate) fn gap(&mut self, sender: Sender) {
        if sender == Sender::Client {
            self.hole = true;
        }
    }

    /// A PDU that couldn't be opened: if it was a request, it had the number that was due.
    pub(crate) fn unopened(&mut self, pdu: &Protected<'_>) {
        if let (Sender::Client, Some(last)) = (pdu.sender, self.last_call) {
            let call = self.stated_call.unwrap_or(last).wrapping_add(1);
            self.stated_call = Some(call);
            self.wait_for(call);
        }
    }

    /// What speaks against a PDU whose signature is right. `whole`: it covers the header.
    pub(crate) fn doubt(&mut self, pdu: &Protected<'_>, whole: bool) -> Option<Doubt> {
        let field = match pdu.connectionless {
            None => self.connection_oriented(pdu),
            Some(_) => self.connectionless(pdu),
        };
        field.filter(|_| !whole).map(|field| Doubt::Header { field })
    }

    /// The first field that isn't what the session says. What it says is learned from every PDU.
    fn connection_oriented(&mut self, pdu: &Protected<'_>) -> Option<&'static str> {
        let fields = Fields::of(pdu.pdu)?;
        let &[_, _, ptype, flags, ..] = pdu.pdu.first_chunk::<HEADER>()?;
        let flags = PfcFlags::from_bits_retain(flags);
        let ptype = PacketType::from_u8(ptype)?;
        let call = fields.u32(12)?;
        let is_call = match ptype {
            PacketType::Request => self.request(call, flags),
            PacketType::Response | PacketType::Fault => self.answer(call, flags),
            _ => true,
        };
        let habits = self.habits.get_mut(side(pdu.sender))?;
        let format = fields.format()?;
        let same_format = *habits.format.get_or_insert(format) == format;
        let hint = fields.u32(16)? as usize;
        let pad = usize::from(pdu.trailer.auth_pad_length);
        // The status of a fault stands before the stub; `body` may begin with it.
        let stub = pdu.body.len().checked_sub(pad);
        let exact = stub.is_some_and(|stub| stub == hint);
        // Of a message in fragments the hint is what is still to come.
        let more = !flags.contains(PfcFlags::LAST_FRAG) && stub.is_some_and(|stub| stub < hint);
        let unused = hint == 0 && !habits.exact_hint;
        let trailer = pdu.pdu.get(pdu.trailer_header.clone())?;
        habits.exact_hint |= exact && hint > 0;
        let allowed = PfcFlags::FIRST_FRAG | PfcFlags::LAST_FRAG;
        if !same_format {
            Some("packed_drep")
        } else if ptype == PacketType::Fault {
            // Nothing tells that the server made a fault of it, nor that nothing was done.
            Some("PTYPE")
        } else if flags.contains(PfcFlags::OBJECT_UUID) {
            Some("object")
        } else if !allowed.contains(flags) {
            Some("pfc_flags")
        } else if !is_call {
            Some("call_id")
        } else if trailer.get(3).is_some_and(|reserved| *reserved != 0) {
            Some("auth_reserved")
        } else if pad >= 16 || stub.is_none() {
            Some("auth_pad_length")
        } else if !(exact || more || unused) {
            Some("alloc_hint")
        } else if pdu.sender == Sender::Server && pdu.pdu.get(22..HEADER) != Some(&[0, 0]) {
            Some("cancel_count")
        } else {
            None
        }
    }

    /// Whether a client that counts its calls, as all do, gives a request this identifier. Some give all the same.
    fn request(&mut self, call: u32, flags: PfcFlags) -> bool {
        let first = flags.contains(PfcFlags::FIRST_FRAG);
        let Some(last) = self.last_call else {
            self.last_call = Some(call);
            self.wait_for(call);
            return true;
        };
        let last = match self.stated_call.take() {
            Some(stated) if first && call == stated.wrapping_add(1) => stated,
            _ => last,
        };
        let ahead = call.wrapping_sub(last);
        let due = match (first, self.hole) {
            (_, true) => (1..=FARTHEST).contains(&ahead),
            (true, false) => ahead == 1 || ahead == 0 && !self.counts,
            (false, false) => ahead == 0,
        };
        if !due {
            // It was changed, or those before it are missing: the next one tells.
            self.last_call = Some(if first { last.wrapping_add(1) } else { last });
            self.stated_call = first.then_some(call);
            self.wait_for(call);
            return false;
        }
        self.counts |= ahead == 1 && self.started;
        self.started = true;
        if first || self.hole {
            // Those that were lost may be answered too.
            let lost = if self.hole { ahead.saturating_sub(1) } else { 0 };
            (0..=lost).rev().for_each(|back| self.wait_for(call.wrapping_sub(back)));
        }
        (self.last_call, self.hole) = (Some(call), false);
        true
    }

    fn wait_for(&mut self, call: u32) {
        if self.pending.len() >= bounds::UNCOVERED_CALLS {
            self.pending.remove(0);
        }
        self.pending.push(call);
    }

    /// Whether a call of this identifier is open, or may be of which the request was lost: the one behind the last, where
    /// that was answered.
    fn answer(&mut self, call: u32, flags: PfcFlags) -> bool {
        if let Some(at) = self.pending.iter().position(|pending| *pending == call) {
            if flags.contains(PfcFlags::LAST_FRAG) {
                self.pending.remove(at);
            }
            return true;
        }
        self.last_call.is_none_or(|last| {
            let most = if self.hole { FARTHEST } else { 1 };
            (1..=most).contains(&call.wrapping_sub(last)) && (self.hole || !self.pending.contains(&last))
        })
    }

    /// The same for a connectionless header (C706 12.5.2): what a client says is the same in each of its PDUs.
    fn connectionless(&mut self, pdu: &Protected<'_>) -> Option<&'static str> {
        let header = pdu.pdu.first_chunk::<80>()?;
        let habits = self.habits.get_mut(side(pdu.sender))?;
        let &[_, _, _, _, a, b, c, ..] = header;
        let format = [0, a, b, c, 0];
        let object_and_interface = header.get(8..40)?.first_chunk::<32>()?;
        let version = header.get(60..)?.first_chunk::<4>()?;
        let origin = (*object_and_interface, *version);
        if *habits.format.get_or_insert(format) != format {
            Some("drep")
        } else if *habits.origin.get_or_insert(origin) != origin {
            Some("if_id")
        } else {
            None
        }
    }
}
