//! What becomes of connections of which nothing more comes: their end after a reset, and bytes that wait for others.
//!
//! Both are looked at when a packet comes that is late enough, so that nothing depends on the clock of the machine.

use super::{At, Bases, Network, Out, TcpFlow, TcpState, origin};
use crate::base::bounds;
use crate::net::flows::Key;
use crate::net::{Handler, Reason, Timestamp, Transport, Verdict, tcp};

/// What a hole is called after which nothing more came.
const IDLE: &str = Reason::Silent.text();

/// A connection that is looked at again.
#[derive(Debug)]
pub(super) struct Due {
    pub(super) key: Key,
    pub(super) index: usize,
    pub(super) stream: u64,
    /// When: in packets of the capture, or in nanoseconds of its clock.
    pub(super) until: i128,
}

impl TcpFlow {
    /// The same flow with a state of its own, as a connection that begins in it.
    pub(super) fn renewed(&self) -> TcpFlow {
        let state = TcpState::Active(Box::default());
        TcpFlow { state, bases: Bases::default(), queued: false, ..*self }
    }
}

impl Network {
    /// Does what is due by this packet.
    #[cold]
    pub(super) fn end_due(&mut self, now: Option<Timestamp>, handler: &mut impl Handler) {
        self.end_resets(self.stats.packets.into(), handler);
        if let Some(now) = now {
            self.end_idle(now.0.into(), handler);
        }
    }

    /// Waits for what may come of a connection after its reset.
    pub(super) fn note_reset(&mut self, (key, index, stream): (Key, usize, u64), handler: &mut impl Handler) {
        self.resets.retain(|earlier| earlier.index != index);
        let until = i128::from(self.stats.packets) + i128::from(bounds::RESET_PACKETS);
        self.resets.push_back(Due { key, index, stream, until });
        if self.resets.len() > bounds::RESET_FLOWS
            && let Some(oldest) = self.resets.front()
        {
            self.end_resets(oldest.until, handler);
        }
        self.set_next();
    }

    /// Ends the connections whose reset was waited on until now, unless they went on.
    fn end_resets(&mut self, now: i128, handler: &mut impl Handler) {
        while let Some(Due { key, index, stream, .. }) = self.resets.pop_front_if_due(now) {
            let Some(flow) = self.tcp.at(index).filter(|flow| flow.stream == stream) else { continue };
            let TcpState::Active(connection) = &flow.state else { continue };
            if !connection.is_reset() {
                self.stats.tcp_resets_passed += 1;
                continue;
            }
            let ended = TcpFlow { state: TcpState::Closed(connection.ends()), ..*flow };
            let old = std::mem::replace(flow, ended);
            self.close(&key, old, Reason::Reset.text(), handler);
        }
        self.set_next();
    }

    /// Looks at a connection again, of which something waits now, once its patience is over.
    pub(super) fn note_waiting(&mut self, (key, index, stream): (Key, usize, u64), handler: &mut impl Handler) {
        let Some(time) = self.last.time else { return };
        if self.idle.len() >= self.limits.tcp_flows
            && let Some(oldest) = self.idle.front()
        {
            self.end_idle(oldest.until, handler);
        }
        let until = i128::from(time.0) + i128::from(self.limits.hole_nanos);
        self.idle.push_back(Due { key, index, stream, until });
        if let Some(flow) = self.tcp.at(index) {
            flow.queued = true;
        }
        self.set_next();
    }

    /// Hands on what waits of connections that have been silent for too long.
    fn end_idle(&mut self, now: i128, handler: &mut impl Handler) {
        // Each but once: those that stay may still be due.
        for _ in 0..self.idle.len() {
            let Some(Due { key, index, stream, .. }) = self.idle.pop_front_if_due(now) else { break };
            let Some(flow) = self.tcp.at(index).filter(|flow| flow.stream == stream) else { continue };
            flow.queued = false;
            let TcpState::Active(connection) = &mut flow.state else { continue };
            let held = connection.held();
            if held == 0 {
                continue;
            }
            let (last, packets) = flow.last;
            let until = last.map_or(now, |last| i128::from(last.0) + i128::from(self.limits.hole_nanos));
            // A single time that is far from all others proves nothing.
            let few = self.stats.packets.saturating_sub(packets) < u64::from(self.limits.hole_packets);
            if until > now || few {
                flow.queued = true;
                self.idle.push_back(Due { key, index, stream, until });
                continue;
            }
            self.stats.tcp_idle_holes += 1;
            let At { frame, time, .. } = self.last;
            let mut context = tcp::Context {
                at: tcp::At { frame, time },
                limits: &self.limits,
                stats: &mut self.stats,
                held_elsewhere: self.held.saturating_sub(held),
                clock: 0,
            };
            let origins = [true, false].map(|a| origin(Transport::Tcp, &key, flow.stream, flow.a_is_low, a, self.last));
            let mut out = Out { handler: &mut *handler, memo: &mut flow.memo, origins, a_sends: true, wanted: false };
            let verdict = connection.give_up_waiting(IDLE, &mut context, &mut out);
            self.held = self.held.saturating_sub(held);
            if verdict == Verdict::Ignore {
                flow.state = TcpState::Ignored;
                self.tcp.want(index, false);
            } else {
                self.held = self.held.saturating_add(connection.held());
                if connection.has_ended() {
                    flow.state = TcpState::Closed(connection.ends());
                    self.tcp.want(index, false);
                }
            }
        }
        self.set_next();
    }

    fn set_next(&mut self) {
        let first = |due: Option<&Due>| due.map(|first| first.until);
        self.next_reset = first(self.resets.front()).and_then(|until| until.try_into().ok()).unwrap_or(u64::MAX);
        self.next_idle = first(self.idle.front()).and_then(|until| until.try_into().ok()).unwrap_or(i64::MAX);
    }
}

/// A queue of what is due, the first one first.
trait DueQueue {
    /// Takes out the first one if it is due.
    fn pop_front_if_due(&mut self, now: i128) -> Option<Due>;
}

impl DueQueue for std::collections::VecDeque<Due> {
    fn pop_front_if_due(&mut self, now: i128) -> Option<Due> {
        if self.front()?.until <= now { self.pop_front() } else { None }
    }
}
