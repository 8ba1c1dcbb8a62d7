//! Extended error information (MS-EERR): what faults and bind_naks say about where an error came from.
//!
//! A chain of records in NDR type serialization, version 1 (MS-RPCE 2.2.6): the record of the host that answered first,
//! then the causes behind it.

use super::header::Endian;
use alloc::string::String;
use alloc::vec::Vec;

/// Records read of one chain; more than any runtime sends.
pub const MAX_RECORDS: usize = crate::base::bounds::ERROR_RECORDS;

/// `ExtendedErrorInfo` (MS-EERR 2.2.1.8).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ErrorRecord {
    /// `ComputerName`: where the error occurred; `None` for the host that answers.
    pub computer: Option<String>,
    /// `ProcessID`.
    pub process: u32,
    /// `TimeStamp`, 100-nanosecond units since 1601.
    pub time: u64,
    /// `GeneratingComponent`; see [`component_name`].
    pub component: u32,
    /// `Status`: a Win32 error code.
    pub status: u32,
    /// `DetectionLocation`: a place in the sender's source.
    pub location: u16,
    /// `Flags`; see [`FLAGS`].
    pub flags: u16,
    /// `Params`.
    pub params: Vec<Param>,
}

/// `ExtendedErrorParam` (MS-EERR 2.2.1.6).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Param {
    /// `AnsiString` or `UnicodeString`; null where there is none.
    Text(Option<String>),
    /// `LVal`.
    Long(i32),
    /// `IVal`.
    Short(i16),
    /// `PVal`: a pointer's value.
    Pointer(u64),
    /// Nothing.
    None,
    /// `Blob`.
    Binary(Vec<u8>),
}

/// Bits of [`ErrorRecord::flags`] (MS-EERR 2.2.1.8).
pub const FLAGS: [(u16, &str); 3] =
    [(1, "EEInfoPreviousRecordsMissing"), (2, "EEInfoNextRecordsMissing"), (4, "EEInfoUseFileTime")];

/// The name of a generating component (MS-EERR 2.2.1.8, with the names of `rpcasync.h`).
#[must_use]
pub const fn component_name(component: u32) -> Option<&'static str> {
    Some(match component {
        1 => "EEInfoGCApplication",
        2 => "EEInfoGCRuntime",
        3 => "EEInfoGCSecurityProvider",
        4 => "EEInfoGCNPFS",
        5 => "EEInfoGCRDR",
        6 => "EEInfoGCNMP",
        7 => "EEInfoGCIO",
        8 => "EEInfoGCWinsock",
        9 => "EEInfoGCAuthz",
        10 => "EEInfoGCLPC",
        11 => "EEInfoGCCOM",
        12 => "EEInfoGCFRS",
        _ => return None,
    })
}

/// Reads the chain of records, from the stub of a fault or from a bind_nak; `None` where it can't be one.
#[must_use]
pub fn parse(bytes: &[u8]) -> Option<Vec<ErrorRecord>> {
    // Senders differ in whether the structure is aligned behind its conformance.
    [8, 4].into_iter().find_map(|alignment| {
        let mut reader = Reader::new(bytes, alignment)?;
        reader.chain()
    })
}

/// What of a record comes behind the records that it points to.
#[derive(Default)]
struct Deferred {
    record: ErrorRecord,
    computer: Option<u16>,
    params: Vec<Pending>,
}

/// A parameter whose value is behind a pointer.
enum Pending {
    Ready(Param),
    Ansi,
    Unicode,
    Binary,
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    endian: Endian,
    alignment: usize,
}

impl<'a> Reader<'a> {
    /// Behind the two headers of type serialization, version 1.
    fn new(bytes: &'a [u8], alignment: usize) -> Option<Self> {
        let (&[1, endian, 8, 0, _, _, _, _], rest) = bytes.split_first_chunk::<8>()? else { return None };
        let endian = match endian >> 4 {
            0 => Endian::Big,
            1 => Endian::Little,
            _ => return None,
        };
        let mut reader = Reader { bytes: rest, at: 0, endian, alignment };
        let length = usize::try_from(reader.u32()?).ok()?;
        let object = rest.get(8..)?;
        Some(Reader { bytes: object.get(..length).unwrap_or(object), at: 0, endian, alignment })
    }

    fn take<const N: usize>(&mut self, alignment: usize) -> Option<[u8; N]> {
        let start = self.at.next_multiple_of(alignment);
        let bytes = self.bytes.get(start..)?.first_chunk::<N>()?;
        self.at = start + N;
        Some(match self.endian {
            Endian::Little => *bytes,
            Endian::Big => {
                let mut bytes = *bytes;
                bytes.reverse();
                bytes
            }
        })
    }

