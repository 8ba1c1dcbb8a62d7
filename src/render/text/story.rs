//! Events of a story as text.

use crate::analysis::story::Event;
use crate::base::printable::printable;

/// Time to the millisecond, client, and what happened.
pub fn event(event: &Event, verbose: bool) -> String {
    let mut line = String::new();
    if let Some(time) = event.time {
        let text = String::from_utf8_lossy(&time.to_ascii()).replacen('T', " ", 1);
        line.push_str(text.get(..23).unwrap_or(&text));
        line.push_str("  ");
    }
    if let Some(user) = event.user.as_deref() {
        line.push_str(user);
        line.push('@');
    }
    line.push_str(&format!("{}  {}", event.client.ip(), event.text));
    if event.times > 1 {
        line.push_str(&format!(" ({} times)", event.times));
    }
    if verbose {
        let frames: Vec<String> = event.frames.iter().map(u64::to_string).collect();
        line.push_str(&format!("  [#{}]", frames.join(" #")));
    }
    printable(&line).into_owned()
}
