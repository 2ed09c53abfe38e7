//! Yamux between two ends of a socket in memory, and against a peer that keeps no rules.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use libp2p::core::muxing::StreamMuxerExt;
use libp2p::core::upgrade::{InboundConnectionUpgrade, OutboundConnectionUpgrade};
use tokio::net::UnixStream;
use tokio::runtime::{Handle, Runtime};

use crate::yamux::{Config, Muxer, Substream};
use crate::yamux_header::{ACK, FIN, Header, PING, RST, SYN, WINDOW_UPDATE};
use crate::yamux_state::WINDOW_FIRST;

struct Socket(UnixStream);

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        target: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let mut space = tokio::io::ReadBuf::new(target);
        let polled = tokio::io::AsyncRead::poll_read(Pin::new(&mut self.0), cx, &mut space);
        polled.map_ok(|()| space.filled().len())
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        tokio::io::AsyncWrite::poll_write(Pin::new(&mut self.0), cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        tokio::io::AsyncWrite::poll_shutdown(Pin::new(&mut self.0), cx)
    }
}

fn config(inbound_max: usize) -> Config {
    Config { runtime: Handle::current(), inbound_max }
}

// A client and a server that are connected.
async fn two() -> (Muxer, Muxer) {
    let (here, there) = UnixStream::pair().unwrap();
    let client = config(1024).upgrade_outbound(Socket(here), "").await.unwrap();
    let server = config(1024).upgrade_inbound(Socket(there), "").await.unwrap();
    (client, server)
}

// A server, and the bare socket of its peer.
async fn server_and_socket(inbound_max: usize) -> (Muxer, Socket) {
    let (here, there) = UnixStream::pair().unwrap();
    let server = config(inbound_max).upgrade_inbound(Socket(there), "").await.unwrap();
    (server, Socket(here))
}

async fn open(muxer: &mut Muxer) -> Substream {
    std::future::poll_fn(|cx| muxer.poll_outbound_unpin(cx)).await.unwrap()
}

async fn accept(muxer: &mut Muxer) -> io::Result<Substream> {
    std::future::poll_fn(|cx| muxer.poll_inbound_unpin(cx)).await
}

async fn ended(muxer: &mut Muxer) -> io::ErrorKind {
    std::future::poll_fn(|cx| muxer.poll_unpin(cx)).await.unwrap_err().kind()
}

fn frame(kind: u8, flags: u16, stream: u32, length: u32) -> Vec<u8> {
    Header { kind, flags, stream, length }.encode().to_vec()
}

// The server's own pings come when they like.
async fn next_frame(socket: &mut Socket) -> Header {
    loop {
        let mut bytes = [0; 12];
        socket.read_exact(&mut bytes).await.unwrap();
        let header = Header::decode(bytes).unwrap();
        if (header.kind, header.flags) != (PING, SYN) {
            return header;
        }
    }
}

fn run(test: impl Future<Output = ()>) {
    let runtime = Runtime::new().unwrap();
    let patience = Duration::from_secs(30);
    runtime.block_on(async { tokio::time::timeout(patience, test).await }).unwrap();
}

#[test]
fn bytes_go_both_ways_and_end() {
    run(async {
        let (mut client, mut server) = two().await;
        let mut near = open(&mut client).await;
        near.write_all(b"question").await.unwrap();
        near.close().await.unwrap();
        let mut far = accept(&mut server).await.unwrap();
        let mut heard = Vec::new();
        far.read_to_end(&mut heard).await.unwrap();
        assert_eq!(heard, b"question");
        far.write_all(b"answer").await.unwrap();
        far.close().await.unwrap();
        drop(far);
        let mut answer = Vec::new();
        near.read_to_end(&mut answer).await.unwrap();
        assert_eq!(answer, b"answer");
    });
}

#[test]
fn windows_grow_and_nothing_is_lost() {
    run(async {
        const SIZE: usize = 64 << 20;
        let (mut client, mut server) = two().await;
        let mut near = open(&mut client).await;
        let writer = tokio::spawn(async move {
            let piece: Vec<u8> = (0..251).cycle().take(SIZE / 64).collect();
            for _ in 0..64 {
                near.write_all(&piece).await.unwrap();
            }
            near.close().await.unwrap();
            near
        });
        let mut far = accept(&mut server).await.unwrap();
        let mut heard = Vec::new();
        far.read_to_end(&mut heard).await.unwrap();
        assert_eq!(heard.len(), SIZE);
        let piece: Vec<u8> = (0..251).cycle().take(SIZE / 64).collect();
        assert!(heard.chunks(SIZE / 64).all(|part| part == piece));
        drop(writer.await.unwrap());
    });
}

#[test]
fn who_does_not_read_stops_the_writer() {
    run(async {
        let (mut client, mut server) = two().await;
        let mut near = open(&mut client).await;
        let mut written = 0;
        let piece = vec![7; 64 << 10];
        let pause = Duration::from_millis(100);
        while let Ok(size) = tokio::time::timeout(pause, near.write(&piece)).await {
            written += size.unwrap();
        }
        assert_eq!(written, WINDOW_FIRST as usize);
        // Others are not stopped.
        let mut other = open(&mut client).await;
        other.write_all(b"x").await.unwrap();
        let _first = accept(&mut server).await.unwrap();
        let mut second = accept(&mut server).await.unwrap();
        let mut byte = [0];
        second.read_exact(&mut byte).await.unwrap();
        assert_eq!(&byte, b"x");
    });
}

