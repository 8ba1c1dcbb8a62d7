//! Text that fits a screen: widths as a terminal shows them, cut and broken between words.

use super::paint::COLOURS;
use alloc::borrow::Cow;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Columns that a text takes on a terminal; it holds no control characters but our own colours.
pub fn width(text: &str) -> usize {
    if !text.contains('\x1b') {
        return text.width();
    }
    let codes: usize = COLOURS.iter().map(|code| text.matches(code).count() * code.width()).sum();
    text.width() - codes
}

/// The beginning of a text that fits, with a mark where it goes on.
pub fn cut(text: &str, columns: usize) -> Cow<'_, str> {
    if width(text) <= columns {
        return Cow::Borrowed(text);
    }
    let mut shown = alloc::string::String::from(beginning(text, columns.saturating_sub(1)));
    if columns > 0 {
        shown.push('…');
    }
    Cow::Owned(shown)
}

/// The longest beginning of a text that fits.
fn beginning(text: &str, columns: usize) -> &str {
    let mut used = 0;
    let mut code = 0;
    let end = text.char_indices().find(|(at, c)| {
        // Colours take no room.
        if *c == '\x1b' {
            let rest = text.get(*at..).unwrap_or_default();
            code = COLOURS.iter().find(|code| rest.starts_with(**code)).map_or(0, |code| at + code.len());
        }
        used += if *at < code { 0 } else { c.width().unwrap_or(0) };
        used > columns
    });
    end.and_then(|(end, _)| text.get(..end)).unwrap_or(text)
}

/// Appends a line, broken between words where it is wider than the screen; what follows is indented by `indent`. Only a word
/// that is wider than the screen by itself is broken. No line end follows.
pub fn wrap(out: &mut alloc::string::String, line: &str, indent: usize, columns: usize) {
    let indent = indent.min(columns / 2);
    let mut used = 0;
    for (n, word) in line.split_inclusive(' ').enumerate() {
        let blanks = word.len() - word.trim_end_matches(' ').len();
        let (mut word, long) = (word, width(word) - blanks);
        if n > 0 && used + long > columns && used > indent {
            newline(out, indent);
            used = indent;
        }
        while used + width(word.trim_end_matches(' ')) > columns {
            let part = beginning(word, columns.saturating_sub(used).max(1));
            // A wide character on a screen of one column.
            let end = part.len().max(word.chars().next().map_or(0, char::len_utf8));
            let (part, rest) = word.split_at(end);
            if rest.is_empty() {
                break;
            }
            out.push_str(part);
            newline(out, indent);
            (word, used) = (rest, indent);
        }
        out.push_str(word);
        used += width(word);
    }
    let end = out.trim_end_matches(' ').len();
    out.truncate(end);
}

fn newline(out: &mut alloc::string::String, indent: usize) {
    let end = out.trim_end_matches(' ').len();
    out.truncate(end);
    out.push('\n');
    out.extend(core::iter::repeat_n(' ', indent));
}

#[cfg(test)]
mod tests {
    use super::{cut, width, wrap};

    fn wrapped(line: &str, indent: usize, columns: usize) -> String {
        let mut out = String::new();
        wrap(&mut out, line, indent, columns);
        out
    }

    #[test]
    fn lines_are_broken_between_words() {
        for (line, indent, columns, expected) in [
            ("one two three", 2, 20, "one two three"),
            ("one two three", 2, 9, "one two\n  three"),
            ("one two three", 2, 7, "one two\n  three"),
            ("one  two three", 2, 8, "one  two\n  three"),
            ("日本 日本語", 1, 7, "日本\n 日本語"),
            ("abcdefghij kl", 1, 5, "abcde\n fghi\n j kl"),
            ("a 日本語", 0, 1, "a\n日\n本\n語"),
            ("", 2, 9, ""),
        ] {
            assert_eq!(wrapped(line, indent, columns), expected, "{line:?} in {columns}");
        }
        // Whatever is written, no line is wider than the screen and no letter is lost.
        let line = "zwölf Boxkämpfer 日本語のテキスト jagen Victor quer über den großen Sylter Deich ".repeat(5);
        for columns in 4..60 {
            let text = wrapped(&line, 3, columns);
            assert!(text.lines().all(|line| width(line) <= columns), "{columns}: {text}");
            let letters = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            assert_eq!(letters(&text), letters(&line));
        }
    }

    /// Colours take no room, wherever they stand, and are not cut.
    #[test]
    fn colours_take_no_room() {
        for (text, columns) in [
            ("\x1b[1mgroup\x1b[0m", 5),
            ("a \x1b[31m日本\x1b[0m b", 8),
            ("\x1b[36m\x1b[2m\x1b[0m", 0),
            ("\x1b[1m\x1b[36mab\x1b[0m\x1b[0m", 2),
        ] {
            assert_eq!(width(text), columns, "{text:?}");
            assert_eq!(cut(text, columns), text);
        }
        assert_eq!(cut("\x1b[1mgroup\x1b[0m", 4), "\x1b[1mgro…");
        assert_eq!(wrapped("\x1b[1mone\x1b[0m two", 0, 7), "\x1b[1mone\x1b[0m two");
        assert_eq!(wrapped("\x1b[1mone\x1b[0m two", 0, 6), "\x1b[1mone\x1b[0m\ntwo");
    }

    #[test]
    fn texts_are_cut_to_columns() {
        for (text, columns, expected) in
            [("group", 5, "group"), ("groups", 5, "grou…"), ("日本語", 5, "日本…"), ("日本語", 4, "日…"), ("x", 0, "")]
        {
            assert_eq!(cut(text, columns), expected);
            assert!(width(&cut(text, columns)) <= columns);
        }
    }
}
