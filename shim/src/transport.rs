//! The ways to a peer: TCP and WebSocket secured by TLS or Noise and muxed by Yamux, QUIC, and
//! circuits through relays. In a private network everything goes over TCP below the shared key,
//! since the others cannot carry it.

use std::iter::{Chain, Map};
use std::sync::Arc;
use std::time::Duration;

use either::Either;
use futures::future::{Either as FutureEither, MapOk, TryFutureExt};
use futures::io::{AsyncRead, AsyncWrite};
use libp2p::core::ConnectedPoint;
use libp2p::core::either::EitherFuture;
use libp2p::core::muxing::StreamMuxerBox;
use libp2p::core::transport::{self, Boxed, OptionalTransport, Transport};
use libp2p::core::upgrade::{
    InboundConnectionUpgrade, OutboundConnectionUpgrade, UpgradeInfo, Version,
};
use libp2p::identity::Keypair;
use libp2p::pnet::{PnetConfig, PreSharedKey};
use libp2p::{PeerId, dns, noise, quic, relay, tcp, websocket};

use crate::bandwidth::{CountedMuxer, Meters};
use crate::config::Config;
use crate::status::{KitP2pStatus, Outcome, failure};
use crate::tls;
use crate::wire::Wire;
use crate::yamux;

pub type PeerTransport = Boxed<(PeerId, StreamMuxerBox)>;

/// Must be called inside the runtime.
pub fn build(
    config: &Config,
    keypair: &Keypair,
    meters: &Arc<Meters>,
) -> Outcome<(PeerTransport, Option<relay::client::Behaviour>)> {
    let upgrader = Upgrader { config, keypair, meters };
    let base = match config.swarm_key {
        Some(key) => upgrader.private(key)?,
        None => upgrader.public()?,
    };
    if !config.relay_client {
        return Ok((base, None));
    }
    let (circuits, behaviour) = relay::client::new(PeerId::from(keypair.public()));
    let circuits = upgrader.upgrade(circuits)?;
    let both = circuits.or_transport(base).map(|either, _| either.into_inner()).boxed();
    Ok((both, Some(behaviour)))
}

struct Upgrader<'a> {
    config: &'a Config,
    keypair: &'a Keypair,
    meters: &'a Arc<Meters>,
}

type TcpTransport =
    transport::map::Map<tcp::tokio::Transport, fn(tcp::tokio::TcpStream, ConnectedPoint) -> Wire>;

fn tcp_transport() -> TcpTransport {
    let settings = tcp::Config::default().nodelay(true).listen_backlog(1024);
    tcp::tokio::Transport::new(settings).map(|socket, _| Wire::new(socket))
}

impl Upgrader<'_> {
    fn private(&self, key: PreSharedKey) -> Outcome<PeerTransport> {
        let shared =
            tcp_transport().and_then(move |socket, _| PnetConfig::new(key).handshake(socket));
        let upgraded = self.upgrade(shared)?;
        if names_resolve() { Ok(resolve(upgraded)?.boxed()) } else { Ok(upgraded) }
    }

    fn public(&self) -> Outcome<PeerTransport> {
        let tcp = optional(self.config.tcp.then(|| self.upgrade(tcp_transport())).transpose()?);
        let meters = self.meters.clone();
        let quic = optional(self.config.quic.then(|| {
            quic::tokio::Transport::new(quic::Config::new(self.keypair))
                .map(move |(peer, muxer), _| (peer, counted(muxer, peer, &meters)))
                .boxed()
        }));
        let either = tcp.or_transport(quic).map(|either, _| either.into_inner()).boxed();
        let named = if names_resolve() { resolve(either)?.boxed() } else { either };
        if !self.config.websocket {
            return Ok(named);
        }
        // The WebSocket comes first and resolves for itself: a certificate is checked by its name.
        let socket = if names_resolve() {
            self.upgrade(websocket::Config::new(resolve(tcp_transport())?))?
        } else {
            self.upgrade(websocket::Config::new(tcp_transport()))?
        };
        Ok(socket.or_transport(named).map(|either, _| either.into_inner()).boxed())
    }

    fn upgrade<T>(&self, transport: T) -> Outcome<PeerTransport>
    where
        T: Transport + Send + Unpin + 'static,
        T::Output: AsyncRead + AsyncWrite + Unpin + Send + 'static,
        T::Error: Send + Sync + 'static,
        T::Dial: Send,
        T::ListenerUpgrade: Send,
    {
        let failed = |error: String| failure(KitP2pStatus::InvalidArgument, error);
        // TLS first: its ciphers run in the processor.
        let tls = tls::Config::new(self.keypair)
            .map_err(|error| failed(format!("the key makes no TLS certificate: {error}")))?;
        let noise = noise::Config::new(self.keypair)
            .map_err(|error| failed(format!("the key makes no Noise identity: {error}")))?;
        let muxer = yamux::Config {
            runtime: tokio::runtime::Handle::current(),
            inbound_max: self.config.streams_per_connection_max as usize,
        };
        let meters = self.meters.clone();
        Ok(transport
            .upgrade(Version::V1Lazy)
            .authenticate(Select(tls, noise))
            .multiplex(muxer)
            .timeout(Duration::from_millis(self.config.handshake_timeout_ms))
            .map(move |(peer, muxer), _| (peer, counted(muxer, peer, &meters)))
            .boxed())
    }
}

