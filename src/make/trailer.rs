//! Verification trailers (MS-RPCE 2.2.2.13): what a client repeats behind the stub of a protected request.

use crate::ndr::Endian;
use crate::rpc::verification::{SIGNATURE, Verification};

/// `SEC_VT_COMMAND_END`: the last command.
const END: u16 = 0x4000;
/// `SEC_VT_COMMAND_BITMASK_1`.
const BITMASK: u16 = 1;
/// `SEC_VT_COMMAND_PCONTEXT`.
const PCONTEXT: u16 = 2;
/// `SEC_VT_COMMAND_HEADER2`.
const HEADER2: u16 = 3;

/// Puts a trailer behind a stub, at a 4-byte boundary, in the byte order of the PDU.
pub(super) fn append(stub: &mut Vec<u8>, endian: Endian, what: &Verification) {
    let two = |n: u16| if endian == Endian::Big { n.to_be_bytes() } else { n.to_le_bytes() };
    let four = |n: u32| if endian == Endian::Big { n.to_be_bytes() } else { n.to_le_bytes() };
    let mut commands: Vec<(u16, Vec<u8>)> = Vec::new();
    if let Some(bits) = what.bitmask {
        commands.push((BITMASK, four(bits).to_vec()));
    }
    if let Some((interface, transfer)) = what.pcontext {
        let mut body = Vec::new();
        for syntax in [interface, transfer] {
            body.extend(syntax.uuid.to_wire(endian));
            body.extend(four(u32::from(syntax.minor) << 16 | u32::from(syntax.major)));
        }
        commands.push((PCONTEXT, body));
    }
    if let Some(header) = what.header2 {
        let mut body = vec![header.ptype, 0, 0, 0];
        body.extend(header.drep);
        body.extend(four(header.call_id));
        body.extend(two(header.context_id));
        body.extend(two(header.opnum));
        commands.push((HEADER2, body));
    }
    stub.resize(stub.len().next_multiple_of(4), 0);
    stub.extend(SIGNATURE);
    let last = commands.len();
    for (i, (command, body)) in commands.into_iter().enumerate() {
        stub.extend(two(command | if i + 1 == last { END } else { 0 }));
        stub.extend(two(body.len() as u16));
        stub.extend(body);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rpc::syntax::SyntaxId;
    use crate::rpc::verification::Header2;

    #[test]
    fn read_again() {
        let header = Header2 { ptype: 0, drep: [0x10, 0, 0, 0], call_id: 7, context_id: 2, opnum: 300 };
        for endian in [Endian::Little, Endian::Big] {
            let what = Verification {
                bitmask: Some(1),
                pcontext: Some((SyntaxId::NDR64, SyntaxId::NDR)),
                header2: Some(header),
                ..Verification::default()
            };
            let mut stub = vec![9; 5];
            append(&mut stub, endian, &what);
            let length = stub.len() - 8;
            assert_eq!(Verification::find(&stub, endian), Some(Verification { offset: 8, length, ..what }));
            assert_eq!(length, 80);
        }
    }
}
