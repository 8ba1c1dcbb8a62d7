//! `docs/conformance.md` has every rule.

use crate::data;

/// The document names every rule with its section.
#[test]
fn the_document_lists_every_rule() {
    let document = data::text("docs/conformance.md");
    assert!(cluscope::internals::conformance::rules().count() >= 60);
    for rule in cluscope::internals::conformance::rules() {
        let row = format!("| `{}` | {} | {} | {} |", rule.name, rule.section, rule.grade.name(), rule.text);
        assert!(document.contains(&row), "{row}");
    }
}
