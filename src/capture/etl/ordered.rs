//! Traces whose buffers stand in the file in another order than they were filled: circular ones, which go on at the
//! beginning when the file is full, and those of many processors.

use super::bytes::u64_at;
use super::wmi::{BufferHeader, HEADER, is_trace};
use crate::base::bounds;
use std::io::{Read, Result, Seek, SeekFrom};

/// Bytes read of each buffer to see when its first event was: its header and an event's.
const PEEKED: usize = HEADER + 80;

/// A file read with the buffers of a trace in the order of their first events; any other file as it is.
#[derive(Debug)]
pub struct TimeOrdered<F> {
    file: F,
    /// Where the buffers stand and how long they are, in the order in which they are read; empty for a file that is read as
    /// it is.
    order: Vec<(u64, u64)>,
    /// The place in `order`, and how much of the buffer there was read.
    place: usize,
    done: u64,
}

impl<F: Read + Seek> TimeOrdered<F> {
    /// Looks at the file, of a trace at each of its buffers.
    ///
    /// # Errors
    /// When the file can't be read, or has no places to go to.
    pub fn new(mut file: F) -> Result<Self> {
        file.seek(SeekFrom::Start(0))?;
        let order = order(&mut file)?;
        file.seek(SeekFrom::Start(0))?;
        Ok(TimeOrdered { file, order, place: 0, done: 0 })
    }

    /// Whether the buffers are read in another order than that of the file.
    #[must_use]
    pub fn is_reordered(&self) -> bool {
        !self.order.is_empty()
    }
}

/// Reads until the room is full or the file ends.
fn read_full(file: &mut impl Read, room: &mut [u8]) -> Result<usize> {
    let mut at = 0;
    while let Some(rest) = room.get_mut(at..).filter(|rest| !rest.is_empty()) {
        match file.read(rest) {
            Ok(0) => break,
            Ok(count) => at += count,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(at)
}

/// The places of a trace's buffers in the order of time; empty where that is the file's order, or where something is in the
/// way.
fn order<F: Read + Seek>(file: &mut F) -> Result<Vec<(u64, u64)>> {
    let mut peeked = [0; PEEKED];
    // Session, time of the first event, number, place, length.
    let mut all: Vec<(u32, u64, u64, u64, u64)> = Vec::new();
    let (mut at, mut session) = (0_u64, 0_u32);
    let length = file.seek(SeekFrom::End(0))?;
    file.seek(SeekFrom::Start(0))?;
    loop {
        let count = read_full(file, &mut peeked)?;
        let peeked = peeked.get(..count).unwrap_or_default();
        if at == 0 && !is_trace(peeked) {
            return Ok(Vec::new());
        }
        let Some(header) = BufferHeader::read(peeked) else {
            // What is left at the end comes last.
            if count > 0 {
                all.push((session, u64::MAX, u64::MAX, at, u64::MAX));
            }
            break;
        };
        if !header.is_plausible() || all.len() >= bounds::TRACE_BUFFERS {
            return Ok(Vec::new());
        }
        if header.begins_session() {
            session += 1;
        }
        let first = match (header.begins_session(), header.is_compressed()) {
            (true, _) => 0,
            (_, true) => header.flushed,
            _ => first_time(peeked).unwrap_or(header.flushed),
        };
        let size = header.size as u64;
        // One that is cut at the end of the file comes last: nothing could be found behind it.
        let first = if at.saturating_add(size) > length { u64::MAX } else { first };
        all.push((session, first, header.sequence, at, size));
        at += size;
        file.seek(SeekFrom::Start(at))?;
    }
    if all.is_sorted_by_key(|(session, first, sequence, ..)| (*session, *first, *sequence)) {
        return Ok(Vec::new());
    }
    all.sort_by_key(|(session, first, sequence, ..)| (*session, *first, *sequence));
    Ok(all.into_iter().map(|(.., at, size)| (at, size)).collect())
}

/// The time of the first event of a buffer of which only the beginning is there.
fn first_time(peeked: &[u8]) -> Option<u64> {
    let event = peeked.get(HEADER..)?;
    match event.get(2..4)? {
        [1..=4 | 10 | 11 | 18..=21, 0xc0] => u64_at(event, 16),
        [16 | 17 | 12, 0xc0] | [_, 0xb0] => u64_at(event, 8),
        _ => None,
    }
}

impl<F: Read + Seek> Read for TimeOrdered<F> {
    fn read(&mut self, room: &mut [u8]) -> Result<usize> {
        if self.order.is_empty() {
            return self.file.read(room);
        }
        loop {
            let Some(&(at, size)) = self.order.get(self.place) else { return Ok(0) };
            let left = size - self.done;
            if left > 0 && !room.is_empty() {
                if self.done == 0 {
                    self.file.seek(SeekFrom::Start(at))?;
                }
                let most = usize::try_from(left).unwrap_or(usize::MAX).min(room.len());
                let count = self.file.read(room.get_mut(..most).unwrap_or_default())?;
                self.done += count as u64;
                if count > 0 {
                    return Ok(count);
                }
            } else if room.is_empty() {
                return Ok(0);
            }
            // The buffer is read, or the file ends in it.
            (self.place, self.done) = (self.place + 1, 0);
        }
    }
}
