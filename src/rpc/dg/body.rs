//! Bodies of connectionless PDUs (C706 12.5.3).

use crate::base::error::Error;
use crate::rpc::header::{Endian, PacketType};
use crate::rpc::parse::{Fail, Res, bytes, u8_, u16_, u32_};
use crate::rpc::write::Writer;

/// The body of a connectionless PDU.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body<B> {
    /// `request`: the stub.
    Request(B),
    /// `ping`.
    Ping,
    /// `response`: the stub.
    Response(B),
    /// `fault`: the status.
    Fault(u32),
    /// `working`.
    Working,
    /// `nocall`; may have a fack's body.
    Nocall(Option<Fack<B>>),
    /// `reject`: the status.
    Reject(u32),
    /// `ack`.
    Ack,
    /// `cl_cancel`.
    Cancel(Option<Cancel>),
    /// `fack`.
    Fack(Option<Fack<B>>),
    /// `cancel_ack`.
    CancelAck(Option<CancelAck>),
    /// A sealed body that is not opened.
    Sealed(B),
}

/// The body of a fack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fack<B> {
    /// `vers`, 0.
    pub version: u8,
    /// `window_size`, kilobytes or packets by implementation.
    pub window_size: u16,
    /// `max_tsdu`: the largest datagram the sender can take, bytes.
    pub max_tsdu: u32,
    /// `max_frag_size`: the largest that isn't fragmented on the way, bytes.
    pub max_frag_size: u32,
    /// `serial_num` of the PDU that caused the fack.
    pub serial: u16,
    /// Which fragments after `fragnum` have arrived.
    pub selack: Selack<B>,
}

/// A fack's bit mask of fragments received out of sequence: bit 0 of the first word is fragment `fragnum + 1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Selack<B> {
    bytes: B,
    endian: Endian,
}

/// The body of a cl_cancel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cancel {
    /// `vers`, 0.
    pub version: u32,
    /// `cancel_id`.
    pub id: u32,
}

/// The body of a cancel_ack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CancelAck {
    /// `vers`, 0.
    pub version: u32,
    /// `cancel_id`.
    pub id: u32,
    /// `server_is_accepting`.
    pub accepting: u32,
}

impl<B> Body<B> {
    /// The same body with its bytes held in another way. Where it has none, `f` is not called.
    #[must_use]
    pub fn map<C>(self, f: impl FnOnce(B) -> C) -> Body<C> {
        match self {
            Body::Request(bytes) => Body::Request(f(bytes)),
            Body::Response(bytes) => Body::Response(f(bytes)),
            Body::Sealed(bytes) => Body::Sealed(f(bytes)),
            Body::Nocall(fack) => Body::Nocall(fack.map(|fack| fack.map(f))),
            Body::Fack(fack) => Body::Fack(fack.map(|fack| fack.map(f))),
            Body::Ping => Body::Ping,
            Body::Fault(status) => Body::Fault(status),
            Body::Working => Body::Working,
            Body::Reject(status) => Body::Reject(status),
            Body::Ack => Body::Ack,
            Body::Cancel(cancel) => Body::Cancel(cancel),
            Body::CancelAck(ack) => Body::CancelAck(ack),
        }
    }
}

impl<B> Fack<B> {
    fn map<C>(self, f: impl FnOnce(B) -> C) -> Fack<C> {
        let Fack { version, window_size, max_tsdu, max_frag_size, serial, selack } = self;
        let selack = Selack { bytes: f(selack.bytes), endian: selack.endian };
        Fack { version, window_size, max_tsdu, max_frag_size, serial, selack }
    }
}

impl<'a> Selack<&'a [u8]> {
    /// From bytes as they go on the wire; a number of them that is no multiple of 4 loses the rest.
    #[must_use]
    pub fn new(bytes: &'a [u8], endian: Endian) -> Self {
        let whole = bytes.len() & !3;
        Selack { bytes: bytes.get(..whole).unwrap_or(&[]), endian }
    }

    /// The words of the mask.
    pub fn words(&self) -> impl Iterator<Item = u32> + 'a {
        let endian = self.endian;
        self.bytes.chunks_exact(4).map(move |word| {
            let word = <[u8; 4]>::try_from(word).unwrap_or_default();
            match endian {
                Endian::Little => u32::from_le_bytes(word),
                Endian::Big => u32::from_be_bytes(word),
            }
        })
    }
}

