//! `docs/encoding.md` and the README's example of `explain`: what stands there is run, and prints what stands there.

use crate::{data, program};
use std::path::Path;
use std::process::Command;

/// The commands of a document, which begin with `$`, and the lines that stand below each.
fn commands(document: &str) -> Vec<(String, Vec<String>)> {
    let mut found: Vec<(String, Vec<String>)> = Vec::new();
    let mut inside = false;
    for line in document.lines() {
        let Some(line) = line.strip_prefix("    ") else {
            inside = false;
            continue;
        };
        match line.strip_prefix("$ ") {
            Some(command) => {
                found.push((command.to_string(), Vec::new()));
                inside = true;
            }
            None if inside => found.last_mut().unwrap().1.push(line.to_string()),
            None => {}
        }
    }
    found
}

/// Whether these lines are printed, in this order; `…` stands for any number of others.
fn shows(printed: &str, expected: &[String]) -> bool {
    let mut lines = printed.lines();
    let mut skips = false;
    for wanted in expected {
        if wanted == "…" {
            skips = true;
            continue;
        }
        let found = if skips { lines.any(|line| line == wanted) } else { lines.next() == Some(wanted) };
        if !found {
            return false;
        }
        skips = false;
    }
    skips || lines.next().is_none()
}

#[test]
fn every_command_of_the_page() {
    let folder = std::env::temp_dir().join(format!("cluscope-encoding-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::copy(data::file("captures/tour.pcapng"), folder.join("tour.pcapng")).unwrap();
    let program = Path::new(env!("CARGO_BIN_EXE_cluscope")).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap_or_default());
    let (mut wrong, all) = (Vec::new(), commands(&data::text("docs/encoding.md")));
    for (command, expected) in &all {
        let output = Command::new("sh").args(["-c", command]).current_dir(&folder).env("PATH", &path).output().unwrap();
        let printed = program::stdout(&output);
        if !output.status.success() {
            wrong.push(format!("{command}: {}", program::stderr(&output)));
        } else if !expected.is_empty() && !shows(&printed, expected) {
            wrong.push(format!("{command}: printed {printed}"));
        }
    }
    std::fs::remove_dir_all(&folder).unwrap();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(all.len() >= 18, "{}", all.len());
}

#[test]
fn readme_explains_a_response() {
    let readme = data::text("README.md");
    let found = commands(&readme).into_iter().find(|(command, _)| command.starts_with("cluscope stub explain"));
    let (_, expected) = found.expect("the example");
    assert!(expected.len() >= 18, "{expected:?}");
    let entry = |name: &str| format!(r#"{{"Type":"CLUSTER_ENUM_NODE","Name":"{name}"}}"#);
    let line = format!(
        r#"{{"interface":"clusapi","version":"3.0","method":"ApiCreateEnum","direction":"response","syntax":"ndr","params":{{"ReturnEnum":{{"Entry":[{},{},{}]}},"rpc_status":0}},"return":0}}"#,
        entry("node1"),
        entry("node2"),
        entry("node3")
    );
    let stub = program::stdout(&program::run(&["stub", "encode"], line.as_bytes()));
    assert!(stub.starts_with("000002000300"), "{stub}");
    let arguments =
        "stub explain --interface clusapi --version 3.0 --method ApiCreateEnum --direction response --format text";
    let printed = program::stdout(&program::run(&arguments.split(' ').collect::<Vec<_>>(), stub.as_bytes()));
    assert!(shows(&printed, &expected), "{printed}\n{expected:#?}");
}
