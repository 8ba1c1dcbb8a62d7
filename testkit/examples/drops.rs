//! Loses one packet at a time of each capture in a folder and says what that cost: see `cluscope_testkit::drops`.
//!
//!     drops FOLDER [TRIALS]

use cluscope_testkit::drops::{Capture, Figures};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().nth(1).ok_or("which folder?")?;
    let trials: u64 = std::env::args().nth(2).map_or(Ok(30), |text| text.parse())?;
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut pick = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below.max(1) as u64) as usize
    };
    let mut files: Vec<_> = std::fs::read_dir(folder)?.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.sort();
    let (mut all, mut captures) = (Figures::default(), 0);
    for path in files {
        let Some(capture) = std::fs::read(&path).ok().and_then(|file| Capture::read(&file)) else { continue };
        let mut figures = Figures::default();
        capture.lose(trials, &mut pick, &mut figures);
        captures += u64::from(figures.trials > 0);
        if !figures.examples.is_empty() {
            println!("{}: {figures:?}", path.display());
        }
        all.trials += figures.trials;
        all.expected += figures.expected;
        all.missing += figures.missing;
        all.repeated += figures.repeated;
        all.before += figures.before;
        all.ambiguous += figures.ambiguous;
    }
    println!("{captures} captures, {all:?}");
    Ok(())
}
