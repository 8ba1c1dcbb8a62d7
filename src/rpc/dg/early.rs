//! Requests that come before the handshake that their protection needs: the server asks for it in a callback, and only
//! then their signatures can be checked. A few are held back for so long.

use super::conversation::Received;
use crate::base::bounds;
use crate::base::{Guid, Side, Timestamp};
use crate::rpc::security::AuthTrailer;
use alloc::vec::Vec;

/// A datagram that is held back.
pub(super) struct Held {
    activity: Guid,
    /// Its security trailer, as far as the capture has it.
    trailer: Option<AuthTrailer>,
    side: Side,
    frames: Vec<u64>,
    time: Option<Timestamp>,
    data: Vec<u8>,
    /// Its length on the wire, bytes.
    wire_len: usize,
    identification: Option<u16>,
    /// Datagrams of the flow since.
    waited: u32,
}

impl Held {
    pub(super) fn received(&self) -> Received<'_> {
        Received {
            side: self.side,
            frames: &self.frames,
            time: self.time,
            data: &self.data,
            wire_len: self.wire_len,
            identification: self.identification,
        }
    }
}

/// What a flow holds back, oldest first.
#[derive(Default)]
pub(super) struct Early {
    held: Vec<Held>,
    bytes: usize,
}

impl Early {
    /// Bytes of memory.
    pub(super) fn cost(&self) -> usize {
        self.bytes + self.held.capacity() * (size_of::<Held>() + 8)
    }

    /// Whether a datagram of the activity is held back.
    pub(super) fn holds(&self, activity: Guid) -> bool {
        self.held.iter().any(|held| held.activity == activity)
    }

    pub(super) fn hold(&mut self, activity: Guid, trailer: Option<AuthTrailer>, received: &Received<'_>) {
        let (side, time, waited) = (received.side, received.time, 0);
        let (frames, data) = (received.frames.to_vec(), received.data.to_vec());
        self.bytes += data.len();
        let (wire_len, identification) = (received.wire_len, received.identification);
        self.held.push(Held { activity, trailer, side, frames, time, data, wire_len, identification, waited });
    }

    /// The activity that has to give way, if there is too much.
    pub(super) fn too_many(&self) -> Option<Guid> {
        if self.held.len() > bounds::EARLY_DATAGRAMS || self.bytes > bounds::EARLY_BYTES { self.oldest() } else { None }
    }

    /// The activity that has waited longest.
    pub(super) fn oldest(&self) -> Option<Guid> {
        self.held.first().map(|held| held.activity)
    }

    /// An activity of which a datagram waits whose trailer is like that.
    pub(super) fn find(&self, is: &mut dyn FnMut(&AuthTrailer) -> bool) -> Option<Guid> {
        self.held.iter().find(|held| held.trailer.as_ref().is_some_and(&mut *is)).map(|held| held.activity)
    }

    /// One more datagram of the flow went by: the activity that has waited too long, if any.
    pub(super) fn late(&mut self) -> Option<Guid> {
        self.held.iter_mut().for_each(|held| held.waited = held.waited.saturating_add(1));
        self.held.first().filter(|held| held.waited > bounds::EARLY_PATIENCE).map(|held| held.activity)
    }

    /// Takes out what is held back of an activity.
    pub(super) fn take(&mut self, activity: Guid) -> Vec<Held> {
        if self.held.is_empty() {
            return Vec::new();
        }
        let (taken, kept) = core::mem::take(&mut self.held).into_iter().partition(|held| held.activity == activity);
        let taken: Vec<Held> = taken;
        self.held = kept;
        self.bytes -= taken.iter().map(|held| held.data.len()).sum::<usize>();
        taken
    }
}
