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

/// A file of more than it may have is not cut: its last key might be one that is shorter then.
#[test]
fn files_that_are_too_long() {
    let path = std::env::temp_dir().join(std::format!("cluscope-keys-{}", std::process::id()));
    for (more, expected) in [(0, Ok(1)), (1, Err(KeyErrorKind::Full)), (1000, Err(KeyErrorKind::Full))] {
        let mut file = b"password LAB\\clusadm secret\n#".to_vec();
        file.resize(usize::try_from(KeyStore::MAX_FILE).unwrap() + more, b'-');
        std::fs::write(&path, &file).unwrap();
        let loaded = KeyStore::new().load_keys_file(&path).map_err(|error| error.kind);
        std::fs::remove_file(&path).unwrap();
        assert_eq!(loaded, expected, "{more}");
    }
}

/// The likeliest first, and each once.
#[cfg(feature = "decrypt")]
#[test]
fn keys_in_the_order_in_which_they_fit() {
    use super::Fit;
    let mut keys = KeyStore::new();
    keys.add_keys_file(b"password LAB\\other a\npassword ELSE\\clusadm b\npassword LAB\\clusadm c\npassword clusadm d")
        .unwrap();
    let order: Vec<_> = keys.of_user("LAB", "clusadm").map(|(fit, key)| (fit, key.shown.as_str())).collect();
    assert_eq!(
        order,
        [
            (Fit::Same, "LAB\\clusadm"),
            (Fit::Same, "clusadm"),
            (Fit::OtherDomain, "ELSE\\clusadm"),
            (Fit::Other, "LAB\\other"),
        ]
    );
}

/// A KRB-CRED whose encrypted part isn't encrypted, with one session key.
fn kirbi() -> Vec<u8> {
    use crate::auth::test_der::{der, name, seq};
    let key = seq(&[der(0xa0, &der(2, &[18])), der(0xa1, &der(4, &[7; 32]))]);
    let info = seq(&[
        der(0xa0, &key),
        der(0xa1, &der(0x1b, b"LAB.TEST")),
        der(0xa8, &der(0x1b, b"LAB.TEST")),
        der(0xa9, &name(&["krbtgt", "LAB.TEST"])),
    ]);
    let part = der(0x7d, &seq(&[der(0xa0, &seq(&[info]))]));
    let encrypted = seq(&[der(0xa0, &der(2, &[0])), der(0xa2, &der(4, &part))]);
    let tickets = der(0xa2, &seq(&[]));
    der(0x76, &seq(&[der(0xa0, &der(2, &[5])), der(0xa1, &der(2, &[22])), tickets, der(0xa3, &encrypted)]))
}

#[test]
fn kirbi_files() {
    let file = kirbi();
    let mut keys = KeyStore::new();
    assert_eq!(keys.add_ccache(&file), Ok(1));
    let key = &keys.cached_keys[0];
    assert_eq!((key.server.as_str(), key.etype, key.key.as_slice()), ("krbtgt/LAB.TEST@LAB.TEST", 18, &[7; 32][..]));
    for end in 0..file.len() {
        let _ = KeyStore::new().add_ccache(&file[..end]);
    }
    #[cfg(feature = "decrypt")]
    {
        use base64::Engine as _;
        let text = base64::engine::general_purpose::STANDARD.encode(&file);
        let lines = text.as_bytes().chunks(40).map(|line| String::from_utf8_lossy(line).into_owned());
        let folded = lines.collect::<Vec<_>>().join("\r\n");
        assert_eq!(KeyStore::new().add_ccache(folded.as_bytes()), Ok(1));
    }
}

#[test]
fn keys_files_as_windows_writes_them() {
    let text = "password \"LAB\\cluster admin\" a secret\r\nnthash LAB\\u \
                aad3b435b51404eeaad3b435b51404ee:00112233445566778899aabbccddeeff\r\n\
                LAB\\v:1105:aad3b435b51404eeaad3b435b51404ee:00112233445566778899aabbccddeeff:::\r\n\
                NODE1$:aes256-cts-hmac-sha1-96:000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\r\n\
                LAB\\none:500:NO PASSWORD*********************:NO PASSWORD*********************:::\r\n";
    let wide = |mark: bool, order: fn(u16) -> [u8; 2]| -> Vec<u8> {
        let mark = mark.then_some(0xfeff);
        mark.into_iter().chain(text.encode_utf16()).flat_map(order).collect()
    };
    let files = [
        text.as_bytes().to_vec(),
        wide(true, u16::to_le_bytes),
        wide(true, u16::to_be_bytes),
        wide(false, u16::to_le_bytes),
        wide(false, u16::to_be_bytes),
    ];
    for file in files {
        let mut keys = KeyStore::new();
        assert_eq!(keys.add_keys_file(&file), Ok(4));
        assert_eq!(keys.users[0].shown, "LAB\\cluster admin");
        assert!(matches!(&keys.users[0].secret, UserSecret::Password(p) if p.as_slice() == b"a secret"));
        assert!(matches!(&keys.users[1].secret, UserSecret::NtHash(hash) if hash[1] == 0x11));
        assert_eq!((keys.users[2].shown.as_str(), keys.users.len()), ("LAB\\v", 3));
        assert_eq!((keys.service_keys[0].etype, keys.service_keys[0].key.len()), (18, 32));
    }
    for (line, kind) in [
        (&b"password \"LAB\\u pw"[..], KeyErrorKind::Quote),
        (b"password \"\" pw", KeyErrorKind::Missing),
        (b"\xff\xfea", KeyErrorKind::NotText),
    ] {
        assert_eq!(KeyStore::new().add_keys_file(line).unwrap_err().kind, kind);
    }
}

#[test]
fn names_of_caches() {
    let file_of = |name: &str| KeyStore::file_of(std::path::Path::new(name)).map(|path| path.display().to_string());
    assert_eq!(file_of("FILE:/tmp/krb5cc_0").unwrap(), "/tmp/krb5cc_0");
    assert_eq!(file_of("WRFILE:a.keytab").unwrap(), "a.keytab");
    assert_eq!(file_of("DIR::/run/user/0/tkt").unwrap(), "/run/user/0/tkt");
    assert_eq!(file_of("plain.ccache").unwrap(), "plain.ccache");
    for prefix in ["KCM:", "DIR:", "KEYRING:", "API:", "MEMORY:"] {
        let error = file_of(&format!("{prefix}x")).unwrap_err();
        assert!(error.to_string().contains(prefix) && matches!(error.kind, KeyErrorKind::NoFile(_)), "{error}");
    }
}
