//! The byte buffer that printers append to.
//!
//! Pieces are short, so what one costs is what counts: room is looked for once for a value, and where a piece's width is
//! known it is put there whole, without asking how much of it is wanted ([`Buffer::piece`]).

use alloc::vec::Vec;

/// The least that a buffer grows to.
pub(super) const SMALL: usize = 256;

/// Bytes that were written, and room behind them that holds nothing of meaning.
#[derive(Debug, Default)]
pub(super) struct Buffer {
    bytes: Vec<u8>,
    /// Bytes written; never more than there are.
    pub(super) len: usize,
}

impl Buffer {
    /// What was written.
    #[inline]
    pub(super) fn written(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or(&[])
    }

    /// The same, to be changed; `None` never comes.
    #[inline]
    pub(super) fn written_mut(&mut self) -> Option<&mut [u8]> {
        self.bytes.get_mut(..self.len)
    }

    /// Gives what holds nothing room for so many bytes, whether it had more or less. The memory comes zeroed from the system
    /// and is touched when it is written to.
    #[cfg(feature = "session")]
    pub(super) fn set_room(&mut self, room: usize) {
        if self.len == 0 && self.bytes.len() != room {
            self.bytes = alloc::vec![0; room];
        }
    }

    /// The room behind what was written, as much as is asked for.
    #[inline(always)]
    pub(super) fn next(&mut self, more: usize) -> Option<&mut [u8]> {
        self.at(self.len, more)
    }

    /// So many bytes from this place on.
    ///
    /// No buffer is longer than half of what can be addressed. Said as it is here, the compiler knows that the end of a piece
    /// doesn't lie before its beginning, and compares once instead of twice; a place beyond is none of the buffer's either way.
    #[inline(always)]
    pub(super) fn at(&mut self, place: usize, more: usize) -> Option<&mut [u8]> {
        let start = place & (usize::MAX >> 1);
        self.bytes.get_mut(start..start.wrapping_add(more))
    }

    /// So many bytes behind what was written, to be filled; they count as written.
    #[inline]
    pub(super) fn room(&mut self, more: usize) -> &mut [u8] {
        let start = self.len;
        if self.bytes.len() - start < more {
            self.grow(more);
        }
        self.len = start + more;
        self.bytes.get_mut(start..).and_then(|room| room.get_mut(..more)).unwrap_or(&mut [])
    }

    /// Makes room for so many bytes behind what was written.
    #[cold]
    #[inline(never)]
    fn grow(&mut self, more: usize) {
        let len = self.len.saturating_add(more).max(self.bytes.len().saturating_mul(2)).max(SMALL);
        self.bytes.resize(len, 0);
    }

    /// Appends the first `len` bytes of a piece, which has no fewer. All of it is copied, for that takes one step where a copy
    /// of any length takes many; what is too much lies behind the end.
    #[inline(always)]
    pub(super) fn piece<const N: usize>(&mut self, piece: &[u8; N], len: usize) {
        debug_assert!(len <= N, "more than the piece has");
        match self.next(N) {
            Some(room) => {
                room.copy_from_slice(piece);
                self.len += len;
            }
            None => self.put_growing(piece.get(..len).unwrap_or(piece)),
        }
    }

    /// Appends bytes; inlined for those of a length that is known when compiling.
    #[inline(always)]
    pub(super) fn put(&mut self, bytes: &[u8]) {
        match self.next(bytes.len()) {
            Some(room) => {
                room.copy_from_slice(bytes);
                self.len += bytes.len();
            }
            None => self.put_growing(bytes),
        }
    }

    /// Appends bytes where there may be too little room.
    #[cold]
    #[inline(never)]
    pub(super) fn put_growing(&mut self, bytes: &[u8]) {
        self.room(bytes.len()).copy_from_slice(bytes);
    }
}
