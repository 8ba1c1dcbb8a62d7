//! JSON made of names when compiling: a printer copies it in one step.

/// JSON in as many bytes as a copy takes, however many of them count.
#[derive(Clone, Copy)]
pub struct Piece<const WIDTH: usize> {
    text: [u8; WIDTH],
    len: u8,
}

/// `"name":`, in front of a value.
pub type Key = Piece<32>;

impl Key {
    /// The key of a name with nothing to escape. Longer ones than fit have no prepared key.
    pub const fn of(name: &str) -> Key {
        Piece::joined(&["\"", name, "\":"])
    }
}

impl<const WIDTH: usize> Piece<WIDTH> {
    /// A member whose value is a name: `"key":"name",`.
    pub const fn member(key: &str, name: &str) -> Self {
        Piece::joined(&["\"", key, "\":\"", name, "\","])
    }

    /// Operation number and name of a method: `"opnum":8,"method":"…",`.
    pub const fn method(opnum: u16, name: &str) -> Self {
        let (mut digits, mut rest, mut at) = ([0; 5], opnum, 5);
        while at > 0 && (rest > 0 || at == 5) {
            at -= 1;
            digits[at] = b'0' + (rest % 10) as u8;
            rest /= 10;
        }
        let (_, digits) = digits.split_at(at);
        match core::str::from_utf8(digits) {
            Ok(digits) => Piece::joined(&["\"opnum\":", digits, ",\"method\":\"", name, "\","]),
            Err(_) => Piece::EMPTY,
        }
    }

    /// Parts one behind the other; nothing where they don't fit.
    const fn joined(parts: &[&str]) -> Self {
        let (mut text, mut len) = ([0; WIDTH], 0);
        let mut i = 0;
        while i < parts.len() {
            let part = parts[i].as_bytes();
            let mut j = 0;
            while j < part.len() {
                if len == WIDTH || len == u8::MAX as usize {
                    return Piece::EMPTY;
                }
                text[len] = part[j];
                (len, j) = (len + 1, j + 1);
            }
            i += 1;
        }
        Piece { text, len: len as u8 }
    }

    /// Nothing.
    pub const EMPTY: Self = Piece { text: [0; WIDTH], len: 0 };

    /// Whether it is nothing: what it was to be made of is too long.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The bytes, and how many of them count: 0 of what is too long.
    #[inline(always)]
    pub const fn padded(&self) -> (&[u8; WIDTH], usize) {
        (&self.text, self.len as usize)
    }
}

impl<const WIDTH: usize> core::fmt::Debug for Piece<WIDTH> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let text = self.text.get(..usize::from(self.len)).and_then(|text| core::str::from_utf8(text).ok());
        f.write_str(text.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::{Key, Piece};

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

    #[test]
    fn pieces() {
        let text = |piece: Piece<48>| {
            let (text, len) = piece.padded();
            String::from_utf8(text[..len].to_vec()).unwrap()
        };
        assert_eq!(text(Piece::member("type", "bind_ack")), r#""type":"bind_ack","#);
        assert_eq!(text(Piece::method(0, "A")), r#""opnum":0,"method":"A","#);
        assert_eq!(text(Piece::method(65_530, "B")), r#""opnum":65530,"method":"B","#);
        let name = "x".repeat(24);
        assert_eq!(text(Piece::method(104, &name)).len(), 48);
        assert_eq!(text(Piece::method(1040, &name)), "");
    }
}
