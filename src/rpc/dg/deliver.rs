//! Calls and messages of a conversation on their way out: opening PDUs, making events.

use super::assembly::Assembly;
use super::{Body, Flags1, Header, Pdu};
use crate::base::Side;
use crate::base::error::Error;
use crate::base::guid::Guid;
use crate::rpc::event::{
    self, Auth, Call, Context, ContextState, Event, FrameSet, Notes, Sizes, is_clear, wrong_length,
};
use crate::rpc::header::{PacketType, PfcFlags};
use crate::rpc::pdu::split_padding;
use crate::rpc::security::{AuthTrailer, Connectionless, Opened, Protected, Security, Sender};
use crate::rpc::syntax::TransferSyntax;
use alloc::vec::Vec;
use core::mem;

#[derive(Debug)]
pub(super) struct State<N> {
    pub(super) sequence: u32,
    /// The side that calls.
    pub(super) client: Side,
    pub(super) request: Assembly,
    pub(super) response: Assembly,
    /// Whether a fault, reject or whole response was seen.
    pub(super) answered: bool,
    /// Whether the client has acknowledged the answer.
    pub(super) acknowledged: bool,
    /// Identification of the packet with the request's first fragment.
    pub(super) identification: Option<u16>,
    pub(super) call: Option<Call<N>>,
    /// For a callback: the activity it asks about.
    pub(super) about: Option<Guid>,
}

impl<N> State<N> {
    pub(super) fn new(sequence: u32, client: Side) -> Self {
        State {
            sequence,
            client,
            request: Assembly::default(),
            response: Assembly::default(),
            answered: false,
            acknowledged: false,
            identification: None,
            call: None,
            about: None,
        }
    }
}

/// Where the parts of an event come from.
pub(super) struct Parts<'a> {
    pub(super) side: Side,
    pub(super) header: &'a Header,
    pub(super) frame_set: &'a FrameSet,
    pub(super) fragments: u32,
    pub(super) trailer: Option<AuthTrailer>,
    pub(super) opened: Option<Opened>,
    pub(super) sizes: Sizes,
    pub(super) notes: Notes,
    /// Whether some datagram was not captured whole.
    pub(super) cut: bool,
    /// Bytes of the stub before the first hole.
    pub(super) intact: usize,
}

/// What [`event::Body::Incomplete`] says of datagrams that the capture cut.
pub(super) const CUT: &str = "datagram not captured whole";

/// A whole message on its way out.
pub(super) struct Message<'a, N> {
    pub(super) parts: Parts<'a>,
    pub(super) body: event::Body<&'a [u8]>,
    pub(super) response: bool,
    /// The call that a response answers.
    pub(super) answered: Option<Call<N>>,
}

pub(super) fn message<'a, N>(
    state: &mut State<N>,
    parts: Parts<'a>,
    stub: Option<&'a [u8]>,
    response: bool,
) -> Message<'a, N> {
    let header = parts.header;
    let stub = stub.filter(|_| is_clear(&parts.opened));
    let intact = parts.intact.min(stub.map_or(0, <[u8]>::len));
    let incomplete = |opnum| event::Body::Incomplete { opnum, stub, intact, reason: CUT };
    if !response && parts.cut {
        return Message { body: incomplete(Some(header.opnum)), parts, response, answered: None };
    }
    if !response {
        let object = Some(header.object).filter(|o| !o.is_nil());
        let body = event::Body::Request { opnum: header.opnum, object, stub };
        return Message { parts, body, response, answered: None };
    }
    state.answered = true;
    let answered = state.call.take();
    let opnum = answered.as_ref().map(|c| c.opnum).or(Some(header.opnum));
    let body = if parts.cut { incomplete(opnum) } else { event::Body::Response { opnum, cancel_count: 0, stub } };
    Message { body, parts, response, answered }
}

