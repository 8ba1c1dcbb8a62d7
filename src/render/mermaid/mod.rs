//! A story as a sequence diagram of Mermaid, for a ticket or a page of documentation; docs/views.md has its arrows.
//!
//! Whoever shows a diagram reads it as a language of its own, so every character of a name that may mean something in it
//! stands as an entity (`#35;`).

use super::{StoryFormat, StoryPrinter};
use crate::analysis::story::{Event, Outcome, Timeline};
use crate::base::printable::printable;

/// The diagram.
pub const FORMAT: StoryFormat = StoryFormat {
    name: "mermaid",
    about: "A sequence diagram for Mermaid, of the first events; choose them with --filter",
    printer: |limits| Box::new(Diagram { limit: limits.arrows, ..Diagram::default() }),
};

/// Participants of each side; what comes later is one of the others.
const PARTICIPANTS: usize = 12;

/// Characters of a line's text.
const TEXT: usize = 160;

/// The lines, which stand behind the participants.
#[derive(Default)]
struct Diagram {
    limit: usize,
    clients: Vec<String>,
    servers: Vec<String>,
    arrows: Vec<String>,
    more: u64,
    day: String,
}

impl StoryPrinter for Diagram {
    fn event(&mut self, _: &mut Vec<u8>, event: &Event) {
        if self.arrows.len() >= self.limit {
            self.more += 1;
            return;
        }
        let client = place(&mut self.clients, 'c', &event.client.ip().to_string());
        let server = place(&mut self.servers, 's', &event.server.to_string());
        let time = event.time.map(|time| String::from_utf8_lossy(&time.to_ascii()).into_owned()).unwrap_or_default();
        let (day, clock) = (time.get(..10).unwrap_or_default(), time.get(11..23).unwrap_or_default());
        if day != self.day {
            self.arrows.push(format!("Note over {client}: {day} UTC"));
            self.day = day.to_string();
        }
        // Who does it sends; who sees it, or is told of it, receives.
        let (from, line, to) = if event.acted { (client, "-", server) } else { (server, "--", client) };
        let tip = match event.outcome {
            Outcome::Done => ">>",
            Outcome::Failed => "x",
            _ => ")",
        };
        let times = if event.times > 1 { format!(" ({} times)", event.times) } else { String::new() };
        self.arrows.push(format!("{from}{line}{tip}{to}: {clock} {}{times}", safe(&event.text)));
    }

    fn end(&mut self, out: &mut Vec<u8>, _: &[Timeline]) {
        out.extend_from_slice(b"sequenceDiagram\n");
        let mut line = |text: &str| out.extend_from_slice(format!("    {text}\n").as_bytes());
        for (letter, names, others) in [('c', &self.clients, "other clients"), ('s', &self.servers, "other servers")] {
            for (n, name) in names.iter().enumerate() {
                let name = if n == PARTICIPANTS { others } else { name };
                line(&format!("participant {letter}{n} as {}", safe(name)));
            }
        }
        self.arrows.iter().for_each(|arrow| line(arrow));
        if self.more > 0 {
            line(&format!("Note over c0: {} further events are not shown", self.more));
        }
        if self.arrows.is_empty() {
            line("Note over nobody: no event");
        }
    }
}

/// The identifier of a participant.
fn place(names: &mut Vec<String>, letter: char, name: &str) -> String {
    let known = names.iter().position(|known| known == name);
    let n = known.unwrap_or_else(|| {
        if names.len() <= PARTICIPANTS {
            names.push(name.to_string());
        }
        names.len() - 1
    });
    format!("{letter}{n}")
}

/// Text that means nothing to Mermaid, nor to the Markdown or HTML around it.
fn safe(text: &str) -> String {
    let text = printable(text);
    let mut safe = String::new();
    for (n, c) in text.chars().enumerate() {
        if n == TEXT {
            safe.push('…');
            break;
        }
        match c {
            c if c.is_alphanumeric() || matches!(c, ' ' | '.' | ',' | ':' | '/' | '(' | ')' | '-') => safe.push(c),
            c => safe.push_str(&format!("#{};", c as u32)),
        }
    }
    // A word of the language's own ends a block.
    let words = safe.split(' ').map(|word| if word.eq_ignore_ascii_case("end") { "#101;nd" } else { word });
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_means_anything() {
        for (text, shown) in [
            ("moved group \"FS\" to node 2", "moved group #34;FS#34; to node 2"),
            ("a;b#c%%{init}", "a#59;b#35;c#37;#37;#123;init#125;"),
            ("<script>`x`\n", "#60;script#62;#96;x#96;#92;n"),
            ("the end of it", "the #101;nd of it"),
            ("名前 ä", "名前 ä"),
        ] {
            assert_eq!(safe(text), shown);
        }
        assert_eq!(safe(&"x".repeat(10_000)).chars().count(), TEXT + 1);
    }

    #[test]
    fn participants_are_few() {
        let mut names = Vec::new();
        let places: Vec<_> = (0..40).map(|n| place(&mut names, 'c', &n.to_string())).collect();
        assert_eq!(places[11..15], ["c11", "c12", "c12", "c12"]);
        assert_eq!(place(&mut names, 'c', "3"), "c3");
    }
}
