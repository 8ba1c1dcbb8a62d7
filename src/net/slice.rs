//! [`CapturedSlice`]: bytes of a packet together with how much of them the capture left out.

/// A part of a packet: what was captured of it, and how much more of it was on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct CapturedSlice<'a> {
    /// The captured bytes.
    pub(super) data: &'a [u8],
    /// Number of bytes behind them that were on the wire but not captured.
    pub(super) cut: usize,
}

impl<'a> CapturedSlice<'a> {
    /// Length on the wire.
    pub(super) fn wire_len(self) -> usize {
        self.data.len().saturating_add(self.cut)
    }

    /// The part behind the first `count` bytes, which must have been captured.
    pub(super) fn after(self, count: usize) -> Option<CapturedSlice<'a>> {
        Some(CapturedSlice { data: self.data.get(count..)?, cut: self.cut })
    }

    /// The same with another length on the wire, as a length field claims it.
    pub(super) fn with_wire_len(self, len: usize) -> CapturedSlice<'a> {
        match self.data.get(..len) {
            Some(data) => CapturedSlice { data, cut: 0 },
            None => CapturedSlice { data: self.data, cut: len - self.data.len() },
        }
    }

    /// The first `len` bytes on the wire, fewer where there are not as many.
    pub(super) fn with_wire_len_at_most(self, len: usize) -> CapturedSlice<'a> {
        self.with_wire_len(len.min(self.wire_len()))
    }

    /// The part behind the first `count` bytes, whether they were captured or not.
    pub(super) fn after_lossy(self, count: usize) -> CapturedSlice<'a> {
        match self.data.get(count..) {
            Some(data) => CapturedSlice { data, cut: self.cut },
            None => CapturedSlice { data: &[], cut: self.cut.saturating_sub(count - self.data.len()) },
        }
    }
}
