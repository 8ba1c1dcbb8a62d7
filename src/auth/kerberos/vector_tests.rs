//! Published vectors: RFC 3961 A.1, RFC 3962 B, RFC 8009 A, and for what the documents leave out (RC4-HMAC, AES-SHA1
//! messages and checksums) the values of MIT krb5's own tests.

use std::vec::Vec;

use super::{EncryptionKey, Etype, Purpose, Ready, cts_decrypt, n_fold, string_to_key};

fn bytes(text: &str) -> Vec<u8> {
    hex::decode(text.split_whitespace().collect::<String>()).unwrap()
}

/// Decrypts in CTS mode under a key as it stands.
fn cts_under(key: &[u8], data: &mut [u8]) -> Option<()> {
    cts_decrypt(&Ready::cipher(key)?, data)
}

fn key(etype: i64, text: &str) -> EncryptionKey {
    EncryptionKey::new(etype, &bytes(text)).unwrap()
}

#[test]
fn rfc_3961_n_fold() {
    for (length, input, expected) in [
        (8, "012345", "be072631276b1955"),
        (7, "password", "78a07b6caf85fa"),
        (8, "Rough Consensus, and Running Code", "bb6ed30870b7f0e0"),
        (21, "password", "59e4a8ca7c0385c3c37b3f6d2000247cb6e6bd5b3e"),
        (24, "MASSACHVSETTS INSTITVTE OF TECHNOLOGY", "db3b0d8f0b061e603282b308a50841229ad798fab9540c1b"),
        (21, "Q", "518a54a2 15a8452a 518a54a2 15a8452a 518a54a2 15"),
        (21, "ba", "fb25d531 ae897449 9f52fd92 ea9857c4 ba24cf29 7e"),
        (8, "kerberos", "6b657262 65726f73"),
        (16, "kerberos", "6b657262 65726f73 7b9b5b2b 93132b93"),
        (21, "kerberos", "8372c236 344e5f15 50cd0747 e15d62ca 7a5a3bce a4"),
        (32, "kerberos", "6b657262 65726f73 7b9b5b2b 93132b93 5c9bdcda d95c9899 c4cae4de e6d6cae4"),
    ] {
        assert_eq!(n_fold(input.as_bytes(), length), bytes(expected), "{length} {input}");
    }
    assert_eq!(n_fold(b"", 3), [0; 3]);
}

#[test]
fn rfc_3962_string_to_key() {
    let x = |n| "X".repeat(n);
    let clef = "\u{1d11e}";
    for (iterations, password, salt, short, long) in [
        (
            1,
            "password",
            &b"ATHENA.MIT.EDUraeburn"[..],
            "42263c6e89f4fc28b8df68ee09799f15",
            "fe697b52bc0d3ce14432ba036a92e65bbb52280990a2fa27883998d72af30161",
        ),
        (
            2,
            "password",
            b"ATHENA.MIT.EDUraeburn",
            "c651bf29e2300ac27fa469d693bdda13",
            "a2e16d16b36069c135d5e9d2e25f896102685618b95914b467c67622225824ff",
        ),
        (
            1200,
            "password",
            b"ATHENA.MIT.EDUraeburn",
            "4c01cd46d632d01e6dbe230a01ed642a",
            "55a6ac740ad17b4846941051e1e8b0a7548d93b0ab30a8bc3ff16280382b8c2a",
        ),
        (
            5,
            "password",
            &[0x12, 0x34, 0x56, 0x78, 0x78, 0x56, 0x34, 0x12],
            "e9b23d52273747dd5c35cb55be619d8e",
            "97a4e786be20d81a382d5ebc96d5909cabcdadc87ca48f574504159f16c36e31",
        ),
        (
            1200,
            &x(64),
            b"pass phrase equals block size",
            "59d1bb789a828b1aa54ef9c2883f69ed",
            "89adee3608db8bc71f1bfbfe459486b05618b70cbae22092534e56c553ba4b34",
        ),
        (
            1200,
            &x(65),
            b"pass phrase exceeds block size",
            "cb8005dc5f90179a7f02104c0018751d",
            "d78c5c9cb872a8c9dad4697f0bb5b2d21496c82beb2caeda2112fceea057401b",
        ),
        (
            50,
            clef,
            b"EXAMPLE.COMpianist",
            "f149c1f2e154a73452d43e7fe62a56e5",
            "4b6d9839f84406df1f09cc166db4b83c571848b784a3d6bdc346589a3e393f9e",
        ),
    ] {
        assert_eq!(string_to_key(Etype::Aes128Sha1, password, salt, iterations)[..], bytes(short));
        assert_eq!(string_to_key(Etype::Aes256Sha1, password, salt, iterations)[..], bytes(long));
    }
}

