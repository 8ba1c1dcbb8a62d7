//! The endpoint mapper (C706 appendix O). Not among [`super::ALL`]: the tables there are the cluster protocols'.

use super::declare::constants;

constants! {
    /// Which endpoints are asked for.
    enumeration EptInquiryType: u32, "C706 O", "inquiry_type of ept_lookup" {
        rpc_c_ep_all_elts = 0,
        rpc_c_ep_match_by_if = 1,
        rpc_c_ep_match_by_obj = 2,
        rpc_c_ep_match_by_both = 3,
    }

    /// Which versions of the interface are asked for.
    enumeration EptVersionOption: u32, "C706 O", "vers_option of ept_lookup" {
        rpc_c_vers_all = 1,
        rpc_c_vers_compatible = 2,
        rpc_c_vers_exact = 3,
        rpc_c_vers_major_only = 4,
        rpc_c_vers_upto = 5,
    }
}

/// The tables of this file.
pub static LISTS: &[&super::Constants] = TABLES;
