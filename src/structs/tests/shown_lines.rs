//! Lines of batches, entries of security descriptors, and what bytes of unknown meaning are taken for.

use super::{entry, join, list, wide};
use crate::consts::content::BufferFormat;
use crate::ndr::WStr;
use crate::ndr::types::Semantics;
use crate::render::text::buffers;
use crate::render::text::{Style, TextBuffer};
use crate::structs::content::{self, Context};
use crate::structs::{dependency, rules, security};

fn command(kind: u32, value_type: u32, name: &str, data: &[u8]) -> Vec<u8> {
    let name = wide(name);
    join(&[
        &kind.to_le_bytes(),
        &value_type.to_le_bytes(),
        &(name.len() as u32).to_le_bytes(),
        &name,
        &(data.len() as u32).to_le_bytes(),
        data,
    ])
}

fn batch(style: Style, commands: &[Vec<u8>]) -> String {
    let mut out = TextBuffer::new();
    let bytes = join(&[&[1, 0, 0, 0], &commands.concat()]);
    let semantics = Semantics::Custom("CLUSTER_REG_BATCH_UPDATE");
    buffers::print(&mut out, style, semantics, 1, &Context::default(), &bytes);
    out.into()
}

/// 2.2.2.8: a verb for each type of command; commands about values name the key that is open.
#[test]
fn a_verb_for_each_command() {
    let commands = [
        command(4, 0, "a", &[]),
        command(7, 0, "K", &[]),
        command(6, 0, "b", &[]),
        command(8, 0, "c", &[]),
        command(11, 0, "d", &[]),
        command(12, 0, "e", &[]),
        command(13, 4, "f", &[1, 0, 0, 0]),
        command(14, 4, "g", &[2, 0, 0, 0]),
        command(15, 4, "h", &[3, 0, 0, 0]),
        command(16, 77, "i", &[4, 0, 0, 0]),
        command(17, 0, "j", &[]),
        command(18, 0, "k", &[]),
        command(9, 0xdead_beef, "l", &[]),
        command(3, 0, "K", &[]),
        command(8, 0, "m", &[]),
    ];
    let expected = "  delete value a
  read key K
  value was K  b
  read K  c
  if exists K  d
  if missing K  e
  if equal K  f = 1 (REG_DWORD)
  if not equal K  g = 2 (REG_DWORD)
  if greater K  h = 3 (REG_DWORD)
  if less K  i = 04000000 (type 77)
  if key exists j
  if key is missing k
  error l: 3735928559 (0xdeadbeef)
  delete key K
  read m
";
    let style = Style { indent: 2, ..Style::default() };
    assert_eq!(batch(style, &commands), expected);
    // So many and no more; how many more there are is told.
    let short = batch(Style { max_elements: 2, ..style }, &commands);
    assert_eq!(short, "  delete value a\n  read key K\n  … 13 commands more\n");
}

/// MS-DTYP 2.4.4, 2.5.1.1: rights by name where the whole mask or each of its bits has one; GUIDs where flags say so.
#[test]
fn entries_of_descriptors() {
    let sid: &[u8] = &[1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0];
    let shown = |kind: u8, flags: u8, body: &[u8]| {
        let ace = join(&[&[kind, flags], &(4 + body.len() as u16).to_le_bytes(), body]);
        let acl = join(&[&[4, 0], &(8 + ace.len() as u16).to_le_bytes(), &[1, 0, 0, 0], &ace]);
        security::sddl(&join(&[&[1, 0, 4, 0x80], &[0; 12], &[20, 0, 0, 0], &acl])).unwrap()
    };
    let masked = |mask: u32| shown(0, 0, &join(&[&mask.to_le_bytes(), sid]));
    for (mask, name) in [
        (0, "0x0"),
        (0x000f_003f, "KA"),
        (0x0002_0019, "KR"),
        (0x1000_0000, "GA"),
        (0x3, "CCDC"),
        (0x0003_0014, "LCRPSDRC"),
        (0xc000_0000, "GRGW"),
        (0x0100_0001, "0x1000001"),
    ] {
        assert_eq!(masked(mask), format!("D:(A;;{name};;;SY)"));
    }
    let inherited = shown(1, 0x93, &join(&[&1u32.to_le_bytes(), sid]));
    assert_eq!(inherited, "D:(D;OICIIDFA;CC;;;SY)");
    let (one, two) = ([0x11u8; 16], [0x22u8; 16]);
    let object = |present: u32, guids: &[&[u8]]| {
        shown(5, 0, &join(&[&0x100u32.to_le_bytes(), &present.to_le_bytes(), &guids.concat(), sid]))
    };
    let (first, second) = ("11111111-1111-1111-1111-111111111111", "22222222-2222-2222-2222-222222222222");
    assert_eq!(object(0, &[]), "D:(OA;;CR;;;SY)");
    assert_eq!(object(1, &[&one]), format!("D:(OA;;CR;{first};;SY)"));
    assert_eq!(object(2, &[&two]), format!("D:(OA;;CR;;{second};SY)"));
    assert_eq!(object(3, &[&one, &two]), format!("D:(OA;;CR;{first};{second};SY)"));
}

