//! Keys files, keytabs and credential caches, whole and broken.

use std::vec::Vec;

use super::{KeyErrorKind, KeyStore, UserSecret};

/// A keytab entry of version 2 (`big`) or 1.
fn entry(version: u8, big: bool, parts: &[&str], realm: &str, kvno: u32, etype: u16, key: &[u8]) -> Vec<u8> {
    let short = |n: usize| {
        let n = u16::try_from(n).unwrap();
        if big { n.to_be_bytes() } else { n.to_le_bytes() }
    };
    let long = |n: u32| if big { n.to_be_bytes() } else { n.to_le_bytes() };
    let mut body = short(parts.len() + usize::from(version == 1)).to_vec();
    for text in core::iter::once(&realm).chain(parts) {
        body.extend(short(text.len()));
        body.extend(text.as_bytes());
    }
    if version == 2 {
        body.extend(long(1));
    }
    body.extend(long(1_700_000_000));
    body.push(u8::try_from(kvno & 0xff).unwrap());
    body.extend(short(usize::from(etype)));
    body.extend(short(key.len()));
    body.extend(key);
    if kvno > 255 {
        body.extend(long(kvno));
    }
    [long(u32::try_from(body.len()).unwrap()).to_vec(), body].concat()
}

#[test]
fn keys_file() {
    let mut keys = KeyStore::new();
    let text = "\u{feff}# comment\r\n\npassword     LAB\\clusadm  a secret, spaces and all \r\n\
                nthash\tLAB\\Other\t0123456789abcdef0123456789ABCDEF\n  session-key  00112233445566778899aabbccddeeff\n\
                password solo #hash";
    assert_eq!(keys.add_keys_file(text.as_bytes()), Ok(4));
    let UserSecret::Password(password) = &keys.users[0].secret else { panic!() };
    assert_eq!(password.as_slice(), b"a secret, spaces and all ");
    let UserSecret::Password(password) = &keys.users[2].secret else { panic!() };
    assert_eq!(password.as_slice(), b"#hash");
    assert!(matches!(&keys.users[1].secret, UserSecret::NtHash(hash) if hash[1] == 0x23));
    assert_eq!(keys.session_keys.len(), 1);
    #[cfg(feature = "decrypt")]
    {
        use super::Fit;
        let fits = |domain, user| {
            let named = |(fit, key): (Fit, &super::UserKey)| (fit, key.shown.clone());
            keys.of_user(domain, user).map(named).find(|(fit, _)| *fit != Fit::Other)
        };
        for (domain, user) in
            [("lab", "CLUSADM"), ("", "clusadm@lab"), ("lab.test", "clusadm"), ("", "clusadm@LAB.TEST")]
        {
            assert_eq!(fits(domain, user), Some((Fit::Same, "LAB\\clusadm".into())), "{domain} {user}");
        }
        assert_eq!(fits("other", "clusadm"), Some((Fit::OtherDomain, "LAB\\clusadm".into())));
        assert_eq!(fits("any", "Solo"), Some((Fit::Same, "solo".into())));
        assert_eq!(fits("any", "nobody"), None);
        // A name may have blanks, but only where the session's has them.
        assert_eq!(fits("lab", "clusadm a"), None);
        assert_eq!(fits("lab", "clusadm  a"), Some((Fit::Same, "LAB\\clusadm  a".into())));
        assert_eq!(
            fits("lab", "clusadm  a secret, spaces"),
            Some((Fit::Same, "LAB\\clusadm  a secret, spaces".into()))
        );
    }
    assert_eq!(format!("{keys:?}"), "KeyStore { users: 3, session_keys: 1, service_keys: 0, cached_keys: 0 }");
}

#[test]
fn keys_file_errors_name_lines_and_never_contents() {
    for (line, kind) in [
        (&b"pasword LAB\\u s3cret"[..], KeyErrorKind::Keyword),
        (b"password LAB\\s3cret", KeyErrorKind::Missing),
        (b"password", KeyErrorKind::Missing),
        (b"nthash u s3cret", KeyErrorKind::NotHex),
        (b"nthash u 00112233", KeyErrorKind::KeyLength),
        (b"session-key", KeyErrorKind::Missing),
        (b"session-key s3cret", KeyErrorKind::NotHex),
        (b"session-key 0011", KeyErrorKind::KeyLength),
        (b"password u \xff s3cret", KeyErrorKind::NotText),
    ] {
        let mut keys = KeyStore::new();
        let file = [b"password a b\n# two\n", line, b"\npassword c d\n"].concat();
        let error = keys.add_keys_file(&file).unwrap_err();
        assert_eq!((error.line, error.kind), (Some(3), kind));
        assert!(error.to_string().starts_with("line 3: "));
        for shown in [error.to_string(), format!("{error:?}"), format!("{keys:?}")] {
            assert!(!shown.contains("s3cret"), "{shown}");
        }
        assert_eq!(keys.users.len(), 1);
    }
}

