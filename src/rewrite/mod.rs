//! A capture with what is sealed in clear: the same packets, so that Wireshark and people without the keys can read them.
//!
//! Each sealed PDU that was opened and verified is changed in place: the decrypted stub stands where the sealed one
//! stood, and `auth_level` in its security trailer becomes `connect` (2), under which the stub is not protected; the
//! trailer itself, its padding and its now meaningless signature stay. So no length changes, no TCP sequence number,
//! no packet boundary; TCP and UDP checksums are brought up to date by what changed, so that a right one stays right and
//! a wrong one wrong. PDUs that span packets, retransmissions, and what came in IP fragments are changed wherever they
//! stand; PDUs that are only signed are readable as they are and stay.
//!
//! What isn't a packet is not copied: names of hosts, statistics, secrets of other protocols (Decryption Secrets Blocks);
//! blocks that Wireshark gives a frame number are replaced by empty ones, so that packets keep theirs.
//!
//! With [`Request::only`] packets of other connections are left out in the same way; [`opened`] finds which ones hold
//! something that opens.
//!
//! The capture is read twice at the same time: one reader goes ahead and opens PDUs, the other follows and writes
//! packets. What the first has found and the second has not passed is bounded by [`RewriteLimits`].
//!
//! Next: `patches.rs` for what stands where, [`crate::capture::Writer`] for the file.

mod patches;
#[cfg(test)]
mod tests;

pub use crate::limits::Rewrite as RewriteLimits;
pub use patches::Patches;

use crate::capture::{CaptureError, Problem, Reader, Writer};
use crate::net::{Origin, Placed, Side, Transport};
use crate::session::observed_security::{Tap, Unsealed};
use crate::session::{Record, Session};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::io::{self, Read, Write};

/// The comment on the section and on each changed packet begins so.
pub const MARK: &str = "decrypted by cluscope";

/// What was done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Packets written.
    pub packets: u64,
    /// Packets of which at least one byte was changed.
    pub changed: u64,
    /// Packets left out because nothing of their connection opens; only with [`Request::only`].
    pub left_out: u64,
    /// Sealed PDUs opened.
    pub pdus: u64,
    /// Opened PDUs that are not in clear all the same, because packets of theirs were written before they were opened:
    /// [`RewriteLimits::memory`] was too small for them; or because a datagram had to wait for its handshake and it is in doubt
    /// which one of its packet it was.
    pub left: u64,
    /// Opened PDUs that stay sealed because [`Request::seen`] said so; those of datagrams are not counted.
    pub withheld: u64,
}

/// Connections and UDP flows in which at least one sealed PDU opens.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OpenedFlows(BTreeSet<(bool, u64)>);

impl OpenedFlows {
    /// The most that are remembered; packets of further ones are left out.
    pub const MOST: usize = crate::base::bounds::OPENED_FLOWS;

    fn has(&self, origin: &Origin) -> bool {
        self.0.contains(&key(origin))
    }
}

fn key(origin: &Origin) -> (bool, u64) {
    (origin.transport == Transport::Tcp, origin.stream)
}

impl Tap for OpenedFlows {
    fn placed(&mut self, _: &Origin, _: Placed<'_>) {}

    fn unsealed(&mut self, unsealed: Unsealed<'_>) {
        if self.0.len() < OpenedFlows::MOST {
            self.0.insert(key(unsealed.origin));
        }
    }
}

/// Reads a capture to find the connections in which something opens.
///
/// # Errors
///
/// Only [`RewriteError::Stopped`]: what can't be read, [`rewrite`] will meet again.
pub fn opened<R: Read>(
    mut reader: Reader<R>,
    mut session: Session,
    stop: &dyn Fn() -> bool,
) -> Result<OpenedFlows, RewriteError> {
    let mut flows = OpenedFlows::default();
    while let Ok(Some(packet)) = reader.next() {
        session.packet_tapped(&packet, &mut flows, &mut |_| {});
        if stop() {
            return Err(RewriteError::Stopped);
        }
    }
    session.finish_tapped(&mut flows, &mut |_| {});
    Ok(flows)
}

/// How a capture is to be rewritten.
pub struct Request<'r> {
    /// What it may cost.
    pub limits: RewriteLimits,
    /// Packets of these flows alone are written; of all if `None`.
    pub only: Option<OpenedFlows>,
    /// Asked after each packet whether to give up.
    pub stop: &'r dyn Fn() -> bool,
    /// Gets every record, and says whether what it holds may be written in clear.
    pub seen: &'r mut dyn FnMut(&Record<'_>) -> bool,
    /// Whether that counts: PDUs of which it didn't say yes stay sealed.
    pub withhold: bool,
}

