//! Colours of text on a terminal.

const BOLD: &str = "\x1b[1m";
const DIM: &str = "\x1b[2m";
const RED: &str = "\x1b[31m";
const CYAN: &str = "\x1b[36m";
const OFF: &str = "\x1b[0m";

/// The control sequences that the printers of text write; no other is theirs.
pub const COLOURS: [&str; 5] = [BOLD, DIM, RED, CYAN, OFF];

/// Turns text bold, red, cyan or dim on a terminal.
pub(super) struct Paint(pub(super) bool);

impl Paint {
    fn on(&self, code: &'static str) -> &'static str {
        if self.0 { code } else { "" }
    }

    pub(super) fn bold(&self) -> &'static str {
        self.on(BOLD)
    }

    pub(super) fn red(&self) -> &'static str {
        self.on(RED)
    }

    pub(super) fn cyan(&self) -> &'static str {
        self.on(CYAN)
    }

    pub(super) fn dim(&self) -> &'static str {
        self.on(DIM)
    }

    pub(super) fn off(&self) -> &'static str {
        self.on(OFF)
    }
}

#[cfg(test)]
mod tests {
    use super::{COLOURS, Paint};

    #[test]
    fn colours_where_they_are_wanted() {
        let all = |wanted| {
            let paint = Paint(wanted);
            [paint.bold(), paint.dim(), paint.red(), paint.cyan(), paint.off()]
        };
        assert_eq!(all(true), COLOURS);
        assert_eq!(all(false), [""; 5]);
    }
}
