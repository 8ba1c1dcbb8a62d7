//! A capture that is still being made: `dumpcap -w - | cluscope dissect -`. What was captured is printed before more comes.

use crate::data;
use crate::program::{self, command};
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

/// Nothing takes as long; only a program that waits for more input reaches it.
const PATIENCE: Duration = Duration::from_secs(120);

fn dissect() -> Command {
    let mut command = command(&["dissect", "--format", "jsonl", "-"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    command
}

/// The lines of a capture that comes at once.
fn at_once(capture: &[u8]) -> Vec<String> {
    let mut child = dissect().spawn().expect("the program starts");
    let mut input = child.stdin.take().expect("piped");
    let mut text = String::new();
    std::thread::scope(|scope| {
        scope.spawn(move || input.write_all(capture).expect("somebody reads"));
        child.stdout.take().expect("piped").read_to_string(&mut text).expect("text");
    });
    child.wait().expect("the program ends");
    text.lines().map(String::from).collect()
}

#[test]
fn records_come_out_before_the_rest_goes_in() {
    let capture = std::fs::read(data::file("captures/tour.pcapng")).expect("the tour");
    let (first, rest) = capture.split_at(capture.len() / 2);
    let all = at_once(&capture);
    // An end brings out what was still incomplete; these come in any case.
    let half = at_once(first);
    let due = half.iter().zip(&all).take_while(|(a, b)| a == b).count();
    assert!(due > 10, "{due}");

    let mut child = dissect().spawn().expect("the program starts");
    let mut input = child.stdin.take().expect("piped");
    let output = BufReader::new(child.stdout.take().expect("piped"));
    let (line, lines) = mpsc::channel();
    let reader = std::thread::spawn(move || output.lines().map_while(Result::ok).try_for_each(|l| line.send(l)));
    input.write_all(first).expect("somebody reads");
    for (n, expected) in all.iter().take(due).enumerate() {
        let line = lines.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("record {n} of {due} does not come"));
        assert_eq!(line, *expected);
    }
    input.write_all(rest).expect("somebody reads");
    drop(input);
    assert!(lines.into_iter().eq(all.iter().skip(due).cloned()));
    assert!(child.wait().expect("the program ends").success());
    reader.join().expect("no panic").expect("all lines taken");
}

/// Where there is one processor alone, one thread does all: the same comes out.
#[test]
#[cfg(target_os = "linux")]
fn one_processor_gives_the_same() {
    let capture = data::file("captures/tour.pcapng");
    for arguments in [["dissect", "--format", "jsonl"], ["calls", "--format", "jsonl"], ["stats", "--format", "jsonl"]]
    {
        let run = |program: &str, before: &[&str]| {
            let mut command = Command::new(program);
            command.args(before).args(arguments).arg(&capture).env_remove("CLUSCOPE_KEYS");
            command.stderr(Stdio::null()).output()
        };
        let program = program::PATH;
        let Ok(alone) = run("taskset", &["1", program]) else {
            data::skipped("taskset is not installed");
            return;
        };
        if !alone.status.success() {
            data::skipped("the first processor is not ours");
            return;
        }
        let both = run(program, &[]).expect("the program starts");
        assert!(alone.stdout.len() > 1000);
        assert!(alone.stdout == both.stdout, "{arguments:?}");
    }
}

/// Whatever the number of threads, the same comes out in the same order: of many captures, with and without a filter.
#[test]
fn every_number_of_threads_gives_the_same() {
    let folder = std::fs::read_dir(data::file("captures")).expect("the captures");
    let mut captures: Vec<_> = folder.map(|entry| entry.expect("an entry").path()).collect();
    captures.retain(|path| path.extension().is_some_and(|end| end == "pcap" || end == "pcapng"));
    captures.sort();
    assert!(captures.len() > 3);
    let captures: Vec<_> = std::iter::repeat_n(&captures, 4).flatten().collect();
    let asked: [&[&str]; 3] =
        [&["--format", "jsonl"], &["--format", "text"], &["--format", "jsonl", "--filter", "status != 0"]];
    for arguments in asked {
        let run = |threads: &str| {
            let mut command = command(&["dissect", "--threads", threads]);
            command.args(arguments).args(&captures).stderr(Stdio::null());
            command.output().expect("the program starts").stdout
        };
        let alone = run("1");
        assert!(alone.len() > 1000);
        for threads in ["2", "3", "8", "2"] {
            assert!(run(threads) == alone, "{arguments:?} {threads}");
        }
    }
}

/// Every view ends in order when it is asked to while its input stays open: what was read comes out, as at the end of the
/// capture. Views that print call by call do so before the signal.
#[cfg(unix)]
#[test]
fn a_signal_ends_every_view_in_order() {
    let capture = std::fs::read(data::file("captures/tour.pcapng")).expect("the tour");
    let views: [(&[&str], bool); 10] = [
        (&["dissect", "--format", "jsonl"], true),
        (&["calls", "--format", "jsonl"], true),
        (&["calls", "--format", "ecs"], true),
        (&["calls", "--format", "csv"], true),
        (&["calls", "--format", "eve"], true),
        (&["calls", "--format", "perfetto"], true),
        (&["calls", "--format", "zeek"], true),
        (&["story", "--format", "text"], true),
        (&["check", "--format", "jsonl"], true),
        (&["stats", "--format", "jsonl"], false),
    ];
    for (view, prints_early) in views {
        for signal in ["-INT", "-TERM"] {
            let arguments = [view, &["-"]].concat();
            let start = || {
                let mut command = command(&arguments);
                command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
                command.spawn().expect("the program starts")
            };
            // The same input, closed.
            let mut child = start();
            child.stdin.take().expect("piped").write_all(&capture).expect("somebody reads");
            let mut all = String::new();
            child.stdout.take().expect("piped").read_to_string(&mut all).expect("text");
            child.wait().expect("the program ends");

            let mut child = start();
            let mut input = child.stdin.take().expect("piped");
            let mut output = BufReader::new(child.stdout.take().expect("piped"));
            input.write_all(&capture).expect("somebody reads");
            let mut text = String::new();
            if prints_early {
                output.read_line(&mut text).expect("a line before the signal");
            } else {
                // Nothing tells when it has read everything; the pipe is empty then, and the wait is no promise.
                std::thread::sleep(Duration::from_secs(2));
            }
            // The rest of what was written may still be on its way into the program.
            std::thread::sleep(Duration::from_millis(500));
            let id = child.id().to_string();
            assert!(Command::new("kill").args([signal, &id]).status().expect("kill runs").success());
            output.read_to_string(&mut text).expect("text");
            assert!(child.wait().expect("the program ends").success(), "{view:?} {signal}");
            drop(input);
            assert_eq!(text, all, "{view:?} {signal}");
        }
    }
}
