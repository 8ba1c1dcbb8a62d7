//! What a lost packet may cost: one packet of a flow is left out of a capture, and every message whose bytes are all
//! there still has to come out, once, with the same values, and a request before its answer.

use cluscope::internals::auth::KeyStore;
use cluscope::internals::capture::{LinkType, Packet, Reader};
use cluscope::internals::net::{Origin, Placed, Timestamp, Transport};
use cluscope::internals::rpc::event::Body;
use cluscope::internals::rpc::header::PacketType;
use cluscope::internals::session::observed_security::{Tap, Unsealed};
use cluscope::internals::session::{Record, Session, SessionLimits};
use std::collections::BTreeMap;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::net::SocketAddr;
use std::sync::Arc;

/// A packet as it was captured.
struct Packets {
    frame: u64,
    time: Option<Timestamp>,
    link: LinkType,
    data: Vec<u8>,
    original_len: usize,
}

/// What tells messages apart: who sent it to whom, its type and call, its stub.
type Message = (bool, SocketAddr, SocketAddr, PacketType, u32, u64);

/// The messages of a run: each with its packets, in the order in which they came out.
#[derive(Default)]
struct Run {
    messages: Vec<(Message, Vec<u64>)>,
    openings: BTreeMap<u64, u32>,
}

/// A capture to lose packets of.
pub struct Capture {
    packets: Vec<Packets>,
    /// The packets with a payload of each flow.
    flows: Vec<Vec<u64>>,
    /// The calls that acknowledgements and requests over UDP belong to, by packet: without one of them a call that is made
    /// again with the same number and the same answer can only be taken for a repetition.
    openings: BTreeMap<u64, u32>,
    whole: Run,
}

/// What came of a number of trials.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Captures with one packet left out.
    pub trials: u64,
    /// Messages whose bytes were all there.
    pub expected: u64,
    /// Of those: messages that came out less often than they should, or more often.
    pub missing: u64,
    /// The same, more often.
    pub repeated: u64,
    /// Answers that came out before their request.
    pub before: u64,
    /// Messages of a call over UDP that was made again, where the acknowledgement between the two or the second request was
    /// left out.
    pub ambiguous: u64,
    /// The first few that went wrong: packet left out, and what.
    pub examples: Vec<String>,
}

#[derive(Default)]
struct Flows(BTreeMap<(bool, u64), Vec<u64>>);

impl Tap for Flows {
    fn placed(&mut self, origin: &Origin, placed: Placed<'_>) {
        let flow = self.0.entry((origin.transport == Transport::Tcp, origin.stream)).or_default();
        flow.extend(placed.places.iter().map(|place| place.frame));
    }

    fn unsealed(&mut self, _: Unsealed<'_>) {}
}

fn message(record: &Record<'_>) -> Option<Message> {
    let event = &record.event;
    let mut hash = DefaultHasher::new();
    match event.body {
        Body::Request { stub, object, .. } => (stub, object.map(|o| o.0)).hash(&mut hash),
        Body::Response { stub, .. } => stub.hash(&mut hash),
        Body::Fault { status, stub, .. } => (status, stub).hash(&mut hash),
        _ => return None,
    }
    let tcp = record.flow.transport == Transport::Tcp;
    Some((tcp, record.flow.src, record.flow.dst, event.ptype?, event.call_id?, hash.finish()))
}

impl Capture {
    /// Reads a capture; `None` where it is none.
    pub fn read(file: &[u8]) -> Option<Capture> {
        let mut reader = Reader::new(file).ok()?;
        let mut packets = Vec::new();
        while let Ok(Some(packet)) = reader.next() {
            packets.push(Packets {
                frame: packet.frame,
                time: packet.time,
                link: packet.link,
                data: packet.data.to_vec(),
                original_len: packet.original_len,
            });
        }
        let mut flows = Flows::default();
        let whole = run(&packets, None, Some(&mut flows));
        let flows = flows.0.into_values().collect();
        let openings = whole.openings.clone();
        Some(Capture { packets, flows, openings, whole })
    }

    /// Leaves out one packet after another; `pick` chooses a number below the one it is given.
    pub fn lose(&self, trials: u64, mut pick: impl FnMut(usize) -> usize, figures: &mut Figures) {
        if self.flows.is_empty() || self.whole.messages.is_empty() {
            return;
        }
        for _ in 0..trials {
            let Some(flow) = self.flows.get(pick(self.flows.len())) else { continue };
            let Some(lost) = flow.get(pick(flow.len())).copied() else { continue };
            figures.trials += 1;
            self.compare(lost, &run(&self.packets, Some(lost), None), figures);
        }
    }

