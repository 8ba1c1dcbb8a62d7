//! `docs/schema.md` says what the declarations say. `CLUSCOPE_BLESS=1` writes it anew.

use cluscope_columns::schema::{VERSION_KEY, document};
use cluscope_columns::{TableName, VERSION};
use std::path::Path;

#[test]
fn the_documentation_has_every_column() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/schema.md");
    // Where the package stands alone, as it is published, there is none.
    let Ok(text) = std::fs::read_to_string(&path) else { return };
    let (begin, end) = ("<!-- begin of the tables -->\n", "<!-- end of the tables -->\n");
    let start = text.find(begin).expect("the mark before the tables") + begin.len();
    let stop = text.find(end).expect("the mark behind the tables");
    let tables = format!("\n{}\n", document());
    if std::env::var_os("CLUSCOPE_BLESS").is_some() {
        std::fs::write(&path, format!("{}{tables}{}", &text[..start], &text[stop..])).expect("written");
        return;
    }
    assert!(text[start..stop] == tables, "docs/schema.md is out of date: CLUSCOPE_BLESS=1 writes it anew");
}

#[test]
fn names_are_plain_and_stand_once() {
    for table in TableName::ALL.map(TableName::table) {
        let schema = table.schema();
        assert_eq!(schema.metadata().get(VERSION_KEY), Some(&VERSION.to_string()));
        assert_eq!(schema.fields().len(), table.columns.len());
        let mut names = std::collections::BTreeSet::new();
        for column in table.columns {
            assert!(names.insert(column.name), "{} twice in {}", column.name, table.name);
            assert!(column.name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{}", column.name);
            assert!(!column.about.is_empty() && !column.about.contains('|'), "{}", column.name);
        }
        // Words that engines keep for themselves as names of columns.
        for word in ["from", "to", "order", "group", "select", "table"] {
            assert!(!names.contains(word), "{word} in {}", table.name);
        }
    }
}
