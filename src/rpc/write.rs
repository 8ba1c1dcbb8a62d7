//! The writing side of [`super::parse`]: PDUs go into a `Vec<u8>`.

use super::header::Endian;
use crate::base::guid::Guid;
use alloc::vec::Vec;

/// Appends fields in one byte order.
pub(super) struct Writer {
    pub(super) out: Vec<u8>,
    pub(super) endian: Endian,
}

impl Writer {
    pub(super) fn new(endian: Endian) -> Writer {
        Writer { out: Vec::new(), endian }
    }

    pub(super) fn u8(&mut self, value: u8) {
        self.out.push(value);
    }

    pub(super) fn u16(&mut self, value: u16) {
        match self.endian {
            Endian::Little => self.out.extend_from_slice(&value.to_le_bytes()),
            Endian::Big => self.out.extend_from_slice(&value.to_be_bytes()),
        }
    }

    pub(super) fn u32(&mut self, value: u32) {
        match self.endian {
            Endian::Little => self.out.extend_from_slice(&value.to_le_bytes()),
            Endian::Big => self.out.extend_from_slice(&value.to_be_bytes()),
        }
    }

    pub(super) fn uuid(&mut self, value: Guid) {
        self.out.extend_from_slice(&value.to_wire(self.endian));
    }

    pub(super) fn bytes(&mut self, value: &[u8]) {
        self.out.extend_from_slice(value);
    }

    /// Overwrites two bytes that were written before.
    pub(super) fn patch_u16(&mut self, at: usize, value: u16) {
        let bytes = match self.endian {
            Endian::Little => value.to_le_bytes(),
            Endian::Big => value.to_be_bytes(),
        };
        for (slot, byte) in self.out.iter_mut().skip(at).zip(bytes) {
            *slot = byte;
        }
    }
}
