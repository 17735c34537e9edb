//! Reads a botocore data folder: one model a service, its newest version.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::naming;

mod raw;

/// What the tables keep of a service.
pub(super) struct Service {
    pub(super) name: String,
    /// The folder of its model, which is what the AWS CLI calls it.
    pub(super) cli_name: String,
    pub(super) error_prefix: String,
    pub(super) protocol: Protocol,
    pub(super) api_version: String,
    pub(super) target_prefix: String,
    pub(super) endpoint_prefix: String,
    pub(super) signing_name: String,
    pub(super) xml_namespace: String,
    pub(super) is_query_compatible: bool,
    pub(super) operations: BTreeMap<String, Operation>,
    /// By the name of their shape.
    pub(super) errors: BTreeMap<String, Error>,
    pub(super) shapes: Vec<Shape>,
}

/// Numbered as the reader numbers them.
#[derive(Clone, Copy)]
pub(super) enum Protocol {
    Json1_0 = 0,
    Json1_1 = 1,
    Query = 2,
    RestJson = 3,
    RestXml = 4,
    Ec2 = 5,
    /// CBOR alone, which isn't spoken.
    Cbor = 6,
}

pub(super) struct Operation {
    pub(super) input: Option<usize>,
    pub(super) output: Option<usize>,
    pub(super) method: String,
    pub(super) uri: String,
    pub(super) status: u16,
    pub(super) result_wrapper: Option<String>,
    /// Of the document that carries the input, where one is named.
    pub(super) root: Option<String>,
    pub(super) is_integrated: bool,
    pub(super) is_unsigned: bool,
    pub(super) wants_checksum: bool,
}

/// An error with its code on the wire and its names in both kinds of integration.
pub(super) struct Error {
    pub(super) code: String,
    pub(super) name: String,
    pub(super) legacy_name: String,
    pub(super) status: Option<u16>,
}

#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) enum Shape {
    Structure(Vec<Member>),
    List { bounds: Bounds, item: usize, item_name: Option<String> },
    Map { bounds: Bounds, value: usize, key_name: Option<String>, value_name: Option<String> },
    String { bounds: Bounds, values: Vec<String> },
    Blob { bounds: Bounds },
    Integer { bounds: Bounds },
    Float { bounds: Bounds },
    Boolean,
    Timestamp(TimestampFormat),
    Document,
}

/// Numbered as the reader numbers them.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum TimestampFormat {
    Default = 0,
    Iso8601 = 1,
    Epoch = 2,
    HttpDate = 3,
}

/// Least and greatest length or value, as their text in the model; ours to parse when written.
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub(super) struct Bounds {
    pub(super) min: Option<String>,
    pub(super) max: Option<String>,
}

#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct Member {
    pub(super) name: String,
    pub(super) sdk_name: String,
    pub(super) legacy_name: String,
    pub(super) required: bool,
    pub(super) shape: usize,
    pub(super) location: Location,
    pub(super) wire_name: Option<String>,
    pub(super) query_name: Option<String>,
    pub(super) namespace: Option<String>,
    pub(super) is_flattened: bool,
    pub(super) is_attribute: bool,
    pub(super) is_json: bool,
    pub(super) is_idempotency_token: bool,
}

/// Where a member travels, numbered as the reader numbers it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Location {
    Body = 0,
    Uri = 1,
    Query = 2,
    Header = 3,
    Headers = 4,
    Status = 5,
    Payload = 6,
}

