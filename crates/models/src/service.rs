use std::sync::OnceLock;

use crate::read::{Facts, TABLES};
use crate::{ErrorFacts, Operation, Protocol};

/// An AWS service.
#[derive(Debug)]
pub struct Service {
    pub(crate) name: &'static str,
    pub(crate) cli_name: &'static str,
    pub(crate) error_prefix: &'static str,
    pub(crate) protocol: Option<Protocol>,
    pub(crate) api_version: &'static str,
    pub(crate) target_prefix: &'static str,
    pub(crate) endpoint_prefix: &'static str,
    pub(crate) signing_name: &'static str,
    pub(crate) xml_namespace: &'static str,
    pub(crate) is_query_compatible: bool,
    pub(crate) packed: &'static [u8],
    pub(crate) len: usize,
    pub(crate) unpacked: OnceLock<Facts>,
}

/// The service of that name in `aws-sdk:<name>:` resources: `sfn`, `cloudwatchlogs`.
#[must_use]
pub fn service(name: &str) -> Option<&'static Service> {
    let services = &TABLES.services;
    services.binary_search_by_key(&name, |service| service.name).ok().map(|place| &services[place])
}

/// The service of that name, whoever gave it: Step Functions (`sfn`), the AWS CLI (`stepfunctions`),
/// the host (`states`), or the signature. Where one is called as another signs, the former is meant.
#[must_use]
pub fn find(name: &str) -> Option<&'static Service> {
    let by =
        |named: fn(&Service) -> &'static str| services().find(|service| named(service) == name);
    by(|service| service.cli_name)
        .or_else(|| service(name))
        .or_else(|| by(|service| service.endpoint_prefix))
        .or_else(|| by(|service| service.signing_name))
}

/// All services, in the order of their names.
pub fn services() -> impl ExactSizeIterator<Item = &'static Service> {
    TABLES.services.iter()
}

/// Which models the tables were distilled from.
#[must_use]
pub fn stamp() -> &'static str {
    TABLES.stamp
}

impl Service {
    /// As in `aws-sdk:<name>:`.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// As the AWS CLI and botocore call it: `stepfunctions`, `logs`.
    pub fn cli_name(&self) -> &'static str {
        self.cli_name
    }

    /// What stands before the dot in error names of `aws-sdk:` integrations: `DynamoDb`.
    pub fn error_prefix(&self) -> &'static str {
        self.error_prefix
    }

    /// The protocol to speak with it; none where it speaks CBOR alone.
    pub fn protocol(&self) -> Option<Protocol> {
        self.protocol
    }

    /// The version of its API, which the query protocols send: `2010-03-31`.
    pub fn api_version(&self) -> &'static str {
        self.api_version
    }

    /// What stands before the operation in `X-Amz-Target`; empty where the protocol has no target.
    pub fn target_prefix(&self) -> &'static str {
        self.target_prefix
    }

    /// The first label of its host name.
    pub fn endpoint_prefix(&self) -> &'static str {
        self.endpoint_prefix
    }

    /// The service in the scope of a signature.
    pub fn signing_name(&self) -> &'static str {
        self.signing_name
    }

    /// The namespace of its XML documents; empty where it has none.
    pub fn xml_namespace(&self) -> &'static str {
        self.xml_namespace
    }

    /// Whether it spoke the query protocol once, and still tells clients the error codes of that time.
    pub fn is_query_compatible(&self) -> bool {
        self.is_query_compatible
    }

    /// The operation of that name on the wire: `PutItem`.
    pub fn operation(&'static self, name: &str) -> Option<Operation> {
        let operations = &self.facts().operations;
        let place = operations.binary_search_by_key(&name, |operation| operation.name).ok()?;
        Some(Operation { service: self, data: &operations[place] })
    }

    /// Every operation but those that stream events, in the order of their names.
    pub fn operations(&'static self) -> impl ExactSizeIterator<Item = Operation> {
        self.facts().operations.iter().map(move |data| Operation { service: self, data })
    }

    /// The error of that code on the wire, or of that shape.
    pub fn error(&'static self, code: &str) -> Option<ErrorFacts> {
        let errors = &self.facts().errors;
        let of_code = errors.iter().find(|error| error.code == code);
        of_code.or_else(|| errors.iter().find(|error| error.shape == code)).map(ErrorFacts)
    }

    pub(crate) fn facts(&self) -> &Facts {
        let unpack = || Facts::unpack(self.packed, self.len, self.is_query_compatible);
        self.unpacked.get_or_init(unpack)
    }
}
