//! What the configuration says of databases: the connection behind a cluster and a secret.

use std::fmt;

use tokio_postgres::config::SslMode;

use crate::tls::Tls;

/// A cluster, as one secret lets users in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cluster {
    /// `arn:aws:rds:us-east-1:000000000000:cluster:orders`
    pub resource_arn: String,
    /// `arn:aws:secretsmanager:us-east-1:000000000000:secret:orders-AbCdEf`
    pub secret_arn: String,
    /// Where it is, and who is let in.
    pub connection: Connection,
}

/// How a PostgreSQL is reached: `postgresql://user:password@host:5432/database`. Its password isn't shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Connection {
    config: tokio_postgres::Config,
    /// The certificates in PEM that vouch for the server; without them nothing is encrypted.
    trusted_roots: Option<Vec<u8>>,
}

/// Why a text names no connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConnectionError {
    /// It isn't of the form that libpq takes.
    #[error("its url is no URL of PostgreSQL: postgresql://user:password@host:5432/database")]
    Malformed,
    /// It names no host or no user.
    #[error("its url names a host and a user")]
    Incomplete,
    /// It asks for TLS, and nobody says who is trusted.
    #[error(
        "its url asks for TLS: name the certificates that vouch for the server in trusted_roots"
    )]
    Untrusted,
    /// What is said to be certificates are none.
    #[error("its trusted_roots has no certificate in PEM")]
    TrustedRoots,
}

impl Connection {
    /// The connection of a URL, encrypted if there are certificates in PEM that vouch for the server.
    ///
    /// # Errors
    /// What the URL or the certificates lack.
    pub fn new(url: &str, trusted_roots: Option<Vec<u8>>) -> Result<Self, ConnectionError> {
        if !url.starts_with("postgresql://") && !url.starts_with("postgres://") {
            return Err(ConnectionError::Malformed);
        }
        let mut config: tokio_postgres::Config =
            url.parse().map_err(|_| ConnectionError::Malformed)?;
        if config.get_hosts().is_empty() || config.get_user().is_none() {
            return Err(ConnectionError::Incomplete);
        }
        match &trusted_roots {
            Some(pem) if Tls::trusting(pem).is_none() => return Err(ConnectionError::TrustedRoots),
            Some(_) => drop(config.ssl_mode(SslMode::Require)),
            None if config.get_ssl_mode() == SslMode::Require => {
                return Err(ConnectionError::Untrusted);
            }
            None => {}
        }
        config.application_name("freehold");
        Ok(Connection { config, trusted_roots })
    }

    /// How to encrypt, if at all.
    pub(crate) fn tls(&self) -> Option<Tls> {
        self.trusted_roots.as_deref().and_then(Tls::trusting)
    }

    /// How to connect to that database, or to the one that the configuration names.
    pub(crate) fn to(&self, database: Option<&str>) -> tokio_postgres::Config {
        let mut config = self.config.clone();
        if let Some(database) = database {
            config.dbname(database);
        }
        config
    }

    /// The database of the URL; without one PostgreSQL takes the user's name.
    pub(crate) fn database(&self) -> &str {
        self.config.get_dbname().or(self.config.get_user()).unwrap_or_default()
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (hosts, user) = (self.config.get_hosts(), self.config.get_user());
        write!(f, "Connection({user:?} at {hosts:?}, {:?})", self.database())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_keeps_its_password_to_itself() {
        let connection =
            Connection::new("postgresql://ann:s3cret@localhost/shop", None).expect("is one");
        assert_eq!(connection.database(), "shop");
        assert!(!format!("{connection:?}").contains("s3cret"));
    }

    #[test]
    fn what_names_no_connection_is_refused() {
        let cases = [
            ("mysql://ann@localhost/shop", ConnectionError::Malformed),
            ("postgresql:///shop", ConnectionError::Incomplete),
            ("postgresql://localhost/shop", ConnectionError::Incomplete),
            ("postgresql://ann@localhost/shop?sslmode=require", ConnectionError::Untrusted),
        ];
        for (url, error) in cases {
            assert_eq!(Connection::new(url, None), Err(error), "{url}");
        }
        let untrusted = Connection::new("postgresql://ann@localhost/shop", Some(b"roots".to_vec()));
        assert_eq!(untrusted, Err(ConnectionError::TrustedRoots));
    }
}
