//! The layers of the library and what holds them: no module names one above it, and within a layer there is no circle.
//!
//! [`LAYERS`] is the list; `ARCHITECTURE.md` tells it to people. A module that is in no layer fails the test. What is there
//! for tests alone (`#[cfg(test)]`) may name anything.

mod paths;
mod tokens;

use crate::data;
use paths::look;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// From the bottom: each layer's name and its modules, by their path from the crate's root. The longest entry that fits
/// decides.
const LAYERS: &[(&str, &[&str])] = &[
    ("base", &["base"]),
    ("constants", &["consts"]),
    ("NDR", &["ndr"]),
    ("structures", &["structs"]),
    ("declarations", &["idl"]),
    ("RPC", &["rpc"]),
    ("security", &["auth"]),
    ("network", &["net", "capture"]),
    ("session", &["session"]),
    ("analysis", &["analysis", "conformance", "filter"]),
    ("limits", &["limits"]),
    ("output", &["render", "rewrite", "select", "make"]),
];

/// A module's source.
struct Source {
    /// For messages.
    file: String,
    module: Vec<String>,
    /// The modules of the directory it lies in.
    directory: Vec<String>,
    text: String,
}

/// An arrow from a module to another one, and where it is drawn.
type Arrows = BTreeMap<(usize, usize), String>;

/// Everything that breaks the rule.
fn check(layers: &[(&str, &[&str])], sources: &[Source]) -> Vec<String> {
    let entries: Vec<(usize, &str)> =
        layers.iter().enumerate().flat_map(|(i, (_, modules))| modules.iter().map(move |m| (i, *m))).collect();
    let entry = |path: &[String]| {
        let path = path.join("::");
        let fits = |m: &str| path.strip_prefix(m).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"));
        let fitting = entries.iter().enumerate().filter(|(_, (_, m))| fits(m));
        fitting.max_by_key(|(_, (_, m))| m.len()).map(|(i, _)| i)
    };
    let found: Vec<_> =
        sources.iter().map(|source| (source, look(&source.module, &source.directory, &source.text))).collect();
    let tests: BTreeSet<&Vec<String>> = found.iter().flat_map(|(_, found)| &found.test_modules).collect();
    let for_tests = |module: &[String]| (1..=module.len()).any(|n| tests.contains(&module[..n].to_vec()));
    // Names at the crate's root that are no modules: exported macros, and what `lib.rs` gives a second name.
    let mut names: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (source, found) in &found {
        names.extend(found.macros.iter().map(|name| (name.as_str(), source.module.clone())));
        if source.module.is_empty() {
            names.extend(found.names.iter().map(|(name, path)| (name.as_str(), path.clone())));
        }
    }
    let mut arrows = Arrows::new();
    let mut wrong = Vec::new();
    // `lib.rs` and `internals.rs` give all layers names for those outside, and have none of their own.
    let outside = |module: &[String]| module.is_empty() || module == ["internals"];
    for (source, found) in found.iter().filter(|(source, _)| !outside(&source.module) && !for_tests(&source.module)) {
        let Some(from) = entry(&source.module) else {
            wrong.push(format!("{}: {} is in no layer", source.file, source.module.join("::")));
            continue;
        };
        for path in &found.paths {
            let target = entry(&path.segments).or_else(|| entry(names.get(path.segments.first()?.as_str())?));
            let place =
                || format!("{}:{}: {} names {}", source.file, path.line, entries[from].1, path.segments.join("::"));
            match target {
                Some(to) if to != from => drop(arrows.entry((from, to)).or_insert_with(place)),
                Some(_) => {}
                None if path.segments.is_empty() || for_tests(&path.segments) => {}
                None => wrong.push(format!("{}, which is in no layer", place())),
            }
        }
    }
    for ((from, to), place) in &arrows {
        if entries[*to].0 > entries[*from].0 {
            wrong
                .push(format!("{place}: upwards, from {} to {}", layers[entries[*from].0].0, layers[entries[*to].0].0));
        }
    }
    let same = |arrow: &&(usize, usize)| entries[arrow.0].0 == entries[arrow.1].0;
    let level: Vec<(usize, usize)> = arrows.keys().filter(same).copied().collect();
    for (from, to) in &level {
        if reaches(&level, *to, *from) {
            wrong.push(format!("{}: in a circle", arrows[&(*from, *to)]));
        }
    }
    wrong
}

/// Whether arrows lead from one to the other.
fn reaches(arrows: &[(usize, usize)], from: usize, to: usize) -> bool {
    let (mut seen, mut open) = (BTreeSet::new(), vec![from]);
    while let Some(at) = open.pop() {
        if at == to {
            return true;
        }
        if seen.insert(at) {
            open.extend(arrows.iter().filter(|(a, _)| *a == at).map(|(_, b)| *b));
        }
    }
    false
}

/// The sources below a directory. A file's module follows from its place.
fn sources(directory: &Path, module: &[String], out: &mut Vec<Source>) {
    let mut entries: Vec<_> =
        std::fs::read_dir(directory).expect("a directory").map(|e| e.expect("an entry").path()).collect();
    entries.sort();
    for path in entries {
        let stem = path.file_stem().and_then(|stem| stem.to_str()).expect("a plain name").to_owned();
        if path.is_dir() {
            sources(&path, &[module, &[stem]].concat(), out);
        } else if path.extension().is_some_and(|e| e == "rs") {
            let directory = module.to_vec();
            let module = match stem.as_str() {
                "lib" | "mod" => module.to_vec(),
                _ => [module, &[stem]].concat(),
            };
            let file = path.strip_prefix(data::root()).expect("below the root").display().to_string();
            out.push(Source { file, module, directory, text: std::fs::read_to_string(&path).expect("UTF-8") });
        }
    }
}

