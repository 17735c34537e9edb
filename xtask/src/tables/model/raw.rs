//! A model as botocore writes it, as far as the tables keep it.

use std::collections::{BTreeMap, HashMap};

use indexmap::IndexMap;
use serde::Deserialize;

#[derive(Deserialize)]
pub(super) struct Model {
    pub(super) metadata: Metadata,
    pub(super) operations: BTreeMap<String, Operation>,
    pub(super) shapes: HashMap<String, Shape>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Metadata {
    pub(super) service_id: String,
    pub(super) protocol: String,
    pub(super) protocols: Option<Vec<String>>,
    pub(super) json_version: Option<String>,
    pub(super) api_version: String,
    pub(super) target_prefix: Option<String>,
    pub(super) endpoint_prefix: String,
    pub(super) signing_name: Option<String>,
    pub(super) xml_namespace: Option<Namespace>,
    pub(super) aws_query_compatible: Option<serde_json::Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Operation {
    pub(super) http: Http,
    pub(super) input: Option<Reference>,
    pub(super) output: Option<Reference>,
    #[serde(default)]
    pub(super) errors: Vec<Reference>,
    pub(super) authtype: Option<String>,
    pub(super) auth: Option<Vec<String>>,
    #[serde(default)]
    pub(super) http_checksum_required: bool,
    pub(super) http_checksum: Option<Checksum>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Http {
    pub(super) method: String,
    pub(super) request_uri: String,
    pub(super) response_code: Option<u16>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Checksum {
    #[serde(default)]
    pub(super) request_checksum_required: bool,
}

/// A member, an item, a key, an input: a shape and what is said of it in that place.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Reference {
    pub(super) shape: String,
    pub(super) location: Option<String>,
    pub(super) location_name: Option<String>,
    pub(super) query_name: Option<String>,
    pub(super) result_wrapper: Option<String>,
    pub(super) xml_namespace: Option<Namespace>,
    #[serde(default)]
    pub(super) xml_attribute: bool,
    #[serde(default)]
    pub(super) flattened: bool,
    #[serde(default)]
    pub(super) jsonvalue: bool,
    #[serde(default)]
    pub(super) idempotency_token: bool,
}

/// The name of an XML namespace; some models write it alone.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Namespace {
    Uri(String),
    Trait { uri: String },
}

impl Namespace {
    pub(super) fn uri(&self) -> &str {
        match self {
            Namespace::Uri(uri) | Namespace::Trait { uri } => uri,
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Shape {
    #[serde(rename = "type")]
    pub(super) kind: String,
    #[serde(default)]
    pub(super) members: IndexMap<String, Reference>,
    #[serde(default)]
    pub(super) required: Vec<String>,
    pub(super) member: Option<Reference>,
    pub(super) key: Option<Reference>,
    pub(super) value: Option<Reference>,
    pub(super) payload: Option<String>,
    pub(super) location_name: Option<String>,
    pub(super) xml_namespace: Option<Namespace>,
    #[serde(default)]
    pub(super) flattened: bool,
    pub(super) timestamp_format: Option<String>,
    pub(super) min: Option<serde_json::Number>,
    pub(super) max: Option<serde_json::Number>,
    #[serde(default, rename = "enum")]
    pub(super) values: Vec<String>,
    pub(super) error: Option<Error>,
    #[serde(default)]
    pub(super) document: bool,
    #[serde(default)]
    pub(super) eventstream: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Error {
    pub(super) code: Option<String>,
    pub(super) http_status_code: Option<u16>,
}
