use super::*;

#[test]
fn sorted_and_without_duplicates() {
    for pair in ALL.windows(2) {
        assert!(pair[0].value < pair[1].value, "{} before {}", pair[0].name, pair[1].name);
    }
    let mut names: Vec<_> = ALL.iter().map(|code| code.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), ALL.len());
}

#[test]
fn every_code_is_found() {
    for code in ALL {
        assert_eq!(lookup(code.value), Some(code));
        assert!(!code.name.is_empty());
    }
    assert_eq!(lookup(0x1C00_0011), None);
    assert_eq!(lookup(u32::MAX), None);
}

#[test]
fn spaces() {
    assert_eq!(win32_name(0), Some("ERROR_SUCCESS"));
    assert_eq!(win32_name(1722), Some("RPC_S_SERVER_UNAVAILABLE"));
    assert_eq!(win32_name(0x1C01_0003), None);
    assert_eq!(rpc_status_name(0x1C01_0003), Some("nca_s_unk_if"));
    assert_eq!(fault_name(0x0000_06F7), Some("RPC_X_BAD_STUB_DATA"));
    assert_eq!(fault_name(0xC000_0022), Some("STATUS_ACCESS_DENIED"));
}

#[test]
fn shown_with_name_and_number() {
    assert_eq!(Status(5).to_string(), "ERROR_ACCESS_DENIED (5)");
    assert_eq!(Status(0x8000_4005).to_string(), "E_FAIL (0x80004005)");
    assert_eq!(Status(0x8007_0005).to_string(), "E_ACCESSDENIED (0x80070005)");
    assert_eq!(Status(0x8007_0002).to_string(), "HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND) (0x80070002)");
    assert_eq!(Status(4_000).to_string(), "4000");
    assert_eq!(format!("{:?}", Status(0x8007_FFFF)), "0x8007ffff");
}
