//! Expressions: what parses, what doesn't and where it says so.

use super::*;

fn mistake(text: &str) -> (usize, usize, String) {
    let error = Filter::parse(text).expect_err(text);
    (error.at, error.len, error.expected)
}

#[test]
fn mistakes_are_placed() {
    for (text, at, len, expected) in [
        ("", 0, 0, "a field"),
        ("method", 6, 0, "a comparison"),
        ("method ==", 9, 0, "text in quotes"),
        ("foo == 1", 0, 3, "a field: method"),
        ("latency > \"10ms\"", 10, 6, "a duration"),
        ("latency > 10", 10, 2, "a duration"),
        ("latency > -1ms", 10, 4, "a duration"),
        ("opnum == 1.5", 9, 3, "a number"),
        ("opnum == \"8\"", 9, 3, "a number"),
        ("opnum contains 8", 6, 8, "== != <"),
        ("method < b", 7, 1, "has no order"),
        ("method == 5", 10, 1, "text in quotes"),
        ("status == ERROR_NONSENSE", 10, 14, "a status"),
        ("status == 0x100000000", 10, 11, "a status"),
        ("src == 1.2.3", 7, 5, "an address"),
        ("src > 1.2.3.4", 4, 1, "has no order"),
        ("text ~ \"((\"", 7, 4, "a regular expression: error: unclosed group"),
        ("text ~ \"(a{1000}){1000}\"", 7, 17, "a regular expression"),
        ("(opnum == 1", 11, 0, "a closing parenthesis"),
        ("opnum == 1)", 10, 1, "the end"),
        ("opnum == 1 opnum == 2", 11, 5, "and, or"),
        ("user == \"x", 8, 2, "the closing \""),
        ("user == 'x\\", 8, 3, "the closing '"),
        ("a § b", 2, 2, "a field, an operator"),
    ] {
        let (found_at, found_len, found) = mistake(text);
        assert_eq!((found_at, found_len), (at, len), "{text}: {found}");
        assert!(found.contains(expected), "{text}: {found}");
    }
}

#[test]
fn the_caret_stands_under_the_mistake() {
    let text = "user == \"ä\" and opnm == 3";
    let error = Filter::parse(text).expect_err("opnm");
    let shown = error.explain(text);
    let lines: Vec<_> = shown.lines().collect();
    assert_eq!(lines[1], "                ^^^^");
    assert!(lines[2].starts_with("expected a field"));
    // Nothing in an expression can move the cursor.
    assert!(!Filter::parse("\n\t\x1b[31m").expect_err("escape").explain("\n\t\x1b[31m").contains('\x1b'));
}

#[test]
fn length_depth_and_number_are_bounded() {
    assert!(mistake(&"(".repeat(100_000)).2.contains("bytes"));
    assert!(mistake(&format!("{}opnum == 1", "(".repeat(1000))).2.contains("nesting"));
    assert!(mistake(&format!("{}opnum == 1", "not ".repeat(1000))).2.contains("nesting"));
    let many = vec!["opnum == 1"; MAX_TESTS + 1].join(" or ");
    assert!(mistake(&many).2.contains("comparisons"));
    assert!(Filter::parse(&vec!["opnum == 1"; MAX_TESTS].join(" and ")).is_ok());
}

#[test]
fn and_binds_tighter_than_or_and_not_tighter_than_both() {
    // The comparisons in order are bits 0, 1, 2.
    let holds = |text: &str, held: u64| Filter::parse(text).expect(text).decide(held);
    let text = "opnum == 1 or opnum == 2 and opnum == 3";
    assert!(holds(text, 0b001) && holds(text, 0b110) && !holds(text, 0b010) && !holds(text, 0b100));
    let text = "(opnum == 1 or opnum == 2) and opnum == 3";
    assert!(!holds(text, 0b001) && holds(text, 0b110) && holds(text, 0b101));
    let text = "not opnum == 1 and opnum == 2";
    assert!(holds(text, 0b10) && !holds(text, 0b11) && !holds(text, 0));
    assert!(holds("!(opnum == 1 || opnum == 2) && opnum == 3", 0b100));
}

#[test]
fn unequal_of_many_values_means_none() {
    let filter = Filter::parse("object != \"IP1\"").expect("parses");
    // The bit says that one of them is equal.
    assert!(filter.decide(0) && !filter.decide(1));
    let filter = Filter::parse("method != ApiOpenCluster").expect("parses");
    assert!(!filter.decide(0) && filter.decide(1));
}

#[test]
fn literals() {
    for text in [
        "latency >= 1.5s and latency < 2min",
        "latency == 200us or latency == 10ns",
        "status == 5 or status == error_access_denied or status == \"ERROR_MORE_DATA\" or status == 0x80070005",
        "status ~ \"^ERROR_CLUSTER\"",
        "src == 192.0.2.1 and dst == \"192.0.2.1:49664\" and addr == [2001:db8::1]:135 or addr == 2001:db8::1",
        "version == 3.0 and interface == clusapi",
        "object == \"Cluster\\Resources\" and text contains 'it\\'s'",
        "addr contains 10.0. and user ~ '(?i)^lab\\\\'",
    ] {
        assert!(Filter::parse(text).is_ok(), "{text}: {:?}", Filter::parse(text));
    }
}
