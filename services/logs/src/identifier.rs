//! The names and ARNs by which requests speak of log groups.

use base::Arn;

use crate::errors::Error;

/// Whose log groups: `arn:aws:logs:us-east-1:000000000000`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Scope(String);

impl Scope {
    pub(crate) fn new(partition: &str, region: &str, account: &str) -> Self {
        Scope(format!("arn:{partition}:logs:{region}:{account}"))
    }

    /// A scope as a key holds it.
    pub(crate) fn of_text(text: String) -> Self {
        Scope(text)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn account(&self) -> &str {
        self.0.rsplit(':').next().unwrap_or_default()
    }

    /// The ARN of a log group as IAM and tags have it; `arn` of DescribeLogGroups has `:*` behind it.
    pub(crate) fn group(&self, name: &str) -> String {
        format!("{}:log-group:{name}", self.0)
    }

    pub(crate) fn stream(&self, group: &str, name: &str) -> String {
        format!("{}:log-group:{group}:log-stream:{name}", self.0)
    }

    /// The name of the log group that a name or an ARN means.
    pub(crate) fn name_of(&self, identifier: &str) -> Result<String, Error> {
        if !identifier.starts_with("arn:") {
            return Ok(identifier.to_owned());
        }
        self.name_of_arn(identifier)
    }

    /// The name in the ARN of a log group, with or without `:*`.
    pub(crate) fn name_of_arn(&self, text: &str) -> Result<String, Error> {
        let arn = Arn::parse(text).ok().filter(|arn| arn.service == "logs");
        let name = arn.as_ref().and_then(|arn| arn.resource.strip_prefix("log-group:"));
        let name = name.map(|name| name.strip_suffix(":*").unwrap_or(name));
        match name {
            Some(name) if text.starts_with(&format!("{}:", self.0)) => Ok(name.to_owned()),
            Some(_) => Err(Error::ResourceNotFound),
            None => Err(Error::parameter(format!("Invalid ARN: {text}"))), // By analogy.
        }
    }
}
