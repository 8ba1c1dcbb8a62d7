//! The page around the data.

use cluscope::internals::base::printable::printable;
use std::io::{Result, Write};

/// The page; `{{…}}` are places.
const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// SHA-256 of style and script in base64, by which the page's policy tells them from others.
const STYLE_HASH: &str = "EoWIKN4HTfNXPOvj0D3j/JoOMn9VIkZIJTK+qLXgSRE=";
const SCRIPT_HASH: &str = "afoS7E/KH8mn9RDW7SujFs6xGPUPCafTELOA+w2rB10=";

/// Writes the page.
pub(super) fn write(out: &mut impl Write, title: &str, data: &[u8]) -> Result<()> {
    let mut rest = PAGE;
    while let Some((before, behind)) = rest.split_once("{{") {
        out.write_all(before.as_bytes())?;
        let (place, behind) = behind.split_once("}}").unwrap_or((behind, ""));
        match place {
            "title" => text(out, title)?,
            "style" => out.write_all(STYLE.as_bytes())?,
            "style-hash" => out.write_all(STYLE_HASH.as_bytes())?,
            "script" => out.write_all(SCRIPT.as_bytes())?,
            "script-hash" => out.write_all(SCRIPT_HASH.as_bytes())?,
            "data" => json(out, data)?,
            _ => {}
        }
        rest = behind;
    }
    out.write_all(rest.as_bytes())
}

/// Text in HTML, whatever stands around it.
fn text(out: &mut impl Write, text: &str) -> Result<()> {
    for c in printable(text).chars() {
        match c {
            '&' | '<' | '>' | '"' | '\'' => write!(out, "&#{};", c as u32)?,
            c => write!(out, "{c}")?,
        }
    }
    Ok(())
}

/// JSON in an element of HTML: what could end or begin one, or a comment, stands as an escape, which JSON reads as the
/// same. Such characters are in its texts only.
fn json(out: &mut impl Write, json: &[u8]) -> Result<()> {
    let mut rest = json;
    while let Some(at) = rest.iter().position(|byte| matches!(byte, b'<' | b'>' | b'&')) {
        let (plain, more) = rest.split_at(at);
        out.write_all(plain)?;
        if let Some((byte, more)) = more.split_first() {
            write!(out, "\\u{byte:04x}")?;
            rest = more;
        }
    }
    out.write_all(rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use sha2::{Digest, Sha256};

    /// Base64 of RFC 4648.
    fn base64(bytes: &[u8]) -> String {
        let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let mut text = String::new();
        for chunk in bytes.chunks(3) {
            let number = (0..3).fold(0, |n, i| n << 8 | u32::from(*chunk.get(i).unwrap_or(&0)));
            let digits = (0..4).map(|i| alphabet[(number >> (18 - 6 * i) & 63) as usize] as char);
            text.extend(digits.enumerate().map(|(i, c)| if i <= chunk.len() { c } else { '=' }));
        }
        text
    }

    #[test]
    fn the_policy_names_style_and_script() {
        assert_eq!(base64(b"ab"), "YWI=");
        for (content, hash) in [(STYLE, STYLE_HASH), (SCRIPT, SCRIPT_HASH)] {
            assert_eq!(hash, base64(&Sha256::digest(content)), "SHA-256 has changed");
        }
        for content in [STYLE, SCRIPT] {
            assert!(!content.contains("</s") && !content.contains("<!--") && !content.contains("http:"));
        }
    }

    /// Nothing out of a capture can end the element it stands in, or begin another one.
    #[test]
    fn hostile_names() {
        let hostile = "</script><script>alert(1)</script><!-- & \" ' onload=x \u{2028}\u{202e}";
        let data = serde_json::to_vec(&serde_json::json!({ "name": hostile })).unwrap();
        let mut page = Vec::new();
        write(&mut page, hostile, &data).unwrap();
        let page = String::from_utf8(page).unwrap();
        assert_eq!(page.matches("<script").count(), PAGE.matches("<script").count());
        assert_eq!(page.matches("</script").count(), PAGE.matches("</script").count());
        assert!(!page.contains("alert(1)<") && !page.contains("<!-- "));
        let begin =
            page.find("type=\"application/json\"").and_then(|at| page[at..].find('>').map(|n| at + n + 1)).unwrap();
        let end = begin + page[begin..].find("</script").unwrap();
        let read: serde_json::Value = serde_json::from_str(&page[begin..end]).unwrap();
        assert_eq!(read["name"], hostile);
    }
}
