//! What can be configured: the command line first, then the file, then the defaults.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// What a house needs to know to be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// The AWS account number that ARNs carry.
    pub account: String,
    /// The AWS region that ARNs carry.
    pub region: String,
    /// Where to listen. Port 0 lets the system choose one.
    pub listen: SocketAddr,
    /// The folder of the store.
    pub data: PathBuf,
    /// Whether AWS's request rates are enforced.
    pub throttling: bool,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            account: "000000000000".to_owned(),
            region: "us-east-1".to_owned(),
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 4566)),
            data: PathBuf::from("freehold-data"),
            throttling: false,
        }
    }
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
    #[error("accept the region {0:?}: a region is lower case letters, digits and hyphens")]
    Region(String),
    #[error("accept the address {0:?}: it is written ADDRESS:PORT")]
    Listen(String),
}

/// The file as written: every key may be missing, none may be unknown.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    account: Option<String>,
    region: Option<String>,
    listen: Option<String>,
    data: Option<PathBuf>,
    #[serde(default)]
    limits: Limits,
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
            let letter = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
            let plain = !region.is_empty() && region.bytes().all(letter);
            config.region =
                Some(region.clone()).filter(|_| plain).ok_or(ConfigError::Region(region))?;
        }
        if let Some(listen) = file.listen {
            config.listen = parse_address(&listen)?;
        }
        if let Some(data) = file.data {
            config.data = data;
        }
        config.throttling = file.limits.throttling.unwrap_or(config.throttling);
        Ok(config)
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
             data = '/var/lib/freehold'\n[limits]\nthrottling = true",
        );
        assert_eq!(
            config.expect("reads"),
            Config {
                account: "111122223333".into(),
                region: "eu-west-1".into(),
                listen: "127.0.0.1:0".parse().expect("an address"),
                data: "/var/lib/freehold".into(),
                throttling: true,
            }
        );
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
        for text in ["account = '12'", "region = 'US EAST'", "region = ''", "listen = 'here'"] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
