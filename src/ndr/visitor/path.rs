//! The path to a value, without allocation.

use crate::base::error::{Path, Segment};

/// The path down to a value, as a chain on the stack: each step refers to the one above it.
#[derive(Clone, Copy, Debug)]
pub struct FieldPath<'t> {
    parent: Option<&'t FieldPath<'t>>,
    step: Option<Segment>,
    depth: u8,
}

impl<'t> FieldPath<'t> {
    /// The path of a stub, or of a structure that is decoded alone: no step.
    pub const ROOT: FieldPath<'static> = FieldPath { parent: None, step: None, depth: 0 };

    /// The first step.
    #[inline]
    pub fn top(step: Segment) -> Self {
        FieldPath { parent: None, step: Some(step), depth: 1 }
    }

    /// One step further down.
    #[inline]
    pub fn down(&'t self, step: Segment) -> Self {
        FieldPath { parent: Some(self), step: Some(step), depth: self.depth.saturating_add(1) }
    }

    /// The last step.
    pub fn step(&self) -> Option<Segment> {
        self.step
    }

    /// Calls `each` with the steps, outermost first.
    pub fn for_each(&self, each: &mut impl FnMut(Segment)) {
        if let Some(parent) = self.parent {
            parent.for_each(each);
        }
        if let Some(step) = self.step {
            each(step);
        }
    }

    /// The same as an owned path.
    pub fn to_path(&self) -> Path {
        let mut path = match self.parent {
            Some(parent) => parent.to_path(),
            None => Path::new(),
        };
        if let Some(step) = self.step {
            path.push(step);
        }
        path
    }

    /// How many steps there are.
    #[inline]
    pub fn depth(&self) -> usize {
        usize::from(self.depth)
    }
}

impl core::fmt::Display for FieldPath<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        if let Some(parent) = self.parent {
            core::fmt::Display::fmt(parent, f)?;
        }
        match self.step {
            Some(Segment::Name(name)) if self.depth > 1 => write!(f, ".{name}"),
            Some(Segment::Name(name)) => f.write_str(name),
            Some(Segment::Index(index)) => write!(f, "[{index}]"),
            None => Ok(()),
        }
    }
}
