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

    /// The room behind what was written.
    #[inline(always)]
    pub(super) fn rest(&mut self) -> Option<&mut [u8]> {
        self.bytes.get_mut(self.len..)
    }

    /// What was written from this place on, and the room behind it.
    #[inline(always)]
    pub(super) fn from(&mut self, place: usize) -> Option<&mut [u8]> {
        self.bytes.get_mut(place..)
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

    /// Appends the first `len` bytes of a piece. All of it is copied, for that takes one step where a copy of any length
    /// takes many; what is too much lies behind the end.
    #[inline(always)]
    pub(super) fn piece<const N: usize>(&mut self, piece: &[u8; N], len: usize) {
        match self.rest().and_then(|room| room.first_chunk_mut::<N>()) {
            Some(room) => {
                *room = *piece;
                self.len += len.min(N);
            }
            None => self.put_growing(piece.get(..len).unwrap_or(piece)),
        }
    }

    /// Appends bytes; inlined for those of a length that is known when compiling.
    #[inline(always)]
    pub(super) fn put(&mut self, bytes: &[u8]) {
        match self.rest().and_then(|room| room.get_mut(..bytes.len())) {
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
