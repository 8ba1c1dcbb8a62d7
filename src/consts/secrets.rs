//! Names that say that a value is a secret: of properties, of registry values, of members of batches.
//!
//! Secrets are declared beside what holds them: members of structures (`#[secret]` in [`record!`](crate::record)),
//! parameters (`Secret` in the IDL), control codes (`secret input`, `secret output`) and properties (`secret`). Which
//! properties and registry values an object has is left to implementations, so names that nobody declared are judged by
//! the words in them.

/// The words, in lower case. A name has one if its letters are found in a row somewhere in it, without regard to case,
/// blanks, underscores, hyphens and full stops: `SAS_Token` and `storage account-key` have one.
pub const WORDS: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "passcode",
    "pwd",
    "secret",
    "credential",
    "token",
    "accesskey",
    "accountkey",
    "apikey",
    "cryptokey",
    "encryptionkey",
    "masterkey",
    "primarykey",
    "privatekey",
    "recoverykey",
    "secondarykey",
    "sessionkey",
    "sharedkey",
    "signingkey",
    "storagekey",
    "sastoken",
    "saskey",
    "sasuri",
    "sasurl",
    "accesssignature",
    "connectionstring",
];

/// For each byte the words that have it in this place, as bits: letters in either case.
const fn letters_at(place: usize) -> [u32; 256] {
    let mut words = [0; 256];
    let mut i = 0;
    while i < WORDS.len() {
        let letter = WORDS[i].as_bytes()[place];
        words[letter as usize] |= 1 << i;
        words[letter.to_ascii_uppercase() as usize] |= 1 << i;
        i += 1;
    }
    words
}

static FIRST: [u32; 256] = letters_at(0);
static SECOND: [u32; 256] = letters_at(1);

/// A letter or digit in lower case; `None` for what stands between words; what is not ASCII is no part of a word.
#[inline(always)]
fn folded(unit: u16) -> Option<u8> {
    match u8::try_from(unit) {
        Ok(b' ' | b'_' | b'-' | b'.') => None,
        Ok(byte) => Some(byte.to_ascii_lowercase()),
        Err(_) => Some(0),
    }
}

/// Whether a name of these UTF-16 units has one of the [`WORDS`]. Takes time in proportion to the name.
pub fn in_name(units: impl Iterator<Item = u16> + Clone) -> bool {
    let mut rest = units;
    // The words that begin with the letter before, and what stands behind it.
    let (mut begun, mut behind) = (0, rest.clone());
    while let Some(unit) = rest.next() {
        let place = usize::from(unit);
        let mut words = begun & SECOND.get(place).copied().unwrap_or(0);
        while words != 0 {
            let word = WORDS.get(words.trailing_zeros() as usize).copied().unwrap_or_default();
            words &= words - 1;
            let mut letters = behind.clone().filter_map(folded);
            if word.bytes().skip(1).all(|letter| letters.next() == Some(letter)) {
                return true;
            }
        }
        let begins = FIRST.get(place).copied().unwrap_or(0);
        if begins != 0 {
            (begun, behind) = (begins, rest.clone());
        } else if begun != 0 && folded(unit).is_some() {
            begun = 0;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(name: &str) -> bool {
        in_name(alloc::string::String::from(name).encode_utf16())
    }

    #[test]
    fn names_that_say_so() {
        for name in [
            "Password",
            "PASSWORD",
            "AdminPwd",
            "PrimaryToken",
            "SecondaryKey",
            "StorageAccountKey",
            "Access Key",
            "access_key",
            "SAS-Token",
            "ClientSecret2",
            "AzureConnectionString",
            "pass.word",
            "pass pass Passwd",
        ] {
            assert!(says(name), "{name}");
        }
        for name in ["", "Address", "KeyName", "RegistryKey", "Pass", "To ke", "Sas", "Primäry Key", "Passwor", "p"] {
            assert!(!says(name), "{name}");
        }
        for word in WORDS {
            assert!(says(word) && word.bytes().all(|byte| byte.is_ascii_lowercase()), "{word}");
            assert!(!says(&word[1..]) || WORDS.iter().any(|other| word[1..].contains(other)), "{word}");
        }
    }

    /// A separator in a row is skipped once by each word that begins before it.
    #[test]
    fn long_names_end() {
        assert!(!says(&"p".repeat(100_000)));
        assert!(says(&("pas".repeat(30_000) + "password")));
    }
}
