//! What other programs read in generated stubs and property lists: Samba's `ndrdump` and Wireshark's `tshark`, where those
//! are installed.

#[path = "../common/data.rs"]
mod data;
#[path = "../peer/mod.rs"]
mod peer;

mod encoder;
mod property_list;
mod stubs;
