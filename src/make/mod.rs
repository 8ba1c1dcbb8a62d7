//! Captures from lines: the records of `dissect` or `calls`, edited or written by hand, become packets again.
//!
//! Whatever a message needs that the lines do not have is made: the TCP handshake, bind and bind_ack of a connection whose
//! first message is a request, presentation contexts, fragments. What can't be a message (sealed and not opened, damaged,
//! of no known method) is refused, with the reason.
//!
//! `packets.rs`: Ethernet, IP, TCP and UDP; `association.rs`: connection-oriented PDUs; `datagram.rs`: connectionless ones;
//! `members.rs`: what lines say; `seal.rs`: NTLM.

mod association;
mod datagram;
mod members;
mod packets;
#[cfg(feature = "decrypt")]
mod seal;

use crate::base::Timestamp;
use crate::capture::{LinkType, Packet, Writer};
use crate::ndr::{Endian, Syntax};
use crate::render::json::strict;
use association::Association;
use datagram::Datagrams;
use members::Line;
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
    writer: Writer<W>,
    options: Options,
    flows: HashMap<(u64, SocketAddr, SocketAddr), Flow>,
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
    /// Writes pcapng to `out`.
    pub fn new(out: W, options: Options) -> Maker<W> {
        let writer = Writer::new(out, None, "Made from lines by cluscope make.");
        Maker { writer, options, flows: HashMap::new(), clock: Timestamp(START), made: Made::default() }
    }

    /// Makes what a line tells.
    ///
    /// # Errors
    /// Why it can't be a part of a capture, or the writer's.
    pub fn line(&mut self, text: &str) -> Result<(), String> {
        let map = strict::object(text)?;
        match map.get("type").and_then(Json::as_str) {
            Some("capture" | "limits") => {
                self.made.passed_over += 1;
                Ok(())
            }
            Some("call") => members::halves(&map)?.into_iter().try_for_each(|half| self.message(&half)),
            _ => self.message(&map),
        }
    }

    fn message(&mut self, map: &Map<String, Json>) -> Result<(), String> {
        let line = Line::new(map, &self.options)?;
        let ends = Ends { src: line.src, dst: line.dst };
        let client = line.is_from_client();
        let key = match client {
            true => (line.stream, ends.src, ends.dst),
            false => (line.stream, ends.dst, ends.src),
        };
        if !self.flows.contains_key(&key) {
            if self.flows.len() >= MAX_FLOWS {
                return Err(format!("more than {MAX_FLOWS} connections"));
            }
            let flow = match line.udp {
                true => Flow::Udp(Datagrams::default()),
                false => Flow::Tcp(Box::new(Association::new(Ends { src: key.1, dst: key.2 }))),
            };
            self.flows.insert(key, flow);
        }
        let mut batch = Batch::default();
        match self.flows.get_mut(&key) {
            Some(Flow::Tcp(association)) if !line.udp => association.message(&line, &self.options, &mut batch)?,
            Some(Flow::Udp(datagrams)) if line.udp => datagrams.message(&line, &self.options, &mut batch)?,
            _ => return Err("one stream over TCP and UDP".into()),
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
            let packet = Packet {
                frame: self.made.packets,
                time: Some(time),
                link: LinkType::ETHERNET,
                data,
                original_len: data.len(),
                comments: Vec::new(),
            };
            self.writer.packet(&packet, None, None).map_err(|e| format!("writing: {e}"))?;
        }
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
    pub fn finish(mut self) -> io::Result<W> {
        self.writer.flush()?;
        Ok(self.writer.into_inner())
    }
}
