//! Signing and sealing of a session whose keys are known (MS-NLMP 3.4).
//!
//! With extended session security each direction has its own keys, RC4 handle and sequence number, and the number stands
//! in the signature in the clear. Without it both directions draw on one handle and one count, half duplex (MS-NLMP
//! 3.4); peers that keep a handle each are recognised by the server's first signature.
//!
//! A handle runs on over all messages: first the sealed body, then the checksum's 8 bytes (with key exchange), or 12
//! bytes without extended session security. So its position after a PDU that couldn't be opened is only supposed: the PDU
//! may have been changed on its way (then the handle moved on) or forged (then it did not). Both are tried with the next
//! one, and the signature decides. After lost TCP bytes the position is searched for (`search.rs`).
//!
//! Next: `shared.rs` for the one handle of both directions, `check.rs` for the signature itself.

use crate::base::bounds;
use alloc::collections::VecDeque;
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use super::Flags;
use super::check::{Signature, check};
use super::crypto::{HmacMd5, Key, keyed_md5, md5, sealkey, signkey};
use super::shared::Shared;
use super::stream::KeyStream;
use crate::auth::association::SecurityLimits;
use crate::auth::budget::Purse;
use crate::auth::frame::Frame;
use crate::auth::order::{Order, room};
use crate::auth::run::Fingerprint;
use crate::rpc::security::{Doubt, Sender};

/// Bytes lost before the next message of a direction, as far as TCP tells.
#[derive(Clone, Copy)]
pub(super) struct Gap {
    pub(super) lost: Option<u64>,
}

/// An RC4 handle, and where it stands.
pub(super) struct Handle {
    pub(super) stream: KeyStream,
    /// The sequence number that is due.
    pub(super) next: u32,
    /// Nothing was verified yet.
    pub(super) fresh: bool,
    pub(super) gap: Option<Gap>,
    /// By how much the PDUs since the position that couldn't be opened would have moved it, the latest last.
    unopened: VecDeque<usize>,
    /// Bytes of all of those PDUs.
    pub(super) passed: u64,
}

impl Handle {
    fn new(key: &[u8]) -> Self {
        Handle { stream: KeyStream::new(key), next: 0, fresh: true, gap: None, unopened: VecDeque::new(), passed: 0 }
    }

    /// Whether `count` messages can have moved the handle by `skip` bytes: exactly those whose lengths are known, where they
    /// explain it; `None` where they don't. The number of a message is under the key stream, so that a changed one is known
    /// by its place alone.
    pub(super) fn explains(&self, skip: usize, count: u32) -> Option<bool> {
        let fits = |count: &usize| self.windows(*count).any(|window| window == skip);
        let mut known = (0..=self.unopened.len()).filter(fits).peekable();
        known.peek().is_some().then(|| known.any(|known| u32::try_from(known) == Ok(count)))
    }

    /// Whether so many bytes are more than one number of those PDUs: the message's number can't be told from a changed one.
    pub(super) fn is_ambiguous(&self, skip: usize) -> bool {
        let fits = |count: &usize| self.windows(*count).any(|window| window == skip);
        (0..=self.unopened.len()).filter(fits).count() > 1
    }

    /// Whether a number can't be told from a changed one: PDUs before it were changed, more than are remembered.
    pub(super) fn is_adrift(&self) -> bool {
        self.gap.is_none() && !self.unopened.is_empty()
    }

    /// Lengths by which `count` PDUs in a row among those that couldn't be opened would have moved the handle.
    fn windows(&self, count: usize) -> impl Iterator<Item = usize> {
        let starts = (self.unopened.len() + 1).saturating_sub(count);
        (0..starts).map(move |start| self.unopened.iter().skip(start).take(count).sum())
    }
}

/// What one party signs with, and how it numbered its messages.
pub(super) struct Party {
    /// HMAC with its signing key, made ready for each message.
    pub(super) sign_key: HmacMd5,
    pub(super) order: Order,
}

