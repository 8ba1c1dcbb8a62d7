//! Signing and sealing of a session whose keys are known (MS-NLMP 3.4).
//!
//! With extended session security each direction has its own keys, RC4 handle and sequence number, and the number
//! stands in the signature in the clear. Without it both directions draw on one handle and one count, half duplex
//! (MS-NLMP 3.4); peers that keep a handle each are recognised by the server's first signature.
//!
//! A handle runs on over all messages: first the sealed body, then the checksum's 8 octets (with key exchange), or 12
//! octets without extended session security. After lost TCP bytes the number of messages lost is known from the
//! sequence number; how far they moved the handle is searched for, and the signature proves the guess. The search is
//! bounded by [`Limits`].

use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use super::Flags;
use super::crypto::{Key, hmac_md5, md5, sealkey, signkey};
use super::stream::KeyStream;
use crate::auth::association::Limits;
use crate::auth::frame::{Frame, Verdict};
use crate::rpc::security::Sender;

/// Octets of a lost PDU that aren't body: common header and request or response header, trailer header, signature.
const PDU_OVERHEAD: u64 = 24 + 8 + 16;

/// A signature's fields (MS-NLMP 2.2.2.9), the version left out.
#[derive(Clone, Copy)]
struct Signature {
    /// With extended session security the checksum; without, the random pad and the CRC.
    checksum: [u8; 8],
    sequence: u32,
}

impl Signature {
    fn read(token: &[u8]) -> Result<Self, String> {
        let Some(&[1, 0, 0, 0, ref rest @ ..]) = token.first_chunk::<16>() else {
            let n = token.len();
            return Err(if n < 16 {
                format!("NTLM signature of {n} bytes, 16 needed")
            } else {
                "NTLM signature of unknown version".to_string()
            });
        };
        let [c0, c1, c2, c3, c4, c5, c6, c7, s0, s1, s2, s3] = *rest;
        Ok(Signature { checksum: [c0, c1, c2, c3, c4, c5, c6, c7], sequence: u32::from_le_bytes([s0, s1, s2, s3]) })
    }
}

/// Bytes lost before the next message of a direction, as far as TCP tells.
#[derive(Clone, Copy)]
struct Gap {
    lost: Option<u64>,
}

/// One direction.
struct Direction {
    sign_key: Key,
    stream: KeyStream,
    next: u32,
    /// Nothing was verified yet.
    fresh: bool,
    gap: Option<Gap>,
}

/// A session with one exported session key.
pub(crate) struct Session {
    flags: Flags,
    exported: Key,
    /// Whether the 40- or 56-bit sealing key is used although extended session security is off.
    weak: bool,
    client: Direction,
    server: Direction,
    /// Without extended session security: both directions use the client's handle. `None` until the server's first
    /// signature shows it.
    shared: Option<bool>,
    limits: Limits,
    /// Search work left for the session's life, in octets looked at.
    work: u64,
    /// Which coverage of the signature proved right, once one did.
    whole: Option<bool>,
}

impl Session {
    /// A session at its start, or `unknown` many messages into it.
    pub(crate) fn new(flags: Flags, exported: Key, weak: bool, limits: Limits) -> Self {
        let direction = |sender| Direction {
            sign_key: signkey(&exported, sender),
            stream: KeyStream::new(&sealkey(flags, &exported, sender, weak)),
            next: 0,
            fresh: true,
            gap: None,
        };
        let (client, server) = (direction(Sender::Client), direction(Sender::Server));
        let shared = if flags.contains(Flags::NEGOTIATE_EXTENDED_SESSIONSECURITY) { Some(false) } else { None };
        Session {
            flags,
            exported,
            weak,
            client,
            server,
            shared,
            work: limits.resync_work.saturating_mul(4),
            limits,
            whole: None,
        }
    }

    /// Octets of memory.
    pub(crate) fn cost(&self) -> usize {
        size_of::<Session>() + self.client.stream.cost() + self.server.stream.cost()
    }

    fn ess(&self) -> bool {
        self.flags.contains(Flags::NEGOTIATE_EXTENDED_SESSIONSECURITY)
    }

    /// Octets of the handle that a signature uses up.
    fn signature_cost(&self) -> usize {
        match (self.ess(), self.flags.contains(Flags::NEGOTIATE_KEY_EXCH)) {
            (true, true) => 8,
            (true, false) => 0,
            (false, _) => 12,
        }
    }

