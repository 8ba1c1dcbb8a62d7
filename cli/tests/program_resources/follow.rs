//! `--follow`: captures in files that appear while they are read, whatever pieces they are written in.

use crate::data;
use crate::program::{command, stderr, stdout};
use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Output, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

/// Nothing takes as long; only a program that waits for what never comes reaches it.
const PATIENCE: Duration = Duration::from_secs(120);

/// A folder of its own, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("cluscope-follow-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).expect("a folder");
        Folder(path)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The tour in so many files, each with its own header.
fn parts(count: usize) -> Vec<Vec<u8>> {
    let capture = fs::read(data::file("captures/tour.pcapng")).expect("the tour");
    let (mut header, mut packets) = (Vec::new(), Vec::new());
    let mut rest = capture.as_slice();
    while let Some(length) = rest.get(4..8) {
        let length = u32::from_le_bytes(length.try_into().expect("four bytes")) as usize;
        let (block, more) = rest.split_at(length);
        if block[0] == 6 {
            packets.push(block);
        } else if packets.is_empty() {
            header.extend_from_slice(block);
        }
        rest = more;
    }
    let size = packets.len().div_ceil(count);
    packets.chunks(size).map(|packets| [&[header.as_slice()], packets].concat().concat()).collect()
}

/// A file's name as dumpcap gives it.
fn ring_name(number: usize) -> String {
    format!("lab_{number:05}_202611281200{number:02}.pcapng")
}

fn follow(view: &[&str], what: &Path, idle_exit: Option<&str>) -> Child {
    let what = what.to_string_lossy();
    let mut arguments = [view, &["--follow", &what]].concat();
    arguments.extend(idle_exit.iter().flat_map(|seconds| ["--idle-exit", seconds]));
    let mut command = command(&arguments);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts")
}

fn whole(view: &[&str], files: &[PathBuf]) -> Output {
    let mut command = command(view);
    command.args(files).stdin(Stdio::null()).output().expect("the program runs")
}

/// Files are written in pieces that cut records, one after another; what comes out is what one run over all of them gives.
#[test]
fn files_as_they_appear() {
    let views: [&[&str]; 5] = [
        &["dissect", "--format", "jsonl"],
        &["calls", "--format", "csv"],
        &["story", "--format", "text"],
        &["check", "--format", "jsonl"],
        &["stats", "--format", "jsonl"],
    ];
    let parts = parts(4);
    thread::scope(|scope| {
        for (at, view) in views.into_iter().enumerate() {
            let parts = &parts;
            scope.spawn(move || {
                let folder = Folder::new(&format!("appear-{at}"));
                // A pattern that names them, or the folder.
                let what = if at % 2 == 0 { folder.0.clone() } else { folder.file("lab_*.pcapng") };
                let child = follow(view, &what, Some("3"));
                let mut files = Vec::new();
                for (number, part) in (1..).zip(parts) {
                    let path = folder.file(&ring_name(number));
                    let mut file = File::create(&path).expect("a file");
                    // Inside the header, inside a record, one byte before the end.
                    let (mut written, cuts) = (0, [5, part.len() / 3, part.len() / 2 + 1, part.len() - 1, part.len()]);
                    for cut in cuts {
                        file.write_all(&part[written..cut]).expect("room");
                        written = cut;
                        thread::sleep(Duration::from_millis(150));
                    }
                    files.push(path);
                }
                let followed = child.wait_with_output().expect("the program ends");
                let expected = whole(view, &files);
                assert_eq!(stderr(&followed), stderr(&expected), "{view:?}");
                assert_eq!(followed.status.code(), expected.status.code(), "{view:?}");
                assert!(expected.stdout.len() > 200, "{view:?}");
                assert_eq!(stdout(&followed), stdout(&expected), "{view:?}");
            });
        }
    });
}

/// Lines of what a file holds come before the rest of it is there; a signal ends the reading in order.
#[cfg(unix)]
#[test]
fn lines_come_while_a_file_grows() {
    let view = ["dissect", "--format", "jsonl"];
    let folder = Folder::new("grows");
    let part = &parts(1)[0];
    let path = folder.file("growing.pcapng");
    let (first, rest) = part.split_at(part.len() / 2 + 3);
    fs::write(&path, first).expect("a file");
    let mut child = follow(&view, &path, None);
    let output = BufReader::new(child.stdout.take().expect("piped"));
    let (line, lines) = mpsc::channel();
    let reader = thread::spawn(move || output.lines().map_while(Result::ok).try_for_each(|l| line.send(l)));
    let mut found = vec![lines.recv_timeout(PATIENCE).expect("a line before the rest is there")];
    OpenOptions::new().append(true).open(&path).and_then(|mut file| file.write_all(rest)).expect("room");
    let expected = whole(&view, std::slice::from_ref(&path));
    let count = stdout(&expected).lines().count();
    // The last lines come with the end of the capture.
    while found.len() + 8 < count {
        found.push(lines.recv_timeout(PATIENCE).expect("further lines"));
    }
    thread::sleep(Duration::from_millis(500));
    let id = child.id().to_string();
    assert!(std::process::Command::new("kill").args(["-TERM", &id]).status().expect("kill runs").success());
    found.extend(lines);
    let ended = child.wait_with_output().expect("the program ends");
    assert_eq!(ended.status.code(), Some(0), "{}", stderr(&ended));
    assert_eq!(found, stdout(&expected).lines().collect::<Vec<_>>());
    reader.join().expect("no panic").expect("all lines taken");
}