    fn u16(&mut self) -> Option<u16> {
        self.take(2).map(u16::from_le_bytes)
    }

    fn u32(&mut self) -> Option<u32> {
        self.take(4).map(u32::from_le_bytes)
    }

    fn u64(&mut self) -> Option<u64> {
        self.take(8).map(u64::from_le_bytes)
    }

    fn chain(&mut self) -> Option<Vec<ErrorRecord>> {
        let mut heads = Vec::new();
        let mut more = self.u32()? != 0;
        while more {
            if heads.len() >= MAX_RECORDS {
                return None;
            }
            let (head, next) = self.head()?;
            heads.push(head);
            more = next;
        }
        // What a record points to comes behind the record that it points to first, which is the next one.
        let mut records = Vec::with_capacity(heads.len());
        while let Some(head) = heads.pop() {
            records.push(self.pointees(head)?);
        }
        records.reverse();
        Some(records)
    }

    /// A record up to what its pointers point to, and whether another one follows.
    fn head(&mut self) -> Option<(Deferred, bool)> {
        let count = self.u32()?;
        self.at = self.at.next_multiple_of(self.alignment);
        let mut head = Deferred::default();
        let next = self.u32()? != 0;
        let (kind, tag) = (self.u16()?, self.u16()?);
        if kind != tag {
            return None;
        }
        match kind {
            1 => head.computer = self.counted(),
            2 => {}
            _ => return None,
        }
        let record = &mut head.record;
        (record.process, record.time) = (self.u32()?, self.u64()?);
        (record.component, record.status) = (self.u32()?, self.u32()?);
        (record.location, record.flags) = (self.u16()?, self.u16()?);
        if u32::from(self.u16()?) != count {
            return None;
        }
        for _ in 0..count {
            self.at = self.at.next_multiple_of(8);
            let (kind, tag) = (self.u16()?, self.u16()?);
            if kind != tag {
                return None;
            }
            let param = match kind {
                1 => self.counted().map_or(Pending::Ready(Param::Text(None)), |_| Pending::Ansi),
                2 => self.counted().map_or(Pending::Ready(Param::Text(None)), |_| Pending::Unicode),
                3 => Pending::Ready(Param::Long(self.u32()?.cast_signed())),
                4 => Pending::Ready(Param::Short(self.u16()?.cast_signed())),
                5 => Pending::Ready(Param::Pointer(self.u64()?)),
                6 => Pending::Ready(Param::None),
                7 => self.counted().map_or(Pending::Ready(Param::Binary(Vec::new())), |_| Pending::Binary),
                _ => return None,
            };
            head.params.push(param);
        }
        Some((head, next))
    }

    /// A length and the pointer to what has it; `None` for a null pointer.
    fn counted(&mut self) -> Option<u16> {
        self.at = self.at.next_multiple_of(4);
        let length = self.u16()?;
        (self.u32()? != 0).then_some(length)
    }

    fn pointees(&mut self, head: Deferred) -> Option<ErrorRecord> {
        let Deferred { mut record, computer, params } = head;
        if computer.is_some() {
            record.computer = Some(self.unicode()?);
        }
        for param in params {
            record.params.push(match param {
                Pending::Ready(param) => param,
                Pending::Ansi => {
                    let text = self.array(1)?;
                    let text = text.strip_suffix(&[0]).unwrap_or(text);
                    Param::Text(Some(text.iter().map(|byte| char::from(*byte)).collect()))
                }
                Pending::Unicode => Param::Text(Some(self.unicode()?)),
                Pending::Binary => Param::Binary(self.array(1)?.to_vec()),
            });
        }
        Some(record)
    }

    /// The bytes of a conformant array.
    fn array(&mut self, size: usize) -> Option<&'a [u8]> {
        let count = usize::try_from(self.u32()?).ok()?;
        let bytes = self.bytes.get(self.at..)?.get(..count.checked_mul(size)?)?;
        self.at += bytes.len();
        Some(bytes)
    }

    fn unicode(&mut self) -> Option<String> {
        let endian = self.endian;
        let units = self.array(2)?.chunks_exact(2).map(|pair| match (endian, pair) {
            (Endian::Little, [a, b]) => u16::from_le_bytes([*a, *b]),
            (Endian::Big, [a, b]) => u16::from_be_bytes([*a, *b]),
            _ => 0,
        });
        let mut text: String =
            char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
        if text.ends_with('\0') {
            text.pop();
        }
        Some(text)
    }
}

#[cfg(test)]
#[path = "extended_error_tests.rs"]
mod tests;