#[test]
fn rfc_3962_cts() {
    let plain = b"I would like the General Gau's Chicken, please, and wonton soup.";
    let cts = key(17, "636869636b656e207465726979616b69");
    for (length, cipher) in [
        (17, "c6353568f2bf8cb4d8a580362da7ff7f97"),
        (31, "fc00783e0efdb2c1d445d4c8eff7ed2297687268d6ecccc0c07b25e25ecfe5"),
        (32, "39312523a78662d5be7fcbcc98ebf5a897687268d6ecccc0c07b25e25ecfe584"),
        (
            47,
            "97687268d6ecccc0c07b25e25ecfe584b3fffd940c16a18c1b5549d2f838029e
             39312523a78662d5be7fcbcc98ebf5",
        ),
        (
            48,
            "97687268d6ecccc0c07b25e25ecfe5849dad8bbb96c4cdc03bc103e1a194bbd8
             39312523a78662d5be7fcbcc98ebf5a8",
        ),
        (
            64,
            "97687268d6ecccc0c07b25e25ecfe58439312523a78662d5be7fcbcc98ebf5a8
             4807efe836ee89a526730dbc2f7bc8409dad8bbb96c4cdc03bc103e1a194bbd8",
        ),
    ] {
        let mut data = bytes(cipher);
        cts_under(&cts.key, &mut data).unwrap();
        assert_eq!(data, plain[..length]);
    }
    assert!(cts_under(&cts.key, &mut [0; 15]).is_none());
    assert!(cts_under(&cts.key[..7], &mut [0; 32]).is_none());
    assert!(cts_under(&[], &mut [0; 16]).is_none());
}

const BASE_128: &str = "3705d96080c17728a0e800eab6e0d23c";
const BASE_256: &str = "6d404d37faf79f9df0d33568d320669800eb4836472ea8a026d16b7182460c52";

#[test]
fn rfc_8009_keys() {
    let salt = [&bytes("10df9dd783e5bc8acea1730e74355f61")[..], b"ATHENA.MIT.EDUraeburn"].concat();
    assert_eq!(
        string_to_key(Etype::Aes128Sha256, "password", &salt, 32_768)[..],
        bytes("089bca48b105ea6ea77ca5d2f39dc5e7")
    );
    assert_eq!(
        string_to_key(Etype::Aes256Sha384, "password", &salt, 32_768)[..],
        bytes("45bd806dbf6a833a9cffc1c94589a222367a79bc21c413718906e9f578a78467")
    );
    for (base, purpose, expected) in [
        (key(19, BASE_128), Purpose::Checksum, "b31a018a48f54776f403e9a396325dc3"),
        (key(19, BASE_128), Purpose::Encryption, "9b197dd1e8c5609d6e67c3e37c62c72e"),
        (key(19, BASE_128), Purpose::Integrity, "9fda0e56ab2d85e1569a688696c26a6c"),
        (key(20, BASE_256), Purpose::Checksum, "ef5718be86cc84963d8bbb5031e9f5c4ba41f28faf69e73d"),
        (key(20, BASE_256), Purpose::Encryption, "56ab22bee63d82d7bc5227f6773f8ea7a5eb1c825160c38312980c442e5c7e49"),
        (key(20, BASE_256), Purpose::Integrity, "69b16514e3cd8e56b82010d5c73012b622c4d00ffc23ed1f"),
    ] {
        assert_eq!(base.derive(2, purpose)[..], bytes(expected));
    }
}

