//! Finds the members of the objects that cluscope's own printer has made, without reading what is in them. It is not for
//! JSON from elsewhere: keys have no escapes, and there is no white space.

/// The members of an object, each with the text of its value.
pub(crate) struct Members<'a> {
    rest: &'a [u8],
}

/// The members of the object that the text is.
pub(crate) fn members(object: &[u8]) -> Members<'_> {
    Members { rest: object.strip_prefix(b"{").unwrap_or_default() }
}

/// How long the string is that begins here, quotes included.
fn string(text: &[u8]) -> usize {
    let mut at = 1;
    while let Some(byte) = text.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    text.len()
}

/// How long the value is that begins here.
fn value(text: &[u8]) -> usize {
    let (mut at, mut depth) = (0, 0_usize);
    while let Some(byte) = text.get(at) {
        match byte {
            b'"' => {
                at += string(text.get(at..).unwrap_or_default());
                if depth == 0 {
                    return at;
                }
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth == 0 => return at,
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
            b',' if depth == 0 => return at,
            _ => {}
        }
        at += 1;
    }
    text.len()
}

impl<'a> Iterator for Members<'a> {
    type Item = (&'a [u8], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.rest.strip_prefix(b",").unwrap_or(self.rest);
        if rest.first() != Some(&b'"') {
            return None;
        }
        let (key, rest) = rest.split_at_checked(string(rest))?;
        let rest = rest.strip_prefix(b":")?;
        let (value, rest) = rest.split_at_checked(value(rest))?;
        self.rest = rest;
        Some((key.get(1..key.len().checked_sub(1)?)?, value))
    }
}

#[cfg(test)]
mod tests {
    use super::members;

    #[test]
    fn members_of_all_shapes() {
        let text = br#"{"a":1,"b":"x,\"}\\","c":{"d":[1,{"e":"]"}]},"f":[],"g":null}"#;
        let found: Vec<(&str, &str)> = members(text)
            .map(|(key, value)| (str::from_utf8(key).expect("UTF-8"), str::from_utf8(value).expect("UTF-8")))
            .collect();
        let value: serde_json::Value = serde_json::from_slice(text).expect("JSON");
        let all = value.as_object().expect("an object");
        assert_eq!(found.len(), all.len());
        for (key, text) in found {
            assert_eq!(serde_json::from_str::<serde_json::Value>(text).expect("JSON"), all[key], "{key}");
        }
    }

    #[test]
    fn what_is_cut_ends() {
        let text = br#"{"a":{"b":"c\"#;
        for end in 0..=text.len() {
            assert!(members(&text[..end]).count() <= 1);
        }
        assert_eq!(members(b"{}").count() + members(b"").count() + members(b"[1]").count(), 0);
    }
}