/// Operations of which the developer guide says that Step Functions doesn't call them,
/// besides those that stream events, which no integration can.
const UNSUPPORTED: [(&str, &[&str]); 15] = [
    ("applicationdiscovery", &["DescribeExportConfigurations", "ExportConfigurations"]),
    (
        "codedeploy",
        &[
            "BatchGetDeploymentInstances",
            "GetDeploymentInstance",
            "ListDeploymentInstances",
            "SkipWaitTimeForInstanceTermination",
        ],
    ),
    ("comprehendmedical", &["DetectEntities"]),
    (
        "directconnect",
        &[
            "AllocateConnectionOnInterconnect",
            "DescribeConnectionLoa",
            "DescribeConnectionsOnInterconnect",
            "DescribeInterconnectLoa",
        ],
    ),
    ("efs", &["CreateTags"]),
    ("elastictranscoder", &["TestRole"]),
    ("emr", &["DescribeJobFlows"]),
    (
        "iot",
        &[
            "AttachPrincipalPolicy",
            "DetachPrincipalPolicy",
            "ListPolicyPrincipals",
            "ListPrincipalPolicies",
        ],
    ),
    ("iotdeviceadvisor", &["ListTestCases"]),
    ("lambda", &["InvokeAsync"]),
    ("mediapackage", &["RotateChannelCredentials"]),
    ("rdsdata", &["ExecuteSql"]),
    ("s3", &["SelectObjectContent"]),
    ("shield", &["DeleteSubscription"]),
    ("sts", &["AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity"]),
];

/// Reads every service of a folder. One that spoke the query protocol once is still asked and answered in it,
/// under names that only the models of that time, in `older`, have.
pub(super) fn read_folder(folder: &Path, older: Option<&Path>) -> Result<Vec<Service>> {
    let mut services = Vec::new();
    for entry in
        std::fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))?
    {
        let entry = entry?;
        if let Some(path) = newest_model(&entry.path())? {
            let raw = read_model(&path)?;
            let name = folder_name(&entry.path());
            let was_query = raw.metadata.aws_query_compatible.is_some();
            let old = older.filter(|_| was_query).map(|older| newest_model(&older.join(&name)));
            let old = old.transpose()?.flatten().map(|path| read_model(&path)).transpose()?;
            services.push(Reader::new(&raw, old.as_ref(), &name).service()?);
        }
    }
    services.sort_by(|left, right| left.name.cmp(&right.name));
    Ok(services)
}

fn read_model(path: &Path) -> Result<raw::Model> {
    let file = BufReader::new(File::open(path)?);
    serde_json::from_reader(BufReader::new(flate2::read::GzDecoder::new(file)))
        .with_context(|| format!("reading {}", path.display()))
}

fn newest_model(service: &Path) -> Result<Option<PathBuf>> {
    if !service.is_dir() {
        return Ok(None);
    }
    let mut models = Vec::new();
    for version in std::fs::read_dir(service)? {
        let model = version?.path().join("service-2.json.gz");
        if model.exists() {
            models.push(model);
        }
    }
    Ok(models.into_iter().max())
}

fn folder_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

struct Reader<'a> {
    raw: &'a raw::Model,
    /// The same service when it spoke the query protocol.
    old: Option<&'a raw::Model>,
    cli_name: &'a str,
    /// `None` while a container is being read, so that it may contain itself.
    shapes: Vec<Option<Shape>>,
    places: HashMap<&'a str, usize>,
    /// Scalars alike share one place, whatever their model calls them.
    scalars: HashMap<Shape, usize>,
}

impl<'a> Reader<'a> {
    fn new(raw: &'a raw::Model, old: Option<&'a raw::Model>, cli_name: &'a str) -> Self {
        let (shapes, places, scalars) = (Vec::new(), HashMap::new(), HashMap::new());
        Reader { raw, old, cli_name, shapes, places, scalars }
    }

    fn service(mut self) -> Result<Service> {
        let metadata = &self.raw.metadata;
        let name = naming::service(&metadata.service_id);
        let (mut operations, mut errors) = (BTreeMap::new(), BTreeMap::new());
        for (operation, raw) in &self.raw.operations {
            if self.streams_events(raw) {
                continue;
            }
            let is_integrated = !UNSUPPORTED.iter().any(|(service, operations)| {
                *service == name && operations.contains(&operation.as_str())
            });
            operations.insert(operation.clone(), self.operation(raw, is_integrated));
            errors.extend(raw.errors.iter().map(|reference| self.error(&reference.shape)));
        }
        let shapes = self.shapes.into_iter().map(|shape| shape.expect("every container was read"));
        Ok(Service {
            name,
            cli_name: self.cli_name.to_owned(),
            error_prefix: naming::error_prefix(&metadata.service_id),
            protocol: protocol(metadata).with_context(|| format!("in {}", self.cli_name))?,
            api_version: metadata.api_version.clone(),
            target_prefix: metadata.target_prefix.clone().unwrap_or_default(),
            endpoint_prefix: metadata.endpoint_prefix.clone(),
            signing_name: metadata
                .signing_name
                .as_ref()
                .unwrap_or(&metadata.endpoint_prefix)
                .clone(),
            xml_namespace: metadata
                .xml_namespace
                .as_ref()
                .map_or("", raw::Namespace::uri)
                .to_owned(),
            is_query_compatible: metadata.aws_query_compatible.is_some(),
            operations,
            errors,
            shapes: shapes.collect(),
        })
    }

