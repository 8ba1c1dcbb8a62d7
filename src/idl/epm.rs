//! The endpoint mapper's interface (C706 appendix O, MS-RPCE 2.2.1.2), version 3.0: clients ask it which port serves an
//! interface. What is in a tower: [`crate::rpc::tower`].
//!
//! Pointers are full ones (`ptr`). Declarations only, in opnum order; what the words mean: `macros.rs`.

use super::words::*;
use crate::ndr::wire::{self, Full};

structure! {
    /// A protocol tower: how to reach an interface.
    ("C706 L") struct twr_t {
        ULONG tower_length => size(tower_octet_string);
        [size_is(tower_length)] BYTE tower_octet_string[*] => custom(twr_t);
    }

    /// An interface and its version.
    ("C706 O") struct rpc_if_id_t {
        uuid_t uuid;
        USHORT vers_major;
        USHORT vers_minor;
    }

    /// A registered endpoint.
    ("C706 O") struct ept_entry_t {
        uuid_t object;
        twr_p_t tower;
        annotation_t annotation => Text;
    }
}

words! {
    uuid_t: wire::Uuid, wire::Uuid, Number;
    uuid_p_t: Full<wire::Uuid>, Full<wire::Uuid>, Number;
    twr_p_t: Full<twr_t>, Full<twr_t>, Structure;
    rpc_if_id_p_t: Full<rpc_if_id_t>, Full<rpc_if_id_t>, Structure;
    // `[string] char annotation[ept_max_annotation_size]`: its bytes with the terminator, at most 64.
    annotation_t: wire::Varying<wire::U8, 64>, wire::Varying<wire::U8, 64>, Text;
    // The null handle begins a lookup.
    ept_lookup_handle_t: wire::Handle, wire::Handle, Opaque;
}

crate::interface! {
    0 ("C706 O", "")
    void ept_insert(
        [in] handle_t h,
        [in] ULONG num_ents => size(entries),
        [in, size_is(num_ents)] ept_entry_t *entries,
        [in] ULONG replace => Bool,
        [out] error_status_t *status);

    1 ("C706 O", "")
    void ept_delete(
        [in] handle_t h,
        [in] ULONG num_ents => size(entries),
        [in, size_is(num_ents)] ept_entry_t *entries,
        [out] error_status_t *status);

    2 ("C706 O", "")
    void ept_lookup(
        [in] handle_t h,
        [in] ULONG inquiry_type => enumeration(EptInquiryType),
        [in] uuid_p_t object,
        [in] rpc_if_id_p_t interface_id,
        [in] ULONG vers_option => enumeration(EptVersionOption),
        [in, out] ept_lookup_handle_t *entry_handle,
        [in] ULONG max_ents => capacity(entries),
        [out] ULONG *num_ents => size(entries),
        [out, size_is(max_ents), length_is(*num_ents)] ept_entry_t *entries,
        [out] error_status_t *status);

    3 ("C706 O", "")
    void ept_map(
        [in] handle_t h,
        [in] uuid_p_t object,
        [in] twr_p_t map_tower,
        [in, out] ept_lookup_handle_t *entry_handle,
        [in] ULONG max_towers => capacity(towers),
        [out] ULONG *num_towers => size(towers),
        [out, size_is(max_towers), length_is(*num_towers)] twr_p_t *towers,
        [out] error_status_t *status);

    4 ("C706 O", "")
    void ept_lookup_handle_free(
        [in] handle_t h,
        [in, out] ept_lookup_handle_t *entry_handle,
        [out] error_status_t *status);

    5 ("C706 O", "")
    void ept_inq_object(
        [in] handle_t h,
        [out] uuid_t *ept_object,
        [out] error_status_t *status);

    6 ("C706 O", "")
    void ept_mgmt_delete(
        [in] handle_t h,
        [in] ULONG object_speced => Bool,
        [in] uuid_p_t object,
        [in] twr_p_t tower,
        [out] error_status_t *status);
}