impl<'a> Body<&'a [u8]> {
    /// Reads the body of a PDU of that type. Bytes that a type has no use for are passed over.
    ///
    /// # Errors
    ///
    /// When it is cut short; offsets count from the start of the PDU.
    pub fn parse(ptype: PacketType, endian: Endian, bytes: &'a [u8]) -> Result<Body<&'a [u8]>, Error> {
        let empty = bytes.is_empty();
        let parsed = match ptype {
            PacketType::Request => Ok((bytes, Body::Request(bytes))),
            PacketType::Response => Ok((bytes, Body::Response(bytes))),
            PacketType::Ping => Ok((bytes, Body::Ping)),
            PacketType::Working => Ok((bytes, Body::Working)),
            PacketType::Ack => Ok((bytes, Body::Ack)),
            PacketType::Nocall if empty => Ok((bytes, Body::Nocall(None))),
            PacketType::Fack if empty => Ok((bytes, Body::Fack(None))),
            PacketType::ClCancel if empty => Ok((bytes, Body::Cancel(None))),
            PacketType::CancelAck if empty => Ok((bytes, Body::CancelAck(None))),
            PacketType::Fault => u32_(bytes, endian, "status").map(|(rest, s)| (rest, Body::Fault(s))),
            PacketType::Reject => u32_(bytes, endian, "status").map(|(rest, s)| (rest, Body::Reject(s))),
            PacketType::Nocall => fack(bytes, endian).map(|(rest, f)| (rest, Body::Nocall(Some(f)))),
            PacketType::Fack => fack(bytes, endian).map(|(rest, f)| (rest, Body::Fack(Some(f)))),
            PacketType::ClCancel => cancel(bytes, endian).map(|(rest, c)| (rest, Body::Cancel(Some(c)))),
            PacketType::CancelAck => cancel_ack(bytes, endian).map(|(rest, c)| (rest, Body::CancelAck(Some(c)))),
            other => Err(Fail::value(bytes, other as u8, "a connectionless PDU type")),
        };
        match parsed {
            Ok((_, body)) => Ok(body),
            Err(fail) => Err(Fail::into_error(fail, super::Header::SIZE + bytes.len())),
        }
    }

    /// The PDU type of the body, unless it is sealed.
    #[must_use]
    pub fn ptype(&self) -> Option<PacketType> {
        Some(match self {
            Body::Request(_) => PacketType::Request,
            Body::Ping => PacketType::Ping,
            Body::Response(_) => PacketType::Response,
            Body::Fault(_) => PacketType::Fault,
            Body::Working => PacketType::Working,
            Body::Nocall(_) => PacketType::Nocall,
            Body::Reject(_) => PacketType::Reject,
            Body::Ack => PacketType::Ack,
            Body::Cancel(_) => PacketType::ClCancel,
            Body::Fack(_) => PacketType::Fack,
            Body::CancelAck(_) => PacketType::CancelAck,
            Body::Sealed(_) => return None,
        })
    }

    pub(super) fn write(&self, w: &mut Writer) {
        match self {
            Body::Request(stub) | Body::Response(stub) | Body::Sealed(stub) => w.bytes(stub),
            Body::Ping | Body::Working | Body::Ack => {}
            Body::Fault(status) | Body::Reject(status) => w.u32(*status),
            Body::Nocall(fack) | Body::Fack(fack) => {
                if let Some(fack) = fack {
                    fack.write(w);
                }
            }
            Body::Cancel(None) | Body::CancelAck(None) => {}
            Body::Cancel(Some(cancel)) => {
                w.u32(cancel.version);
                w.u32(cancel.id);
            }
            Body::CancelAck(Some(ack)) => {
                w.u32(ack.version);
                w.u32(ack.id);
                w.u32(ack.accepting);
            }
        }
    }
}

impl Fack<&[u8]> {
    fn write(&self, w: &mut Writer) {
        w.bytes(&[self.version, 0]);
        w.u16(self.window_size);
        w.u32(self.max_tsdu);
        w.u32(self.max_frag_size);
        w.u16(self.serial);
        // More than 65535 words fit no PDU; `len` refuses them.
        w.u16(u16::try_from(self.selack.bytes.len() / 4).unwrap_or(u16::MAX));
        for word in self.selack.words() {
            w.u32(word);
        }
    }
}

fn fack(input: &[u8], endian: Endian) -> Res<'_, Fack<&[u8]>> {
    let (input, version) = u8_(input, "vers")?;
    let (input, _pad) = u8_(input, "pad1")?;
    let (input, window_size) = u16_(input, endian, "window_size")?;
    let (input, max_tsdu) = u32_(input, endian, "max_tsdu")?;
    let (input, max_frag_size) = u32_(input, endian, "max_frag_size")?;
    let (input, serial) = u16_(input, endian, "serial_num")?;
    let at = input;
    let (input, count) = u16_(input, endian, "selack_len")?;
    let length = 4 * usize::from(count);
    if length > input.len() {
        return Err(Fail::count(at, count, input.len() / 4, "selack_len"));
    }
    let (input, bytes) = bytes(input, length, "selack")?;
    let selack = Selack::new(bytes, endian);
    Ok((input, Fack { version, window_size, max_tsdu, max_frag_size, serial, selack }))
}

fn cancel(input: &[u8], endian: Endian) -> Res<'_, Cancel> {
    let (input, version) = u32_(input, endian, "vers")?;
    let (input, id) = u32_(input, endian, "cancel_id")?;
    Ok((input, Cancel { version, id }))
}

fn cancel_ack(input: &[u8], endian: Endian) -> Res<'_, CancelAck> {
    let (input, Cancel { version, id }) = cancel(input, endian)?;
    let (input, accepting) = u32_(input, endian, "server_is_accepting")?;
    Ok((input, CancelAck { version, id, accepting }))
}