#[test]
fn rfc_8009_messages_and_checksums() {
    let plains = ["", "000102030405", "000102030405060708090a0b0c0d0e0f", "000102030405060708090a0b0c0d0e0f1011121314"];
    for (base, ciphers) in [
        (
            key(19, BASE_128),
            [
                "ef85fb890bb8472f4dab20394dca781d ad877eda39d50c870c0d5a0a8e48c718",
                "84d7f30754ed987bab0bf3506beb09cfb55402cef7e6 877ce99e247e52d16ed4421dfdf8976c",
                "3517d640f50ddc8ad3628722b3569d2ae07493fa8263254080ea65c1008e8fc2
                 95fb4852e7d83e1e7c48c37eebe6b0d3",
                "720f73b18d9859cd6ccb4346115cd336c70f58edc0c4437c5573544c31c813bce1e6d072c1
                 86b39a413c2f92ca9b8334a287ffcbfc",
            ],
        ),
        (
            key(20, BASE_256),
            [
                "41f53fa5bfe7026d91faf9be959195a0 58707273a96a40f0a01960621ac612748b9bbfbe7eb4ce3c",
                "4ed7b37c2bcac8f74f23c1cf07e62bc7b75fb3f637b9
                 f559c7f664f69eab7b6092237526ea0d1f61cb20d69d10f2",
                "bc47ffec7998eb91e8115cf8d19dac4bbbe2e163e87dd37f49beca92027764f6
                 8cf51f14d798c2273f35df574d1f932e40c4ff255b36a266",
                "40013e2df58e8751957d2878bcd2d6fe101ccfd556cb1eae79db3c3ee86429f2b2a602ac86
                 fef6ecb647d6295fae077a1feb517508d2c16b4192e01f62",
            ],
        ),
    ] {
        for (plain, cipher) in plains.iter().zip(ciphers) {
            let mut cipher = bytes(cipher);
            assert_eq!(base.decrypt(2, &cipher).unwrap()[..], bytes(plain));
            assert!(base.decrypt(3, &cipher).is_none());
            cipher[0] ^= 1;
            assert!(base.decrypt(2, &cipher).is_none());
        }
    }
    // The same for measurements.
    let base = bytes(BASE_128);
    let (encryption, integrity, open) = super::opener(19, &base, 2).expect("a key");
    assert_eq!(encryption, bytes("9b197dd1e8c5609d6e67c3e37c62c72e"));
    assert_eq!(integrity, bytes("9fda0e56ab2d85e1569a688696c26a6c"));
    let mut message = bytes("84d7f30754ed987bab0bf3506beb09cfb55402cef7e6 877ce99e247e52d16ed4421dfdf8976c");
    assert_eq!(open(&message), Some(6));
    message[0] ^= 1;
    assert_eq!(open(&message), None);
    assert!(super::opener(19, &[0; 15], 2).is_none());
    let plain = bytes(plains[3]);
    assert_eq!(key(19, BASE_128).checksum(2, &[&plain]), bytes("d78367186643d67b411cba9139fc1dee"));
    assert_eq!(key(20, BASE_256).checksum(2, &[&plain]), bytes("45ee791567eefca37f4ac1e0222de80d43c3bfa06699672a"));
}