/// Text that says where its first null unit is, whether it is the last one, and what is behind it.
#[test]
fn text_that_should_be_all() {
    let whole = |bytes: &[u8]| {
        let (text, raw, rule) = crate::structs::reader::whole_text(bytes);
        (text.to_string(), raw.map(<[u8]>::len), rule.map(|rule| rule.name))
    };
    let a = "a".to_string();
    assert_eq!(whole(b"a\0\0\0"), (a.clone(), None, None));
    assert_eq!(whole(b"a\0"), (a.clone(), Some(2), Some(rules::TERMINATOR_MISSING.name)));
    for zeros in 1..=3 {
        let bytes = [b"a\0\0\0".as_slice(), &[0; 3][..zeros]].concat();
        assert_eq!(whole(&bytes), (a.clone(), Some(4 + zeros), Some(rules::SIZE_COUNTS_PADDING.name)));
    }
    assert_eq!(whole(b"a\0\0\0\0\0\0\0"), (a.clone(), Some(8), Some(rules::LONGER_THAN_TEXT.name)));
    assert_eq!(whole(b"a\0\0\0b\0"), (a.clone(), Some(6), Some(rules::BEHIND_TERMINATOR.name)));
    assert_eq!(whole(b"a\0\0\0\0\0\0\0b\0"), (a, Some(10), Some(rules::BEHIND_TERMINATOR.name)));
}

/// A guess is made only where the bytes fit exactly.
#[test]
fn guesses() {
    let guess = |bytes: &[u8]| content::guess(bytes).map(content::name_of);
    assert_eq!(guess(&[1, 2, 3, 4]), Some("DWORD"));
    assert_eq!(guess(&wide("text")), Some("SZ"));
    // A list of no strings.
    assert_eq!(guess(&wide("")), Some("MULTI_SZ"));
    assert_eq!(guess(&join(&[&wide("a"), &wide("bc"), &[0, 0]])), Some("MULTI_SZ"));
    assert_eq!(guess(&join(&[&wide("a\u{1}b"), &[0, 0]])), None);
    assert_eq!(guess(&wide("a\u{1}b")), None);
    assert_eq!(guess(&wide("text")[..9]), None);
    assert_eq!(guess(&wide("text")[..8]), None);
    let properties = list(&[("A", &[entry(0x0001_0002, &[1, 0, 0, 0])])]);
    assert_eq!(guess(&properties), Some("PROPERTY_LIST"));
    assert_eq!(guess(&join(&[&properties, &[1, 1]])), None);
    assert!(
        !content::is_structured(BufferFormat::Bytes)
            && content::is_structured(BufferFormat::Struct("CLUS_SCSI_ADDRESS"))
    );
    assert!(!content::is_structured(BufferFormat::Struct("NOPE")));
}

/// The same expression as text of a stub; what is too long is not looked at.
#[test]
fn wide_expressions() {
    let parsed = |text: &str| dependency::parse_wide(WStr::le(&wide(text)).until_nul());
    assert_eq!(parsed("[a] and [b]").unwrap().unwrap().to_string(), "[a] and [b]");
    assert_eq!(parsed("[a] and").unwrap_err().offset, 4);
    let limit = |units: usize| parsed(&format!("[{}]", "x".repeat(units - 2))).is_err_and(|e| e.limit);
    assert!(!limit(dependency::MAX_LENGTH) && limit(dependency::MAX_LENGTH + 1));
}
