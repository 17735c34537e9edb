//! What can be configured: the command line first, then the file, then the defaults.

use std::collections::BTreeMap;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use aws::sigv4::Credentials;
use http::Uri;
use http::uri::Authority;
use rds_data::{Cluster, Connection, ConnectionError};
use serde::Deserialize;

/// As long as AWS's SDKs wait.
const ENDPOINT_TIMEOUT: Duration = Duration::from_secs(60);

/// Where Docker listens by default.
const DOCKER_HOST: &str = "unix:///var/run/docker.sock";

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

/// The file as written: every key may be missing, none may be unknown.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    account: Option<String>,
    region: Option<String>,
    listen: Option<String>,
    #[serde(default)]
    names: Vec<String>,
    data: Option<PathBuf>,
    #[serde(default)]
    limits: Limits,
    #[serde(default)]
    iam: Iam,
    #[serde(default)]
    endpoints: BTreeMap<String, EndpointTable>,
    #[serde(default)]
    containers: ContainersTable,
    #[serde(default)]
    issuers: BTreeMap<String, IssuerTable>,
    #[serde(default)]
    rds: Vec<RdsTable>,
    #[serde(default)]
    tls: TlsTable,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct TlsTable {
    certificates: Option<PathBuf>,
    development_authority: Option<bool>,
    acme: Option<AcmeTable>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AcmeTable {
    directory: String,
    /// Whether the operator agrees to the terms of whom the directory is.
    accepts_terms: bool,
    contact: Option<String>,
    trusted_roots: Option<PathBuf>,
}

/// A database of PostgreSQL, and the ARNs that clients of the RDS Data API call it by.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RdsTable {
    resource_arn: String,
    secret_arn: String,
    url: String,
    /// Certificates in PEM that vouch for the server: the connection is encrypted.
    trusted_roots: Option<PathBuf>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct IssuerTable {
    jwks_url: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct ContainersTable {
    engine: Option<Engine>,
    docker_host: Option<String>,
    network: Option<String>,
    tasks_max: Option<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Engine {
    Docker,
    Process,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct EndpointTable {
    url: String,
    region: Option<String>,
    access_key_id: Option<String>,
    secret_access_key: Option<String>,
    session_token: Option<String>,
    /// Whether requests are signed; they are unless this says otherwise.
    sign: Option<bool>,
    timeout_seconds: Option<u64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Iam {
    enforce: Option<Enforce>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Limits {
    throttling: Option<bool>,
}

impl Config {
    /// The configuration in a TOML file; what it doesn't say has its default.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| ConfigError::Read { path: path.to_owned(), source })?;
        let file = toml::from_str(&text)
            .map_err(|source| ConfigError::Parse { path: path.to_owned(), source })?;
        Config::of(file)
    }

    fn of(file: File) -> Result<Self, ConfigError> {
        let mut config = Config::default();
        if let Some(account) = file.account {
            let twelve_digits = account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit());
            config.account = Some(account.clone())
                .filter(|_| twelve_digits)
                .ok_or(ConfigError::Account(account))?;
        }
        if let Some(region) = file.region {
            let it = Some(region.clone()).filter(|region| is_region(region));
            config.region = it.ok_or(ConfigError::Region(region))?;
        }
        if let Some(listen) = file.listen {
            config.listen = parse_address(&listen)?;
        }
        for name in &file.names {
            let parsed = name.parse::<Authority>().ok().filter(|it| it.host() == name);
            parsed.ok_or_else(|| ConfigError::Name(name.clone()))?;
        }
        config.names = file.names.into_iter().map(|name| name.to_ascii_lowercase()).collect();
        if let Some(data) = file.data {
            config.data = data;
        }
        for (name, table) in file.endpoints {
            let service = models::find(&name).ok_or_else(|| ConfigError::Service(name.clone()))?;
            let endpoint = Endpoint::of(table)
                .map_err(|reason| ConfigError::Endpoint { service: name, reason })?;
            config.endpoints.insert(service.name(), endpoint);
        }
        for (issuer, IssuerTable { jwks_url }) in file.issuers {
            if !jwks_url.starts_with("http://") && !jwks_url.starts_with("https://") {
                return Err(ConfigError::Issuer(issuer));
            }
            config.issuers.insert(issuer.trim_end_matches('/').to_owned(), jwks_url);
        }
        config.clusters = file.rds.into_iter().map(cluster).collect::<Result<_, _>>()?;
        config.containers = Containers::of(file.containers)?;
        config.tls = Tls::of(file.tls)?;
        config.enforce = file.iam.enforce;
        config.throttling = file.limits.throttling.unwrap_or(config.throttling);
        Ok(config)
    }
}

/// Whether a text has the form of a region: `us-east-1`, `us-gov-west-1`. New ones need no new release.
fn is_region(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [area, between @ .., number] = parts.as_slice() else { return false };
    let is_word = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase());
    let is_number = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
    is_word(area) && !between.is_empty() && between.iter().all(is_word) && is_number
}

impl Tls {
    fn of(table: TlsTable) -> Result<Self, ConfigError> {
        let TlsTable { certificates, development_authority, acme } = table;
        let acme = acme.map(|AcmeTable { directory, accepts_terms, contact, trusted_roots }| {
            if !directory.starts_with("https://") {
                return Err(ConfigError::Acme("its directory begins with https://"));
            }
            if !accepts_terms {
                return Err(ConfigError::Acme(
                    "read the server's terms, then say accepts_terms = true",
                ));
            }
            Ok(AcmeServer { directory, contact, trusted_roots })
        });
        Ok(Tls { certificates, acme: acme.transpose()?, development_authority })
    }
}

fn cluster(table: RdsTable) -> Result<Cluster, ConfigError> {
    let RdsTable { resource_arn, secret_arn, url, trusted_roots } = table;
    if !resource_arn.starts_with("arn:") || !resource_arn.contains(":rds:") {
        return Err(ConfigError::RdsArn(resource_arn, "a cluster"));
    }
    if !secret_arn.starts_with("arn:") || !secret_arn.contains(":secretsmanager:") {
        return Err(ConfigError::RdsArn(secret_arn, "a secret"));
    }
    let read =
        |path: PathBuf| std::fs::read(&path).map_err(|source| ConfigError::Read { path, source });
    let trusted_roots = trusted_roots.map(read).transpose()?;
    match Connection::new(&url, trusted_roots) {
        Ok(connection) => Ok(Cluster { resource_arn, secret_arn, connection }),
        Err(source) => Err(ConfigError::Rds { resource_arn, source }),
    }
}

impl Containers {
    fn of(table: ContainersTable) -> Result<Self, ConfigError> {
        let is_docker = table.engine == Some(Engine::Docker);
        if !is_docker && (table.docker_host.is_some() || table.network.is_some()) {
            let sentence = "docker_host and network are for engine = \"docker\"";
            return Err(ConfigError::Containers(sentence));
        }
        if table.tasks_max == Some(0) {
            return Err(ConfigError::Containers("tasks_max is at least 1"));
        }
        let host = table.docker_host.unwrap_or_else(|| DOCKER_HOST.to_owned());
        let socket = host.strip_prefix("unix://").map(PathBuf::from);
        let socket = socket.filter(|socket| socket.is_absolute());
        let socket = socket.ok_or(ConfigError::DockerHost(host))?;
        let network = table.network.unwrap_or_else(|| "host".to_owned());
        Ok(Containers {
            docker: is_docker.then_some(Docker { socket, network }),
            tasks_max: table.tasks_max.unwrap_or(Containers::default().tasks_max),
        })
    }
}

impl Endpoint {
    fn of(table: EndpointTable) -> Result<Self, &'static str> {
        let url: Uri = table.url.parse().map_err(|_| "its url is no URL")?;
        if !matches!(url.scheme_str(), Some("http" | "https")) || url.host().is_none() {
            return Err("its url begins with http:// or https:// and a host");
        }
        let key = match (table.access_key_id, table.secret_access_key, table.sign) {
            (.., Some(false)) => None,
            (Some(access_key_id), Some(secret_access_key), _) => {
                let session_token = table.session_token;
                let key = Credentials { access_key_id, secret_access_key, session_token };
                Some(EndpointKey(key))
            }
            _ => return Err("give access_key_id and secret_access_key, or sign = false"),
        };
        let timeout = table.timeout_seconds.map_or(ENDPOINT_TIMEOUT, Duration::from_secs);
        Ok(Endpoint { url, region: table.region, key, timeout })
    }
}

/// Reads `ADDRESS:PORT`, where the address may also be `localhost`.
pub fn parse_address(text: &str) -> Result<SocketAddr, ConfigError> {
    let localhost = text.strip_prefix("localhost:").and_then(|port| port.parse().ok());
    let localhost =
        localhost.map(|port| SocketAddr::from((IpAddr::from(Ipv4Addr::LOCALHOST), port)));
    localhost.or_else(|| text.parse().ok()).ok_or_else(|| ConfigError::Listen(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;

    use super::*;

    fn read(text: &str) -> Result<Config, ConfigError> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("freehold.toml");
        std::fs::write(&path, text).expect("writes");
        Config::read(&path)
    }

    #[test]
    fn an_empty_file_says_nothing_new() {
        assert_eq!(read("").expect("reads"), Config::default());
    }

    #[test]
    fn every_key_has_its_effect() {
        let config = read(
            "account = '111122223333'\nregion = 'eu-west-1'\nlisten = 'localhost:0'\n\
             names = ['Freehold', '[2001:db8::1]']\n\
             data = '/var/lib/freehold'\n[limits]\nthrottling = true",
        );
        assert_eq!(
            config.expect("reads"),
            Config {
                account: "111122223333".into(),
                region: "eu-west-1".into(),
                listen: "127.0.0.1:0".parse().expect("an address"),
                names: vec!["freehold".into(), "[2001:db8::1]".into()],
                data: "/var/lib/freehold".into(),
                throttling: true,
                endpoints: BTreeMap::new(),
                enforce: None,
                containers: Containers::default(),
                issuers: BTreeMap::new(),
                tls: Tls::default(),
                clusters: Vec::new(),
            }
        );
    }

    #[test]
    fn an_endpoint_is_found_by_any_name_of_its_service() {
        let text = "url = 'http://localhost:5000'\nregion = 'eu-west-1'\naccess_key_id = 'a'\n\
                    secret_access_key = 's3cret'\ntimeout_seconds = 3";
        for name in ["logs", "cloudwatchlogs"] {
            let config = read(&format!("[endpoints.{name}]\n{text}")).expect("reads");
            let endpoint = &config.endpoints["cloudwatchlogs"];
            assert_eq!(endpoint.timeout, Duration::from_secs(3));
            assert_eq!(endpoint.region.as_deref(), Some("eu-west-1"));
            assert!(!format!("{config:?}").contains("s3cret"), "a secret is not shown");
        }
        let unsigned = read("[endpoints.ssm]\nurl = 'https://localhost'\nsign = false");
        assert_eq!(unsigned.expect("reads").endpoints["ssm"].key, None);
    }

    #[test]
    fn containers_are_run_by_docker_if_the_file_says_so() {
        let config = read("[containers]\nengine = 'docker'\ntasks_max = 3").expect("reads");
        let docker = Docker { socket: "/var/run/docker.sock".into(), network: "host".into() };
        assert_eq!(config.containers, Containers { docker: Some(docker), tasks_max: 3 });
        let text = "[containers]\nengine = 'docker'\ndocker_host = 'unix:///run/podman.sock'\nnetwork = 'bridge'";
        let docker = Docker { socket: "/run/podman.sock".into(), network: "bridge".into() };
        assert_eq!(read(text).expect("reads").containers.docker, Some(docker));
        assert_eq!(read("[containers]\nengine = 'process'").expect("reads"), Config::default());
        for text in [
            "engine = 'podman'",
            "docker_host = 'unix:///run/podman.sock'",
            "engine = 'docker'\ndocker_host = 'tcp://localhost:2375'",
            "tasks_max = 0",
        ] {
            assert!(read(&format!("[containers]\n{text}")).is_err(), "{text}");
        }
    }

    #[test]
    fn an_issuer_has_its_keys_where_the_file_says() {
        let text = "[issuers.'https://example.com/pool/']\njwks_url = 'http://localhost/jwks.json'";
        let issuers = read(text).expect("reads").issuers;
        assert_eq!(issuers["https://example.com/pool"], "http://localhost/jwks.json");
        assert!(read("[issuers.'https://example.com']\njwks_url = 'jwks.json'").is_err());
    }

    #[test]
    fn certificates_come_from_where_the_file_says() {
        let tls = "[tls]\ncertificates = '/etc/certificates'\ndevelopment_authority = false\n";
        let acme =
            "[tls.acme]\ndirectory = 'https://acme.example/dir'\ncontact = 'mailto:a@example'\n";
        let read_tls = |text: String| read(&text).map(|config| config.tls);
        let server = AcmeServer {
            directory: "https://acme.example/dir".into(),
            contact: Some("mailto:a@example".into()),
            trusted_roots: None,
        };
        assert_eq!(
            read_tls(format!("{tls}{acme}accepts_terms = true")).expect("reads"),
            Tls {
                certificates: Some("/etc/certificates".into()),
                development_authority: Some(false),
                acme: Some(server),
            }
        );
        assert!(read_tls(format!("{acme}accepts_terms = false")).is_err());
        assert!(
            read_tls("[tls.acme]\ndirectory = 'http://acme'\naccepts_terms = true".into()).is_err()
        );
    }

    #[test]
    fn a_database_is_behind_the_arns_that_the_file_says() {
        let (cluster, secret) =
            ("arn:aws:rds:us-east-1:0:cluster:a", "arn:aws:secretsmanager:us-east-1:0:secret:a");
        let rds = |cluster: &str, secret: &str, url: &str| {
            read(&format!(
                "[[rds]]\nresource_arn = '{cluster}'\nsecret_arn = '{secret}'\nurl = '{url}'"
            ))
        };
        let url = "postgresql://ann:s3cret@localhost/shop";
        let config = rds(cluster, secret, url).expect("reads");
        assert_eq!(config.clusters[0].secret_arn, secret);
        assert!(!format!("{config:?}").contains("s3cret"), "a password is not shown");
        for (cluster, secret, url) in [
            ("orders", secret, url),
            (cluster, "orders", url),
            (cluster, secret, "mysql://ann@localhost/shop"),
        ] {
            assert!(rds(cluster, secret, url).is_err(), "{cluster} {secret} {url}");
        }
    }

    #[test]
    fn an_endpoint_that_cannot_be_asked_is_refused() {
        for text in [
            "[endpoints.nothing]\nurl = 'http://localhost'\nsign = false",
            "[endpoints.ssm]\nurl = 'localhost:5000'\nsign = false",
            "[endpoints.ssm]\nurl = 'http://localhost'",
            "[endpoints.ssm]\nsign = false",
        ] {
            assert!(read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_unknown_key_is_an_error_that_names_it() {
        for text in ["acount = '1'", "[limits]\nthrotling = true"] {
            let error = read(text).expect_err("is refused");
            let source = error.source().expect("has a source").to_string();
            assert!(source.contains("acount") || source.contains("throtling"), "{source}");
        }
    }

    #[test]
    fn values_that_make_no_arn_or_address_are_refused() {
        for text in [
            "account = '12'",
            "region = 'US EAST'",
            "region = 'mars'",
            "region = ''",
            "names = ['freehold:4566']",
            "listen = 'here'",
        ] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
