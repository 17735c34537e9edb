//! The configuration file as written, and what is refused of it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use aws::sigv4::Credentials;
use http::Uri;
use http::uri::Authority;
use rds_data::{Cluster, Connection};
use serde::Deserialize;

use super::{
    AcmeServer, Config, ConfigError, Containers, Docker, Endpoint, EndpointKey, Enforce, Tls,
    parse_address,
};

/// As long as AWS's SDKs wait.
const ENDPOINT_TIMEOUT: Duration = Duration::from_secs(60);

/// Where Docker listens by default.
const DOCKER_HOST: &str = "unix:///var/run/docker.sock";

/// The whole file: every key may be missing, none may be unknown.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
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

impl File {
    /// What the file configures; what it doesn't say has its default.
    pub(super) fn into_config(self) -> Result<Config, ConfigError> {
        let file = self;
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
