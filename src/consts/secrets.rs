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

/// For each letter the words that begin with it, as bits.
const FIRST: [u32; 26] = {
    let mut first = [0; 26];
    let mut i = 0;
    while i < WORDS.len() {
        first[(WORDS[i].as_bytes()[0] - b'a') as usize] |= 1 << i;
        i += 1;
    }
    first
};

/// A letter or digit in lower case; `None` for what stands between words; what is not ASCII is no part of a word.
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
    loop {
        let here = rest.clone();
        let Some(unit) = rest.next() else { return false };
        let Some(mut words) = folded(unit).and_then(|byte| FIRST.get(usize::from(byte.wrapping_sub(b'a')))).copied()
        else {
            continue;
        };
        while words != 0 {
            let word = WORDS.get(words.trailing_zeros() as usize).copied().unwrap_or_default();
            words &= words - 1;
            let mut letters = here.clone().filter_map(folded);
            if word.bytes().all(|letter| letters.next() == Some(letter)) {
                return true;
            }
        }
    }
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
