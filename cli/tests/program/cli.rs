//! The command line as scripts meet it: exit statuses, what goes where, bad input.

use crate::data;
use crate::program::{command, run, stderr, stdout};
use serde_json::{Value, json};
use std::process::Stdio;

fn tour() -> Vec<u8> {
    std::fs::read(data::file("captures/tour.pcapng")).expect("the tour")
}

const STUB: &str = r#"{"id":[1],"interface":"clusapi","version":"3.0","opnum":8,"direction":"request","syntax":"ndr","hex":"0400000000000000040000004900500031000000"}"#;

#[test]
fn stub_decode_answers_line_by_line() {
    let input = format!("{STUB}\nnot json\n{{\"interface\":\"clusapi\"}}\n");
    let output = run(&["stub", "decode", "--jsonl"], input.as_bytes());
    let lines: Vec<Value> = stdout(&output).lines().map(|l| serde_json::from_str(l).expect("JSON")).collect();
    assert_eq!(
        lines[0],
        json!({"id": [1], "interface": "clusapi", "version": "3.0", "opnum": 8, "method": "ApiOpenResource",
               "direction": "request", "syntax": "ndr", "params": {"lpszResourceName": "IP1"}})
    );
    assert!(lines[1]["error"]["message"].as_str().is_some_and(|m| m.starts_with("not JSON")), "{}", lines[1]);
    assert_eq!(lines[2]["error"]["message"], "hex: missing");
    assert_eq!((lines.len(), output.status.code()), (3, Some(1)));
}

#[test]
fn stub_encode_is_the_inverse() {
    let decoded = run(&["stub", "decode", "--jsonl"], STUB.as_bytes());
    let encoded = run(&["stub", "encode", "--jsonl"], &decoded.stdout);
    assert_eq!(
        serde_json::from_slice::<Value>(&encoded.stdout).expect("JSON"),
        json!({"id": [1], "hex": "0400000000000000040000004900500031000000"})
    );
    assert_eq!(encoded.status.code(), Some(0));
}

#[test]
fn one_stub_by_flags() {
    let arguments = ["stub", "decode", "--interface", "clusapi", "--version", "3.0", "--opnum", "8", "--direction"];
    let hex = "0400000000000000040000004900500031000000";
    let output = run(&[&arguments[..], &["request", "--syntax", "ndr", hex]].concat(), b"");
    let line: Value = serde_json::from_str(&stdout(&output)).expect("JSON");
    assert_eq!((line["params"]["lpszResourceName"].as_str(), output.status.code()), (Some("IP1"), Some(0)));
    let text = run(&[&arguments[..], &["request", "--format", "text", hex]].concat(), b"");
    assert_eq!(stdout(&text), "ApiOpenResource request\n    lpszResourceName  \"IP1\"\n");
    let wrong = run(&[&arguments[..], &["sideways", hex]].concat(), b"");
    assert_eq!(wrong.status.code(), Some(2));
    assert!(stderr(&wrong).contains("request or response") && stderr(&wrong).contains("Usage:"), "{}", stderr(&wrong));
}

#[test]
fn a_stub_that_ends_early_keeps_what_came_before() {
    let line = r#"{"interface":"clusapi","version":"3.0","opnum":6,"direction":"request","syntax":"ndr","hex":"00000000686ca89bfa15065bb2d388606a0f2a68ffffff7f00000000ffffff7f41004200"}"#;
    let output = run(&["stub", "decode", "--jsonl"], line.as_bytes());
    let answer: Value = serde_json::from_str(&stdout(&output)).expect("JSON");
    assert_eq!(answer["error"]["offset"], 32);
    assert_eq!(answer["error"]["field"], "lpszDeviceName");
    assert_eq!(answer["error"]["message"], "4294967294 bytes needed (actual count), 4 left");
    assert_eq!(answer["partial"]["hResource"]["uuid"], "9ba86c68-15fa-5b06-b2d3-88606a0f2a68");
    assert!(answer.get("params").is_none());
}

#[test]
fn text_is_for_terminals_and_json_for_pipes() {
    let piped = run(&["dissect", "captures/tour.pcapng"], b"");
    assert!(stdout(&piped).lines().all(|l| l.starts_with('{') && l.ends_with('}')));
    let text = run(&["dissect", "--format", "text", "captures/tour.pcapng"], b"");
    assert!(stdout(&text).contains("ApiOpenCluster request"));
    // No terminal, no colour; no line that a screen can't hold.
    assert!(!stdout(&text).contains('\x1b'));
    let widest = stdout(&text).lines().map(|l| l.chars().count()).max();
    assert!(widest <= Some(120), "{widest:?}");
}

