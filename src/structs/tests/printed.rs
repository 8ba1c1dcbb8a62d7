//! Buffers as text: tables of properties, errors, dependency expressions.

use super::{entry, join, list, wide};
use crate::consts::change::CLUSTER_OBJECT_TYPE;
use crate::consts::control_codes::Family;
use crate::ndr::types::Semantics;
use crate::render::text::buffers;
use crate::render::text::{Style, TextBuffer};
use crate::structs::content::Context;

pub(super) fn shown(style: Style, semantics: Semantics, context: &Context<'_>, bytes: &[u8]) -> String {
    let mut out = TextBuffer::new();
    buffers::print(&mut out, Style { indent: 3, ..style }, semantics, 1, context, bytes);
    out.into()
}

/// A table has a limit of rows and of width; names are cut and cleaned.
#[test]
fn tables() {
    let plain = Context::default();
    let dword = [entry(0x0001_0002, &[1, 0, 0, 0])];
    let table = |style: Style, bytes: &[u8]| shown(style, Semantics::PropertyList, &plain, bytes);
    assert_eq!(table(Style::default(), &list(&[])), "   no properties\n");
    assert_eq!(table(Style::default(), &[1, 0]), "   ! offset 0: 4 bytes needed (DWORD), 2 left\n");
    let bytes = list(&[("A", &dword), ("B", &dword), ("C", &dword), ("D", &dword)]);
    let row = |name: &str| format!("   {name}  DWORD           1\n");
    let rows = |n: usize| ["A", "B", "C", "D"].iter().take(n).map(|name| row(name)).collect::<String>();
    for (limit, more) in [(4, ""), (3, "   … 1 properties more\n"), (2, "   … 2 properties more\n")] {
        let style = Style { max_elements: limit, ..Style::default() };
        assert_eq!(table(style, &bytes), rows(limit as usize) + more);
    }
    // Four bytes for each column that name and format leave, 24 columns at least.
    let texts = |n: usize| join(&[&wide("aaaaaaa").repeat(n), &[0, 0]]);
    let many = list(&[("Names", &[entry(0x0001_0005, &texts(30))])]);
    for (width, shown) in [(60, 14), (10, 9), (48, 9)] {
        let text = table(Style { width, ..Style::default() }, &many);
        assert_eq!(text.matches("\"aaaaaaa\"").count(), shown, "{width}: {text}");
        assert!(text.ends_with("…\n"), "{text}");
    }
    // Control characters are escaped; 192 characters of a name are.
    let long = "n".repeat(193);
    let odd = table(Style::default(), &list(&[("a\u{7}b", &dword), (&long, &dword)]));
    let wide = odd.lines().nth(1).map(|line| line.matches('n').count());
    assert_eq!((odd.starts_with("   a\\u{7}b "), wide), (true, Some(192)), "{odd}");
    // Kinds of lists: formats, and binary values that hold something.
    let formats = list(&[("A", &[entry(0x0001_000b, &[2, 0])])]);
    let code = Context { control_code: Some((Family::Resource, 0x0100_0065)), ..plain };
    let told = shown(Style::default(), Semantics::ControlOutput(Family::Resource), &code, &formats);
    assert_eq!(told, "   A  WORD            CLUSPROP_FORMAT_DWORD (2)\n");
    let state = join(&[&super::field("v", 260), &super::field("n", 260), &[0; 4]]);
    let notification = Context {
        object_type: Some(CLUSTER_OBJECT_TYPE::CLUSTER_OBJECT_TYPE_SHARED_VOLUME.0),
        filter_flags: Some(1),
        ..plain
    };
    let told = shown(
        Style::default(),
        Semantics::NotificationBuffer,
        &notification,
        &list(&[("S", &[entry(0x0001_0001, &state)])]),
    );
    assert!(
        told.starts_with("   S  BINARY          1044 bytes: {szVolumeName \"v\", szNodeName \"n\", VolumeState "),
        "{told}"
    );
    // Nothing to say, and what is unknown.
    assert_eq!(shown(Style::default(), Semantics::Number, &plain, &[1]), "");
    let unknown = Context { control_code: Some((Family::Resource, 0x0160_1234)), ..plain };
    let told = shown(Style::default(), Semantics::ControlOutput(Family::Resource), &unknown, &[1, 0, 0, 0]);
    let lines: Vec<_> = told.lines().collect();
    assert!(
        lines[0].starts_with("   unknown control code: ")
            && lines[1..] == ["   not shown: may hold a secret (its control code is in no list)"],
        "{told}"
    );
}