/// A session with one exported session key.
pub(crate) struct NtlmSession {
    pub(super) flags: Flags,
    exported: Key,
    /// Whether the 40- or 56-bit sealing key is used although extended session security is off.
    weak: bool,
    pub(super) handles: [Handle; 2],
    pub(super) parties: [Party; 2],
    /// Without extended session security: both directions use the client's handle. `None` until the server's first
    /// signature shows it.
    pub(super) one_handle: Option<bool>,
    pub(super) shared: Shared,
    /// `mechListMIC`s that went by.
    mech_lists: u32,
    pub(super) limits: SecurityLimits,
    /// Which coverage of the signature proved right, once one did.
    whole: Option<bool>,
    /// Whether the random pad of the last PDU that opened is one that senders make.
    usual_pad: bool,
    /// Signatures of the PDUs that opened last, without extended session security: their numbers are under the key stream, so
    /// that one that comes again is known by it alone.
    opened: VecDeque<([u8; 16], u32)>,
    /// What speaks against every PDU of the session: its key is known to everybody.
    pub(super) standing: Option<Doubt>,
}

/// The place of a sender in arrays of two.
pub(super) fn side(sender: Sender) -> usize {
    match sender {
        Sender::Client => 0,
        Sender::Server => 1,
    }
}

impl NtlmSession {
    /// A session at its start.
    pub(crate) fn new(
        flags: Flags,
        exported: Key,
        weak: bool,
        standing: Option<Doubt>,
        limits: SecurityLimits,
    ) -> Self {
        let both = [Sender::Client, Sender::Server];
        let ess = flags.contains(Flags::NEGOTIATE_EXTENDED_SESSIONSECURITY);
        NtlmSession {
            flags,
            handles: both.map(|sender| Handle::new(&sealkey(flags, &exported, sender, weak))),
            parties: both
                .map(|sender| Party { sign_key: keyed_md5(&signkey(&exported, sender)[..]), order: Order::default() }),
            exported,
            weak,
            one_handle: if ess { Some(false) } else { None },
            shared: Shared::default(),
            mech_lists: 0,
            limits,
            whole: None,
            usual_pad: true,
            opened: VecDeque::new(),
            standing,
        }
    }

    /// Bytes of memory.
    pub(crate) fn cost(&self) -> usize {
        let streams: usize = self.handles.iter().map(|handle| handle.stream.cost() + 8 * bounds::UNOPENED).sum();
        size_of::<NtlmSession>() + streams + self.shared.cost() + 20 * self.opened.capacity()
    }

    /// A digest of its key, and of the server's challenge where one is given.
    pub(crate) fn fingerprint(&self, challenge: Option<[u8; 8]>) -> Fingerprint {
        md5(&[&self.exported[..], challenge.as_ref().map_or(&[], |challenge| &challenge[..])])
    }

    /// Whether this is the session of that key.
    pub(crate) fn has_key(&self, exported: &Key) -> bool {
        self.exported == *exported
    }

    pub(super) fn ess(&self) -> bool {
        self.flags.contains(Flags::NEGOTIATE_EXTENDED_SESSIONSECURITY)
    }

    /// Bytes of the handle that a signature uses up.
    pub(super) fn signature_cost(&self) -> usize {
        match (self.ess(), self.flags.contains(Flags::NEGOTIATE_KEY_EXCH)) {
            (true, true) => 8,
            (true, false) => 0,
            (false, _) => 12,
        }
    }

    /// How far a PDU moves its handle.
    pub(super) fn used(&self, frame: &Frame<'_>) -> usize {
        frame.sealed_len().saturating_add(self.signature_cost())
    }

    /// Whose handle a sender's PDUs are taken to use.
    pub(super) fn handle_of(&self, sender: Sender) -> Sender {
        match (sender, self.one_handle) {
            (Sender::Server, Some(false)) => Sender::Server,
            _ => Sender::Client,
        }
    }

    pub(super) fn handle(&mut self, of: Sender) -> &mut Handle {
        let [client, server] = &mut self.handles;
        match of {
            Sender::Client => client,
            Sender::Server => server,
        }
    }

    pub(super) fn party(&mut self, of: Sender) -> &mut Party {
        let [client, server] = &mut self.parties;
        match of {
            Sender::Client => client,
            Sender::Server => server,
        }
    }

    /// Tells that bytes of a direction are missing.
    pub(crate) fn gap(&mut self, sender: Sender, lost: Option<u64>) {
        self.party(sender).order.explain(room(lost));
        self.shared.explain(room(lost));
        let handle = self.handle(self.handle_of(sender));
        let lost = match handle.gap {
            Some(before) => before.lost.zip(lost).map(|(a, b)| a.saturating_add(b)),
            None => lost,
        };
        handle.gap = Some(Gap { lost });
    }