#[test]
fn no_arrow_upwards_and_no_circle() {
    let mut all = Vec::new();
    sources(&data::file("src"), &[], &mut all);
    assert!(all.len() > 200, "only {} sources", all.len());
    let wrong = check(LAYERS, &all);
    assert!(wrong.is_empty(), "{} against the layers:\n{}", wrong.len(), wrong.join("\n"));
}

/// The document has the same list in the same order.
#[test]
fn the_document_has_the_layers() {
    let document = data::text("ARCHITECTURE.md");
    let rows = document.lines().filter(|line| line.starts_with("| `")).filter_map(|line| line.split('|').nth(1));
    let modules: Vec<String> = rows.map(|cell| cell.replace(['`', ' '], "")).collect();
    let wanted: Vec<String> = LAYERS.iter().map(|(_, modules)| modules.join(",")).collect();
    let start = modules.iter().position(|row| *row == wanted[0]).expect("a row for the lowest layer");
    assert_eq!(modules[start..].iter().take(wanted.len()).collect::<Vec<_>>(), wanted.iter().collect::<Vec<_>>());
}

#[cfg(test)]
mod tests {
    use super::*;

    const THREE: &[(&str, &[&str])] = &[("low", &["a"]), ("middle", &["b", "c", "d"]), ("high", &["e"])];

    fn source(module: &str, text: &str) -> Source {
        let module: Vec<String> = module.split("::").filter(|part| !part.is_empty()).map(str::to_owned).collect();
        Source { file: "planted.rs".into(), directory: module.clone(), module, text: text.into() }
    }

    fn wrong(sources: &[(&str, &str)]) -> Vec<String> {
        check(THREE, &sources.iter().map(|(module, text)| source(module, text)).collect::<Vec<_>>())
    }

    #[test]
    fn arrows_upwards_are_found_however_they_are_written() {
        for text in [
            "use crate::e::Thing;",
            "use crate::{a::inner, e};",
            "use crate::{\n    b::{x, y},\n    e::{self, z},\n};",
            "pub(crate) use crate::e as f;",
            "fn f() -> crate::e::Thing { crate::e::thing() }",
            "use super::super::e::Thing;",
            "mod deep { use super::super::super::e::Thing; }",
            "macro_rules! m { () => { $crate::e::thing() }; }",
            "#[cfg(not(test))] use crate::e::Thing;",
            "const C: char = '\"'; use crate::e::Thing; const D: &str = r#\"\"\"#;",
        ] {
            let found = wrong(&[("a::inner", text)]);
            assert!(found.iter().any(|w| w.contains("upwards, from low to high")), "{text}: {found:?}");
        }
        let lib = ("", "pub use e::Thing;");
        assert_eq!(wrong(&[lib, ("a", "fn f(t: crate::Thing) {}")]).len(), 1, "by the name at the root");
        let exported = ("e::macros", "#[macro_export] macro_rules! thing { () => {} }");
        assert_eq!(wrong(&[exported, ("a", "crate::thing!();")]).len(), 1, "by a macro");
    }

    #[test]
    fn circles_are_found() {
        let (b, c, d) = (("b", "use crate::c::x;"), ("c", "use crate::d::x;"), ("d", "use crate::b::x;"));
        assert_eq!(wrong(&[b, c]), [] as [String; 0]);
        let found = wrong(&[b, c, d]);
        assert_eq!(found.iter().filter(|w| w.ends_with("in a circle")).count(), 3, "{found:?}");
    }

    #[test]
    fn what_is_no_arrow() {
        for text in [
            "use crate::a::x; use self::e::x; use std::fmt; use e::x;",
            "// use crate::e::x;\n/* crate::e::x */\n/// [`crate::e::x`]\nfn f() {}",
            "const S: &str = \"crate::e::x\"; const R: &str = r#\"use crate::e::x;\"#;",
            "#[cfg(test)] mod tests { use crate::e::x; }",
            "#[cfg(test)] use crate::{e::x, b};",
            "#[cfg(all(test, feature = \"x\"))] fn f() { crate::e::x() }",
            "#[test] fn f() { crate::e::x() }",
            "pub(in crate::e) fn f() {}",
        ] {
            assert_eq!(wrong(&[("a", text)]), [] as [String; 0], "{text}");
        }
        // A module of tests in a file of its own, under its own name or another one.
        let named = "#[cfg(test)]\n#[path = \"a_tests.rs\"]\nmod tests;";
        assert_eq!(wrong(&[("a", named), ("a::a_tests", "use crate::e;")]), [] as [String; 0]);
        assert_eq!(
            wrong(&[
                ("a", "#[cfg(test)]\nmod tests;"),
                ("a::tests", "use crate::e;"),
                ("a::tests::x", "use crate::e;")
            ]),
            [] as [String; 0]
        );
        assert_eq!(wrong(&[("e", "use crate::a; use crate::b;")]), [] as [String; 0]);
    }

    #[test]
    fn modules_without_a_layer_are_found() {
        assert_eq!(wrong(&[("new", "")]), ["planted.rs: new is in no layer"]);
        assert_eq!(wrong(&[("a", "use crate::new::X;")]).len(), 1);
    }
}
