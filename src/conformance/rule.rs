//! What a rule is.

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
    /// For the tables of the areas; refuses, when compiling, a grade that there is not.
    pub(super) const fn new(
        name: &'static str,
        section: &'static str,
        text: &'static str,
        area: &'static str,
        grade: &'static str,
    ) -> Rule {
        let grade = match grade.as_bytes() {
            b"Must" => Grade::Must,
            b"Should" => Grade::Should,
            _ => panic!("a rule is a Must or a Should"),
        };
        Rule { name, section, text, grade, area }
    }

    /// A rule that a decoder reports as a diagnostic.
    pub(super) const fn of_decoder(
        of: &crate::base::diagnostic::Rule,
        name: &'static str,
        area: &'static str,
        grade: Grade,
    ) -> Rule {
        Rule { name, section: of.section, text: of.text, grade, area }
    }
}