    /// A PDU of the direction couldn't be opened here: it was changed, forged, or another context's.
    pub(crate) fn unopened(&mut self, sender: Sender, frame: &Frame<'_>) {
        self.party(sender).order.explain(1);
        self.shared.explain(1);
        let used = self.used(frame);
        let handle = self.handle(self.handle_of(sender));
        if handle.unopened.len() >= bounds::UNOPENED {
            handle.unopened.pop_front();
        }
        handle.unopened.push_back(used);
        handle.passed = handle.passed.saturating_add(frame.covered_len() as u64);
    }

    /// Verifies SPNEGO's `mechListMIC`, which uses up sequence number 0 of its direction; the handle starts anew after
    /// it (known from Windows' and Samba's behaviour, [MS-SPNG] doesn't say).
    pub(crate) fn mech_list_mic(&mut self, sender: Sender, mech_types: &[u8], mic: &[u8]) -> bool {
        self.mech_lists = self.mech_lists.saturating_add(1);
        let handle = self.handle(sender);
        if handle.fresh {
            handle.next = 1;
        }
        let Ok(signature) = Signature::read(mic) else { return false };
        let mut stream = KeyStream::new(&sealkey(self.flags, &self.exported, sender, self.weak));
        let frame = Frame { head: mech_types, body: &[], tail: &[], token: mic, sealed: false };
        let (flags, cost) = (self.flags, self.signature_cost());
        let key = stream.peek(cost);
        check(flags, &frame, true, signature, &self.party(sender).sign_key, key, 0, &mut Vec::new())
    }