#[test]
fn a_dropped_stream_is_a_reset_to_the_other_side() {
    run(async {
        let (mut client, mut server) = two().await;
        let mut near = open(&mut client).await;
        near.write_all(b"x").await.unwrap();
        let mut far = accept(&mut server).await.unwrap();
        let mut byte = [0];
        far.read_exact(&mut byte).await.unwrap();
        drop(near);
        let failed = far.read(&mut byte).await.unwrap_err();
        assert_eq!(failed.kind(), io::ErrorKind::ConnectionReset);
        let failed = far.write(b"y").await.unwrap_err();
        assert_eq!(failed.kind(), io::ErrorKind::ConnectionReset);
    });
}

#[test]
fn streams_of_a_dropped_connection_end() {
    run(async {
        let (mut client, mut server) = two().await;
        let mut near = open(&mut client).await;
        near.write_all(b"x").await.unwrap();
        let mut far = accept(&mut server).await.unwrap();
        drop(client);
        let mut heard = Vec::new();
        assert!(far.read_to_end(&mut heard).await.is_err());
        assert_eq!(heard, b"x");
        assert!(near.read(&mut [0]).await.is_err());
        ended(&mut server).await;
    });
}

#[test]
fn a_closed_connection_sends_what_waits() {
    run(async {
        let (mut client, mut server) = two().await;
        let mut near = open(&mut client).await;
        near.write_all(b"x").await.unwrap();
        let mut far = accept(&mut server).await.unwrap();
        far.read_exact(&mut [0]).await.unwrap();
        near.write_all(&vec![1; 200 << 10]).await.unwrap();
        near.close().await.unwrap();
        let closing = tokio::spawn(async move { client.close().await });
        let mut heard = Vec::new();
        far.read_to_end(&mut heard).await.unwrap();
        assert_eq!(heard.len(), 200 << 10);
        drop(server);
        let _ = closing.await.unwrap();
    });
}

#[test]
fn what_breaks_the_rules_ends_the_connection() {
    let broken = [
        // A kind and a version that there are not.
        vec![0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        vec![1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        // A stream with a number of the server's, or one that is open.
        frame(WINDOW_UPDATE, SYN, 2, 0),
        [frame(WINDOW_UPDATE, SYN, 1, 0), frame(WINDOW_UPDATE, SYN, 1, 0)].concat(),
        frame(WINDOW_UPDATE, SYN, 0, 0),
        // More than the window holds, at once or in two frames; a window beyond all numbers.
        frame(0, SYN, 1, WINDOW_FIRST + 1),
        [frame(0, SYN, 1, WINDOW_FIRST), vec![0; WINDOW_FIRST as usize], frame(0, 0, 1, 1)]
            .concat(),
        [frame(WINDOW_UPDATE, SYN, 1, 0), frame(WINDOW_UPDATE, 0, 1, u32::MAX)].concat(),
    ];
    run(async {
        for bytes in broken {
            let (mut server, mut socket) = server_and_socket(16).await;
            let _ = socket.write_all(&bytes).await;
            assert_eq!(ended(&mut server).await, io::ErrorKind::InvalidData, "{:?}", &bytes[..12]);
        }
    });
}

#[test]
fn streams_above_the_bound_are_reset() {
    run(async {
        let (mut server, mut socket) = server_and_socket(2).await;
        for stream in [1, 3, 5] {
            socket.write_all(&frame(WINDOW_UPDATE, SYN, stream, 0)).await.unwrap();
        }
        let refused = next_frame(&mut socket).await;
        assert_eq!((refused.stream, refused.flags), (5, RST));
        let first = accept(&mut server).await.unwrap();
        let accepted = next_frame(&mut socket).await;
        assert_eq!((accepted.stream, accepted.flags), (1, ACK));
        // What is closed makes room.
        drop(first);
        assert_eq!(next_frame(&mut socket).await.flags, RST);
        let _second = accept(&mut server).await.unwrap();
        assert_eq!(next_frame(&mut socket).await.stream, 3);
        socket.write_all(&frame(0, SYN | FIN, 7, 0)).await.unwrap();
        let mut third = accept(&mut server).await.unwrap();
        assert_eq!(third.read(&mut [0]).await.unwrap(), 0);
    });
}

#[test]
fn data_for_a_stream_that_has_gone_is_dropped() {
    run(async {
        let (mut server, mut socket) = server_and_socket(2).await;
        socket.write_all(&frame(0, 0, 9, 3)).await.unwrap();
        socket.write_all(&[1, 2, 3]).await.unwrap();
        socket.write_all(&frame(0, SYN, 1, 1)).await.unwrap();
        socket.write_all(&[4]).await.unwrap();
        let mut stream = accept(&mut server).await.unwrap();
        let mut byte = [0];
        stream.read_exact(&mut byte).await.unwrap();
        assert_eq!(byte, [4]);
    });
}

#[test]
fn pings_are_answered_as_fast_as_the_answers_are_read() {
    run(async {
        let (_server, mut socket) = server_and_socket(2).await;
        let mut sent = 0_u32;
        let pause = Duration::from_millis(100);
        let flood = frame(PING, SYN, 0, 5).repeat(1000);
        while tokio::time::timeout(pause, socket.write_all(&flood)).await.is_ok() {
            sent += 1;
            // A socket of this kind holds about 200 KiB, in each direction.
            assert!(sent < 1000);
        }
        let answer = next_frame(&mut socket).await;
        assert_eq!((answer.kind, answer.flags, answer.length), (PING, ACK, 5));
    });
}