    /// Tells that bytes of a direction are missing.
    pub(crate) fn gap(&mut self, sender: Sender, lost: Option<u64>) {
        let direction = match (sender, self.shared) {
            (Sender::Server, Some(false)) => &mut self.server,
            _ => &mut self.client,
        };
        let lost = match direction.gap {
            Some(before) => before.lost.zip(lost).map(|(a, b)| a.saturating_add(b)),
            None => lost,
        };
        direction.gap = Some(Gap { lost });
    }

    /// Verifies SPNEGO's `mechListMIC`, which uses up sequence number 0 of its direction; the handle starts anew after
    /// it (known from Windows' and Samba's behaviour, [MS-SPNG] doesn't say).
    pub(crate) fn mech_list_mic(&mut self, sender: Sender, mech_types: &[u8], mic: &[u8]) -> bool {
        let direction = match sender {
            Sender::Client => &mut self.client,
            Sender::Server => &mut self.server,
        };
        if direction.fresh {
            direction.next = 1;
        }
        let Ok(signature) = Signature::read(mic) else { return false };
        let mut stream = KeyStream::new(&sealkey(self.flags, &self.exported, sender, self.weak));
        let frame = Frame { head: mech_types, body: &[], tail: &[], token: mic, sealed: false };
        let cost = self.signature_cost();
        check(self.flags, &frame, true, signature, sender_key(self, sender), stream.peek(cost), 0, &mut Vec::new())
    }

    /// Opens a connection-oriented PDU.
    pub(crate) fn open(&mut self, sender: Sender, frame: &Frame<'_>, whole: bool, out: &mut Vec<u8>) -> Verdict {
        out.clear();
        let signature = match Signature::read(frame.token) {
            Ok(signature) => signature,
            Err(reason) => return Verdict::Failed(reason),
        };
        match (self.ess(), self.shared, sender) {
            (false, None, Sender::Server) => {
                // The first answer decides between one handle and two. Trying doesn't move a handle.
                if self.try_here(Sender::Client, sender, frame, whole, signature, out) {
                    self.shared = Some(true);
                } else if self.try_here(Sender::Server, sender, frame, whole, signature, out) {
                    self.shared = Some(false);
                } else {
                    return self.search_or_fail(Sender::Client, sender, frame, whole, signature, out);
                }
                Verdict::Opened
            }
            (false, shared, _) => {
                let of = if shared == Some(false) { sender } else { Sender::Client };
                self.open_in(of, sender, frame, whole, signature, out)
            }
            (true, ..) => self.open_in(sender, sender, frame, whole, signature, out),
        }
    }

    fn open_in(
        &mut self,
        of: Sender,
        sender: Sender,
        frame: &Frame<'_>,
        whole: bool,
        signature: Signature,
        out: &mut Vec<u8>,
    ) -> Verdict {
        if self.try_here(of, sender, frame, whole, signature, out) {
            return Verdict::Opened;
        }
        self.search_or_fail(of, sender, frame, whole, signature, out)
    }

    fn direction(&mut self, of: Sender) -> &mut Direction {
        match of {
            Sender::Client => &mut self.client,
            Sender::Server => &mut self.server,
        }
    }

    /// Tries the position reached; moves on if the signature is right.
    fn try_here(
        &mut self,
        of: Sender,
        sender: Sender,
        frame: &Frame<'_>,
        whole: bool,
        signature: Signature,
        out: &mut Vec<u8>,
    ) -> bool {
        let next = self.direction(of).next;
        if self.ess() && signature.sequence != next {
            return false;
        }
        if self.attempt(of, sender, frame, whole, signature, 0, next, out) {
            return true;
        }
        if !self.ess() {
            // How many numbers a mechListMIC exchange used up isn't in the clear here; both directions may count as one.
            return self.direction(of).fresh
                && (0..3).any(|n| self.attempt(of, sender, frame, whole, signature, 0, n, out));
        }
        // After a mechListMIC the handle starts anew; an implementation that lets it run on is 8 octets further.
        let cost = self.signature_cost();
        let direction = self.direction(of);
        direction.fresh && direction.next == 1 && self.attempt(of, sender, frame, whole, signature, cost, next, out)
    }