    /// Opens a connection-oriented PDU at the places where it can be without a search; what speaks against it all the
    /// same. `None`: it opens at none of them.
    #[allow(clippy::option_option, reason = "whether it opens, and what is wrong then")]
    pub(crate) fn open(
        &mut self,
        sender: Sender,
        frame: &Frame<'_>,
        whole: bool,
        purse: &mut Purse<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Option<Doubt>> {
        out.clear();
        let signature = Signature::read(frame.token).ok()?;
        if (self.ess(), self.one_handle, sender) == (false, None, Sender::Server) {
            // The first answer decides between one handle and two. Trying doesn't move a handle.
            for (of, one) in [(Sender::Client, true), (Sender::Server, false)] {
                if let Some((skip, sequence)) = self.place(of, sender, frame, whole, signature, out) {
                    self.one_handle = Some(one);
                    return Some(self.arrived(of, sender, frame, skip, sequence));
                }
            }
            return None;
        }
        let of = self.handle_of(sender);
        if let Some((skip, sequence)) = self.place(of, sender, frame, whole, signature, out) {
            return Some(self.arrived(of, sender, frame, skip, sequence));
        }
        if self.one_handle == Some(false) {
            return None;
        }
        self.open_in_hole(sender, frame, whole, signature, purse, out)
    }

    /// A place of the handle where the PDU's signature is right, among those that what came before leaves open.
    fn place(
        &mut self,
        of: Sender,
        sender: Sender,
        frame: &Frame<'_>,
        whole: bool,
        signature: Signature,
        out: &mut Vec<u8>,
    ) -> Option<(usize, u32)> {
        let (ess, cost, mech_lists) = (self.ess(), self.signature_cost(), self.mech_lists);
        let handle = self.handle(of);
        let (next, fresh, known) = (handle.next, handle.fresh, handle.unopened.len());
        if ess && signature.sequence == next {
            // Nothing is missing in front of it, so it stands where the handle is, and no list of places is needed.
            // After a mechListMIC the handle starts anew; an implementation that lets it run on is 8 bytes further.
            let mut skips = [Some(0), (fresh && next == 1).then_some(cost)].into_iter().flatten();
            return skips
                .find(|skip| self.attempt(of, sender, frame, whole, signature, *skip, next, out))
                .map(|skip| (skip, next));
        }
        let handle = self.handle(of);
        let mut places = Vec::new();
        if ess {
            let missing = usize::try_from(signature.sequence.wrapping_sub(next)).unwrap_or(usize::MAX);
            if missing > known {
                return None;
            }
            places.extend(handle.windows(missing).map(|skip| (skip, signature.sequence)));
            places.dedup();
        } else {
            // How many numbers a mechListMIC exchange used up isn't in the clear here; both directions may count as one.
            let starts = if fresh { [next, mech_lists] } else { [next; 2] };
            for count in (0..=known).rev() {
                let number = u32::try_from(count).unwrap_or_default();
                for skip in handle.windows(count) {
                    places.extend(starts.map(|start| (skip, start.wrapping_add(number))));
                    places.dedup();
                }
            }
        }
        places
            .into_iter()
            .find(|(skip, sequence)| self.attempt(of, sender, frame, whole, signature, *skip, *sequence, out))
    }

    /// Tries one position of the handle and one sequence number, with either coverage. Nothing moves.
    #[allow(clippy::too_many_arguments, reason = "one signature check has that many inputs")]
    pub(super) fn attempt(
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
        let end = skip.saturating_add(self.used(frame));
        if end > self.limits.resync_window.saturating_mul(2).max(1 << 17) {
            return false;
        }
        let (flags, coverages) = (self.flags, self.coverages(whole));
        let [client, server] = &mut self.handles;
        let stream = if of == Sender::Client { &mut client.stream } else { &mut server.stream };
        let Some(key) = stream.peek(end).get(skip..) else { return false };
        let [by_client, by_server] = &self.parties;
        let sign_key = if sender == Sender::Client { &by_client.sign_key } else { &by_server.sign_key };
        let right = coverages
            .into_iter()
            .flatten()
            .find(|whole| check(flags, frame, *whole, signature, sign_key, key, sequence, out));
        match right {
            Some(whole) => {
                self.whole = Some(whole);
                self.usual_pad = signature.has_usual_pad(flags, frame.sealed_len(), key);
            }
            None => out.clear(),
        }
        right.is_some()
    }

    /// What signatures may cover: the whole PDU or its body, the likelier first.
    pub(super) fn coverages(&self, whole: bool) -> [Option<bool>; 2] {
        match self.whole {
            Some(whole) => [Some(whole), None],
            None => [Some(whole), Some(!whole)],
        }
    }

    /// Whether signatures cover the whole PDU, as far as one told.
    pub(super) fn covers_header(&self) -> bool {
        self.whole != Some(false)
    }

    pub(super) fn learn_coverage(&mut self, whole: bool) {
        self.whole = Some(whole);
    }

    /// The PDU's place is proved: the handle moves on, and its order among the sender's is judged.
    pub(super) fn arrived(
        &mut self,
        of: Sender,
        sender: Sender,
        frame: &Frame<'_>,
        skip: usize,
        sequence: u32,
    ) -> Option<Doubt> {
        let used = self.used(frame);
        let (ess, one_handle) = (self.ess(), self.one_handle != Some(false));
        let room = self.limits.resync_window;
        let handle = self.handle(of);
        let (due, fresh) = (handle.next, handle.fresh);
        let unproved =
            (!ess && handle.is_ambiguous(skip)).then(|| Doubt::Missing { count: sequence.wrapping_sub(due).into() });
        let passed_over = (one_handle && skip > 0).then(|| handle.stream.peek(skip).to_vec());
        handle.stream.advance(skip.saturating_add(used));
        handle.next = sequence.wrapping_add(1);
        handle.fresh = false;
        handle.gap = None;
        handle.unopened.clear();
        handle.passed = 0;
        self.remember(frame, sequence);
        if one_handle {
            if let Some(bytes) = passed_over {
                self.shared.skipped(due, sequence.wrapping_sub(due), bytes, room);
            }
            let pad = self.pad_doubt();
            return self.shared.came(sender, sequence).or(unproved).or(pad);
        }
        let order = &mut self.party(sender).order;
        if ess || !fresh {
            order.begin(due.into(), 0);
        }
        let disorder = order.came(sequence.into());
        disorder.or(unproved).or(self.pad_doubt())
    }

    /// Keeps the signature of a PDU that opened, where nothing else tells one that comes again.
    fn remember(&mut self, frame: &Frame<'_>, sequence: u32) {
        let Some(token) = frame.token.first_chunk().filter(|_| !self.ess()) else { return };
        if self.opened.len() >= bounds::OPENED_SIGNATURES {
            self.opened.pop_front();
        }
        self.opened.push_back((*token, sequence));
    }

    /// What the random pad of the last PDU, which no checksum covers, says against it.
    fn pad_doubt(&self) -> Option<Doubt> {
        (!self.usual_pad).then_some(Doubt::Signature)
    }

    /// Opens a PDU of the other direction that was held back until a hole of it was given up: its place was passed over.
    #[allow(clippy::option_option, reason = "as for open")]
    fn open_in_hole(
        &mut self,
        sender: Sender,
        frame: &Frame<'_>,
        whole: bool,
        signature: Signature,
        purse: &mut Purse<'_>,
        out: &mut Vec<u8>,
    ) -> Option<Option<Doubt>> {
        let (used, flags) = (self.used(frame), self.flags);
        let coverages = self.coverages(whole);
        let sign_key = self.party(sender).sign_key.clone();
        let (mut covers, mut usual_pad) = (whole, true);
        let found = self.shared.find(used, frame.sealed_len(), signature, purse, &mut |key, sequence| {
            let right = coverages
                .into_iter()
                .flatten()
                .find(|whole| check(flags, frame, *whole, signature, &sign_key, key, sequence, out));
            covers = right.unwrap_or(covers);
            usual_pad = signature.has_usual_pad(flags, frame.sealed_len(), key);
            right.is_some()
        });
        let Some(sequence) = found else {
            out.clear();
            return None;
        };
        self.learn_coverage(covers);
        self.remember(frame, sequence);
        self.one_handle.get_or_insert(true);
        self.usual_pad = usual_pad;
        let pad = self.pad_doubt();
        Some(self.shared.came(sender, sequence).or(pad))
    }

    /// Why a PDU doesn't open at the places that [`NtlmSession::open`] tries. `None`: its place has to be searched for.
    pub(crate) fn failure(&mut self, sender: Sender, frame: &Frame<'_>) -> Option<(String, Doubt)> {
        let signature = match Signature::read(frame.token) {
            Ok(signature) => signature,
            Err(reason) => return Some((reason, Doubt::Signature)),
        };
        if !self.ess() {
            if let Some((_, number)) = self.opened.iter().find(|(seen, _)| *seen == frame.token) {
                let doubt = Doubt::Repeated { number: (*number).into() };
                return Some(("a PDU that came before: repeated".to_string(), doubt));
            }
            let handle = self.handle(self.handle_of(sender));
            return (handle.gap.is_none() && self.one_handle == Some(false)).then(|| {
                let reason = "signature mismatch (wrong key, changed bytes or a message missing)";
                (reason.to_string(), Doubt::Signature)
            });
        }
        let next = self.handle(sender).next;
        let missing = signature.sequence.wrapping_sub(next);
        if missing == 0 {
            return Some(("signature mismatch (wrong key or changed bytes)".to_string(), Doubt::Signature));
        }
        if missing > u32::MAX / 2 {
            let number = signature.sequence;
            let doubt = self.party(sender).order.behind(number.into());
            let reason = format!("sequence number {number} where {next} was expected: repeated or out of order");
            return Some((reason, doubt));
        }
        None
    }

    /// Opens a connectionless PDU: the key is made anew for each message from its sequence number (MS-NLMP 3.4).
    /// With extended session security the number is in the signature; without, `numbers` are tried. What speaks against it
    /// if it opens.
    pub(crate) fn open_datagram(
        &mut self,
        sender: Sender,
        frame: &Frame<'_>,
        numbers: &[u32],
        out: &mut Vec<u8>,
    ) -> Result<Option<Doubt>, (String, Doubt)> {
        out.clear();
        let signature = Signature::read(frame.token).map_err(|reason| (reason, Doubt::Signature))?;
        let stated = [signature.sequence];
        let numbers = if self.ess() { &stated } else { numbers };
        let base = sealkey(self.flags, &self.exported, sender, self.weak);
        let used = self.used(frame);
        let coverages = self.coverages(false);
        for number in numbers {
            let key = Key::new(md5(&[&base, &number.to_le_bytes()]));
            let mut stream = KeyStream::new(&key[..]);
            for whole in coverages.into_iter().flatten() {
                let sign_key = &self.party(sender).sign_key.clone();
                if check(self.flags, frame, whole, signature, sign_key, stream.peek(used), *number, out) {
                    self.whole = Some(whole);
                    self.usual_pad = signature.has_usual_pad(self.flags, frame.sealed_len(), stream.peek(used));
                    return Ok(self.pad_doubt());
                }
            }
        }
        out.clear();
        Err(("signature mismatch (wrong key or changed bytes)".to_string(), Doubt::Signature))
    }
}