/// Errors behind what could be read, with the name of the command they are in.
#[test]
fn errors_in_text() {
    let command = join(&[&[1, 0, 0, 0, 1, 0, 0, 0, 4, 0, 0, 0], &wide("n"), &[9, 0, 0, 0]]);
    let told = shown(Style::default(), Semantics::Custom("BATCH_UPDATE_COMMAND"), &Context::default(), &command);
    assert!(told.ends_with("! offset 20: 9 bytes needed (DataLength), 0 left (in \"n\")\n"), "{told}");
    assert!(told.contains("CommandType  ") && told.contains("Name  \"n\"\n"), "{told}");
    let address = [1, 2, 3, 4, 5];
    let told = shown(Style::default(), Semantics::Custom("CLUS_SCSI_ADDRESS"), &Context::default(), &address);
    assert_eq!(told, "   PortNumber  1\n   PathId  2\n   TargetID  3\n   LUN  4\n   ! 1 bytes more\n");
    let batch = join(&[&[1, 0, 0, 0], &command]);
    let told = shown(Style::default(), Semantics::Custom("CLUSTER_REG_BATCH_UPDATE"), &Context::default(), &batch);
    assert_eq!(told, "   ! offset 24, commands[0]: 9 bytes needed (DataLength), 0 left (in \"n\")\n");
}

/// Dependency expressions: one level deeper, two columns further.
#[test]
fn trees() {
    let tree = |text: &str| {
        let mut out = TextBuffer::new();
        let bytes = wide(text);
        let wide = crate::ndr::WStr::le(&bytes).until_nul();
        buffers::expression(&mut out, Style { indent: 3, ..Style::default() }, wide);
        String::from(out)
    };
    assert_eq!(tree(""), "");
    assert_eq!(tree("[a]"), "");
    let whole = "   all of\n     one of\n       a\n       b\n     c\n";
    assert_eq!(tree("([a] or [b]) and [c]"), whole);
    assert_eq!(tree("[a] and"), "   ! no dependency expression from character 4 on\n");
    let deep = tree(&"(".repeat(33));
    assert_eq!(deep, "   ! deeper than 32 parentheses or longer than 65536 characters\n");
}

/// The nesting and length that are taken, and one more.
#[test]
fn limits_of_expressions() {
    use crate::structs::dependency::{MAX_DEPTH, MAX_LENGTH, parse};
    let limited = |text: &str| parse(text).is_err_and(|e| e.limit && e.offset == 0);
    let nested = |n: usize, open: &str, close: &str| format!("{}[a]{}", open.repeat(n), close.repeat(n));
    for (open, close) in [("(", ")"), ("{", "}")] {
        assert!(!limited(&nested(MAX_DEPTH, open, close)));
        assert!(limited(&nested(MAX_DEPTH + 1, open, close)));
        // One after the other is not one in the other.
        let row = vec![nested(20, open, close); 3].join(" or ");
        assert!(parse(&row).is_ok());
    }
    assert!(parse(&format!("[{}]", "(".repeat(40))).is_ok());
    let long = |n: usize| format!("[{}]", "x".repeat(n - 2));
    assert!(parse(&long(3 * MAX_LENGTH)).is_ok() && limited(&long(3 * MAX_LENGTH + 1)));
}
