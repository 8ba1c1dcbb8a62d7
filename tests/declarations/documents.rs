//! Documents name files, items and aliases that exist.

use crate::data;

/// What stands between backquotes, with the line's number; blocks of code are left out.
fn quoted(document: &str) -> Vec<(usize, String)> {
    let text = data::text(document);
    let mut code = false;
    let mut found = Vec::new();
    for (number, line) in text.lines().enumerate() {
        if line.starts_with("```") {
            code = !code;
        }
        if !code && !line.starts_with("    ") {
            found.extend(line.split('`').skip(1).step_by(2).map(|word| (number + 1, word.to_owned())));
        }
    }
    found
}

const DOCUMENTS: &[&str] = &["ARCHITECTURE.md", "CONTRIBUTING.md", "README.md", "spec/README.md", "fuzz/README.md"];

#[test]
fn files_that_documents_name_exist() {
    let (mut wrong, mut seen) = (Vec::new(), 0);
    for document in DOCUMENTS {
        for (line, word) in quoted(document) {
            let place = word.split('/').next().unwrap_or_default();
            let known = ["src", "cli", "testkit", "tests", "spec", "docs", "fuzz", "benches", ".ci", ".cargo"];
            // Words in capitals stand for any name, braces and stars for several.
            let any = |part: &str| part.len() > 2 && part.chars().all(|c| c.is_ascii_uppercase());
            let open = word.split(['/', '.']).any(any) || word.contains(['*', '{', ' ']);
            if word.contains('/') && known.contains(&place) && !open {
                seen += 1;
                if !data::file(&word).exists() {
                    wrong.push(format!("{document}:{line}: {word}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "not there:\n{}", wrong.join("\n"));
    assert!(seen > 30, "{seen}");
}

/// `module::Item` in ARCHITECTURE.md is an item of that name below that module.
#[test]
fn items_that_the_map_names_exist() {
    fn below(path: &std::path::Path, out: &mut String) {
        if path.is_dir() {
            std::fs::read_dir(path).expect("a directory").for_each(|e| below(&e.expect("an entry").path(), out));
        } else if path.extension().is_some_and(|e| e == "rs") {
            out.push_str(&std::fs::read_to_string(path).expect("UTF-8"));
        }
    }
    let (mut wrong, mut seen) = (Vec::new(), 0);
    for (line, word) in quoted("ARCHITECTURE.md") {
        let parts: Vec<&str> = word.split("::").collect();
        let ([module, .., item], true) = (parts.as_slice(), parts.len() > 1) else { continue };
        if !data::file(&format!("src/{module}")).is_dir() || !item.starts_with(|c: char| c.is_ascii_uppercase()) {
            continue;
        }
        seen += 1;
        let mut source = String::new();
        below(&data::file(&format!("src/{module}")), &mut source);
        let declared = ["struct", "enum", "trait", "type"].iter().any(|kind| {
            let wanted = format!("pub {kind} {item}");
            source
                .match_indices(&wanted)
                .any(|(at, _)| !source[at + wanted.len()..].starts_with(|c: char| c.is_alphanumeric()))
        });
        if !declared {
            wrong.push(format!("ARCHITECTURE.md:{line}: {word}"));
        }
    }
    assert!(wrong.is_empty(), "not there:\n{}", wrong.join("\n"));
    assert!(seen > 10, "{seen}");
}

/// Aliases that documents tell people to type.
#[test]
fn aliases_exist() {
    let config = data::text(".cargo/config.toml");
    let names: Vec<&str> = config.lines().filter_map(|line| line.split_once(" = \"")).map(|(name, _)| name).collect();
    let mut seen = 0;
    for document in ["ARCHITECTURE.md", "CONTRIBUTING.md"] {
        for (_, rest) in data::text(document)
            .match_indices("cargo ")
            .map(|(at, s)| (at, data::text(document)[at + s.len()..].to_owned()))
        {
            let word = rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').next().unwrap_or_default();
            if word.starts_with("t-") || matches!(word, "lint" | "docs" | "benches") {
                assert!(names.contains(&word), "{document}: cargo {word}");
                seen += 1;
            }
        }
    }
    assert!(seen > 10, "{seen}");
}
