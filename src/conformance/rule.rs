//! What a rule is, and how the areas' tables declare theirs.

/// How binding a rule is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grade {
    /// The specification says MUST, or what stands in the IDL can't be read otherwise.
    Must,
    /// The specification says SHOULD, or says it in a note on one product.
    Should,
}

impl Grade {
    /// `must` or `should`.
    pub const fn name(self) -> &'static str {
        match self {
            Grade::Must => "must",
            Grade::Should => "should",
        }
    }
}

/// A rule that a capture can be seen to break.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// Short stable name, in lower case with hyphens.
    pub name: &'static str,
    /// Document and section: `MS-CMRP 2.1`. Of a rule that holds for many methods that of the general text; a finding
    /// names the method's own.
    pub section: &'static str,
    /// The rule in one sentence.
    pub text: &'static str,
    /// How binding it is.
    pub grade: Grade,
    /// The area it belongs to: `transport`, `handles` …
    pub area: &'static str,
}

impl Rule {
    /// A rule that a decoder reports as a diagnostic.
    pub(super) const fn adopted(
        of: &crate::base::diagnostic::Rule,
        name: &'static str,
        area: &'static str,
        grade: Grade,
    ) -> Rule {
        Rule { name, section: of.section, text: of.text, grade, area }
    }
}

/// Declares the rules of an area: `NAME = "name", "document section", "the rule in one sentence", Must;`.
macro_rules! rules {
    ($area:literal: $($id:ident = $name:literal, $section:literal, $text:literal, $grade:ident;)*) => {
        $(pub(crate) static $id: $crate::conformance::Rule = $crate::conformance::Rule {
            name: $name,
            section: $section,
            text: $text,
            grade: $crate::conformance::Grade::$grade,
            area: $area,
        };)*
        pub(crate) static RULES: &[&$crate::conformance::Rule] = &[$(&$id),*];
    };
}

pub(crate) use rules;
