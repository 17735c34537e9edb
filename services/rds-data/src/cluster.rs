//! What the configuration says of databases: the connection behind a cluster and a secret.

use std::fmt;
use std::str::FromStr;

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
pub struct Connection(tokio_postgres::Config);

/// Why a text names no connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConnectionError {
    /// It isn't of the form that libpq takes.
    #[error("its url is no URL of PostgreSQL: postgresql://user:password@host:5432/database")]
    Malformed,
    /// It names no host or no user.
    #[error("its url names a host and a user")]
    Incomplete,
    /// It asks for TLS.
    #[error("its url asks for TLS, which connections to databases don't have yet")]
    Tls,
}

impl Connection {
    /// How to connect to that database, or to the one that the configuration names.
    pub(crate) fn to(&self, database: Option<&str>) -> tokio_postgres::Config {
        let mut config = self.0.clone();
        if let Some(database) = database {
            config.dbname(database);
        }
        config
    }

    /// The database of the URL; without one PostgreSQL takes the user's name.
    pub(crate) fn database(&self) -> &str {
        self.0.get_dbname().or(self.0.get_user()).unwrap_or_default()
    }
}

impl FromStr for Connection {
    type Err = ConnectionError;

    fn from_str(url: &str) -> Result<Self, ConnectionError> {
        if !url.starts_with("postgresql://") && !url.starts_with("postgres://") {
            return Err(ConnectionError::Malformed);
        }
        let mut config: tokio_postgres::Config =
            url.parse().map_err(|_| ConnectionError::Malformed)?;
        if config.get_hosts().is_empty() || config.get_user().is_none() {
            return Err(ConnectionError::Incomplete);
        }
        if config.get_ssl_mode() == tokio_postgres::config::SslMode::Require {
            return Err(ConnectionError::Tls);
        }
        config.application_name("freehold");
        Ok(Connection(config))
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (hosts, user) = (self.0.get_hosts(), self.0.get_user());
        write!(f, "Connection({user:?} at {hosts:?}, {:?})", self.database())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_keeps_its_password_to_itself() {
        let connection: Connection =
            "postgresql://ann:s3cret@localhost/shop".parse().expect("is one");
        assert_eq!(connection.database(), "shop");
        assert!(!format!("{connection:?}").contains("s3cret"));
    }

    #[test]
    fn what_names_no_connection_is_refused() {
        let cases = [
            ("mysql://ann@localhost/shop", ConnectionError::Malformed),
            ("postgresql:///shop", ConnectionError::Incomplete),
            ("postgresql://localhost/shop", ConnectionError::Incomplete),
            ("postgresql://ann@localhost/shop?sslmode=require", ConnectionError::Tls),
        ];
        for (url, error) in cases {
            assert_eq!(url.parse::<Connection>(), Err(error), "{url}");
        }
    }
}
