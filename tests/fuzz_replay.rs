//! Runs each fuzz target over its seeds and over the inputs that once made it fail (`fuzz/corpus`, `fuzz/regressions`).

mod common;

use cluscope::oracle;

fn replay(target: &str, run: fn(&[u8])) -> usize {
    let mut count = 0;
    for place in ["fuzz/corpus", "fuzz/regressions"] {
        let Ok(directory) = std::fs::read_dir(common::file(place).join(target)) else { continue };
        for entry in directory {
            let path = entry.unwrap().path();
            let octets = std::fs::read(&path).unwrap();
            if std::panic::catch_unwind(|| run(&octets)).is_err() {
                panic!("{} makes {target} fail", path.display());
            }
            count += 1;
        }
    }
    if count == 0 {
        eprintln!("skipped: no input for {target}");
    }
    count
}

#[test]
fn every_target() {
    for (name, run) in oracle::TARGETS {
        let count = replay(name, *run);
        println!("{name}: {count}");
    }
}

/// A directory without a target would never be replayed.
#[test]
fn every_directory_has_a_target() {
    for place in ["fuzz/corpus", "fuzz/regressions"] {
        let Ok(directory) = std::fs::read_dir(common::file(place)) else { continue };
        for entry in directory.map(Result::unwrap).filter(|e| e.path().is_dir()) {
            let name = entry.file_name();
            assert!(oracle::TARGETS.iter().any(|(target, _)| name == *target), "{}", entry.path().display());
        }
    }
}
