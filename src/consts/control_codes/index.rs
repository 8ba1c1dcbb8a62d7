//! Control codes by their numbers: chains of those with the same hash, made when compiling.

use super::{ALL, ControlCode, Family, JOINED};

/// How many entries the index has: one for each number that a code has.
const NUMBERS: usize = {
    let (mut count, mut i) = (0, 0);
    while i < JOINED.len() {
        count += 1 + JOINED[i].alternates.len();
        i += 1;
    }
    count
};

/// Chains of the numbers that have the same hash: codes' own numbers first, then alternate ones, each in the order of
/// [`ALL`].
struct Index {
    first: [u16; BUCKETS],
    /// The number, the place of its code in [`ALL`], the next entry of the chain.
    entries: [(u32, u16, u16); NUMBERS],
}

const BUCKETS: usize = 1024;
const NONE: u16 = u16::MAX;

/// The chain in which a number stands, if any code has it.
const fn bucket(code: u32) -> usize {
    (code.wrapping_mul(0x9e37_79b1) >> 22) as usize % BUCKETS
}

static INDEX: Index = {
    let mut numbers = [(0, 0); NUMBERS];
    let (mut i, mut at) = (0, 0);
    while i < JOINED.len() {
        numbers[i] = (JOINED[i].value, i as u16);
        i += 1;
    }
    let mut next = JOINED.len();
    while at < JOINED.len() {
        let mut alternate = 0;
        while alternate < JOINED[at].alternates.len() {
            numbers[next] = (JOINED[at].alternates[alternate], at as u16);
            (alternate, next) = (alternate + 1, next + 1);
        }
        at += 1;
    }
    let mut index = Index { first: [NONE; BUCKETS], entries: [(0, 0, NONE); NUMBERS] };
    // From the back, so that each chain begins with its first entry.
    while next > 0 {
        next -= 1;
        let (number, code) = numbers[next];
        let bucket = bucket(number);
        index.entries[next] = (number, code, index.first[bucket]);
        index.first[bucket] = next as u16;
    }
    index
};

/// The first code with this number that belongs to the family, if one is given.
pub(super) fn search(family: Option<Family>, code: u32) -> Option<&'static ControlCode> {
    let mut next = INDEX.first.get(bucket(code)).copied().unwrap_or(NONE);
    while let Some((number, place, behind)) = INDEX.entries.get(usize::from(next)) {
        if *number == code
            && let Some(row) = ALL.get(usize::from(*place))
            && family.is_none_or(|family| row.family == family)
        {
            return Some(row);
        }
        next = *behind;
    }
    None
}
