//! What the program prints goes through `cli/src/output.rs`, which lets nothing from a capture or a key file act on a
//! terminal.

use crate::data;
use std::path::PathBuf;

/// What writes past it, and files that may: the place itself, and the thread that ends the program when standard output
/// has gone.
const PAST: [&str; 6] = ["println!(", "print!(", "io::stdout()", "io::stderr()", "dbg!(", "File::from_raw"];
const ALLOWED: [&str; 2] = ["output.rs", "interrupt.rs"];

/// Lines that write past it all the same, with the reason: they ask what the stream is, or write what holds nothing of others'.
const HARMLESS: [(&str, &str); 6] = [
    (".is_terminal()", "asks what the stream is"),
    ("BufWriter::with_capacity(1 << 16, std::io::stdout())", "writes columns, which are binary and for programs"),
    ("limits(&mut std::io::stderr()", "names of counters, and numbers"),
    ("limits_with(&mut std::io::stderr()", "the same, with those of a command's own"),
    ("eprintln!(\"{}\", Cli::command().render_usage())", "the program's own words"),
    ("eprintln!(\"{usage}\")", "the program's own words"),
];

fn sources(folder: PathBuf, found: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() {
            sources(path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            found.push((path.file_name().unwrap().to_string_lossy().into_owned(), text));
        }
    }
}

#[test]
fn none_bypasses_the_one_that_escapes() {
    let mut found = Vec::new();
    sources(data::file("cli/src"), &mut found);
    assert!(found.len() > 20);
    let mut past = Vec::new();
    for (name, text) in found.iter().filter(|(name, _)| !ALLOWED.contains(&name.as_str())) {
        for line in text.lines().map(str::trim).filter(|line| !line.starts_with("//")) {
            let writes = PAST.iter().any(|word| line.contains(word));
            if writes && !HARMLESS.iter().any(|(harmless, _)| line.contains(harmless)) {
                past.push(format!("{name}: {line}"));
            }
        }
    }
    assert!(past.is_empty(), "these print past cli/src/output.rs (docs/secrets.md): {past:#?}");
    for (harmless, why) in HARMLESS {
        assert!(found.iter().any(|(_, text)| text.contains(harmless)), "no line any more that {why}: {harmless}");
    }
}
