//! Names of keytabs and credential caches as MIT's programs take them: `FILE:/tmp/krb5cc_0`, `KCM:1000`.

use std::path::{Path, PathBuf};

use super::{KeyError, KeyErrorKind};

/// Kinds of caches and key tables that aren't files, by prefix, and where to get their contents.
const NO_FILES: [(&str, &str); 9] = [
    ("KCM:", "KCM: names a cache that a daemon holds, no file; kinit -c FILE:PATH puts tickets into a file"),
    ("DIR:", "DIR: names a folder of caches; name one of the files in it"),
    (
        "KEYRING:",
        "KEYRING: names a cache in the kernel's keyring, no file; kinit -c FILE:PATH puts tickets into a file",
    ),
    ("API:", "API: names a cache in another program's memory, no file; kinit -c FILE:PATH puts tickets into a file"),
    ("MEMORY:", "MEMORY: names a cache in a program's memory, no file; kinit -c FILE:PATH puts tickets into a file"),
    ("MSLSA:", "MSLSA: names the tickets that Windows holds, no file; export them as kirbi files"),
    ("XCACHE:", "XCACHE: names a cache that macOS holds, no file; kinit -c FILE:PATH puts tickets into a file"),
    ("KCB:", "KCB: names a cache that a daemon holds, no file; kinit -c FILE:PATH puts tickets into a file"),
    ("SRVTAB:", "SRVTAB: names a key table of Kerberos 4, which isn't read"),
];

/// The file that a name means.
pub(super) fn file_of(name: &Path) -> Result<PathBuf, KeyError> {
    let Some(text) = name.to_str() else { return Ok(name.to_path_buf()) };
    // `DIR::/run/user/1000/krb5cc/tkt` is one file of the folder.
    let behind = |prefix: &str| {
        let (start, rest) = text.split_at_checked(prefix.len())?;
        start.eq_ignore_ascii_case(prefix).then_some(rest)
    };
    if let Some(file) = ["FILE:", "WRFILE:", "DIR::"].iter().find_map(|prefix| behind(prefix)) {
        return Ok(PathBuf::from(file));
    }
    match NO_FILES.iter().find(|(prefix, _)| behind(prefix).is_some()) {
        Some((_, sentence)) => Err(KeyError::new(KeyErrorKind::NoFile(sentence))),
        None => Ok(name.to_path_buf()),
    }
}
