//! Filters: a small typed expression language over messages and calls.
//!
//! ```
//! use cluscope::filter::Filter;
//!
//! let filter = Filter::parse("object == \"IP1\" and not status == ERROR_SUCCESS").unwrap();
//! let error = Filter::parse("latency > \"slow\"").unwrap_err();
//! assert_eq!(error.at, 10);
//! ```
//!
//! An expression is a tree over at most [`MAX_TESTS`] comparisons. A message is looked at once for each comparison;
//! which ones held is a bit set, so that the two halves of a call are tested apart and joined by OR before the tree is
//! evaluated ([`Filter::tests`], [`Filter::decide`]).
//!
//! Grammar, loosest first:
//!
//! ```text
//! or    = and ("or" and)*          also ||
//! and   = not ("and" not)*         also &&
//! not   = "not" not | atom         also !
//! atom  = "(" or ")" | field operator literal | flag
//! ```
//!
//! Next: [`field`] for the fields and their types, [`parse`](mod@parse), [`subject`] for what is tested.

pub(crate) mod calls;
pub(crate) mod field;
pub(crate) mod lex;
pub(crate) mod parse;
pub(crate) mod subject;

pub use field::{Field, Type};
pub use lex::Operator;
pub use parse::{Error, Literal, Test, Tree};
pub use subject::Subject;

use crate::ndr::number::nearest;

/// Bytes of an expression.
pub const MAX_LENGTH: usize = crate::base::bounds::FILTER_LENGTH;

/// Nesting of parentheses and `not`.
pub const MAX_DEPTH: usize = crate::base::bounds::FILTER_DEPTH;

/// Comparisons in one expression.
pub const MAX_TESTS: usize = crate::base::bounds::FILTER_TESTS;

/// A parsed expression.
#[derive(Clone, Debug)]
pub struct Filter {
    tests: Vec<Test>,
    tree: Tree,
}

impl Filter {
    /// Reads an expression.
    ///
    /// # Errors
    /// Where the mistake is and what was expected there.
    pub fn parse(text: &str) -> Result<Filter, Error> {
        let (tests, tree) = parse::parse(text)?;
        Ok(Filter { tests, tree })
    }

    /// Names of methods that `text`, of which this was parsed, asks for and no interface has, as they are spelt there, each
    /// with the nearest that there is.
    pub fn unknown_methods<'t>(&self, text: &'t str) -> Vec<(&'t str, Option<&'static str>)> {
        let names = || crate::idl::INTERFACES.iter().flat_map(|i| i.versions).flat_map(|v| v.methods).map(|m| m.name);
        let asked = self.tests.iter().filter_map(|test| match (test.field, test.operator, &test.literal) {
            (Field::Method, Operator::Equal, Literal::Text(name)) => Some((name.as_str(), test.at.clone())),
            _ => None,
        });
        let unknown = asked.filter(|(asked, _)| !names().any(|name| name.eq_ignore_ascii_case(asked)));
        let spelt = |at: core::ops::Range<usize>| text.get(at).unwrap_or_default().trim_matches(['"', '\'']);
        unknown.map(|(asked, at)| (spelt(at), nearest(asked, names()))).collect()
    }

    /// Which comparisons hold for a message: bit n for the nth.
    pub fn tests(&self, subject: &Subject<'_, '_>) -> u64 {
        let mut held = 0;
        for (n, test) in self.tests.iter().enumerate() {
            if subject.holds(test) {
                held |= 1 << n;
            }
        }
        held
    }

    /// Whether the expression holds, by the comparisons that do; of a call, those of either half.
    pub fn decide(&self, held: u64) -> bool {
        self.tree.decide(held, &self.tests)
    }

    /// Whether it holds for a message by itself.
    pub fn matches(&self, subject: &Subject<'_, '_>) -> bool {
        self.decide(self.tests(subject))
    }
}

#[cfg(test)]
mod tests;