#[test]
fn keytabs_of_both_versions() {
    for (version, big) in [(2, true), (1, false), (1, true)] {
        let hole = |n: i32| if big { n.to_be_bytes() } else { n.to_le_bytes() };
        let file = [
            &[5, version][..],
            &entry(version, big, &["cifs", "node1.lab.test"], "LAB.TEST", 3, 18, &[7; 32]),
            &hole(-5),
            &[0xee; 5],
            &entry(version, big, &["host"], "LAB.TEST", 300, 23, &[8; 16]),
        ]
        .concat();
        let mut keys = KeyStore::new();
        assert_eq!(keys.add_keytab(&file), Ok(2), "version {version}, big {big}");
        let found: Vec<_> =
            keys.service_keys.iter().map(|k| (k.principal.as_str(), k.kvno, k.etype, k.key.len())).collect();
        assert_eq!(found, [("cifs/node1.lab.test@LAB.TEST", 3, 18, 32), ("host@LAB.TEST", 300, 23, 16)]);
        for end in 0..file.len() {
            let mut keys = KeyStore::new();
            match keys.add_keytab(&file[..end]) {
                Ok(count) => assert_eq!(count, keys.service_keys.len()),
                Err(error) => assert!(error.offset.is_some_and(|o| o <= end)),
            }
        }
        for at in 0..file.len() {
            for by in [1, 0x7f, 0x80, 0xff] {
                let mut bent = file.clone();
                bent[at] = bent[at].wrapping_add(by);
                let _ = KeyStore::new().add_keytab(&bent);
            }
        }
    }
    for wrong in [&b""[..], b"\x05", b"\x05\x03", b"\x05\x00aaaa", b"\x04\x02"] {
        assert_eq!(KeyStore::new().add_keytab(wrong).unwrap_err().kind, KeyErrorKind::Version);
    }
    assert_eq!(KeyStore::new().add_keytab(b"\x05\x02\x80\0\0\0").unwrap_err().kind, KeyErrorKind::Truncated);
}

#[test]
fn credential_caches() {
    let data = |b: &[u8]| [&u32::try_from(b.len()).unwrap().to_be_bytes()[..], b].concat();
    let name = |realm: &str, parts: &[&str]| {
        let mut out = [1u32.to_be_bytes(), u32::try_from(parts.len()).unwrap().to_be_bytes()].concat();
        out.extend(data(realm.as_bytes()));
        parts.iter().for_each(|p| out.extend(data(p.as_bytes())));
        out
    };
    for version in [3u8, 4] {
        let credential = |realm: &str, parts: &[&str], key: &[u8]| {
            let mut out = name("LAB.TEST", &["clusadm"]);
            out.extend(name(realm, parts));
            out.extend(18u16.to_be_bytes());
            if version == 3 {
                out.extend(18u16.to_be_bytes());
            }
            out.extend(data(key));
            out.extend([0; 21]);
            out.extend([&1u32.to_be_bytes()[..], &[0, 2], &data(&[10, 0, 0, 1])].concat());
            out.extend([0; 4]);
            out.extend(data(b"ticket"));
            out.extend(data(b""));
            out
        };
        let mut file = std::vec![5, version];
        if version == 4 {
            file.extend([0, 12, 0, 1, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0]);
        }
        file.extend(name("LAB.TEST", &["clusadm"]));
        file.extend(credential("X-CACHECONF:", &["krb5_ccache_conf_data", "pa_type"], &[]));
        file.extend(credential("LAB.TEST", &["cifs", "node1"], &[3; 32]));
        let mut keys = KeyStore::new();
        assert_eq!(keys.add_ccache(&file), Ok(1), "version {version}");
        let key = &keys.cached_keys[0];
        assert_eq!((key.server.as_str(), key.etype, key.key.len()), ("cifs/node1@LAB.TEST", 18, 32));
        for end in 0..file.len() {
            let _ = KeyStore::new().add_ccache(&file[..end]);
        }
        for at in 0..file.len() {
            let mut bent = file.clone();
            bent[at] = 0xff;
            let _ = KeyStore::new().add_ccache(&bent);
        }
    }
    assert_eq!(KeyStore::new().add_ccache(b"\x05\x02").unwrap_err().kind, KeyErrorKind::Version);
}

#[test]
fn missing_files_say_so() {
    let path = std::path::Path::new("no such file");
    let error = KeyStore::new().load_keytab(path).unwrap_err();
    assert_eq!(error.kind, KeyErrorKind::Io(std::io::ErrorKind::NotFound));
}