    fn operation(&mut self, raw: &'a raw::Operation, is_integrated: bool) -> Operation {
        let no_auth =
            raw.auth.as_ref().is_some_and(|auth| auth.iter().any(|it| it == "smithy.api#noAuth"));
        let input = raw.input.as_ref();
        Operation {
            input: input.map(|input| self.shape(&input.shape)),
            output: raw.output.as_ref().map(|output| self.shape(&output.shape)),
            method: raw.http.method.clone(),
            uri: raw.http.request_uri.clone(),
            status: raw.http.response_code.unwrap_or(200),
            result_wrapper: raw.output.as_ref().and_then(|output| output.result_wrapper.clone()),
            root: input.and_then(|input| input.location_name.clone()),
            is_integrated,
            is_unsigned: no_auth || raw.authtype.as_deref() == Some("none"),
            wants_checksum: raw.http_checksum_required
                || raw
                    .http_checksum
                    .as_ref()
                    .is_some_and(|checksum| checksum.request_checksum_required),
        }
    }

    fn streams_events(&self, operation: &raw::Operation) -> bool {
        [&operation.input, &operation.output].into_iter().flatten().any(|reference| {
            let shape = &self.raw.shapes[&reference.shape];
            shape.members.values().any(|member| self.raw.shapes[&member.shape].eventstream)
        })
    }

    fn error(&self, shape: &str) -> (String, Error) {
        let of_old = || self.old?.shapes.get(shape)?.error.as_ref();
        let facts = self.raw.shapes[shape].error.as_ref().or_else(of_old);
        let code = facts.and_then(|error| error.code.clone()).unwrap_or_else(|| shape.to_owned());
        let error = Error {
            code,
            name: naming::error(shape),
            legacy_name: naming::legacy_error(shape),
            status: facts.and_then(|error| error.http_status_code),
        };
        (shape.to_owned(), error)
    }

    /// The place of a shape, read on first use.
    fn shape(&mut self, name: &'a str) -> usize {
        if let Some(&place) = self.places.get(name) {
            return place;
        }
        let raw = &self.raw.shapes[name];
        let place = if is_container(raw) {
            let place = self.shapes.len();
            self.shapes.push(None);
            self.places.insert(name, place);
            self.shapes[place] = Some(self.container(name, raw));
            place
        } else {
            self.scalar(scalar(raw))
        };
        self.places.insert(name, place);
        place
    }

    fn scalar(&mut self, shape: Shape) -> usize {
        let next = self.shapes.len();
        let place = *self.scalars.entry(shape.clone()).or_insert(next);
        if place == next {
            self.shapes.push(Some(shape));
        }
        place
    }

    fn container(&mut self, name: &str, raw: &'a raw::Shape) -> Shape {
        let bounds = bounds(raw);
        let old = self.old.and_then(|old| old.shapes.get(name));
        let old_name =
            |part: fn(&raw::Shape) -> Option<&raw::Reference>| part(old?)?.location_name.clone();
        if let Some(member) = &raw.member {
            let item_name = self.wire_name(member).or_else(|| old_name(|old| old.member.as_ref()));
            return Shape::List { bounds, item: self.shape(&member.shape), item_name };
        }
        if let (Some(key), Some(value)) = (&raw.key, &raw.value) {
            let key_name = self.wire_name(key).or_else(|| old_name(|old| old.key.as_ref()));
            let value_name = self.wire_name(value).or_else(|| old_name(|old| old.value.as_ref()));
            return Shape::Map { bounds, value: self.shape(&value.shape), key_name, value_name };
        }
        let members = raw.members.iter();
        Shape::Structure(members.map(|(member, it)| self.member((raw, old), member, it)).collect())
    }