    /// Tries one position of the handle and one sequence number, with either coverage; moves on if it is right.
    #[allow(clippy::too_many_arguments, reason = "one signature check has that many inputs")]
    fn attempt(
        &mut self,
        of: Sender,
        sender: Sender,
        frame: &Frame<'_>,
        whole: bool,
        signature: Signature,
        skip: usize,
        sequence: u32,
        out: &mut Vec<u8>,
    ) -> bool {
        let used = frame.sealed_len().saturating_add(self.signature_cost());
        let (flags, known) = (self.flags, self.whole);
        let sign_key = sender_key(self, sender).clone();
        let direction = self.direction(of);
        let Some(key) = direction.stream.peek(skip.saturating_add(used)).get(skip..) else { return false };
        let preferred = known.unwrap_or(whole);
        let right = if check(flags, frame, preferred, signature, &sign_key, key, sequence, out) {
            Some(preferred)
        } else if known.is_none() && check(flags, frame, !preferred, signature, &sign_key, key, sequence, out) {
            Some(!preferred)
        } else {
            None
        };
        if right.is_some() {
            direction.stream.advance(skip.saturating_add(used));
            direction.next = sequence.wrapping_add(1);
            direction.fresh = false;
            direction.gap = None;
            self.whole = right;
        } else {
            out.clear();
        }
        right.is_some()
    }

    /// After a check that failed: searches if bytes were lost, else says why and moves on where the place is sure.
    fn search_or_fail(
        &mut self,
        of: Sender,
        sender: Sender,
        frame: &Frame<'_>,
        whole: bool,
        signature: Signature,
        out: &mut Vec<u8>,
    ) -> Verdict {
        let ess = self.ess();
        let used = frame.sealed_len().saturating_add(self.signature_cost());
        let direction = self.direction(of);
        let next = direction.next;
        if ess {
            let missing = signature.sequence.wrapping_sub(next);
            if missing == 0 {
                // In place, but wrong: a changed PDU. The peers' handles moved on, so does this one.
                direction.stream.peek(used);
                direction.stream.advance(used);
                direction.next = next.wrapping_add(1);
                return Verdict::Failed("signature mismatch (wrong key or changed bytes)".to_string());
            }
            if missing > u32::MAX / 2 {
                return Verdict::Failed(format!(
                    "sequence number {} where {next} was expected: repeated or out of order",
                    signature.sequence
                ));
            }
            direction.gap.get_or_insert(Gap { lost: None });
            return self.search(of, sender, frame, whole, signature, missing, out);
        }
        if direction.gap.is_some() {
            return self.search(of, sender, frame, whole, signature, 0, out);
        }
        direction.stream.peek(used);
        direction.stream.advance(used);
        direction.next = next.wrapping_add(1);
        Verdict::Failed("signature mismatch (wrong key, changed bytes or a message missing)".to_string())
    }

    /// Looks for the handle's position after lost messages: `missing` of them, 0 if unknown (without extended session
    /// security).
    #[allow(clippy::too_many_arguments, reason = "one signature check has that many inputs")]
    fn search(
        &mut self,
        of: Sender,
        sender: Sender,
        frame: &Frame<'_>,
        whole: bool,
        signature: Signature,
        missing: u32,
        out: &mut Vec<u8>,
    ) -> Verdict {
        let cost = u64::try_from(self.signature_cost()).unwrap_or_default();
        let Some(Gap { lost }) = self.direction(of).gap else {
            return Verdict::Failed("signature mismatch".to_string());
        };
        let window = u64::try_from(self.limits.resync_window).unwrap_or(u64::MAX);
        let describe = |found: &str| {
            let lost = lost.map_or_else(|| "an unknown number of".to_string(), |n| n.to_string());
            let count = if missing > 0 { format!("{missing} messages missing, ") } else { String::new() };
            Verdict::Sealed(format!("key stream lost after a gap of {lost} bytes ({count}{found})"))
        };
        if lost.is_some_and(|n| n > window) || u64::from(missing).saturating_mul(cost) > window {
            return describe("more than the configured window");
        }
        let granted = self.limits.resync_work.min(self.work);
        let mut budget = granted;
        let price = u64::try_from(frame.covered_len()).unwrap_or(u64::MAX).saturating_add(64);
        let mut found = false;
        if self.ess() {
            let sequence = self.direction(of).next.wrapping_add(missing);
            for skip in guesses(lost, u64::from(missing), cost, frame.sealed, window) {
                let Some(left) = budget.checked_sub(price) else { break };
                budget = left;
                found = self.attempt(of, sender, frame, whole, signature, position(skip), sequence, out);
                if found {
                    break;
                }
            }
        } else {
            // The number is in the signature, under the key stream: a position tells it, and a wild one is no position.
            for skip in 0..=farthest(lost, window) {
                let Some(left) = budget.checked_sub(1) else { break };
                budget = left;
                let at = position(skip).saturating_add(frame.sealed_len()).saturating_add(8);
                let direction = self.direction(of);
                let ahead = direction.stream.peek(at.saturating_add(4));
                let Some(mask) = ahead.get(at..).and_then(|k| k.first_chunk::<4>()) else { break };
                let sequence = signature.sequence ^ u32::from_le_bytes(*mask);
                if u64::from(sequence.wrapping_sub(direction.next)) > skip / cost {
                    continue;
                }
                let Some(left) = budget.checked_sub(price) else { break };
                budget = left;
                found = self.attempt(of, sender, frame, whole, signature, position(skip), sequence, out);
                if found {
                    break;
                }
            }
        }
        self.work -= granted - budget;
        self.direction(of).stream.release();
        if found {
            Verdict::Opened
        } else if budget < price {
            describe("search given up at its limit")
        } else {
            describe("no position of the key stream within the window verifies")
        }
    }

