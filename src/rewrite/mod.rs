//! A capture with what is sealed in clear: the same packets, so that Wireshark and people without the keys can read them.
//!
//! Each sealed PDU that was opened and verified is changed in place: the decrypted stub stands where the sealed one
//! stood, and `auth_level` in its security trailer becomes `connect` (2), under which the stub is not protected; the
//! trailer itself, its padding and its now meaningless signature stay. So no length changes, no TCP sequence number,
//! no packet boundary; TCP and UDP checksums are brought up to date by what changed, so that a right one stays right and
//! a wrong one wrong. PDUs that span packets, retransmissions, and datagrams in IP fragments are changed wherever they
//! stand; PDUs that are only signed are readable as they are and stay.
//!
//! What isn't a packet is not copied: names of hosts, statistics, secrets of other protocols; blocks that Wireshark gives a
//! frame number are replaced by empty ones, so that packets keep theirs.
//!
//! The capture is read twice at the same time: one reader goes ahead and opens PDUs, the other follows and writes
//! packets. What the first has found and the second has not passed is bounded by [`Limits`].
//!
//! Next: `patches.rs` for what stands where, [`crate::capture::Writer`] for the file.

mod patches;
#[cfg(test)]
mod tests;

pub use crate::limits::Rewrite as Limits;
pub use patches::Patches;

use crate::capture::{CaptureError, Reader, Writer};
use crate::session::{Record, Session};
use std::io::{self, Read, Write};

/// The comment on the section and on each changed packet begins so.
pub const MARK: &str = "decrypted by cluscope";

/// What was done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Packets written.
    pub packets: u64,
    /// Packets of which at least one octet was changed.
    pub changed: u64,
    /// Sealed PDUs opened.
    pub pdus: u64,
    /// Opened PDUs that are not in clear all the same, because packets of theirs were written before they were opened:
    /// [`Limits::memory`] was too small for them.
    pub left: u64,
}

/// Why a capture wasn't rewritten to its end.
#[derive(Debug)]
pub enum RewriteError {
    /// The capture can't be read on; everything before was written.
    Read(CaptureError, Summary),
    /// The output can't be written.
    Write(io::Error),
}

impl core::fmt::Display for RewriteError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            RewriteError::Read(error, _) => error.fmt(f),
            RewriteError::Write(error) => write!(f, "writing: {error}"),
        }
    }
}

impl core::error::Error for RewriteError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            RewriteError::Read(error, _) => Some(error),
            RewriteError::Write(error) => Some(error),
        }
    }
}

/// Rewrites a capture. `ahead` and `behind` read the same capture from its start; `seen` gets every record.
///
/// # Errors
///
/// When reading or writing fails; what was read before is written in either case that allows it.
pub fn rewrite<R: Read, W: Write>(
    mut ahead: Reader<R>,
    mut behind: Reader<R>,
    mut session: Session,
    writer: &mut Writer<W>,
    limits: Limits,
    seen: &mut dyn FnMut(&Record<'_>),
) -> Result<Summary, RewriteError> {
    let mut patches = Patches::new();
    let mut summary = Summary::default();
    let mut show = |record: Record<'_>| seen(&record);
    let mut failed = None;
    loop {
        match ahead.next() {
            Ok(Some(packet)) => session.packet_tapped(&packet, &mut patches, &mut show),
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
    while one(&mut behind, &mut patches, writer, &mut summary)? {}
    writer.flush().map_err(RewriteError::Write)?;
    (summary.pdus, summary.left) = (patches.pdus(), patches.left());
    match failed {
        Some(error) => Err(RewriteError::Read(error, summary)),
        None => Ok(summary),
    }
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
    let changed = patches.apply(packet.frame, packet.data);
    summary.packets += 1;
    summary.changed += u64::from(changed.is_some());
    let comment = changed.as_ref().map(|_| MARK);
    writer.packet(&packet, changed.as_deref(), comment).map_err(RewriteError::Write)?;
    Ok(true)
}
