//! The declarations of the plain records, by what they are about.

pub mod csv;
pub mod disk;
pub mod netname;
pub mod node;
pub mod replication;
pub mod resource;
pub mod witness;

use super::types::Record;

/// The records of all subjects.
const SUBJECTS: &[&[&Record]] = &[
    witness::RECORDS,
    netname::RECORDS,
    csv::RECORDS,
    disk::RECORDS,
    node::RECORDS,
    replication::RECORDS,
    resource::RECORDS,
];

const COUNT: usize = {
    let (mut count, mut subject) = (0, 0);
    while subject < SUBJECTS.len() {
        let mut i = 0;
        while i < SUBJECTS[subject].len() {
            count += !is_part(SUBJECTS[subject][i]) as usize;
            i += 1;
        }
        subject += 1;
    }
    count
};

/// Whether a record is only a part of another and not known by a name of its own: its section is `part of` the other's.
const fn is_part(record: &Record) -> bool {
    matches!(record.section.as_bytes(), [b'p', b'a', b'r', b't', b' ', b'o', b'f', b' ', ..])
}

/// Where a record stands: those of section 2.2.3 of the specification by their number, others behind them.
const fn place(record: &Record) -> u32 {
    let [b'2', b'.', b'2', b'.', b'3', b'.', number @ ..] = record.section.as_bytes() else { return u32::MAX };
    let (mut place, mut at) = (0, 0);
    while at < number.len() && number[at].is_ascii_digit() {
        place = place * 10 + (number[at] - b'0') as u32;
        at += 1;
    }
    place
}

static JOINED: [&Record; COUNT] = {
    let mut all = [SUBJECTS[0][0]; COUNT];
    let (mut count, mut subject) = (0, 0);
    while subject < SUBJECTS.len() {
        let mut i = 0;
        while i < SUBJECTS[subject].len() {
            let record = SUBJECTS[subject][i];
            i += 1;
            if is_part(record) {
                continue;
            }
            // Behind all that stand before it or in the same place.
            let mut at = count;
            while at > 0 && place(all[at - 1]) > place(record) {
                all[at] = all[at - 1];
                at -= 1;
            }
            all[at] = record;
            count += 1;
        }
        subject += 1;
    }
    all
};

/// Every plain record with a name of its own: those of the specification in its order, then all others by subject.
pub static ALL: &[&Record] = &JOINED;

/// The record of this name.
pub fn by_name(name: &str) -> Option<&'static Record> {
    ALL.iter().copied().find(|record| record.name == name)
}
