//! Reads a botocore data folder: one model a service, its newest version.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use indexmap::IndexMap;
use serde::Deserialize;

use super::naming;

/// What the tables keep of a service.
pub(super) struct Service {
    pub(super) name: String,
    pub(super) error_prefix: String,
    pub(super) actions: BTreeMap<String, Action>,
    pub(super) errors: BTreeMap<String, Error>,
    pub(super) shapes: Vec<Shape>,
}

pub(super) struct Action {
    pub(super) input: Option<usize>,
    pub(super) output: Option<usize>,
}

/// An error by its code on the wire, with its names in both kinds of integration.
pub(super) struct Error {
    pub(super) name: String,
    pub(super) legacy_name: String,
}

#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) enum Shape {
    Structure(Vec<Member>),
    List { bounds: Bounds, item: usize },
    Map { bounds: Bounds, value: usize },
    String { bounds: Bounds, values: Vec<String> },
    Blob { bounds: Bounds },
    Integer { bounds: Bounds },
    Float { bounds: Bounds },
    Boolean,
    Timestamp,
    Document,
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
    pub(super) legacy_name: String,
    pub(super) required: bool,
    pub(super) shape: usize,
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

pub(super) fn read_folder(folder: &Path) -> Result<Vec<Service>> {
    let mut services = Vec::new();
    for entry in
        std::fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))?
    {
        if let Some(path) = newest_model(&entry?.path())? {
            let file = BufReader::new(File::open(&path)?);
            let raw: RawModel =
                serde_json::from_reader(BufReader::new(flate2::read::GzDecoder::new(file)))
                    .with_context(|| format!("reading {}", path.display()))?;
            services.push(Reader::new(&raw).service());
        }
    }
    services.sort_by(|left, right| left.name.cmp(&right.name));
    Ok(services)
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

#[derive(Deserialize)]
struct RawModel {
    metadata: RawMetadata,
    operations: BTreeMap<String, RawOperation>,
    shapes: HashMap<String, RawShape>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawMetadata {
    service_id: String,
}

#[derive(Deserialize)]
struct RawOperation {
    input: Option<RawReference>,
    output: Option<RawReference>,
    #[serde(default)]
    errors: Vec<RawReference>,
}

#[derive(Deserialize)]
struct RawReference {
    shape: String,
}

#[derive(Deserialize)]
struct RawShape {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    members: IndexMap<String, RawReference>,
    #[serde(default)]
    required: Vec<String>,
    member: Option<RawReference>,
    value: Option<RawReference>,
    min: Option<serde_json::Number>,
    max: Option<serde_json::Number>,
    #[serde(default, rename = "enum")]
    values: Vec<String>,
    error: Option<RawError>,
    #[serde(default)]
    document: bool,
    #[serde(default)]
    eventstream: bool,
}

#[derive(Deserialize)]
struct RawError {
    code: Option<String>,
}

struct Reader<'a> {
    raw: &'a RawModel,
    /// `None` while a container is being read, so that it may contain itself.
    shapes: Vec<Option<Shape>>,
    places: HashMap<&'a str, usize>,
    /// Scalars alike share one place, whatever their model calls them.
    scalars: HashMap<Shape, usize>,
}

impl<'a> Reader<'a> {
    fn new(raw: &'a RawModel) -> Self {
        Reader { raw, shapes: Vec::new(), places: HashMap::new(), scalars: HashMap::new() }
    }

    fn service(mut self) -> Service {
        let service_id = &self.raw.metadata.service_id;
        let name = naming::service(service_id);
        let mut actions = BTreeMap::new();
        let mut errors = BTreeMap::new();
        for (operation, raw) in &self.raw.operations {
            let unsupported = UNSUPPORTED.iter().any(|(service, operations)| {
                *service == name && operations.contains(&operation.as_str())
            });
            if unsupported || self.streams_events(raw) {
                continue;
            }
            let input = raw.input.as_ref().map(|reference| self.shape(&reference.shape));
            let output = raw.output.as_ref().map(|reference| self.shape(&reference.shape));
            actions.insert(naming::action(operation), Action { input, output });
            errors.extend(raw.errors.iter().map(|reference| self.error(&reference.shape)));
        }
        let shapes = self.shapes.into_iter().map(|shape| shape.expect("every container was read"));
        let error_prefix = naming::error_prefix(service_id);
        Service { name, error_prefix, actions, errors, shapes: shapes.collect() }
    }

    fn streams_events(&self, operation: &RawOperation) -> bool {
        [&operation.input, &operation.output].into_iter().flatten().any(|reference| {
            let shape = &self.raw.shapes[&reference.shape];
            shape.members.values().any(|member| self.raw.shapes[&member.shape].eventstream)
        })
    }

    fn error(&self, shape: &str) -> (String, Error) {
        let code = self.raw.shapes[shape].error.as_ref().and_then(|error| error.code.clone());
        let names = Error { name: naming::error(shape), legacy_name: naming::legacy_error(shape) };
        (code.unwrap_or_else(|| shape.to_owned()), names)
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
            self.shapes[place] = Some(self.container(raw));
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

    fn container(&mut self, raw: &'a RawShape) -> Shape {
        let bounds = bounds(raw);
        if let Some(member) = &raw.member {
            return Shape::List { bounds, item: self.shape(&member.shape) };
        }
        if let Some(value) = &raw.value {
            return Shape::Map { bounds, value: self.shape(&value.shape) };
        }
        let members = raw.members.iter().map(|(name, reference)| Member {
            name: naming::member(name),
            legacy_name: naming::legacy_member(name),
            required: raw.required.contains(name),
            shape: self.shape(&reference.shape),
        });
        Shape::Structure(members.collect())
    }
}

fn is_container(raw: &RawShape) -> bool {
    !raw.document && matches!(raw.kind.as_str(), "structure" | "list" | "map")
}

fn scalar(raw: &RawShape) -> Shape {
    if raw.document {
        return Shape::Document;
    }
    let bounds = bounds(raw);
    match raw.kind.as_str() {
        "blob" => Shape::Blob { bounds },
        "integer" | "long" => Shape::Integer { bounds },
        "float" | "double" => Shape::Float { bounds },
        "boolean" => Shape::Boolean,
        "timestamp" => Shape::Timestamp,
        _ => Shape::String { bounds, values: raw.values.clone() },
    }
}

fn bounds(raw: &RawShape) -> Bounds {
    Bounds {
        min: raw.min.as_ref().map(ToString::to_string),
        max: raw.max.as_ref().map(ToString::to_string),
    }
}