#[test]
fn aes_sha1_and_rc4_messages() {
    for (etype, usage, plain, base, cipher) in [
        (17, 0, "", "5a5c0f0ba54f3828b2195e66ca24a289", "49ff8e11c173d9583a3254fbe7b1f1df36c538e8416784a1672e6676"),
        (
            17,
            4,
            "30 bytes bytes bytes bytes byt",
            "dceeb70b3de76562e689226c76429148",
            "c96081032d5d8eeb7e32b4089f789d0faa481dea74c0f97cbf3146ddfcf8e800
             156ecb532fc203e30ff600b63b350939fece510f02d7ff1e7bac",
        ),
        (
            18,
            1,
            "1",
            "b9477e1ff0329c0050e20ce6c72d2dff27e8fe541ab0954429a9cb5b4f7b1e2a",
            "406150b97aeb76d43b36b62cc1ecdfbe6f40e95755e0beb5c27825f3a4",
        ),
        (
            18,
            4,
            "30 bytes bytes bytes bytes byt",
            "f1c795e9248a09338d82c3f8d5b567040b0110736845041347235b1404231398",
            "d1137a4d634cfece924dbc3bf6790648bd5cff7de0e7b99460211d0daef3d79a
             295c688858f3b34b9cbd6eebae81daf6b734d4d498b6714f1c1d",
        ),
        (23, 0, "", "f81fec39255f5784e850c4377c88bd85", "02c1eb15586144122ec717763dd348bf00434ddc6585954c"),
        (
            23,
            2,
            "9 bytesss",
            "3e40ab6093695281b3ac1a9304224d98",
            "0f9ad121d99d4a09448e4f1f718c4f5cbe6096262c66f29df232a87c9f98755d55",
        ),
        (
            23,
            3,
            "13 bytes byte",
            "4ba2fbf0379faed87a254d3b353d5a7e",
            "612c57568b17a70352bae8cf26fb9459a6f3353cd35fd439db3107cbec765d326dfc04c1dd",
        ),
        (
            23,
            4,
            "30 bytes bytes bytes bytes byt",
            "68f263db3fce15d031c9eab02d67107a",
            "95f9047c3ad75891c2e9b04b16566dc8b6eb9ce4231afb2542ef87a7b5a0f260
             a99f0460508de0cecc632d07c354124e46c5d2234eb8",
        ),
    ] {
        let base = key(etype, base);
        let cipher = bytes(cipher);
        assert_eq!(base.decrypt(usage, &cipher).unwrap()[..], *plain.as_bytes(), "etype {etype} usage {usage}");
        for end in 0..cipher.len() {
            assert!(base.decrypt(usage, &cipher[..end]).is_none());
        }
    }
    assert_eq!(
        key(17, "9062430c8cda3388922e6d6a509f5b7a").checksum(3, &[b"eight nine ten eleven ", b"twelve thirteen"]),
        bytes("01a4b088d45628f6946614e3")
    );
    assert_eq!(
        key(18, "b1ae4cd8462aff1677053cc9279aac30b796fb81ce21474dd3ddbcfea4ec76d7").checksum(4, &[b"fourteen"]),
        bytes("e08739e3279e2903ec8e3836")
    );
    assert_eq!(
        key(17, "42263c6e89f4fc28b8df68ee09799f15").derive(2, Purpose::Checksum)[..],
        bytes("34280a382bc92769b2da2f9ef066854b")
    );
    assert_eq!(
        key(18, "fe697b52bc0d3ce14432ba036a92e65bbb52280990a2fa27883998d72af30161").derive(2, Purpose::Integrity)[..],
        bytes("97151b4c76945063e2eb0529dc067d97d7bba90776d8126d91f34f3101aea8ba")
    );
    assert_eq!(string_to_key(Etype::Rc4, "foo", b"", 0)[..], bytes("ac8e657f83df82beea5d43bdaf7800cc"));
    for (etype, length) in [(17, 15), (18, 16), (23, 0), (1, 8), (99, 16)] {
        assert!(EncryptionKey::new(etype, &std::vec![0; length]).is_none());
    }
}
