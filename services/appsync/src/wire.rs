//! What the operations take and give, as the service's model (`appsync/2017-07-25`) declares it.
//!
//! Members, types and constraints only. What an operation checks beyond them stands in its own file of `ops`.
//! The room keeps its things as AWS describes them: the structures that replies hold are the ones that rows hold.
//! Blobs are base64. A member like `iat_t_t_l` is the one that the wire spells `iatTTL`.

mod apis;
mod caches;
mod domains;
mod evaluations;
mod events;
mod keys;
mod merged;
mod resolvers;
mod schemas;
mod sources;

use aws::Shape;
use serde::Serialize;
use serde_json::Value;

pub(crate) use apis::*;
pub(crate) use caches::*;
pub(crate) use domains::*;
pub(crate) use evaluations::*;
pub(crate) use events::*;
pub(crate) use keys::*;
pub(crate) use merged::*;
pub(crate) use resolvers::*;
pub(crate) use schemas::*;
pub(crate) use sources::*;

aws::structures! { Camel;
    /// The reply of operations that have nothing to say.
    pub(crate) struct Empty {}
    /// The request of operations that want nothing but an API.
    pub(crate) struct ApiInput {
        required api_id: String,
    }
    /// The request of operations that list what belongs to an API.
    pub(crate) struct ListInput {
        required api_id: String,
        optional next_token: String [length(1, 65_536)],
        optional max_results: i32 [range(0, 25)],
    }
}

/// A thing as AWS describes it: what the request says of it, and what the service knows of it beside.
pub(crate) fn described<T: Shape>(request: &impl Serialize, known: Value) -> Result<T, aws::Error> {
    let (Ok(Value::Object(mut members)), Value::Object(known)) =
        (serde_json::to_value(request), known)
    else {
        return Err(aws::Error::internal());
    };
    members.extend(known.into_iter().filter(|(_, value)| !value.is_null()));
    read(&Value::Object(members).to_string())
}

/// The text of a structure.
pub(crate) fn text(structure: &impl Serialize) -> String {
    serde_json::to_string(structure).expect("texts, numbers and maps of texts always serialize")
}

/// The structure of a text.
pub(crate) fn read<T: Shape>(text: &str) -> Result<T, aws::Error> {
    aws::decode(text.as_bytes())
}

const NAME: &str = "[_A-Za-z][_0-9A-Za-z]*";
const API_NAME: &str = r"[A-Za-z0-9_\-\ ]+";
const NAMESPACE: &str = r"([A-Za-z0-9](?:[A-Za-z0-9\-]{0,48}[A-Za-z0-9])?)";
const DOMAIN_NAME: &str = r"^(\*[\w\d-]*\.)?([\w\d-]+\.)+[\w\d-]+$";
const CERTIFICATE: &str =
    r"^arn:[a-z-]*:(acm|iam):[a-z0-9-]*:\d{12}:(certificate|server-certificate)/[0-9A-Za-z_/-]*$";
const CLUSTER: &str = r"^arn:[a-z-]*:rds:[a-z0-9-]*:\d{12}:cluster:[0-9A-Za-z_/-]*$";
const SECRET: &str = r"^arn:[a-z-]*:secretsmanager:[a-z0-9-]*:\d{12}:secret:[0-9A-Za-z_/+=.@!-]*$";
const RESOURCE: &str = r"^arn:aws:appsync:[A-Za-z0-9_/.-]{0,63}:\d{12}:apis/[0-9A-Za-z_-]{26}$";

fn is_word(text: &str, others: &str) -> bool {
    text.chars().all(|letter| letter.is_ascii_alphanumeric() || others.contains(letter))
}

fn is_name(text: &str) -> bool {
    is_word(text, "_") && text.starts_with(|first: char| !first.is_ascii_digit())
}

fn is_api_name(text: &str) -> bool {
    !text.is_empty() && is_word(text, "_- ")
}

fn is_namespace(text: &str) -> bool {
    let ends_well = !text.starts_with('-') && !text.ends_with('-');
    !text.is_empty() && is_word(text, "-") && ends_well
}

fn is_domain_name(text: &str) -> bool {
    let (wildcard, name) = match text.strip_prefix('*').and_then(|rest| rest.split_once('.')) {
        Some((wildcard, name)) => (wildcard, name),
        None => ("", text),
    };
    let is_label = |label: &str| !label.is_empty() && is_word(label, "_-");
    is_word(wildcard, "_-") && name.contains('.') && name.split('.').all(is_label)
}

fn is_certificate(text: &str) -> bool {
    names(text, &["acm", "iam"], &["certificate/", "server-certificate/"])
}

fn is_cluster(text: &str) -> bool {
    names(text, &["rds"], &["cluster:"])
}

fn is_secret(text: &str) -> bool {
    names(text, &["secretsmanager"], &["secret:"])
}

fn is_resource(text: &str) -> bool {
    names(text, &["appsync"], &["apis/"])
}

/// Whether it is the ARN of a resource of such a service, whose name begins so.
fn names(arn: &str, services: &[&str], beginnings: &[&str]) -> bool {
    base::Arn::parse(arn).is_ok_and(|arn| {
        services.contains(&arn.service.as_str())
            && beginnings.iter().any(|beginning| arn.resource.starts_with(beginning))
    })
}
