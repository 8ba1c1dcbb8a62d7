//! Compression by MS-XCA, greedy and slow: what matters is that the result is valid.

/// The longest match for what stands at `at`, not further back than `most` and `from`: distance and length.
fn longest(data: &[u8], from: usize, at: usize, most: usize, longest: usize) -> Option<(usize, usize)> {
    let mut best = None;
    for back in 1..=(at - from).min(most).min(256) {
        let length = (at..data.len()).take(longest).take_while(|place| data[*place] == data[*place - back]).count();
        if length >= 3 && best.is_none_or(|(_, found)| length > found) {
            best = Some((back, length));
        }
    }
    best
}

/// LZNT1 (section 2.5).
pub fn lznt1(data: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for chunk in data.chunks(4096) {
        let mut packed = Vec::new();
        let mut at = 0;
        while at < chunk.len() {
            let flags = packed.len();
            packed.push(0);
            for bit in 0..8 {
                if at >= chunk.len() {
                    break;
                }
                let mut distance_bits = 4;
                while at > 0 && (at - 1) >> distance_bits != 0 {
                    distance_bits += 1;
                }
                let length_bits = 16 - distance_bits;
                match longest(chunk, 0, at, 1 << distance_bits, (1 << length_bits) + 2) {
                    Some((back, length)) => {
                        packed[flags] |= 1 << bit;
                        packed.extend((((back - 1) << length_bits | (length - 3)) as u16).to_le_bytes());
                        at += length;
                    }
                    None => {
                        packed.push(chunk[at]);
                        at += 1;
                    }
                }
            }
        }
        let (head, body) = if packed.len() < chunk.len() { (0xb000, &packed[..]) } else { (0x3000, chunk) };
        out.extend((head | (body.len() - 1) as u16).to_le_bytes());
        out.extend(body);
    }
    out
}

/// Plain LZ77 (section 2.3).
pub fn xpress(data: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let (mut flags, mut count, mut place) = (0_u32, 0, 0);
    let mut half: Option<usize> = None;
    let mut at = 0;
    out.extend([0; 4]);
    while at < data.len() {
        if count == 32 {
            out[place..place + 4].copy_from_slice(&flags.to_le_bytes());
            (flags, count, place) = (0, 0, out.len());
            out.extend([0; 4]);
        }
        count += 1;
        let Some((back, length)) = longest(data, 0, at, 8192, usize::MAX) else {
            flags <<= 1;
            out.push(data[at]);
            at += 1;
            continue;
        };
        flags = flags << 1 | 1;
        at += length;
        let length = length - 3;
        out.extend((((back - 1) << 3 | length.min(7)) as u16).to_le_bytes());
        if length < 7 {
            continue;
        }
        let rest = length - 7;
        match half.take() {
            Some(byte) => out[byte] |= (rest.min(15) as u8) << 4,
            None => {
                half = Some(out.len());
                out.push(rest.min(15) as u8);
            }
        }
        if rest < 15 {
            continue;
        }
        let more = rest - 15;
        out.push(more.min(255) as u8);
        if more >= 255 {
            let whole = length as u32;
            if whole < 1 << 16 {
                out.extend((whole as u16).to_le_bytes());
            } else {
                out.extend([0, 0]);
                out.extend(whole.to_le_bytes());
            }
        }
    }
    // What is left of the flags is set: a match for which nothing is there ends it.
    if count == 32 {
        out[place..place + 4].copy_from_slice(&flags.to_le_bytes());
        place = out.len();
        (flags, count) = (0, 0);
        out.extend([0; 4]);
    }
    let left = 32 - count;
    let flags = (u64::from(flags) << left | ((1_u64 << left) - 1)) as u32;
    out[place..place + 4].copy_from_slice(&flags.to_le_bytes());
    out
}
