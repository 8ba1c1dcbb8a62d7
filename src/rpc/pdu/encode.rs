//! Writing PDUs: the mirror of the parsers beside it.

use super::{Body, Pdu};
use crate::base::error::{Error, ErrorKind};
use crate::rpc::header::{Header, PfcFlags};
use crate::rpc::write::Writer;
use alloc::vec::Vec;

impl Pdu<'_> {
    /// The PDU's bytes. `frag_length`, `auth_length`, the PDU type and `PFC_OBJECT_UUID` follow from the contents,
    /// whatever the header says; reserved bytes are 0; a verifier is written exactly as it stands, so that
    /// `padding` has to have the bytes that `auth_pad_length` counts.
    ///
    /// # Errors
    ///
    /// When a count or length doesn't fit its field.
    pub fn encode(&self) -> Result<Vec<u8>, Error> {
        let representation = self.header.representation;
        let mut w = Writer::new(representation.endian);
        let mut flags = self.header.flags;
        if let Body::Request(request) = &self.body {
            flags.set(PfcFlags::OBJECT_UUID, request.object.is_some());
        }
        w.bytes(&[5, self.header.minor_version, self.body.ptype() as u8, flags.bits()]);
        w.bytes(&representation.to_bytes());
        w.bytes(&[0, 0]);
        w.u16(0);
        w.u16(0);
        w.u32(self.header.call_id);
        debug_assert_eq!(w.out.len(), Header::SIZE);
        self.write_body(&mut w).ok_or(too_large(w.out.len(), 255))?;
        w.bytes(self.padding);
        if let Some(auth) = &self.auth {
            let trailer = &auth.trailer;
            w.bytes(&[trailer.auth_type, trailer.auth_level, trailer.auth_pad_length, 0]);
            w.u32(trailer.auth_context_id);
            w.bytes(auth.value);
            let length = u16::try_from(auth.value.len()).map_err(|_| too_large(auth.value.len(), 0xffff))?;
            w.patch_u16(10, length);
        }
        let length = u16::try_from(w.out.len()).map_err(|_| too_large(w.out.len(), 0xffff))?;
        w.patch_u16(8, length);
        Ok(w.out)
    }

    fn write_body(&self, w: &mut Writer) -> Option<()> {
        match &self.body {
            Body::Request(r) => {
                w.u32(r.alloc_hint);
                w.u16(r.context_id);
                w.u16(r.opnum);
                if let Some(object) = r.object {
                    w.uuid(object);
                }
                w.bytes(r.stub);
            }
            Body::Response(r) => {
                w.u32(r.alloc_hint);
                w.u16(r.context_id);
                w.bytes(&[r.cancel_count, r.reserved]);
                w.bytes(r.stub);
            }
            Body::Fault(f) => {
                w.u32(f.alloc_hint);
                w.u16(f.context_id);
                w.bytes(&[f.cancel_count, f.flags]);
                w.u32(f.status);
                if let Some(reserved) = f.reserved {
                    w.u32(reserved);
                }
                w.bytes(f.stub);
            }
            Body::Bind(b) | Body::AlterContext(b) => b.write(w)?,
            Body::BindAck(b) | Body::AlterContextResp(b) => b.write(w)?,
            Body::BindNak(b) => b.write(w)?,
            Body::Auth3 | Body::Shutdown | Body::CoCancel | Body::Orphaned => {}
        }
        Some(())
    }
}

fn too_large(value: usize, limit: u64) -> Error {
    Error::new(0, ErrorKind::Count { value: value as u64, limit, claimed_by: "the field's width" })
}
