//! Control codes of ApiGroupSetControl (3.1.4.3.8): group sets.

use super::control_codes;
use crate::consts::content::BufferFormat;

control_codes! { GroupSet:
    CLUSCTL_GROUPSET_GET_COMMON_PROPERTIES = 0x08000059 since W2016, "3.1.4.3.8.1", Read, Only3,
        BufferFormat::Nothing => BufferFormat::PropertyList;
    CLUSCTL_GROUPSET_GET_RO_COMMON_PROPERTIES = 0x08000055 since W2016, "3.1.4.3.8.2", Read, Only3,
        BufferFormat::Nothing => BufferFormat::PropertyList;
    CLUSCTL_GROUPSET_SET_COMMON_PROPERTIES = 0x0840005E since W2016, "3.1.4.3.8.3", All, Only3,
        BufferFormat::PropertyList => BufferFormat::Nothing;
    /// group names; the text calls the list a null-terminated string
    CLUSCTL_GROUPSET_GET_GROUPS = 0x08002D71 since W2016, "3.1.4.3.8.4", Read, Only3, BufferFormat::Nothing => BufferFormat::MultiSz;
    /// group names; the text calls the list a null-terminated string
    CLUSCTL_GROUPSET_GET_PROVIDER_GROUPS = 0x08002D75 since W2016, "3.1.4.3.8.5", Read, Only3, BufferFormat::Nothing => BufferFormat::MultiSz;
    /// group set names; the text calls the list a null-terminated string
    CLUSCTL_GROUPSET_GET_PROVIDER_GROUPSETS = 0x08002D79 since W2016, "3.1.4.3.8.6", Read, Only3,
        BufferFormat::Nothing => BufferFormat::MultiSz;
    CLUSCTL_GROUPSET_GET_ID = 0x08000039 since W2016, "3.1.4.3.8.7", Read, Only3, BufferFormat::Nothing => BufferFormat::Sz;
}
