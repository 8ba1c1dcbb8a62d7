//! A request that a server accepts, from values.
//!
//!     cargo run --example encode_request

use cluscope::idl::resource::ApiCreateResource;
use cluscope::ndr::{Endian, Syntax, Version};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let request = ApiCreateResource::Request::builder()
        .hGroup(cluscope::ndr::ContextHandle { attributes: 0, uuid: "6ba7b810-9dad-11d1-80b4-00c04fd430c8".parse()? })
        .lpszResourceName("File share witness")
        .lpszResourceType("File Share Witness")
        .dwFlags(1u32);
    for syntax in [Syntax::Ndr, Syntax::Ndr64] {
        let stub = request.encode(Version::V3_0, syntax, Endian::Little)?;
        println!("{:5} {:3} bytes  {}", syntax.name(), stub.len(), hex::encode(&stub));
        let read = ApiCreateResource::Request::decode(Version::V3_0, syntax, Endian::Little, &stub)?;
        assert!(read.lpszResourceType() == "File Share Witness");
    }
    Ok(())
}
