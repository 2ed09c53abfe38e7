//! TLS as libp2p speaks it, with the certificates and checks of libp2p-tls, but with AES before
//! ChaCha20 where the processor computes it: the order that libp2p-tls offers costs a third of the
//! time in which bytes pass.
//! https://github.com/libp2p/specs/blob/master/tls/tls.md

use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use futures::future::BoxFuture;
use futures::io::{AsyncRead, AsyncWrite};
use futures_rustls::{TlsAcceptor, TlsConnector, TlsStream};
use libp2p::PeerId;
use libp2p::core::upgrade::{InboundConnectionUpgrade, OutboundConnectionUpgrade, UpgradeInfo};
use libp2p::identity::Keypair;
use libp2p::tls::certificate::{self, GenError};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::ServerName;
use rustls::{CipherSuite, ClientConfig, CommonState, ServerConfig};

/// What is encrypted before the socket is asked to take it.
const BUFFER_BYTES: usize = 256 << 10;

#[derive(Clone)]
pub struct Config {
    server: Arc<ServerConfig>,
    client: Arc<ClientConfig>,
}

impl Config {
    pub fn new(keypair: &Keypair) -> Result<Self, GenError> {
        let server = libp2p::tls::make_server_config(keypair)?;
        let client = libp2p::tls::make_client_config(keypair, None)?;
        prefer_hardware(server.crypto_provider());
        prefer_hardware(client.crypto_provider());
        Ok(Self { server: Arc::new(server), client: Arc::new(client) })
    }
}

// The configurations have no way to take another order of ciphers than the one they were made with.
fn prefer_hardware(provider: &Arc<CryptoProvider>) {
    if !computes_aes() || Arc::strong_count(provider) != 1 || Arc::weak_count(provider) != 0 {
        return;
    }
    let provider = Arc::as_ptr(provider).cast_mut();
    // The configuration was made just now and holds the only Arc, and no other thread knows it: as
    // in Arc::get_mut, nobody reads what changes here.
    let suites = unsafe { &mut (*provider).cipher_suites };
    suites.sort_by_key(|suite| match suite.suite() {
        CipherSuite::TLS13_AES_128_GCM_SHA256 => 0,
        CipherSuite::TLS13_AES_256_GCM_SHA384 => 1,
        _ => 2,
    });
}

fn computes_aes() -> bool {
    #[cfg(target_arch = "x86_64")]
    return std::arch::is_x86_feature_detected!("aes")
        && std::arch::is_x86_feature_detected!("pclmulqdq");
    #[cfg(target_arch = "aarch64")]
    return std::arch::is_aarch64_feature_detected!("aes");
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    return false;
}

fn peer_of(state: &CommonState) -> io::Result<PeerId> {
    let refused = |why: String| io::Error::new(io::ErrorKind::InvalidData, why);
    let Some([shown]) = state.peer_certificates() else {
        return Err(refused("the peer showed no certificate, or several".to_owned()));
    };
    let shown = certificate::parse(shown)
        .map_err(|error| refused(format!("the peer's certificate cannot be used: {error}")))?;
    Ok(shown.peer_id())
}

fn ready<C>(mut stream: TlsStream<C>) -> io::Result<(PeerId, TlsStream<C>)> {
    match &mut stream {
        TlsStream::Client(client) => client.get_mut().1.set_buffer_limit(Some(BUFFER_BYTES)),
        TlsStream::Server(server) => server.get_mut().1.set_buffer_limit(Some(BUFFER_BYTES)),
    }
    Ok((peer_of(stream.get_ref().1)?, stream))
}

impl UpgradeInfo for Config {
    type Info = &'static str;
    type InfoIter = std::iter::Once<Self::Info>;

    fn protocol_info(&self) -> Self::InfoIter {
        std::iter::once("/tls/1.0.0")
    }
}

type Upgraded<C> = BoxFuture<'static, io::Result<(PeerId, TlsStream<C>)>>;

impl<C> InboundConnectionUpgrade<C> for Config
where
    C: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    type Output = (PeerId, TlsStream<C>);
    type Error = io::Error;
    type Future = Upgraded<C>;

    fn upgrade_inbound(self, socket: C, _: Self::Info) -> Self::Future {
        Box::pin(async move { ready(TlsAcceptor::from(self.server).accept(socket).await?.into()) })
    }
}

impl<C> OutboundConnectionUpgrade<C> for Config
where
    C: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    type Output = (PeerId, TlsStream<C>);
    type Error = io::Error;
    type Future = Upgraded<C>;

    fn upgrade_outbound(self, socket: C, _: Self::Info) -> Self::Future {
        // "clients that only support the version of the handshake defined in this document MUST
        // NOT send any value in the Server Name Indication": an address is never sent.
        let nobody = ServerName::IpAddress(IpAddr::V4(Ipv4Addr::UNSPECIFIED).into());
        Box::pin(async move {
            ready(TlsConnector::from(self.client).connect(nobody, socket).await?.into())
        })
    }
}