/// Why a capture wasn't rewritten to its end.
#[derive(Debug)]
pub enum RewriteError {
    /// The output can't be written.
    Write(io::Error),
    /// [`Request::stop`] said so.
    Stopped,
}

impl core::fmt::Display for RewriteError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            RewriteError::Write(error) => write!(f, "writing: {error}"),
            RewriteError::Stopped => f.write_str("interrupted"),
        }
    }
}

impl core::error::Error for RewriteError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            RewriteError::Write(error) => Some(error),
            RewriteError::Stopped => None,
        }
    }
}

/// What came of rewriting.
#[derive(Debug)]
pub struct Rewritten {
    /// What was done.
    pub summary: Summary,
    /// Why the capture can't be read on, where it can't; everything before was written.
    pub error: Option<CaptureError>,
    /// What of the capture could not be read, packet by packet.
    pub problems: Vec<Problem>,
    /// The session, for its counters.
    pub session: Session,
}

/// Rewrites a capture. `ahead` and `behind` read the same capture from its start.
///
/// # Errors
///
/// When the output can't be written, or when it is to stop.
pub fn rewrite<R: Read, W: Write>(
    mut ahead: Reader<R>,
    mut behind: Reader<R>,
    mut session: Session,
    writer: &mut Writer<W>,
    request: Request<'_>,
) -> Result<Rewritten, RewriteError> {
    let Request { limits, only, stop, seen, withhold } = request;
    let mut patches = Patches::new();
    patches.only = only;
    patches.withholds = withhold;
    let mut summary = Summary::default();
    let decisions = RefCell::new(Vec::new());
    let mut show = |record: Record<'_>| {
        let clear = seen(&record);
        if withhold {
            let (flow, event) = (&record.flow, &record.event);
            let side = event.side == Side::A;
            decisions.borrow_mut().push((flow.stream, flow.transport, side, event.frames().to_vec(), clear));
        }
    };
    let decide = |patches: &mut Patches| {
        for (stream, transport, side, frames, clear) in decisions.borrow_mut().drain(..) {
            patches.decide(stream, transport, side, &frames, clear);
        }
    };
    let mut failed = None;
    loop {
        if stop() {
            return Err(RewriteError::Stopped);
        }
        match ahead.next() {
            Ok(Some(packet)) => {
                session.packet_tapped(&packet, &mut patches, &mut show);
                decide(&mut patches);
            }
            Ok(None) => break,
            Err(error) => {
                failed = Some(error);
                break;
            }
        }
        if patches.weight() > limits.memory {
            // Half at once, so that it doesn't come to this with every packet.
            while patches.weight() > limits.memory / 2 && behind.frames() < ahead.frames() {
                if !one(&mut behind, &mut patches, writer, &mut summary)? {
                    break;
                }
                patches.forget(limits.memory / 2);
            }
        }
    }
    session.finish_tapped(&mut patches, &mut show);
    decide(&mut patches);
    while one(&mut behind, &mut patches, writer, &mut summary)? {
        if stop() {
            return Err(RewriteError::Stopped);
        }
    }
    writer.flush().map_err(RewriteError::Write)?;
    session.captured(&ahead.counters());
    (summary.pdus, summary.left, summary.withheld) = (patches.pdus(), patches.left(), patches.withheld());
    Ok(Rewritten { summary, error: failed, problems: ahead.problems().to_vec(), session })
}

/// Writes the next packet; `false` at the end.
fn one<R: Read, W: Write>(
    behind: &mut Reader<R>,
    patches: &mut Patches,
    writer: &mut Writer<W>,
    summary: &mut Summary,
) -> Result<bool, RewriteError> {
    let before = behind.frames();
    // An error here is the one that the reader ahead met, or will meet.
    let Ok(Some(packet)) = behind.next() else { return Ok(false) };
    for _ in before.saturating_add(1)..packet.frame {
        writer.placeholder().map_err(RewriteError::Write)?;
    }
    let (changed, kept) = patches.apply(packet.frame, packet.data);
    if !kept {
        summary.left_out += 1;
        writer.placeholder().map_err(RewriteError::Write)?;
        return Ok(true);
    }
    summary.packets += 1;
    summary.changed += u64::from(changed.is_some());
    let comment = changed.as_ref().map(|_| MARK);
    writer.packet(&packet, changed.as_deref(), comment).map_err(RewriteError::Write)?;
    Ok(true)
}