#[test]
fn standard_input_and_several_files() {
    let once = stdout(&run(&["dissect", "captures/tour.pcapng"], b""));
    assert_eq!(stdout(&run(&["dissect", "-"], &tour())), once);
    let twice = run(&["dissect", "captures/tour.pcapng", "captures/faults.pcapng"], b"");
    assert_eq!(twice.status.code(), Some(0));
    assert!(stdout(&twice).lines().count() > once.lines().count());
}

#[test]
fn what_is_no_capture_is_one_line_and_status_one() {
    for (input, words) in [
        (&b""[..], "empty"),
        (b"hello, world, this is no capture", "not a capture file"),
        (b"\x0a\x0d\x0d\x0a\xff\xff\xff\x7f\x4d\x3c\x2b\x1a\x01\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff", "claims"),
    ] {
        let output = run(&["dissect", "-"], input);
        assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0), "{words}");
        assert_eq!(stderr(&output).lines().count(), 1, "{}", stderr(&output));
        assert!(stderr(&output).contains(words), "{}", stderr(&output));
    }
    assert_eq!(run(&["dissect", "captures/no-such-file"], b"").status.code(), Some(1));
}

#[test]
fn a_capture_cut_short_gives_everything_before() {
    let whole = stdout(&run(&["dissect", "captures/tour.pcapng"], b""));
    let bytes = tour();
    let output = run(&["dissect", "-"], &bytes[..bytes.len() / 2]);
    assert_eq!(output.status.code(), Some(0));
    assert!(stderr(&output).contains("cut off"), "{}", stderr(&output));
    let part = stdout(&output);
    assert!(part.lines().count() > 50, "{}", part.lines().count());
    // All but what the end of the capture adds.
    let same = part.lines().zip(whole.lines()).take_while(|(a, b)| a == b).count();
    assert!(same + 2 >= part.lines().count(), "{same} of {}", part.lines().count());
}

