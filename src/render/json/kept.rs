//! Texts of values that always print the same (a status with its name, a number of a table with its names), kept for the
//! next time: looking a name up and writing the pieces around it takes far longer than copying the whole.
//!
//! One place for each of [`PLACES`] remainders of a hash; what comes later takes the place of what was there. So memory is
//! fixed, and values chosen to collide cost no more than what is not kept.

use crate::consts::Constants;

/// The widest text that is kept, in bytes.
const WIDTH: usize = 96;

/// How many texts are kept.
const PLACES: usize = 256;

/// What a text is of: what says how numbers are printed, and the number.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Of {
    how: usize,
    value: u64,
}

impl Of {
    /// A number of a table, printed as one with a sign or without.
    #[inline]
    pub(super) fn table(table: &'static Constants, value: u64, signed: bool) -> Of {
        // Tables are aligned, so that their addresses are even.
        Of { how: core::ptr::from_ref(table).addr() | usize::from(signed), value }
    }

    /// A number of a list that nothing else is printed by.
    #[inline]
    pub(super) fn list<T>(list: &'static [T], value: u32) -> Of {
        Of { how: list.as_ptr().addr(), value: u64::from(value) }
    }

    #[inline]
    fn place(self) -> usize {
        let hash = (self.value ^ (self.how as u64).rotate_left(32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (hash >> 56) as usize
    }
}

/// The texts.
#[derive(Debug, Default)]
pub(super) struct Kept(Vec<Text>);

#[derive(Clone, Copy, Debug)]
struct Text {
    of: Of,
    /// 0 of a place that nothing was put in.
    len: u8,
    text: [u8; WIDTH],
}

impl Kept {
    /// From now on texts are kept.
    #[inline]
    pub(super) fn start(&mut self) {
        if self.0.is_empty() {
            self.0 = vec![Text { of: Of::default(), len: 0, text: [0; WIDTH] }; PLACES];
        }
    }

    /// The text, and how much of it counts.
    #[inline]
    pub(super) fn get(&self, of: Of) -> Option<(&[u8; WIDTH], usize)> {
        let text = self.0.get(of.place()).filter(|text| text.of == of && text.len != 0)?;
        Some((&text.text, usize::from(text.len)))
    }

    /// Keeps a text, unless it is too long or none are kept.
    #[cold]
    pub(super) fn put(&mut self, of: Of, text: &[u8]) {
        if let Some(place) = self.0.get_mut(of.place())
            && let Some(room) = place.text.get_mut(..text.len())
        {
            room.copy_from_slice(text);
            (place.of, place.len) = (of, text.len() as u8);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consts::Constant;
    use crate::consts::methods::{ClusterEnumType, ClusterGroupType};

    #[test]
    fn what_was_put_is_got() {
        let one = Of::table(ClusterEnumType::TABLE, 1, false);
        let mut kept = Kept::default();
        kept.put(one, b"1,");
        assert_eq!(kept.get(one), None, "nothing is kept before it is asked for");
        kept.start();
        assert_eq!(kept.get(Of::default()), None, "empty places hold nothing");
        kept.put(one, b"1,");
        kept.start();
        assert_eq!(kept.get(one).map(|(text, len)| text[..len].to_vec()), Some(b"1,".to_vec()));
        let others = [
            Of::table(ClusterEnumType::TABLE, 1, true),
            Of::table(ClusterEnumType::TABLE, 2, false),
            Of::table(ClusterGroupType::TABLE, 1, false),
            Of::list(crate::consts::status::ALL, 1),
        ];
        assert!(others.iter().all(|other| kept.get(*other).is_none()));
        kept.put(one, &[0; WIDTH + 1]);
        assert!(kept.get(one).is_some_and(|(_, len)| len == 2), "too long to be kept");
    }

    /// What comes later takes the place.
    #[test]
    fn places_are_few() {
        let mut kept = Kept::default();
        kept.start();
        let all = || (0..4 * PLACES as u64).map(|value| Of::table(ClusterEnumType::TABLE, value, false));
        all().for_each(|of| kept.put(of, &of.value.to_le_bytes()));
        let found: Vec<_> = all().filter_map(|of| Some((of, kept.get(of)?))).collect();
        assert!(found.len() <= PLACES && found.len() > PLACES / 2);
        assert!(found.iter().all(|(of, (text, len))| *len == 8 && text[..8] == of.value.to_le_bytes()));
    }
}