fn counted<M>(muxer: M, peer: PeerId, meters: &Meters) -> StreamMuxerBox
where
    M: libp2p::core::muxing::StreamMuxer + Unpin + Send + 'static,
    M::Substream: Unpin + Send + 'static,
    M::Error: Send + Sync + 'static,
{
    StreamMuxerBox::new(CountedMuxer::new(muxer, peer, meters))
}

fn optional<T>(transport: Option<T>) -> OptionalTransport<T> {
    transport.map_or_else(OptionalTransport::none, OptionalTransport::some)
}

// Without readable settings of the system (`names_resolve`) only
// addresses by name cannot be used.
fn resolve<T: Transport>(inner: T) -> Outcome<dns::tokio::Transport<T>> {
    dns::tokio::Transport::system(inner).map_err(|error| {
        failure(KitP2pStatus::Internal, format!("/etc/resolv.conf cannot be used: {error}"))
    })
}

fn names_resolve() -> bool {
    dns::tokio::Transport::system(()).is_ok()
}

/// Offers two ways to secure a connection, the first one preferred.
#[derive(Clone)]
struct Select<A, B>(A, B);

impl<A: UpgradeInfo, B: UpgradeInfo> UpgradeInfo for Select<A, B> {
    type Info = Either<A::Info, B::Info>;
    type InfoIter = Chain<
        Map<<A::InfoIter as IntoIterator>::IntoIter, fn(A::Info) -> Self::Info>,
        Map<<B::InfoIter as IntoIterator>::IntoIter, fn(B::Info) -> Self::Info>,
    >;

    fn protocol_info(&self) -> Self::InfoIter {
        let first = self.0.protocol_info().into_iter().map(Either::Left as fn(A::Info) -> _);
        let second = self.1.protocol_info().into_iter().map(Either::Right as fn(B::Info) -> _);
        first.chain(second)
    }
}

type Secured<A, B> = (PeerId, FutureEither<A, B>);
type Factored<F, G, A, B> =
    MapOk<EitherFuture<F, G>, fn(FutureEither<(PeerId, A), (PeerId, B)>) -> Secured<A, B>>;

impl<C, A, B, TA, TB> InboundConnectionUpgrade<C> for Select<A, B>
where
    A: InboundConnectionUpgrade<C, Output = (PeerId, TA)>,
    B: InboundConnectionUpgrade<C, Output = (PeerId, TB)>,
{
    type Output = Secured<TA, TB>;
    type Error = Either<A::Error, B::Error>;
    type Future = Factored<A::Future, B::Future, TA, TB>;

    fn upgrade_inbound(self, socket: C, info: Self::Info) -> Self::Future {
        match info {
            Either::Left(info) => EitherFuture::First(self.0.upgrade_inbound(socket, info)),
            Either::Right(info) => EitherFuture::Second(self.1.upgrade_inbound(socket, info)),
        }
        .map_ok(FutureEither::factor_first)
    }
}

impl<C, A, B, TA, TB> OutboundConnectionUpgrade<C> for Select<A, B>
where
    A: OutboundConnectionUpgrade<C, Output = (PeerId, TA)>,
    B: OutboundConnectionUpgrade<C, Output = (PeerId, TB)>,
{
    type Output = Secured<TA, TB>;
    type Error = Either<A::Error, B::Error>;
    type Future = Factored<A::Future, B::Future, TA, TB>;

    fn upgrade_outbound(self, socket: C, info: Self::Info) -> Self::Future {
        match info {
            Either::Left(info) => EitherFuture::First(self.0.upgrade_outbound(socket, info)),
            Either::Right(info) => EitherFuture::Second(self.1.upgrade_outbound(socket, info)),
        }
        .map_ok(FutureEither::factor_first)
    }
}