#[test]
fn wrong_usage_is_status_two() {
    for arguments in [&["dissect"][..], &["frobnicate"], &[], &["stub", "decode"], &["list", "nothing"]] {
        let output = run(arguments, b"");
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{arguments:?}");
        assert!(stderr(&output).contains("Usage:"), "{arguments:?}: {}", stderr(&output));
    }
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let mut child = command(&["dissect", "captures/tour.pcapng", "captures/ndr64.pcapng", "captures/tour.pcapng"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("the program ends");
    assert_eq!((output.status.code(), stderr(&output).as_str()), (Some(0), ""));
}

#[test]
fn calls_are_joined() {
    let output = run(&["calls", "captures/tour.pcapng"], b"");
    let calls: Vec<Value> = stdout(&output).lines().map(|l| serde_json::from_str(l).expect("JSON")).collect();
    assert_eq!(calls.len(), 122);
    for call in &calls {
        assert!(call["latency_ns"].as_i64().is_some_and(|n| n > 0), "{call}");
        assert!(call["request"]["params"].is_object() && call["response"]["params"].is_object(), "{call}");
        assert!(call["status"]["name"].is_string(), "{call}");
    }
}

#[test]
fn secrets_open_what_is_sealed_and_never_show() {
    let sealed = run(&["dissect", "captures/sealed.pcapng"], b"");
    assert!(stdout(&sealed).contains("\"encrypted\":{"));
    let opened = run(&["dissect", "--keys", "captures/lab.keys", "captures/sealed.pcapng"], b"");
    assert!(!stdout(&opened).contains("\"encrypted\":{") && stdout(&opened).contains("\"verified\":true"));
    let by_variable = command(&["dissect", "captures/sealed.pcapng"])
        .env("CLUSCOPE_KEYS", "captures/lab.keys")
        .output()
        .expect("the program runs");
    assert_eq!(stdout(&by_variable), stdout(&opened));
    assert!(!stdout(&opened).contains("Passw0rd") && !stderr(&opened).contains("Passw0rd"));
    assert_eq!(run(&["dissect", "--keys", "captures/no.keys", "captures/sealed.pcapng"], b"").status.code(), Some(1));
}

#[test]
fn lists_tell_what_is_known() {
    let methods = run(&["list", "methods"], b"");
    let versions = cluscope::internals::idl::INTERFACES.iter().flat_map(|interface| interface.versions);
    assert_eq!(stdout(&methods).lines().count(), versions.map(|version| version.methods.len()).sum::<usize>());
    let first: Value = serde_json::from_str(stdout(&methods).lines().next().expect("a line")).expect("JSON");
    assert_eq!((first["method"].as_str(), first["opnum"].as_u64()), (Some("ApiOpenCluster"), Some(0)));
    assert_eq!(stdout(&run(&["list", "interfaces"], b"")).lines().count(), 3);
    assert!(stdout(&run(&["list", "enums"], b"")).lines().count() > 80);
    assert_eq!(
        stdout(&run(&["list", "control-codes"], b"")).lines().count(),
        cluscope::internals::consts::control_codes::ALL.len()
    );
}

#[cfg(unix)]
#[test]
fn secrets_that_everybody_can_read_are_warned_about() {
    use std::os::unix::fs::PermissionsExt;
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("public.keys");
    std::fs::write(&path, "password LAB\\clusadm Passw0rd-Lab1\n").expect("written");
    let path = path.to_string_lossy();
    for (mode, warned) in [(0o644, true), (0o600, false), (0o640, false)] {
        std::fs::set_permissions(&*path, std::fs::Permissions::from_mode(mode)).expect("set");
        let output = run(&["dissect", "--keys", &path, "captures/sealed.pcapng"], b"");
        assert_eq!(stderr(&output).contains("everybody can read"), warned, "{mode:o}: {}", stderr(&output));
        assert_eq!(output.status.code(), Some(0));
        assert!(!stderr(&output).contains("Passw0rd") && stdout(&output).contains("\"verified\":true"));
    }
}

/// There is no option that takes a secret itself.
#[test]
fn no_option_takes_a_secret() {
    for name in ["--password", "--key", "--nthash", "--session-key"] {
        for command in ["dissect", "calls", "decrypt"] {
            let output = run(&[command, name, "Passw0rd-Lab1", "captures/sealed.pcapng"], b"");
            assert_eq!(output.status.code(), Some(2), "{command} {name}");
        }
    }
}

/// Secrets that stand in messages: text never has them, JSON where the contract wants the bytes, unless asked not to.
#[test]
fn secrets_in_messages() {
    let run_on = |arguments: &[&str]| stdout(&run(arguments, &tour()));
    for command in ["dissect", "calls"] {
        let text = run_on(&[command, "--format", "text", "-"]);
        assert!(!text.contains("P@ssw0rd") && text.contains("(secret)"), "{command}");
        assert!(run_on(&[command, "--format", "jsonl", "-"]).contains("P@ssw0rd!"), "{command}");
        let hidden = run_on(&[command, "--format", "jsonl", "--hide-secrets", "-"]);
        assert!(hidden.contains(r#""lpszNewPassword":{"secret":true}"#) && !hidden.contains("P@ssw0rd"), "{command}");
    }
    for view in ["csv", "zeek", "ecs"] {
        assert!(!run_on(&["calls", "--format", view, "-"]).contains("P@ssw0rd"), "{view}");
    }
    for command in ["story", "stats", "check"] {
        assert!(!run_on(&[command, "--format", "jsonl", "-"]).contains("P@ssw0rd"), "{command}");
    }
    // What was left out can't be encoded.
    let line = r#"{"interface":"clusapi","version":"3.0","opnum":108,"direction":"request","syntax":"ndr",
        "params":{"lpszNewPassword":{"secret":true},"dwFlags":0,"ReturnStatusBufferSize":0}}"#;
    let output = run(&["stub", "encode", "--jsonl"], line.replace('\n', "").as_bytes());
    assert_eq!(output.status.code(), Some(1));
    assert!(stdout(&output).contains("left out"), "{}", stdout(&output));
}

/// Sizes that are none are refused as wrong usage; those that are decide what a capture may cost.
#[test]
fn memory_limits() {
    let run = |command: &str, size: &str| run(&[command, "--memory-limit", size, "captures/tour.pcapng"], b"");
    for command in ["dissect", "calls", "check", "stats", "story"] {
        for size in ["", "many", "1.5G", "1M", "-64M", "99999999999G"] {
            let output = run(command, size);
            assert_eq!(output.status.code(), Some(2), "{command} {size}");
            assert!(!output.stderr.is_empty() && output.stdout.is_empty(), "{command} {size}");
        }
        for size in ["16M", "256MB", "1G"] {
            assert_eq!(run(command, size).status.code(), Some(0), "{command} {size}");
        }
        assert_eq!(run(command, "16M").stdout, run(command, "256MB").stdout, "{command}");
    }
    let refused = String::from_utf8(run("dissect", "many").stderr).unwrap();
    assert!(refused.contains("\"many\" is no size"), "{refused}");
}

/// Examples of the help that name no capture and no other file of a user's are run as a shell runs them.
#[test]
fn examples_without_files_work() {
    let folder = std::path::Path::new(crate::program::PATH).parent().unwrap();
    let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap_or_default());
    let commands = ["stub", "stub decode", "stub encode", "stub explain", "stub template", "stub vectors", "struct"];
    let commands = [&commands[..], &["struct decode", "struct encode", "struct template", "list", "schema", "check"]];
    let mut ran = 0;
    for command in commands.concat() {
        let arguments: Vec<&str> = command.split(' ').chain(["--help"]).collect();
        let help = stdout(&run(&arguments, b""));
        let examples = help.split("Examples:\n").nth(1).unwrap_or_else(|| panic!("{command}: no examples"));
        // A line that the terminal's width breaks goes on below.
        let joined = examples.lines().fold(String::new(), |text, line| match line.trim() {
            line if line.starts_with("cluscope ") || line.ends_with(':') => format!("{text}\n{line}"),
            line => format!("{text} {line}"),
        });
        for line in joined.lines().filter(|line| line.starts_with("cluscope ")) {
            if [".pcap", ".jsonl", ".hex"].iter().any(|end| line.contains(end)) {
                continue;
            }
            let mut shell = std::process::Command::new("sh");
            let output = shell.args(["-c", line]).env("PATH", &path).stdin(Stdio::null()).output().expect("a shell");
            assert!(output.status.success() && !output.stdout.is_empty(), "{line}: {}", stderr(&output));
            ran += 1;
        }
    }
    assert!(ran >= 12, "{ran}");
}

/// The variable that names a format: one of some other command is for programs, one of none is refused.
#[test]
fn the_format_by_a_variable() {
    let with = |format: &str, arguments: &[&str]| {
        let output = command(arguments).env("CLUSCOPE_FORMAT", format).output().expect("the program runs");
        (output.status.code(), stdout(&output), stderr(&output))
    };
    let calls = ["calls", "captures/tour.pcapng"];
    for (format, begins) in [("text", "#"), ("CSV", "time,"), ("jsonl", "{"), ("mermaid", "{"), ("", "{")] {
        let (status, out, err) = with(format, &calls);
        let first = out.lines().find(|line| !line.is_empty()).unwrap_or_default();
        let fits = if format == "text" { !first.starts_with('{') } else { first.starts_with(begins) };
        assert!(status == Some(0) && fits, "{format}: {first} {err}");
    }
    for arguments in
        [&calls[..], &["stats", "captures/tour.pcapng"], &["story", "captures/tour.pcapng"], &["list", "methods"]]
    {
        let (status, out, err) = with("yaml", arguments);
        assert_eq!((status, out.as_str()), (Some(2), ""), "{arguments:?}: {err}");
        assert!(err.contains("CLUSCOPE_FORMAT names the format \"yaml\""), "{err}");
        for known in ["text", "jsonl", "csv", "ecs", "mermaid"] {
            assert!(err.contains(known), "{known}: {err}");
        }
    }
    // It doesn't count where the command line names one, nor where there are none.
    assert_eq!(with("yaml", &["calls", "--format", "text", "captures/tour.pcapng"]).0, Some(0));
    assert_eq!(with("yaml", &["completions", "bash"]).0, Some(0));
}

/// A variable that names no pager means that there is none; an option does, too.
#[test]
#[cfg(unix)]
fn pagers() {
    if !data::installed("script") {
        return;
    }
    let on_a_terminal = |variable: &str, options: &str| {
        let line = format!("{} calls {options} captures/tour.pcapng", crate::program::PATH);
        let mut script = std::process::Command::new("script");
        script.args(["-qec", &line, "/dev/null"]).current_dir(data::root()).stdin(Stdio::null());
        script.env("TERM", "xterm").env_remove("PAGER").env("CLUSCOPE_PAGER", variable);
        stdout(&script.output().expect("script runs"))
    };
    let paged = "sed s/^/paged:/";
    assert!(on_a_terminal(paged, "").contains("paged:"));
    for (variable, options) in [("", ""), (" ", ""), ("cat", ""), (paged, "--no-pager")] {
        let shown = on_a_terminal(variable, options);
        assert!(shown.contains("ApiGetClusterName") && !shown.contains("paged:"), "{variable:?} {options}: {shown}");
    }
}
