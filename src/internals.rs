//! The library behind its public interface, for the program, tests, benches and fuzz targets of this project alone: each
//! layer with its parts, at the paths that the crate itself uses. Nothing here is kept from one version to the next.

#![allow(missing_docs, unused_imports)]

/// A module for each name, with what is public in the crate's module of that path.
macro_rules! open {
    (($($parent:ident)*)) => {};
    (($($parent:ident)*) $(#[$cfg:meta])* $name:ident { $($inner:tt)* } $($rest:tt)*) => {
        $(#[$cfg])*
        pub mod $name {
            pub use crate::$($parent::)*$name::*;
            open! { ($($parent)* $name) $($inner)* }
        }
        open! { ($($parent)*) $($rest)* }
    };
}

open! {
    ()
    base {
        #[cfg(any(feature = "session", feature = "decrypt"))]
        bounded {}
        bounds {}
        diagnostic {}
        error {}
        guid {}
        #[cfg(any(feature = "session", feature = "decrypt"))]
        hash {}
        #[cfg(feature = "std")]
        printable {}
        time {}
        #[cfg(feature = "work-counter")]
        work {}
    }
    consts {}
    ndr {
        checks {}
        cursor {}
        #[cfg(feature = "std")]
        describe {}
        key {}
        #[cfg(feature = "std")]
        layout {}
        names {}
        #[cfg(feature = "std")]
        number {}
        rules {}
        types {}
        utf16 {}
        #[cfg(feature = "std")]
        value {}
        visitor {}
        walk {}
        #[cfg(feature = "std")]
        write {}
    }
    #[cfg(feature = "std")]
    structs {
        batch {}
        content {}
        dependency {}
        describe {}
        mask {}
        property_list {}
        reader {}
        records {}
        rules {}
        security {}
        value_list {}
        values {}
        writer {}
    }
    idl {}
    #[cfg(feature = "std")]
    rpc {
        #[cfg(feature = "session")]
        connection {
            calls {}
        }
        #[cfg(feature = "session")]
        event {}
        extended_error {}
        header {}
        limits {}
        pdu {}
        syntax {}
        #[cfg(feature = "std")]
        tower {}
        verification {}
    }
    #[cfg(feature = "std")]
    auth {
        kerberos {
            #[cfg(feature = "decrypt")]
            etype {}
            #[cfg(feature = "decrypt")]
            handshake {}
        }
        ntlm {
            #[cfg(feature = "decrypt")]
            crypto {}
            #[cfg(feature = "decrypt")]
            handshake {}
            #[cfg(feature = "decrypt")]
            session {}
        }
    }
    #[cfg(feature = "session")]
    net {}
    #[cfg(feature = "session")]
    capture {}
    #[cfg(feature = "std")]
    session {
        call_context {}
        #[cfg(feature = "session")]
        inference {}
        #[cfg(feature = "session")]
        observed_security {}
        #[cfg(feature = "session")]
        selection {}
    }
    #[cfg(feature = "session")]
    analysis {
        annotations {}
        calls {}
        handles {}
        joiner {}
        notify {}
        object_kind {}
        object_names {}
        record_context {}
        top_level {}
        tracker {}
    }
    #[cfg(feature = "session")]
    conformance {}
    #[cfg(all(feature = "session", feature = "serde"))]
    filter {
        calls {}
        field {}
        lex {}
        parse {}
        subject {}
    }
    #[cfg(feature = "session")]
    limits {}
    #[cfg(feature = "std")]
    render {
        #[cfg(feature = "session")]
        call {}
        #[cfg(feature = "session")]
        stats {}
        #[cfg(feature = "serde")]
        json {
            #[cfg(feature = "session")]
            list {}
            buffers {}
            #[cfg(feature = "session")]
            call {}
            #[cfg(feature = "session")]
            findings {}
            input {}
            out {}
            #[cfg(feature = "session")]
            record {}
            #[cfg(feature = "session")]
            stats {}
            #[cfg(feature = "session")]
            story {}
            #[cfg(feature = "etl")]
            traced {}
            strict {}
            stub {}
            values {}
        }
        #[cfg(feature = "serde")]
        schema {
            record {}
            template {}
            vectors {}
        }
        text {
            #[cfg(feature = "session")]
            brief {}
            buffers {}
            #[cfg(feature = "session")]
            call {}
            #[cfg(feature = "session")]
            columns {}
            diff {}
            explain {}
            lines {}
            #[cfg(feature = "session")]
            list {}
            #[cfg(feature = "session")]
            record {}
            #[cfg(feature = "session")]
            stats {}
            #[cfg(feature = "session")]
            story {}
            #[cfg(all(feature = "etl", feature = "serde"))]
            traced {}
        }
    }
    #[cfg(all(feature = "pcap", feature = "serde"))]
    make {}
    #[cfg(all(feature = "pcap", feature = "decrypt"))]
    rewrite {}
    #[cfg(feature = "pcap")]
    select {}
}
