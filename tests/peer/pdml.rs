//! Reads what `tshark -T pdml` prints: one element a line. Only what the comparison needs.

use std::io::BufRead;

/// A field with a place in the packet.
#[derive(Clone, Debug)]
pub struct Shown {
    pub name: String,
    /// From the beginning of the stub.
    pub pos: usize,
    pub size: usize,
    pub show: String,
    /// Whether it contains other fields.
    pub parent: bool,
}

/// What is shown of one packet.
#[derive(Debug, Default)]
pub struct Packet {
    pub frame: u64,
    /// The dissector's name, if the stub was dissected.
    pub protocol: Option<String>,
    /// Bytes of the stub.
    pub size: usize,
    pub fields: Vec<Shown>,
    /// Complaints.
    pub complaints: Vec<String>,
}

/// An attribute as it stands.
fn attribute<'l>(line: &'l str, name: &str) -> Option<&'l str> {
    let mut rest = line;
    loop {
        let at = rest.find(name)?;
        let after = &rest[at + name.len()..];
        if let (true, Some(value)) = (rest[..at].ends_with(' '), after.strip_prefix("=\"")) {
            return value.split('"').next();
        }
        rest = after;
    }
}

fn number(line: &str, name: &str) -> usize {
    attribute(line, name).and_then(|n| n.parse().ok()).unwrap_or(0)
}

/// Hands each packet on, in order.
pub fn packets(input: impl BufRead, mut each: impl FnMut(Packet)) -> std::io::Result<()> {
    let mut packet = Packet::default();
    let mut base = None;
    for line in input.split(b'\n') {
        let line = line?;
        let line = String::from_utf8_lossy(&line);
        let line = line.trim();
        if line.starts_with("<packet>") {
            packet = Packet::default();
        } else if line.starts_with("</packet>") {
            each(std::mem::take(&mut packet));
        } else if line.starts_with("<proto ") {
            base = None;
            match attribute(line, "name") {
                Some(name @ ("clusapi" | "witness")) => {
                    base = Some(number(line, "pos"));
                    packet.protocol = Some(name.to_owned());
                    packet.size = number(line, "size");
                }
                Some("_ws.malformed") => packet.complaints.push("malformed".to_owned()),
                _ => {}
            }
        } else if line.starts_with("<field ") {
            let name = attribute(line, "name").unwrap_or_default();
            if packet.frame == 0 && name == "num" {
                packet.frame = number(line, "show") as u64;
            }
            if name == "_ws.expert" || name == "_ws.malformed" {
                packet.complaints.push(attribute(line, "showname").unwrap_or("expert").to_owned());
            }
            let (Some(base), Some(_)) = (base, attribute(line, "pos")) else { continue };
            packet.fields.push(Shown {
                name: name.to_owned(),
                pos: number(line, "pos").wrapping_sub(base),
                size: number(line, "size"),
                show: attribute(line, "show").unwrap_or_default().to_owned(),
                parent: !line.ends_with("/>"),
            });
        }
    }
    Ok(())
}

/// Text as `tshark` writes it into an attribute.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#x27;"),
            c => out.push(c),
        }
    }
    out
}
