//! [`Sorter`]: which packets are kept, in the second reading.

use super::Wanted;
use crate::capture::{LinkType, Packet};
use crate::net::{Chunk, Datagram, DecodeAs, Handler, Network, NetworkLimits, Origin, Sighting, Timestamp, Verdict};
use std::collections::VecDeque;

/// What a waiting packet costs beside its bytes.
const COST: usize = 128;

/// A packet that waits until it, or one before it, is decided.
struct Waiting {
    frame: u64,
    time: Option<Timestamp>,
    link: LinkType,
    data: Vec<u8>,
    original_len: usize,
    comments: Vec<String>,
    /// `None` for one that holds a fragment and nothing that is wanted so far.
    kept: Option<bool>,
}

impl Waiting {
    fn of(packet: &Packet<'_>, kept: Option<bool>) -> Self {
        let &Packet { frame, time, link, data, original_len, .. } = packet;
        let comments = packet.comments.iter().map(|comment| comment.to_string()).collect();
        Waiting { frame, time, link, data: data.to_vec(), original_len, comments, kept }
    }

    fn cost(&self) -> usize {
        COST + self.data.len() + self.comments.iter().map(String::len).sum::<usize>()
    }

    fn lend(&self) -> Packet<'_> {
        let &Waiting { frame, time, link, original_len, .. } = self;
        let comments = self.comments.iter().map(|comment| comment.as_str().into()).collect();
        Packet { frame, time, link, data: &self.data, original_len, comments }
    }
}

/// Hands on the packets that are kept, in their order.
pub struct Sorter<'w> {
    wanted: &'w Wanted,
    network: Network,
    queue: VecDeque<Waiting>,
    weight: usize,
    kept: u64,
    dropped: u64,
}

impl core::fmt::Debug for Sorter<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Sorter").field("kept", &self.kept).field("dropped", &self.dropped).finish_non_exhaustive()
    }
}

impl<'w> Sorter<'w> {
    /// A sorter that reads link layers, IP and tunnels under the same limits and rules as the session of the first reading.
    pub fn new(wanted: &'w Wanted, limits: NetworkLimits, rules: DecodeAs) -> Self {
        let mut network = Network::new(limits);
        network.decode_as(rules);
        Sorter { wanted, network, queue: VecDeque::new(), weight: 0, kept: 0, dropped: 0 }
    }

    /// Packets handed on, and left out, so far.
    pub fn counts(&self) -> (u64, u64) {
        (self.kept, self.dropped)
    }

    /// Takes the next packet; `out` gets those that are kept, now or later.
    ///
    /// # Errors
    ///
    /// Those of `out`.
    pub fn packet<E>(
        &mut self,
        packet: &Packet<'_>,
        out: &mut dyn FnMut(&Packet<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut marks = Marks { wanted: self.wanted, frames: Vec::new(), fragment: false };
        self.network.input(packet, &mut marks);
        let kept = match (marks.frames.contains(&packet.frame), marks.fragment) {
            (true, _) => Some(true),
            (false, true) => None,
            (false, false) => Some(false),
        };
        if let (true, Some(kept)) = (self.queue.is_empty(), kept) {
            return self.decided(packet, kept, out);
        }
        for frame in marks.frames {
            if let Ok(at) = self.queue.binary_search_by_key(&frame, |waiting| waiting.frame)
                && let Some(waiting) = self.queue.get_mut(at)
            {
                waiting.kept = Some(true);
            }
        }
        let waiting = Waiting::of(packet, kept);
        self.weight = self.weight.saturating_add(waiting.cost());
        self.queue.push_back(waiting);
        if self.weight > self.wanted.limits.waiting
            && let Some(oldest) = self.queue.front_mut()
        {
            // Better one too many than one too few.
            oldest.kept = oldest.kept.or(Some(true));
        }
        self.hand_on(out)
    }

    /// The capture is over: fragments whose rest never came carry nothing.
    ///
    /// # Errors
    ///
    /// Those of `out`.
    pub fn finish<E>(&mut self, out: &mut dyn FnMut(&Packet<'_>) -> Result<(), E>) -> Result<(), E> {
        self.queue.iter_mut().for_each(|waiting| waiting.kept = waiting.kept.or(Some(false)));
        self.hand_on(out)
    }

    fn hand_on<E>(&mut self, out: &mut dyn FnMut(&Packet<'_>) -> Result<(), E>) -> Result<(), E> {
        while let Some(kept) = self.queue.front().and_then(|waiting| waiting.kept) {
            let Some(waiting) = self.queue.pop_front() else { break };
            self.weight = self.weight.saturating_sub(waiting.cost());
            self.decided(&waiting.lend(), kept, out)?;
        }
        Ok(())
    }

    fn decided<E>(
        &mut self,
        packet: &Packet<'_>,
        kept: bool,
        out: &mut dyn FnMut(&Packet<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        if !kept {
            self.dropped += 1;
            return Ok(());
        }
        self.kept += 1;
        out(packet)
    }
}

/// What of a packet is wanted.
struct Marks<'w> {
    wanted: &'w Wanted,
    /// Packets that are kept, this one among them or not.
    frames: Vec<u64>,
    /// Whether it holds a fragment of something that is not complete.
    fragment: bool,
}

impl Handler for Marks<'_> {
    fn sighted(&mut self, sighting: Sighting<'_>) {
        match sighting {
            Sighting::Fragment { .. } => self.fragment = true,
            Sighting::Whole { frames, .. } if self.wanted.keeps(&sighting) => self.frames.extend_from_slice(frames),
            Sighting::Whole { .. } => {}
        }
    }

    fn wants_places(&self) -> bool {
        false
    }

    fn tcp(&mut self, _: &Origin, _: Chunk<'_>) -> Verdict {
        // The addresses decide; nothing is put together.
        Verdict::Ignore
    }

    fn udp(&mut self, origin: &Origin, datagram: Datagram<'_>) -> Verdict {
        if self.wanted.keeps_datagram(origin.src, origin.dst, datagram.data, datagram.wire_len) {
            self.frames.extend_from_slice(datagram.frames);
        }
        Verdict::Keep
    }
}