/// Hands out what there is of a message that won't become whole.
pub(super) fn incomplete<N>(
    state: &mut State<N>,
    response: bool,
    reason: &'static str,
    total: &mut usize,
    security: &dyn Security,
    out: &mut dyn FnMut(Event<'_, N>),
) {
    let assembly = if response { &mut state.response } else { &mut state.request };
    let fragments = assembly.count();
    let intact = assembly.intact();
    let stub = assembly.take(total);
    let mut whole = mem::take(assembly);
    whole.frame_set.settle();
    assembly.done = true;
    let Some(header) = whole.header else { return };
    let side = if response { state.client.other() } else { state.client };
    let mut opened = whole.opened.take();
    event::of_a_part(&mut opened);
    let notes = mem::take(&mut whole.notes);
    let parts = Parts {
        side,
        header: &header,
        frame_set: &whole.frame_set,
        fragments,
        trailer: whole.trailer,
        opened,
        sizes: whole.sizes,
        notes,
        cut: false,
        intact,
    };
    let body = event::Body::Incomplete { opnum: Some(header.opnum), stub: stub.as_deref(), intact, reason };
    let sender = if response { Sender::Server } else { Sender::Client };
    let mut event = make(parts, body, sender, security);
    event.call = state.call.as_mut();
    out(event);
}

pub(super) fn blank<'a, N>(side: Side, body: event::Body<&'a [u8]>, frame_set: &'a FrameSet) -> Event<'a, N> {
    Event::new(side, if side == Side::A { Sender::Client } else { Sender::Server }, body, frame_set)
}

pub(super) fn make<'a, N>(
    parts: Parts<'a>,
    body: event::Body<&'a [u8]>,
    sender: Sender,
    security: &dyn Security,
) -> Event<'a, N> {
    let Parts { side, header, frame_set, fragments, trailer, opened, sizes, notes, cut: _, intact: _ } = parts;
    let mut flags = PfcFlags::FIRST_FRAG | PfcFlags::LAST_FRAG;
    flags.set(PfcFlags::MAYBE, header.flags1.contains(Flags1::MAYBE));
    flags.set(PfcFlags::OBJECT_UUID, !header.object.is_nil());
    Event {
        ptype: Some(header.ptype),
        sender,
        call_id: Some(header.sequence),
        fragments,
        representation: header.representation,
        flags,
        context: Some(Context {
            id: 0,
            interface: header.interface,
            version: header.interface_version,
            // The only transfer syntax that version 4 knows.
            syntax: TransferSyntax::Ndr,
            state: ContextState::Stated,
            assumed: false,
            confidence: None,
        }),
        auth: trailer.map(|trailer| Auth {
            trailer,
            stub_only: opened.is_some() && !security.covers_header(&trailer),
            malleable: security.is_malleable(&trailer),
            opened,
            identity: security.identity(&trailer),
            sizes,
        }),
        diagnostics: notes.0,
        datagram: Some(header),
        ..blank(side, body, frame_set)
    }
}

/// Which role sends PDUs of this type; both send facks.
pub(crate) fn sender_of(ptype: PacketType) -> Option<Sender> {
    match ptype {
        PacketType::Request | PacketType::Ping | PacketType::Ack | PacketType::ClCancel => Some(Sender::Client),
        PacketType::Fack => None,
        _ => Some(Sender::Server),
    }
}

pub(super) fn open(
    datagram: &[u8],
    pdu: &Pdu<'_>,
    sender: Sender,
    security: &mut dyn Security,
    scratch: &mut Vec<u8>,
) -> Option<Opened> {
    scratch.clear();
    let verifier = pdu.verifier.filter(|v| v.trailer.auth_level > 1)?;
    let header = &pdu.header;
    let (start, end) = verifier.header;
    let body = header.body_range(datagram.len());
    let length = body.len();
    let protected = Protected {
        sender,
        pdu: datagram,
        body,
        trailer_header: start..end,
        auth_value: end..datagram.len(),
        trailer: verifier.trailer,
        connectionless: Some(Connectionless {
            activity: header.activity.to_wire(header.representation.endian),
            sequence: header.sequence,
            fragment: header.fragment,
        }),
    };
    Some(match security.open(&protected, scratch) {
        Opened::Clear { decrypted: true, .. } if scratch.len() != length => wrong_length(),
        opened => opened,
    })
}

/// The body as it is to be read: decrypted, as it stands, or not at all.
pub(super) fn opened_body<'a>(
    datagram: &'a [u8],
    pdu: &Pdu<'a>,
    opened: &Option<Opened>,
    scratch: &'a [u8],
) -> Result<Body<&'a [u8]>, Error> {
    let header = &pdu.header;
    let pad = pdu.verifier.map_or(0, |v| usize::from(v.trailer.auth_pad_length));
    match opened {
        None => Ok(pdu.body),
        Some(Opened::Clear { decrypted, .. }) => {
            let clear = match decrypted {
                true => scratch,
                false => datagram.get(header.body_range(datagram.len())).unwrap_or(&[]),
            };
            Body::parse(header.ptype, header.representation.endian, split_padding(clear, pad).0)
        }
        Some(_) => Ok(Body::Sealed(datagram.get(header.body_range(datagram.len())).unwrap_or(&[]))),
    }
}
