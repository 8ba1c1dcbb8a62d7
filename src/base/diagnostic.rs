//! What is legal to read but breaks a rule of a specification. Filled by the NDR engine ([`crate::ndr`]) and the
//! structure parsers; never stops decoding.

use crate::base::error::Path;
use core::fmt;

/// Diagnostics that printers keep of one stub; a hostile one has more than anybody reads. Further ones are counted.
pub const MAX_KEPT: usize = crate::base::bounds::STUB_DIAGNOSTICS;

/// A broken rule, with where it is broken and where it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Offset of the offending value, from the start of the stub, structure or PDU.
    pub offset: usize,
    /// The field, empty when it is none in particular.
    pub path: Path,
    /// Which rule.
    pub rule: &'static Rule,
    /// The offending value.
    pub value: u64,
    /// What it should have been, where the rule gives one.
    pub expected: Option<u64>,
}

/// A rule of a specification that bytes can be seen to break.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// Short stable name, in lower case with hyphens: `count-mismatch`.
    pub name: &'static str,
    /// The rule in one sentence.
    pub text: &'static str,
    /// Document and section: `C706 14.3.3.4`.
    pub section: &'static str,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "offset {}", self.offset)?;
        if !self.path.segments().is_empty() {
            write!(f, ", {}", self.path)?;
        }
        write!(f, ": {} ({}): {}", self.rule.text, self.rule.section, self.value)?;
        match self.expected {
            Some(expected) => write!(f, ", expected {expected}"),
            None => Ok(()),
        }
    }
}

/// Declares rules, each as a `static`, and the list of all of them:
/// `NAME = "name", "document section", "the rule in one sentence";`.
///
/// With an area and a type in front (`"handles", Rule:`) they are rules of that type, made by its `new`, and each ends
/// with its grade: `, Must;`.
macro_rules! rules {
    ($($(#[$doc:meta])* $id:ident = $name:literal, $section:literal, $text:literal;)*) => {
        $(
            $(#[$doc])*
            #[doc = concat!($section, ": ", $text, ".")]
            pub static $id: $crate::base::diagnostic::Rule =
                $crate::base::diagnostic::Rule { name: $name, text: $text, section: $section };
        )*
        /// All of them.
        pub static ALL: &[&$crate::base::diagnostic::Rule] = &[$(&$id),*];
    };
    ($area:literal, $rule:ident: $($id:ident = $name:literal, $section:literal, $text:literal, $grade:ident;)*) => {
        $(pub(crate) static $id: $rule = $rule::new($name, $section, $text, $area, stringify!($grade));)*
        pub(crate) static RULES: &[&$rule] = &[$(&$id),*];
    };
}

pub(crate) use rules;
