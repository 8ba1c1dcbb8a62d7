//! The search for the place in a key stream that lost or unseen messages have moved: the likeliest first, each proved by
//! the signature, within the budget of the association and of the run.

use crate::base::bounds;
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use super::check::Signature;
use super::session::NtlmSession;
use crate::auth::budget::{Budget, Purse};
use crate::auth::frame::Frame;
use crate::rpc::security::{Doubt, Sender};

/// Bytes of a lost PDU that aren't body: common header and request or response header, trailer header, signature.
const PDU_OVERHEAD: u64 = 24 + 8 + 16;

/// Positions without extended session security that cost one unit: their number alone tells almost all of them.
pub(super) const POSITIONS_A_UNIT: u64 = 2;

/// Why a search found nothing.
pub(crate) struct Lost {
    pub(crate) reason: String,
    /// Set where nothing in the capture accounts for the place being lost.
    pub(crate) doubt: Option<Doubt>,
}

impl NtlmSession {
    /// Searches for the place of a PDU that [`NtlmSession::open`] found at none of the places it tries. `proved`: the key is
    /// known to be the session's.
    pub(crate) fn search(
        &mut self,
        sender: Sender,
        frame: &Frame<'_>,
        whole: bool,
        proved: bool,
        purse: &mut Purse<'_>,
        out: &mut Vec<u8>,
    ) -> Result<Option<Doubt>, Lost> {
        let ess = self.ess();
        let of = self.handle_of(sender);
        let signature =
            Signature::read(frame.token).map_err(|reason| Lost { reason, doubt: Some(Doubt::Signature) })?;
        let cost = self.signature_cost() as u64;
        let window = self.limits.resync_window as u64;
        let most = if proved { u64::MAX } else { Budget::UNPROVED_SEARCH }.min(self.limits.resync_work);
        let handle = self.handle(of);
        let (gap, next, passed) = (handle.gap, handle.next, handle.passed);
        let missing = if ess { signature.sequence.wrapping_sub(next) } else { 0 };
        let lost = match gap {
            Some(gap) => gap.lost.map(|lost| lost.saturating_add(passed)),
            None => (passed > 0).then_some(passed),
        };
        let nothing = |found: &str| {
            let bytes = lost.map_or_else(|| "an unknown number of".to_string(), |n| n.to_string());
            let count = if missing > 0 { format!("{missing} messages missing, ") } else { String::new() };
            let doubt = match (gap, ess) {
                (Some(_), _) => None,
                (None, true) => Some(Doubt::Missing { count: missing.into() }),
                (None, false) => Some(Doubt::Signature),
            };
            let reason = match (gap, ess) {
                (None, false) => "signature mismatch (wrong key, changed bytes or a message missing)".to_string(),
                _ => format!("key stream lost after a gap of {bytes} bytes ({count}{found})"),
            };
            Lost { reason, doubt }
        };
        if lost.is_some_and(|n| n > window) || u64::from(missing).saturating_mul(cost) > window {
            return Err(nothing("more than the configured window"));
        }
        // Afterwards the stream may have to be made anew up to its position.
        let used = handle.stream.used();
        let mut spent = 0_u64;
        let mut spend = |units: u64| {
            spent = spent.saturating_add(units);
            spent <= most && purse.spend(units)
        };
        let mut cut = !spend(used.min(super::stream::REMAKE));
        let (mut found, mut unproved) = (None, None);
        let price = frame.covered_len() as u64 + 64;
        if cut {
            // Nothing is left to search with.
        } else if ess {
            let sequence = signature.sequence;
            for skip in guesses(lost, u64::from(missing), cost, frame.sealed, window) {
                if !spend(price) {
                    cut = true;
                    break;
                }
                if self.attempt(of, sender, frame, whole, signature, position(skip), sequence, out) {
                    found = Some((position(skip), sequence));
                    break;
                }
            }
        } else {
            // The number is in the signature, under the key stream: a position tells it, and a wild one is no position.
            let end = if gap.is_some() { farthest(lost, window) } else { bounds::HELD_BACK.min(window) };
            for skip in 0..=end {
                if skip % (1 << 10) == 0 && !spend((1 << 10) / POSITIONS_A_UNIT) {
                    cut = true;
                    break;
                }
                crate::base::work::tick(1);
                let at = position(skip).saturating_add(frame.sealed_len()).saturating_add(8);
                // Made a piece at a time: most searches end soon.
                let ahead = self.handle(of).stream.peek(at.saturating_add(4).next_multiple_of(1 << 10));
                let Some(mask) = ahead.get(at..).and_then(|k| k.first_chunk::<4>()) else { break };
                let sequence = signature.sequence ^ u32::from_le_bytes(*mask);
                let count = sequence.wrapping_sub(next);
                // A wild number first: that costs nothing.
                if u64::from(count) > skip / cost {
                    continue;
                }
                let explained = self.handle(of).explains(position(skip), count);
                if explained == Some(false) {
                    continue;
                }
                if !spend(price) {
                    cut = true;
                    break;
                }
                if self.attempt(of, sender, frame, whole, signature, position(skip), sequence, out) {
                    // Where no hole is known yet, one request is missing, that this one answers; more can't be told from a
                    // changed number.
                    let untold = gap.is_none() && count != 1;
                    let adrift = explained.is_none() && (untold || self.handle(of).is_adrift());
                    unproved = adrift.then_some(Doubt::Missing { count: count.into() });
                    found = Some((position(skip), sequence));
                    break;
                }
            }
        }
        if let Some((skip, sequence)) = found {
            let doubt = self.arrived(of, sender, frame, skip, sequence).or(unproved);
            self.handle(of).stream.release();
            return Ok(doubt);
        }
        self.handle(of).stream.release();
        if cut {
            purse.run.refuse();
            return Err(nothing("search given up at its limit"));
        }
        Err(nothing("no position of the key stream within the window verifies"))
    }
}

/// How far the handle can have moved: besides the lost bytes, what remained of PDUs that the hole cut is missing too,
/// at most a fragment on either side.
fn farthest(lost: Option<u64>, window: u64) -> u64 {
    lost.map_or(window, |n| n.saturating_add(2 * 65_536)).min(window)
}

/// A position within the window, which fits a `usize`.
fn position(skip: u64) -> usize {
    usize::try_from(skip).unwrap_or(usize::MAX)
}

/// Positions worth trying after `count` lost messages, the likeliest first, some twice: where nothing but signatures
/// moved the handle, exact by the size of the PDUs lost, then all multiples of 16, of 4, of 1 within the window.
fn guesses(lost: Option<u64>, count: u64, cost: u64, sealed: bool, window: u64) -> impl Iterator<Item = u64> {
    let base = cost.saturating_mul(count);
    let exact = lost.map(|n| n.saturating_add(base).saturating_sub(PDU_OVERHEAD.saturating_mul(count)));
    // Requests with an object identifier have 16 bytes more of header, each.
    let with_objects = (0..=count.min(8)).filter_map(move |k| exact?.checked_sub(16 * k));
    let most = farthest(lost, window);
    let ladder = [16u64, 4, 1].into_iter().flat_map(move |step| (0..=most / step).map(move |i| base + i * step));
    core::iter::once(base).chain(with_objects).chain(ladder.filter(move |_| sealed))
}
