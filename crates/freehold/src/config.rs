//! What can be configured: the command line first, then the file (`docs/configuration.md`), then the defaults.

mod file;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use aws::sigv4::Credentials;
use http::Uri;
use rds_data::{Cluster, ConnectionError};
use serde::Deserialize;

use file::File;

/// What a house needs to know to be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// The AWS account number that ARNs carry.
    pub account: String,
    /// The AWS region that ARNs carry.
    pub region: String,
    /// Where to listen. Port 0 lets the system choose one.
    pub listen: SocketAddr,
    /// Names and addresses by which clients in development call the house, besides those of this machine and AWS's.
    pub names: Vec<String>,
    /// The folder of the store.
    pub data: PathBuf,
    /// Whether AWS's request rates are enforced.
    pub throttling: bool,
    /// What becomes of requests that no policy allows; where nothing is said, the command decides.
    pub enforce: Option<Enforce>,
    /// The services that are asked outside of the house, by their names in `models`.
    pub endpoints: BTreeMap<&'static str, Endpoint>,
    /// How the containers of ECS and Batch are run.
    pub containers: Containers,
    /// Where the public keys of issuers of tokens are, by issuer. Others are asked as OpenID Connect has it.
    pub issuers: BTreeMap<String, String>,
    /// The databases behind the RDS Data API.
    pub clusters: Vec<Cluster>,
    /// Where certificates come from.
    pub tls: Tls,
}

/// Where the certificates of HTTPS come from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tls {
    /// A folder with `NAME.pem` and `NAME.key` for each name.
    pub certificates: Option<PathBuf>,
    /// A server that certificates for domain names are ordered from.
    pub acme: Option<AcmeServer>,
    /// Whether the house has an authority of its own, for developers; where nothing is said, the command decides.
    pub development_authority: Option<bool>,
}

/// A server that issues certificates by ACME, whose terms the operator has agreed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AcmeServer {
    /// Its directory: `https://acme-v02.api.letsencrypt.org/directory`.
    pub directory: String,
    /// Whom it may write to: `mailto:operator@example.com`.
    pub contact: Option<String>,
    /// What the server itself is trusted by, if it is a private one.
    pub trusted_roots: Option<PathBuf>,
}

/// How the containers of ECS and Batch are run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Containers {
    /// By Docker; else as processes of this machine.
    pub docker: Option<Docker>,
    /// Tasks that run at once.
    pub tasks_max: usize,
}

impl Default for Containers {
    fn default() -> Self {
        Containers { docker: None, tasks_max: 64 }
    }
}

/// A container engine that speaks Docker's API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Docker {
    /// The socket of its API.
    pub socket: PathBuf,
    /// The network that containers are in. In the machine's own, `host`, they find a house that listens on loopback.
    pub network: String,
}

/// A server outside: AWS, or one that is compatible.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Where it is: `https://ssm.eu-west-1.amazonaws.com`.
    pub url: Uri,
    /// The region that requests are signed for; else the house's own.
    pub region: Option<String>,
    /// What requests are signed with; nothing where they go unsigned.
    pub key: Option<EndpointKey>,
    /// How long an answer may take.
    pub timeout: Duration,
}

/// The access key for a server outside. Its secret isn't shown.
#[derive(Clone, PartialEq, Eq)]
pub struct EndpointKey(pub Credentials);

impl fmt::Debug for EndpointKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EndpointKey({})", self.0.access_key_id)
    }
}

impl Default for Config {
    fn default() -> Self {
        Config {
            account: "000000000000".to_owned(),
            region: "us-east-1".to_owned(),
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 4566)),
            names: Vec::new(),
            data: PathBuf::from("freehold-data"),
            throttling: false,
            enforce: None,
            endpoints: BTreeMap::new(),
            containers: Containers::default(),
            issuers: BTreeMap::new(),
            tls: Tls::default(),
            clusters: Vec::new(),
        }
    }
}

/// What becomes of requests that no policy allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Enforce {
    /// They are made; no policy is looked at.
    Off,
    /// They are made, and logged as warnings.
    Warn,
    /// They are refused.
    On,
}

/// Why a configuration can't be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("read the configuration file {}", path.display())]
    Read { path: PathBuf, source: std::io::Error },
    #[error("understand the configuration file {}", path.display())]
    Parse { path: PathBuf, source: toml::de::Error },
    #[error("accept the account {0:?}: an account is twelve digits")]
    Account(String),
    #[error(
        "accept the region {0:?}: a region is written as AWS writes its own, such as eu-west-1"
    )]
    Region(String),
    #[error("accept the name {0:?}: it is written HOST, without a port")]
    Name(String),
    #[error("accept the address {0:?}: it is written ADDRESS:PORT")]
    Listen(String),
    #[error("know the service {0:?} of [endpoints.{0}]")]
    Service(String),
    #[error("use the docker_host {0:?} of [containers]: it is written unix:///PATH")]
    DockerHost(String),
    #[error("use [containers]: {0}")]
    Containers(&'static str),
    #[error("use [issuers.{0:?}]: its jwks_url begins with http:// or https://")]
    Issuer(String),
    #[error("use [tls.acme]: {0}")]
    Acme(&'static str),
    #[error("use [[rds]] of {resource_arn}: {source}")]
    Rds { resource_arn: String, source: ConnectionError },
    #[error("use [[rds]]: {0:?} is no ARN of {1}")]
    RdsArn(String, &'static str),
    #[error("use [endpoints.{service}]: {reason}")]
    Endpoint { service: String, reason: &'static str },
}

impl Config {
    /// The configuration in a TOML file; what it doesn't say has its default.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| ConfigError::Read { path: path.to_owned(), source })?;
        let file: File = toml::from_str(&text)
            .map_err(|source| ConfigError::Parse { path: path.to_owned(), source })?;
        file.into_config()
    }
}

/// Reads `ADDRESS:PORT`, where the address may also be `localhost`.
pub fn parse_address(text: &str) -> Result<SocketAddr, ConfigError> {
    let localhost = text.strip_prefix("localhost:").and_then(|port| port.parse().ok());
    let localhost =
        localhost.map(|port| SocketAddr::from((IpAddr::from(Ipv4Addr::LOCALHOST), port)));
    localhost.or_else(|| text.parse().ok()).ok_or_else(|| ConfigError::Listen(text.to_owned()))
}
