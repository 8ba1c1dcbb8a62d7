//! What is compared while reading: counts with the fields that name them, values with what the declaration says. Nothing of
//! it keeps a stub from being read; all of it is told to the visitor as diagnostics.

use super::Walker;
use crate::base::diagnostic::{Diagnostic, Rule};
use crate::base::error::Segment;
use crate::ndr::rules;
use crate::ndr::types::{Field, MAX_FIELDS, Scalar, Semantics};
use crate::ndr::visitor::{At, Counts, FieldPath, Visitor};

/// What a field turned out to hold, for comparing sizes with counts.
#[derive(Clone, Copy)]
pub(super) enum Found {
    Nothing,
    Value(u64),
    Counts { counts: Counts, at: usize },
    Handle { null: bool },
}

/// What the fields of one message or structure held, by their place in the declaration.
pub(super) type Seen = [Found; MAX_FIELDS];

/// Remembers what a field held, where anything is compared with it.
#[inline]
pub(super) fn note(seen: &mut Option<Seen>, index: usize, found: Found) {
    if let Some(slot) = seen.as_mut().and_then(|seen| seen.get_mut(index)) {
        *slot = found;
    }
}

impl<'a, S: Visitor<'a> + ?Sized> Walker<'a, '_, S> {
    #[cold]
    pub(super) fn report(
        &mut self,
        offset: usize,
        path: &FieldPath<'_>,
        rule: &'static Rule,
        value: u64,
        expected: Option<u64>,
    ) {
        self.visitor.diagnostic(Diagnostic { offset, path: path.to_path(), rule, value, expected });
    }

    /// Compares the counts on the wire with the fields that `size_is` and `length_is` name, as far as those stand in
    /// the same message or structure. The counts are what is trusted.
    pub(super) fn check_counts(&mut self, fields: &'static [Field], seen: &Seen, parent: Option<&FieldPath<'_>>) {
        for (field, found) in fields.iter().zip(seen) {
            let Found::Counts { counts, at } = *found else { continue };
            for (name, count, rule) in [
                (field.size_is, counts.max, &rules::COUNT_MISMATCH),
                (field.length_is, counts.actual, &rules::LENGTH_MISMATCH),
            ] {
                let Some(name) = name else { continue };
                let value = fields.iter().zip(seen).find_map(|(f, found)| match found {
                    Found::Value(value) if f.name == name => Some(*value),
                    _ => None,
                });
                if let Some(value) = value.filter(|value| *value != count) {
                    let step = Segment::Name(field.name);
                    match parent {
                        Some(parent) => self.report(at, &parent.down(step), rule, count, Some(value)),
                        None => self.report(at, &FieldPath::top(step), rule, count, Some(value)),
                    }
                }
            }
        }
    }

    /// What a scalar's declaration says of its value.
    #[inline]
    pub(super) fn check_scalar(&mut self, field: &'static Field, scalar: Scalar, value: u64, at: At<'_>) {
        let (rule, expected) = match at.semantics {
            _ if scalar == Scalar::Enum16 && value > 0x7fff => (&rules::ENUM_HIGH_BITS, None),
            Semantics::Bool if value > 1 => (&rules::NOT_A_BOOLEAN, None),
            Semantics::Const(constant) if value != u64::from(constant) => {
                (&rules::NOT_THE_CONSTANT, Some(u64::from(constant)))
            }
            _ => match field.range {
                _ if !field.range_versions.contains(self.version) => return,
                Some((low, _)) if value < u64::from(low) => (&rules::OUT_OF_RANGE, Some(u64::from(low))),
                Some((_, high)) if value > u64::from(high) => (&rules::OUT_OF_RANGE, Some(u64::from(high))),
                _ => return,
            },
        };
        self.report(at.offset, at.path, rule, value, expected);
    }
}