/// Files that are there already come in the order of their numbers; one of a ring that went away is told.
#[test]
fn a_ring_with_a_hole() {
    let folder = Folder::new("hole");
    let parts = parts(12);
    let mut files = Vec::new();
    for number in (1..=12).filter(|number| *number != 7) {
        files.push(folder.file(&ring_name(number)));
        fs::write(folder.file(&ring_name(number)), &parts[number - 1]).expect("a file");
    }
    let view = ["dissect", "--format", "jsonl"];
    let followed = follow(&view, &folder.0, Some("0")).wait_with_output().expect("the program ends");
    assert_eq!(followed.status.code(), Some(3));
    let told = stderr(&followed);
    assert!(told.contains("1 file of the ring before it went away before they could be read"), "{told}");
    let records =
        |output: &Output| stdout(output).lines().filter(|l| l.contains("\"frame\":")).map(String::from).collect();
    let (found, expected): (Vec<_>, Vec<_>) = (records(&followed), records(&whole(&view, &files)));
    assert!(expected.len() > 10);
    assert_eq!(found, expected);
}

/// A ring that writes over its first file: it is read again, as another one.
#[test]
fn a_file_written_over() {
    let folder = Folder::new("over");
    let parts = parts(3);
    let paths = [folder.file("t.pcap0"), folder.file("t.pcap1")];
    let child = follow(&["dissect", "--format", "jsonl"], &folder.file("t.pcap*"), Some("3"));
    for (path, part) in paths.iter().cycle().zip(&parts) {
        fs::write(path, part).expect("a file");
        thread::sleep(Duration::from_millis(700));
    }
    let followed = child.wait_with_output().expect("the program ends");
    assert_eq!(stderr(&followed), "");
    let copies: Vec<PathBuf> = (0..3).map(|n| folder.file(&format!("copy{n}"))).collect();
    copies.iter().zip(&parts).for_each(|(path, part)| fs::write(path, part).expect("a file"));
    assert_eq!(stdout(&followed), stdout(&whole(&["dissect", "--format", "jsonl"], &copies)));
}

/// Damage and a file that is no capture are told as they are of files; a folder without any is no input at all.
#[test]
fn what_is_wrong_is_told() {
    let folder = Folder::new("wrong");
    let view = ["dissect", "--format", "jsonl"];
    let empty = follow(&view, &folder.0, Some("0.2")).wait_with_output().expect("the program ends");
    assert_eq!(empty.status.code(), Some(1));
    assert!(stderr(&empty).contains("no capture to read"), "{}", stderr(&empty));

    let parts = parts(2);
    let mut damaged = parts[0].clone();
    let at = damaged.len() / 2;
    damaged[at..at + 64].fill(0xff);
    let files = [folder.file("a.pcapng"), folder.file("b.txt"), folder.file("c.pcapng")];
    fs::write(&files[0], &damaged).expect("a file");
    fs::write(&files[1], "notes").expect("a file");
    fs::write(&files[2], &parts[1]).expect("a file");
    let followed = follow(&view, &folder.0, Some("0")).wait_with_output().expect("the program ends");
    // One without packets comes last.
    let expected = whole(&view, &[files[0].clone(), files[2].clone(), files[1].clone()]);
    assert_eq!(followed.status.code(), Some(3));
    assert_eq!(expected.status.code(), Some(3));
    assert_eq!(stderr(&followed), stderr(&expected));
    assert_eq!(stdout(&followed), stdout(&expected));

    let usage = command(&["dissect", "--follow", "a[", "--idle-exit", "1"]).output().expect("the program runs");
    assert_eq!(usage.status.code(), Some(2));
    let usage = command(&["dissect", "--idle-exit", "1", "file"]).output().expect("the program runs");
    assert_eq!(usage.status.code(), Some(2));
}

/// Nobody reads the output any more: the program ends though its input stays open and silent.
#[cfg(unix)]
#[test]
fn an_output_that_has_gone_ends_the_program() {
    let folder = Folder::new("gone");
    let part = &parts(1)[0];
    let path = folder.file("one.pcapng");
    fs::write(&path, part).expect("a file");
    let ends = |mut child: Child| {
        let mut line = [0; 16];
        let mut output = child.stdout.take().expect("piped");
        output.read_exact(&mut line).expect("it prints");
        drop(output);
        let start = Instant::now();
        while child.try_wait().expect("its status").is_none() {
            assert!(start.elapsed() < PATIENCE, "it does not end");
            thread::sleep(Duration::from_millis(20));
        }
    };
    ends(follow(&["calls", "--format", "jsonl"], &folder.0, None));
    let mut command = command(&["dissect", "--format", "jsonl", "-"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().expect("the program starts");
    let mut input = child.stdin.take().expect("piped");
    input.write_all(part).expect("somebody reads");
    ends(child);
    drop(input);
}
