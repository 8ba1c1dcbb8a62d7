//! A bare NDR stub, as an analyzer has it that does TCP and DCE/RPC itself: opnum, direction and transfer syntax are known.
//!
//!     cargo run --example decode_stub

use cluscope::idl;
use cluscope::ndr::{Direction, Endian, Syntax, Version};
use cluscope::ndr::{Kind, Message};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // ApiOpenResource, opnum 8 of ClusAPI 3.0: maximum count, offset, actual count, "IP1" in UTF-16 with its terminator.
    let stub = [4, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, b'I', 0, b'P', 0, b'1', 0, 0, 0];

    // By number, as it comes from the wire. The interface is found by UUID as well: `idl::interface_by_uuid`.
    let version = idl::CLUSAPI.place_of(Version::V3_0).ok_or("no such version")?;
    let method = idl::CLUSAPI.method(version, 8).ok_or("no such opnum")?;
    let kind = Kind {
        interface: &idl::CLUSAPI,
        version,
        direction: Direction::Request,
        syntax: Syntax::Ndr,
        endian: Endian::Little,
    };
    let message = Message::decode(method, kind, &stub)?;
    println!("{}\n{message}", method.name);
    assert!(message.trailing().is_empty());

    // By name, with a view that borrows from the stub.
    let request = idl::resource::ApiOpenResource::Request::decode(Version::V3_0, Syntax::Ndr, Endian::Little, &stub)?;
    assert!(request.lpszResourceName() == "IP1");

    // What can't be decoded says where and why.
    let error = Message::decode(method, kind, &stub[..15]).expect_err("five bytes are missing");
    println!("{error}");
    Ok(())
}
