//! Compares the constants with the reference tables, both ways, where those are at hand: `../shared/spec`, relative to
//! the crate. Without them the tests pass and say so.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use cluscope::consts::status::{self, Space};
use cluscope::consts::{self};

/// The rows of a reference table, each with its cells by column name; `None` when the table is not there.
fn table(name: &str) -> Option<Vec<BTreeMap<String, String>>> {
    let root = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    let path = PathBuf::from(root).join("../shared/spec").join(name);
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("skipped: {} is not there", path.display());
        return None;
    };
    let mut lines = text.lines();
    let columns: Vec<_> = lines.next().unwrap().split('\t').collect();
    let row = |line: &str| {
        let cells: Vec<_> = line.split('\t').collect();
        assert_eq!(cells.len(), columns.len(), "{line}");
        columns.iter().zip(cells).map(|(column, cell)| ((*column).to_owned(), cell.to_owned())).collect()
    };
    Some(lines.map(row).collect())
}

fn hex(text: &str) -> u64 {
    u64::from_str_radix(text.strip_prefix("0x").unwrap(), 16).unwrap()
}

#[test]
fn enumerations_and_bit_masks() {
    let Some(rows) = table("enums.tsv") else { return };
    let ours: Vec<_> = consts::ALL
        .iter()
        .flat_map(|table| {
            table.members.iter().map(move |member| {
                let head = [table.name, table.kind.as_str(), table.section].map(str::to_owned);
                (head, u64::from(table.width), member.name.to_owned(), member.value)
            })
        })
        .collect();
    let theirs: Vec<_> = rows
        .iter()
        .map(|row| {
            let head = ["name", "kind", "section"].map(|column| row[column].clone());
            (head, row["width"].parse::<u64>().unwrap(), row["member"].clone(), hex(&row["value"]))
        })
        .collect();
    assert_eq!(ours.len(), theirs.len());
    let by_name = |list: &[_]| list.iter().cloned().collect::<BTreeSet<([String; 3], u64, String, u64)>>();
    let (ours_set, theirs_set) = (by_name(&ours), by_name(&theirs));
    assert_eq!(ours_set.difference(&theirs_set).collect::<Vec<_>>(), [] as [&_; 0], "only in the crate");
    assert_eq!(theirs_set.difference(&ours_set).collect::<Vec<_>>(), [] as [&_; 0], "only in the reference table");

    // Notes: one where the table has one.
    for row in &rows {
        let constants = consts::by_name(&row["name"]).unwrap();
        let member = constants.members.iter().find(|member| member.name == row["member"]).unwrap();
        assert_eq!(member.note.is_empty(), row["note"].is_empty(), "{}", member.name);
    }
}

/// The crate names more codes than the reference table, which lists those that the documents mention.
#[test]
fn status_codes() {
    let Some(rows) = table("errors.tsv") else { return };
    for row in &rows {
        let value = u32::try_from(hex(&row["value"])).unwrap();
        let code = status::lookup(value).unwrap_or_else(|| panic!("{} is missing", row["name"]));
        let space = match row["kind"].as_str() {
            "win32" => Space::Win32,
            "rpc" => Space::Rpc,
            "dce fault" => Space::Fault,
            other => panic!("{other}"),
        };
        assert_eq!((code.name, code.space), (row["name"].as_str(), space));
    }
    let faults = |space| space == Space::Fault;
    let theirs = rows.iter().filter(|row| row["kind"] == "dce fault").count();
    assert_eq!(status::ALL.iter().filter(|code| faults(code.space)).count(), theirs);
}
