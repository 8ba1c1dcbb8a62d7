//! Generated stubs at scale, against `ndrdump` or `tshark`:
//!
//!     cargo run --release --example differential -- ndrdump 100000 [--from N] [--jobs 2] [--journal FILE]
//!
//! Stubs are numbered, the same number makes the same stub, and their kinds (method, direction, syntax, byte order) go
//! round. They are taken in blocks; with a journal each block that is done becomes a line there, and a run that was
//! stopped goes on behind the last one. Memory is bounded by a block's stubs and the list of kinds of differences. The
//! status is 1 if anything differs that `tests/peer/known.rs` does not know.

#[path = "../../tests/peer/mod.rs"]
mod peer;

use peer::Scratch;
use peer::known::Peer;
use peer::ndrdump::Runner;
use peer::subject::{Subject, Use, sorts, subject};
use peer::tally::Tally;
use std::collections::BTreeSet;
use std::io::Write;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

/// Stubs of a block.
const BLOCK: u64 = 500;

struct Arguments {
    purpose: Use,
    count: u64,
    from: u64,
    jobs: usize,
    journal: Option<String>,
}

fn arguments() -> Option<Arguments> {
    let mut words = std::env::args().skip(1);
    let purpose = match words.next()?.as_str() {
        "ndrdump" => Use::Ndrdump,
        "tshark" => Use::Tshark,
        _ => return None,
    };
    let count = words.next()?.parse().ok()?;
    let mut arguments = Arguments { purpose, count, from: 0, jobs: 2, journal: None };
    while let Some(word) = words.next() {
        let value = words.next()?;
        match word.as_str() {
            "--from" => arguments.from = value.parse().ok()?,
            "--jobs" => arguments.jobs = value.parse().ok()?,
            "--journal" => arguments.journal = Some(value),
            _ => return None,
        }
    }
    Some(arguments)
}

/// Compares a block of stubs.
fn block(purpose: Use, numbers: std::ops::Range<u64>, scratch: &Scratch, runner: &mut Runner) -> Tally {
    let sorts = sorts(purpose);
    let mut tally = Tally::default();
    let stubs = numbers.map(|n| subject(&sorts, purpose, n));
    match purpose {
        Use::Ndrdump => stubs.for_each(|s| {
            let outcome = peer::ndrdump::compare(&s, &scratch.0, runner);
            tally.add(Peer::Samba, &s, outcome);
        }),
        Use::Tshark => {
            let stubs: Vec<Subject> = stubs.collect();
            peer::tshark::compare(&stubs, &scratch.0, |s, outcome| tally.add(Peer::Wireshark, s, outcome));
        }
    }
    tally
}

fn main() -> ExitCode {
    let Some(Arguments { purpose, count, from, jobs, journal }) = arguments() else {
        eprintln!("usage: differential ndrdump|tshark COUNT [--from N] [--jobs N] [--journal FILE]");
        return ExitCode::from(2);
    };
    let (mut all, mut done) = (Tally::default(), BTreeSet::new());
    for line in journal.iter().filter_map(|path| std::fs::read_to_string(path).ok()).flat_map(|text| {
        // What was cut in the middle of a line is no JSON and is done again.
        text.lines().map(String::from).collect::<Vec<_>>()
    }) {
        if let Some((first, tally)) = Tally::from_json(&line)
            && done.insert(first)
        {
            all.join(tally);
        }
    }
    let file = journal.map(|path| std::fs::File::options().create(true).append(true).open(path).expect("the journal"));
    let (next, file, all) = (AtomicU64::new(0), Mutex::new(file), Mutex::new(all));
    std::thread::scope(|scope| {
        for job in 0..jobs {
            let (next, file, all, done) = (&next, &file, &all, &done);
            scope.spawn(move || {
                let scratch = Scratch::new(&format!("{job}"));
                let mut runner = match purpose {
                    Use::Ndrdump => Runner::fast(&scratch.0),
                    Use::Tshark => Runner::Once,
                };
                loop {
                    let first = next.fetch_add(BLOCK, Ordering::Relaxed);
                    if first >= count {
                        break;
                    }
                    let numbers = from + first..from + count.min(first + BLOCK);
                    if done.contains(&numbers.start) {
                        continue;
                    }
                    let tally = block(purpose, numbers.clone(), &scratch, &mut runner);
                    let line = format!("{}\n", tally.to_json(numbers.start));
                    if let Some(file) = file.lock().expect("no thread panics").as_mut() {
                        file.write_all(line.as_bytes()).expect("the journal can be written");
                    }
                    all.lock().expect("no thread panics").join(tally);
                }
            });
        }
    });
    let all = all.into_inner().expect("no thread panics");
    println!("{} stubs, {} values compared, {} stubs equal", all.stubs, all.values, all.equal);
    for (title, counts) in [("known differences", &all.known), ("DIFFERENT", &all.wrong)] {
        println!("\n{title}: {}", counts.values().sum::<u64>());
        counts.iter().for_each(|(what, n)| println!("{n:8} {what}"));
    }
    all.told.iter().for_each(|told| println!("\n{told}"));
    if all.wrong.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