    fn compare(&self, lost: u64, found: &Run, figures: &mut Figures) {
        let mut due: BTreeMap<Message, i64> = BTreeMap::new();
        // Messages of that packet may come out all the same, where another copy of it was captured.
        let mut may: BTreeMap<Message, i64> = BTreeMap::new();
        for (message, frames) in &self.whole.messages {
            let table = if frames.contains(&lost) { &mut may } else { &mut due };
            *table.entry(*message).or_default() += 1;
        }
        figures.expected += due.values().sum::<i64>() as u64;
        for (message, _) in &found.messages {
            *due.entry(*message).or_default() -= 1;
        }
        let opened = self.openings.get(&lost);
        for (message, left) in due {
            let (tcp, .., call, _) = message;
            if left > 0 && !tcp && opened == Some(&call) {
                figures.ambiguous += left as u64;
                continue;
            }
            let spare = may.get(&message).copied().unwrap_or_default();
            figures.missing += left.max(0) as u64;
            figures.repeated += (-left - spare).max(0) as u64;
            if (left > 0 || -left > spare) && figures.examples.len() < 10 {
                figures.examples.push(format!("packet {lost}: {message:?} {left}"));
            }
        }
        // A request comes before its answer.
        let order = |run: &Run| {
            let mut last: BTreeMap<(bool, SocketAddr, SocketAddr, u32), usize> = BTreeMap::new();
            let mut pairs: Vec<(Message, Message)> = Vec::new();
            for (at, (message, _)) in run.messages.iter().enumerate() {
                let (tcp, src, dst, ptype, call, _) = *message;
                if ptype == PacketType::Request {
                    last.insert((tcp, src, dst, call), at);
                } else if let Some(request) = last.remove(&(tcp, dst, src, call)) {
                    pairs.extend(run.messages.get(request).map(|(request, _)| (*request, *message)));
                }
            }
            pairs
        };
        // Where each message came out; those that are alike, as on another connection of the same ports, can't be told apart.
        let places = |run: &Run| {
            let mut places: BTreeMap<Message, Vec<usize>> = BTreeMap::new();
            for (at, (message, _)) in run.messages.iter().enumerate() {
                places.entry(*message).or_default().push(at);
            }
            places
                .into_iter()
                .filter_map(|(message, at)| Some((message, <[usize; 1]>::try_from(at).ok()?[0])))
                .collect()
        };
        let (unique, places): (BTreeMap<Message, usize>, BTreeMap<Message, usize>) =
            (places(&self.whole), places(found));
        for (request, answer) in order(&self.whole) {
            if !unique.contains_key(&request) || !unique.contains_key(&answer) {
                continue;
            }
            let (Some(request), Some(answer)) = (places.get(&request), places.get(&answer)) else { continue };
            if request > answer {
                figures.before += 1;
                if figures.examples.len() < 10 {
                    figures.examples.push(format!("packet {lost}: an answer before its request"));
                }
            }
        }
    }
}

fn run(packets: &[Packets], lost: Option<u64>, tap: Option<&mut Flows>) -> Run {
    let mut session = Session::new(SessionLimits::default(), Arc::new(KeyStore::default()));
    let mut found = Run::default();
    let mut take = |record: Record<'_>| {
        let event = &record.event;
        if let (Some(PacketType::Ack | PacketType::Request), Some(call)) = (event.ptype, event.call_id)
            && record.flow.transport == Transport::Udp
        {
            found.openings.insert(event.frame(), call);
        }
        found.messages.extend(message(&record).map(|message| (message, event.frames().to_vec())));
    };
    let mut none = Flows::default();
    let flows = tap.unwrap_or(&mut none);
    for packet in packets.iter().filter(|packet| Some(packet.frame) != lost) {
        let packet = Packet {
            frame: packet.frame,
            time: packet.time,
            link: packet.link,
            comments: Vec::new(),
            data: &packet.data,
            original_len: packet.original_len,
        };
        match lost {
            None => session.packet_tapped(&packet, flows, &mut take),
            Some(_) => session.packet(&packet, &mut take),
        }
    }
    session.finish(&mut take);
    found
}
