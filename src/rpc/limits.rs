//! What an association may cost, and what was given up when it would have cost more.

/// RpcLimits of one connection (`rpc::connection::Connection`) or one UDP flow (`rpc::dg::Conversation`). Each has a
/// counter in [`Counters`] that says how often it bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RpcLimits {
    /// Bytes of stub that one fragmented message may have. Default 8 MiB: enumerations and control codes of real
    /// clusters pass the 1 MiB that other tools stop at.
    pub message_bytes: usize,
    /// Bytes that all messages in reassembly may hold together. Default 16 MiB.
    pub total_bytes: usize,
    /// Messages in reassembly at the same time; the oldest one goes first. Default 64.
    pub open_messages: usize,
    /// Calls that wait for their answer; the oldest one goes first. Default 4096.
    pub pending_calls: usize,
    /// Presentation contexts. Default 1024; further ones are not remembered.
    pub contexts: usize,
    /// Binds and alter_contexts that wait for their answer; the oldest one goes first. Default 16.
    pub pending_binds: usize,
    /// Frame numbers kept for a message. Default 16384; further ones are only counted.
    pub frames: usize,
    /// Diagnostics kept for a message. Default 16; further ones are only counted.
    pub diagnostics: usize,
    /// Pieces of a direction that may fail to look like DCE/RPC before it is given up. Default 4.
    pub recognition_attempts: u8,
    /// Bytes of a TCP direction that are searched for a first PDU header when its beginning wasn't captured. Default
    /// 65536.
    pub recognition_bytes: usize,
    /// Activities of a UDP flow that are remembered, each with its latest calls; the one idle for longest goes first.
    /// Default 1024.
    pub activities: usize,
}

impl Default for RpcLimits {
    fn default() -> Self {
        RpcLimits {
            message_bytes: 8 << 20,
            total_bytes: 16 << 20,
            open_messages: 64,
            pending_calls: 4096,
            contexts: 1024,
            pending_binds: 16,
            frames: 16384,
            diagnostics: 16,
            recognition_attempts: 4,
            recognition_bytes: 65536,
            activities: 1024,
        }
    }
}

/// What was seen and what was given up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// PDUs that were framed and handed to the parsers.
    pub pdus: u64,
    /// PDUs that couldn't be read.
    pub malformed: u64,
    /// Bytes that belonged to no PDU.
    pub skipped_bytes: u64,
    /// Messages given up for [`RpcLimits::message_bytes`] or [`RpcLimits::total_bytes`].
    pub messages_too_large: u64,
    /// Messages given up for [`RpcLimits::open_messages`].
    pub messages_evicted: u64,
    /// Messages whose rest never came, or whose beginning is missing.
    pub messages_incomplete: u64,
    /// Calls forgotten for [`RpcLimits::pending_calls`].
    pub calls_evicted: u64,
    /// Calls whose identifier was used again before they were answered.
    pub calls_replaced: u64,
    /// Contexts not remembered for [`RpcLimits::contexts`].
    pub contexts_dropped: u64,
    /// Binds forgotten for [`RpcLimits::pending_binds`].
    pub binds_evicted: u64,
    /// Frame numbers not kept for [`RpcLimits::frames`].
    pub frames_omitted: u64,
    /// Diagnostics not kept for [`RpcLimits::diagnostics`].
    pub diagnostics_omitted: u64,
    /// Activities forgotten for [`RpcLimits::activities`].
    pub activities_evicted: u64,
    /// Connectionless PDUs that repeated an earlier one and were not reported again.
    pub duplicates: u64,
    /// Fragments of messages already given up.
    pub fragments_ignored: u64,
}

impl Counters {
    /// Adds another association's counts.
    pub fn add(&mut self, other: &Counters) {
        let Counters {
            pdus,
            malformed,
            skipped_bytes,
            messages_too_large,
            messages_evicted,
            messages_incomplete,
            calls_evicted,
            calls_replaced,
            contexts_dropped,
            binds_evicted,
            frames_omitted,
            diagnostics_omitted,
            activities_evicted,
            duplicates,
            fragments_ignored,
        } = self;
        for (sum, more) in [
            (pdus, other.pdus),
            (malformed, other.malformed),
            (skipped_bytes, other.skipped_bytes),
            (messages_too_large, other.messages_too_large),
            (messages_evicted, other.messages_evicted),
            (messages_incomplete, other.messages_incomplete),
            (calls_evicted, other.calls_evicted),
            (calls_replaced, other.calls_replaced),
            (contexts_dropped, other.contexts_dropped),
            (binds_evicted, other.binds_evicted),
            (frames_omitted, other.frames_omitted),
            (diagnostics_omitted, other.diagnostics_omitted),
            (activities_evicted, other.activities_evicted),
            (duplicates, other.duplicates),
            (fragments_ignored, other.fragments_ignored),
        ] {
            *sum = sum.saturating_add(more);
        }
    }

    /// The counters that are not zero, by name.
    pub fn nonzero(&self) -> impl Iterator<Item = (&'static str, u64)> + use<> {
        [
            ("pdus", self.pdus),
            ("malformed", self.malformed),
            ("skipped_bytes", self.skipped_bytes),
            ("messages_too_large", self.messages_too_large),
            ("messages_evicted", self.messages_evicted),
            ("messages_incomplete", self.messages_incomplete),
            ("calls_evicted", self.calls_evicted),
            ("calls_replaced", self.calls_replaced),
            ("contexts_dropped", self.contexts_dropped),
            ("binds_evicted", self.binds_evicted),
            ("frames_omitted", self.frames_omitted),
            ("diagnostics_omitted", self.diagnostics_omitted),
            ("activities_evicted", self.activities_evicted),
            ("duplicates", self.duplicates),
            ("fragments_ignored", self.fragments_ignored),
        ]
        .into_iter()
        .filter(|(_, n)| *n != 0)
    }
}