    fn member(
        &mut self,
        (structure, old): (&raw::Shape, Option<&raw::Shape>),
        name: &str,
        raw: &'a raw::Reference,
    ) -> Member {
        let target = &self.raw.shapes[&raw.shape];
        let is_payload = structure.payload.as_deref() == Some(name);
        let location = match raw.location.as_deref() {
            _ if is_payload => Location::Payload,
            Some("uri") => Location::Uri,
            Some("querystring") => Location::Query,
            Some("header") => Location::Header,
            Some("headers") => Location::Headers,
            Some("statusCode") => Location::Status,
            _ => Location::Body,
        };
        let query_name = old.and_then(|old| {
            let (model, member) = (self.old?, old.members.get(name)?);
            let by_shape = || model.shapes[&member.shape].location_name.clone();
            member.location_name.clone().or_else(by_shape)
        });
        let namespace = raw.xml_namespace.as_ref().or(target.xml_namespace.as_ref());
        Member {
            name: name.to_owned(),
            sdk_name: naming::member(name),
            legacy_name: naming::legacy_member(name),
            required: structure.required.iter().any(|required| required == name),
            location,
            wire_name: self.wire_name(raw).filter(|wire_name| wire_name != name),
            query_name: raw.query_name.clone().or(query_name),
            namespace: namespace.map(|namespace| namespace.uri().to_owned()),
            is_flattened: raw.flattened || target.flattened,
            is_attribute: raw.xml_attribute,
            is_json: raw.jsonvalue,
            is_idempotency_token: raw.idempotency_token,
            shape: self.shape(&raw.shape),
        }
    }

    /// What a reference is called on the wire; a shape may name its references itself.
    fn wire_name(&self, reference: &raw::Reference) -> Option<String> {
        let name = reference.location_name.as_ref();
        name.or(self.raw.shapes[&reference.shape].location_name.as_ref()).cloned()
    }
}

/// The protocol that is spoken with a service: of several, JSON rather than CBOR or query.
fn protocol(metadata: &raw::Metadata) -> Result<Protocol> {
    let only = [metadata.protocol.clone()];
    let spoken = metadata.protocols.as_deref().unwrap_or(&only);
    let speaks = |name: &str| spoken.iter().any(|protocol| protocol == name);
    Ok(match metadata.json_version.as_deref() {
        Some("1.0") if speaks("json") => Protocol::Json1_0,
        _ if speaks("json") => Protocol::Json1_1,
        _ if speaks("rest-json") => Protocol::RestJson,
        _ if speaks("rest-xml") => Protocol::RestXml,
        _ if speaks("query") => Protocol::Query,
        _ if speaks("ec2") => Protocol::Ec2,
        _ if speaks("smithy-rpc-v2-cbor") => Protocol::Cbor,
        _ => bail!("nobody knows the protocols {spoken:?}"),
    })
}

fn is_container(raw: &raw::Shape) -> bool {
    !raw.document && matches!(raw.kind.as_str(), "structure" | "list" | "map")
}

fn scalar(raw: &raw::Shape) -> Shape {
    if raw.document {
        return Shape::Document;
    }
    let bounds = bounds(raw);
    match raw.kind.as_str() {
        "blob" => Shape::Blob { bounds },
        "integer" | "long" => Shape::Integer { bounds },
        "float" | "double" => Shape::Float { bounds },
        "boolean" => Shape::Boolean,
        "timestamp" => Shape::Timestamp(match raw.timestamp_format.as_deref() {
            Some("iso8601") => TimestampFormat::Iso8601,
            Some("unixTimestamp") => TimestampFormat::Epoch,
            Some("rfc822") => TimestampFormat::HttpDate,
            _ => TimestampFormat::Default,
        }),
        _ => Shape::String { bounds, values: raw.values.clone() },
    }
}

fn bounds(raw: &raw::Shape) -> Bounds {
    Bounds {
        min: raw.min.as_ref().map(ToString::to_string),
        max: raw.max.as_ref().map(ToString::to_string),
    }
}
