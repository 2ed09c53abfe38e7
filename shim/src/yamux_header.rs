//! The head of a Yamux frame, as it stands on the wire.
//! https://github.com/hashicorp/yamux/blob/master/spec.md

use std::io;

pub const HEADER_BYTES: usize = 12;
pub const DATA: u8 = 0;
pub const WINDOW_UPDATE: u8 = 1;
pub const PING: u8 = 2;
pub const GO_AWAY: u8 = 3;
pub const SYN: u16 = 1;
pub const ACK: u16 = 2;
pub const FIN: u16 = 4;
pub const RST: u16 = 8;

/// The head of a frame; data follows it, the other kinds are nothing more.
#[derive(Clone, Copy)]
pub struct Header {
    pub kind: u8,
    pub flags: u16,
    pub stream: u32,
    pub length: u32,
}

impl Header {
    pub fn data(stream: u32, length: u32) -> Self {
        Self { kind: DATA, flags: 0, stream, length }
    }

    pub fn end(stream: u32) -> Self {
        Self { kind: DATA, flags: FIN, stream, length: 0 }
    }

    pub fn window(flags: u16, stream: u32, credit: u32) -> Self {
        Self { kind: WINDOW_UPDATE, flags, stream, length: credit }
    }

    pub fn encode(self) -> [u8; HEADER_BYTES] {
        let mut bytes = [0; HEADER_BYTES];
        bytes[1] = self.kind;
        bytes[2..4].copy_from_slice(&self.flags.to_be_bytes());
        bytes[4..8].copy_from_slice(&self.stream.to_be_bytes());
        bytes[8..].copy_from_slice(&self.length.to_be_bytes());
        bytes
    }

    pub fn decode(bytes: [u8; HEADER_BYTES]) -> io::Result<Self> {
        if bytes[0] != 0 || bytes[1] > GO_AWAY {
            return Err(violation("a frame of an unknown kind"));
        }
        let word = |at: usize| {
            u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
        };
        Ok(Self {
            kind: bytes[1],
            flags: u16::from_be_bytes([bytes[2], bytes[3]]),
            stream: word(4),
            length: word(8),
        })
    }

    pub fn is_data(self) -> bool {
        self.kind == DATA
    }

    /// The sender sends nothing more on the stream.
    pub fn ends(self) -> bool {
        self.flags & FIN != 0
    }
}

pub fn violation(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("Yamux: {what}"))
}