    /// Opens a connectionless PDU: the key is made anew for each message from its sequence number (MS-NLMP 3.4).
    /// With extended session security the number is in the signature; without, `numbers` are tried.
    pub(crate) fn open_datagram(
        &mut self,
        sender: Sender,
        frame: &Frame<'_>,
        numbers: &[u32],
        out: &mut Vec<u8>,
    ) -> Verdict {
        out.clear();
        let signature = match Signature::read(frame.token) {
            Ok(signature) => signature,
            Err(reason) => return Verdict::Failed(reason),
        };
        let stated = [signature.sequence];
        let numbers = if self.ess() { &stated } else { numbers };
        let base = sealkey(self.flags, &self.exported, sender, self.weak);
        let used = frame.sealed_len().saturating_add(self.signature_cost());
        for number in numbers {
            let key = Key::new(md5(&[&base, &number.to_le_bytes()]));
            let mut stream = KeyStream::new(&key[..]);
            for whole in [false, true] {
                let sign_key = sender_key(self, sender);
                if check(self.flags, frame, whole, signature, sign_key, stream.peek(used), *number, out) {
                    return Verdict::Opened;
                }
            }
        }
        out.clear();
        Verdict::Failed("signature mismatch (wrong key or changed bytes)".to_string())
    }
}

fn sender_key(session: &Session, sender: Sender) -> &Key {
    match sender {
        Sender::Client => &session.client.sign_key,
        Sender::Server => &session.server.sign_key,
    }
}

/// How far the handle can have moved: besides the lost octets, what remained of PDUs that the hole cut is missing too,
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
    // Requests with an object identifier have 16 octets more of header, each.
    let with_objects = (0..=count.min(8)).filter_map(move |k| exact?.checked_sub(16 * k));
    let most = farthest(lost, window);
    let ladder = [16u64, 4, 1].into_iter().flat_map(move |step| (0..=most / step).map(move |i| base + i * step));
    core::iter::once(base).chain(with_objects).chain(ladder.filter(move |_| sealed))
}

/// Decrypts into `out` what is sealed and checks the signature. `key` are the handle's octets from the body on.
#[allow(clippy::too_many_arguments, reason = "one signature check has that many inputs")]
fn check(
    flags: Flags,
    frame: &Frame<'_>,
    whole: bool,
    signature: Signature,
    sign_key: &Key,
    key: &[u8],
    sequence: u32,
    out: &mut Vec<u8>,
) -> bool {
    out.clear();
    let Some((body_key, mac_key)) = key.split_at_checked(frame.sealed_len()) else { return false };
    let plain: &[u8] = if frame.sealed {
        out.extend(frame.body.iter().zip(body_key).map(|(c, k)| c ^ k));
        out
    } else {
        frame.body
    };
    let (head, tail): (&[u8], &[u8]) = if whole { (frame.head, frame.tail) } else { (&[], &[]) };
    if flags.contains(Flags::NEGOTIATE_EXTENDED_SESSIONSECURITY) {
        let mac = hmac_md5(&sign_key[..], &[&sequence.to_le_bytes(), head, plain, tail]);
        let masks = mac_key.iter().copied().chain(core::iter::repeat(0));
        signature.checksum.iter().zip(mac.iter().zip(masks)).all(|(seen, (m, k))| *seen == m ^ k)
    } else {
        let Some(&[_, _, _, _, c0, c1, c2, c3, s0, s1, s2, s3]) = mac_key.first_chunk::<12>() else { return false };
        let mut crc = crc32fast::Hasher::new();
        for part in [head, plain, tail] {
            crc.update(part);
        }
        let [_, _, _, _, e0, e1, e2, e3] = signature.checksum;
        u32::from_le_bytes([e0, e1, e2, e3]) ^ u32::from_le_bytes([c0, c1, c2, c3]) == crc.finalize()
            && signature.sequence ^ u32::from_le_bytes([s0, s1, s2, s3]) == sequence
    }
}
