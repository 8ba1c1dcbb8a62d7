use super::*;

#[test]
fn sizes_as_people_write_them() {
    for (text, bytes) in [
        ("256MB", 256_000_000),
        ("256 mb", 256_000_000),
        ("64M", 64 << 20),
        ("64MiB", 64 << 20),
        ("1G", 1 << 30),
        ("1gb", 1_000_000_000),
        ("100000000", 100_000_000),
        ("65536k", 64 << 20),
        ("65536kB", 65_536_000),
        ("90000000b", 90_000_000),
    ] {
        assert_eq!(parse_size(text), Ok(bytes), "{text}");
    }
    for text in
        ["", "M", "-1M", "1.5G", "64X", "64 M B", "0x10M", "99999999999999999999", "18446744073709551615G", "９M"]
    {
        assert!(parse_size(text).is_err(), "{text}");
    }
    assert_eq!(parse_size("1M").unwrap_err(), "1M is too little: at least 16M");
    assert_eq!(parse_size("2000000G").unwrap_err(), "2000000G is too much");
}

#[test]
fn the_defaults_are_those_of_the_default_ceiling() {
    let (scaled, default) = (Limits::for_memory(DEFAULT_MEMORY), Limits::default());
    for limit in TABLE {
        assert_eq!(limit.get(&scaled), limit.default(), "{}", limit.name);
    }
    assert_eq!(scaled.conformance.analysis, scaled.analysis);
    assert_eq!(default.conformance.analysis, default.analysis);
}

/// Whatever the ceiling, everything full at once stays below it.
#[test]
fn the_worst_case_is_below_the_ceiling() {
    let mut sizes: Vec<u64> = (LEAST_MEMORY / 1_000_000 + 1..300).map(|n| n * 1_000_000).collect();
    sizes.extend([LEAST_MEMORY, DEFAULT_MEMORY, 1 << 30, 1 << 34, 1 << 40]);
    for memory in sizes {
        let limits = Limits::for_memory(memory);
        for command in Keeper::COMMANDS {
            let worst = limits.worst_case(command);
            assert!(worst <= memory, "{command:?}: {worst} of {memory}");
        }
    }
    let (least, less) = (Limits::for_memory(LEAST_MEMORY), Limits::for_memory(0));
    assert!(TABLE.iter().all(|limit| limit.get(&least) == limit.get(&less)));
}

#[test]
fn limits_follow_the_ceiling_in_proportion() {
    let (half, default) = (Limits::for_memory((DEFAULT_MEMORY - BASE) / 2 + BASE), Limits::default());
    for limit in TABLE {
        let (value, whole) = (limit.get(&half), limit.get(&default));
        match limit.scale {
            Scale::Fixed => assert_eq!(value, whole, "{}", limit.name),
            Scale::Memory(least) => {
                assert!(least <= whole, "{}", limit.name);
                assert_eq!(value, (whole / 2).max(least), "{}", limit.name);
            }
        }
        // What takes memory follows the ceiling.
        assert!(limit.each == 0 || limit.scale != Scale::Fixed, "{}", limit.name);
    }
}

#[test]
fn every_row_says_everything() {
    let mut names = std::collections::HashSet::new();
    for limit in TABLE {
        assert!(names.insert(limit.name), "{} twice", limit.name);
        for text in [limit.unit, limit.what, limit.bites, limit.counter] {
            assert!(!text.is_empty(), "{}", limit.name);
        }
        let mut limits = Limits::default();
        limit.set(&mut limits, 7);
        assert_eq!(limit.get(&limits), 7, "{}", limit.name);
        limit.set(&mut limits, u64::MAX);
        assert!(limit.get(&limits) >= 255, "{}", limit.name);
    }
}

/// What `report` keeps at once stays below the ceiling, too.
#[test]
fn a_report_stays_below_the_ceiling() {
    for memory in [32 << 20, 64 << 20, 100_000_000, DEFAULT_MEMORY, 1 << 30, 1 << 34] {
        let worst = Limits::for_memory(Limits::share_of_report(memory)).worst_case(Keeper::Report);
        assert!(worst <= memory, "{worst} of {memory}");
    }
}

/// And so does what `export` keeps.
#[test]
fn tables_stay_below_the_ceiling() {
    for memory in [LEAST_FOR_TABLES, 100_000_000, DEFAULT_MEMORY, 1 << 30, 1 << 34] {
        let limits = Limits::for_tables(memory);
        let worst = limits.worst_case(Keeper::Export);
        assert!(worst <= memory && limits.columns.batch >= 256 << 10, "{worst} of {memory}");
    }
}
