//! A field's name as the key of a JSON member, made when compiling: a printer copies it in one step.

/// `"name":`, in front of a value.
#[derive(Clone, Copy)]
pub struct Key {
    text: [u8; Key::WIDTH],
    len: u8,
}

impl Key {
    /// Bytes that a key takes, however many of them count.
    pub const WIDTH: usize = 32;

    /// The key of a name with nothing to escape. Longer ones than fit have no prepared key.
    pub const fn of(name: &str) -> Key {
        let name = name.as_bytes();
        let mut text = [0; Key::WIDTH];
        if name.len() + 3 > Key::WIDTH {
            return Key { text, len: 0 };
        }
        let mut i = 0;
        while i < name.len() {
            text[i + 1] = name[i];
            i += 1;
        }
        (text[0], text[i + 1], text[i + 2]) = (b'"', b'"', b':');
        Key { text, len: i as u8 + 3 }
    }

    /// The bytes, and how many of them count: 0 of a name that is too long.
    #[inline(always)]
    pub const fn padded(&self) -> (&[u8; Key::WIDTH], usize) {
        (&self.text, self.len as usize)
    }
}

impl core::fmt::Debug for Key {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let text = self.text.get(..usize::from(self.len)).and_then(|text| core::str::from_utf8(text).ok());
        f.write_str(text.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::Key;

    #[test]
    fn keys() {
        for (name, key) in [("a", &b"\"a\":"[..]), ("", b"\"\":"), ("dwType", b"\"dwType\":")] {
            let prepared = Key::of(name);
            let (text, len) = prepared.padded();
            assert_eq!(&text[..len], key);
        }
        let name = "x".repeat(30);
        assert_eq!(Key::of(&name[1..]).padded().1, 32);
        assert_eq!(Key::of(&name).padded().1, 0);
    }
}
