//! Captures from lines: the records of `dissect` or `calls`, edited or written by hand, become packets again.
//!
//! Whatever a message needs that the lines do not have is made: the TCP handshake, bind and bind_ack of a connection whose
//! first message is a request, presentation contexts, fragments. What can't be a message (sealed and not opened, damaged,
//! of no known method) is refused, with the reason.
//!
//! `packets.rs`: Ethernet, IP, TCP and UDP; `association.rs`: connection-oriented PDUs; `datagram.rs`: connectionless ones;
//! `members.rs`: what lines say; `seal.rs`: NTLM; `trailer.rs`: verification trailers; `file.rs`: the capture file.

mod association;
mod datagram;
mod file;
mod members;
mod negotiation;
mod packets;
#[cfg(feature = "decrypt")]
mod seal;
mod trailer;

use crate::base::Timestamp;
use crate::ndr::{EncodeError, Endian, Syntax};
use crate::render::json::strict;
use association::Association;
use datagram::Datagrams;
use file::File;
pub use file::Format;
pub use members::{BOTH, TCP, UDP};
use members::{Line, wrong};
use packets::Ends;
use serde_json::{Map, Value as Json};
use std::collections::HashMap;
use std::io::{self, Write};
use std::net::SocketAddr;

/// A user whose password NTLM seals with.
#[derive(Clone)]
pub struct Credentials {
    /// Domain; may be empty.
    pub domain: String,
    /// User name.
    pub user: String,
    /// Password.
    pub password: String,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials").field("domain", &self.domain).field("user", &self.user).finish_non_exhaustive()
    }
}

/// How messages become packets where lines do not say it.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The largest fragment, in bytes with its header; what the bind of a connection says where this is left open.
    pub fragment: Option<u16>,
    /// This transfer syntax, whatever lines say.
    pub syntax: Option<Syntax>,
    /// This byte order, whatever lines say.
    pub endian: Option<Endian>,
    /// Lines that name no transport go over UDP.
    pub udp: bool,
    /// Associations are sealed with NTLM by this user.
    pub seal: Option<Credentials>,
}

/// The smallest fragment: what C706 12.6.3.7 says that everybody can take.
pub const LEAST_FRAGMENT: u16 = 1432;

/// Connections of one capture; a line that opens a further one is refused.
pub const MAX_FLOWS: usize = crate::base::bounds::MADE_FLOWS;

/// What was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Made {
    /// Lines that became messages.
    pub messages: u64,
    /// Messages that were made besides: binds and their answers.
    pub added: u64,
    /// Lines that say something of the capture or of security, and are no messages of their own.
    pub passed_over: u64,
    /// Packets written.
    pub packets: u64,
}

/// Makes a capture.
#[derive(Debug)]
pub struct Maker<W: Write> {
    file: File<W>,
    options: Options,
    flows: HashMap<(u64, SocketAddr, SocketAddr), Flow>,
    /// The stream that two endpoints are in, the client's first.
    streams: HashMap<(bool, SocketAddr, SocketAddr), u64>,
    clock: Timestamp,
    made: Made,
}

#[derive(Debug)]
enum Flow {
    Tcp(Box<Association>),
    Udp(Datagrams),
}

/// Packets of one message, which are written when all of them could be made.
#[derive(Debug, Default)]
struct Batch {
    packets: Vec<Vec<u8>>,
    /// Messages that nobody asked for.
    added: u64,
}

/// When the first message is sent that no line gives a time: 2026-01-01T00:00:00Z.
const START: i64 = 1_767_225_600_000_000_000;

/// Nanoseconds between messages without a time.
const STEP: i64 = 1_000_000;

impl<W: Write> Maker<W> {
    /// Writes a capture file to `out`.
    pub fn new(out: W, format: Format, options: Options) -> Maker<W> {
        Maker {
            file: File::new(out, format),
            options,
            flows: HashMap::new(),
            streams: HashMap::new(),
            clock: Timestamp(START),
            made: Made::default(),
        }
    }

    /// Makes what a line tells.
    ///
    /// # Errors
    /// Why it can't be a part of a capture, with the path of the member that says so, or the writer's.
    pub fn line(&mut self, text: &str) -> Result<(), EncodeError> {
        let map = strict::object(text)?;
        match map.get("type").and_then(Json::as_str) {
            Some("capture" | "limits") => {
                self.made.passed_over += 1;
                Ok(())
            }
            Some("call") => {
                let mut halves = members::halves(&map)?.into_iter();
                halves.try_for_each(|(kind, half)| self.message(&half).map_err(|e| members::of_call(kind, e)))
            }
            _ => self.message(&map),
        }
    }

    fn message(&mut self, map: &Map<String, Json>) -> Result<(), EncodeError> {
        let line = Line::new(map, &self.options)?;
        let ends = Ends { src: line.src, dst: line.dst };
        let client = line.is_from_client();
        let forward = (line.stream, ends.src, ends.dst);
        let backward = (line.stream, ends.dst, ends.src);
        // Either side acknowledges the fragments of a datagram.
        let key = if client || line.udp && self.flows.contains_key(&forward) { forward } else { backward };
        self.one_stream(line.udp, key)?;
        if !self.flows.contains_key(&key) {
            if self.flows.len() >= MAX_FLOWS {
                return Err(EncodeError::new(format_args!("more than {MAX_FLOWS} connections")));
            }
            let flow = match line.udp {
                true => Flow::Udp(Datagrams::default()),
                false => Flow::Tcp(Box::new(Association::new(Ends { src: key.1, dst: key.2 }, key.0))),
            };
            self.flows.insert(key, flow);
        }
        let mut batch = Batch::default();
        match self.flows.get_mut(&key) {
            Some(Flow::Tcp(association)) if !line.udp => association.message(&line, &self.options, &mut batch)?,
            Some(Flow::Udp(datagrams)) if line.udp => datagrams.message(&line, &self.options, &mut batch)?,
            _ => return Err(wrong("transport", "one stream over TCP and UDP")),
        }
        let time = match line.time {
            Some(time) => time,
            None => Timestamp(self.clock.0.saturating_add(STEP)),
        };
        self.clock = time;
        if batch.packets.is_empty() {
            self.made.passed_over += 1;
            return Ok(());
        }
        self.made.messages += 1;
        self.made.added += batch.added;
        for data in &batch.packets {
            self.made.packets += 1;
            self.file.packet(self.made.packets, time, data)?;
        }
        Ok(())
    }

    /// Two endpoints are in one stream at a time, of which one of them is the client: a later stream begins when the one
    /// before it is over.
    fn one_stream(
        &mut self,
        udp: bool,
        (stream, client, server): (u64, SocketAddr, SocketAddr),
    ) -> Result<(), EncodeError> {
        if !udp && self.streams.contains_key(&(udp, server, client)) {
            return Err(wrong("src", format_args!("{server} is the client of this connection, by the lines before")));
        }
        if self.streams.len() >= MAX_FLOWS {
            return Err(EncodeError::new(format_args!("more than {MAX_FLOWS} connections")));
        }
        let current = self.streams.entry((udp, client, server)).or_insert(stream);
        if *current != stream && self.flows.contains_key(&(stream, client, server)) {
            let message = format!("stream {current} of the same endpoints came in between");
            return Err(wrong("stream", message));
        }
        *current = stream;
        Ok(())
    }

    /// What was made so far.
    pub fn made(&self) -> Made {
        self.made
    }

    /// Brings everything to the output, and gives it back.
    ///
    /// # Errors
    /// When the output can't be written.
    pub fn finish(self) -> io::Result<W> {
        self.file.finish()
    }
}
