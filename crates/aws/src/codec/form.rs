//! Forms: `Action=Publish&Tags.member.1.Key=a`, a tree of names in a flat list.

use std::collections::BTreeMap;

use models::{Member, Shape, ShapeKind, TimestampFormat};
use serde_json::Value;

use super::{DEPTH_MAX, Members, scalar, template};
use crate::Error;

/// How lists are numbered and members named.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    Query,
    Ec2,
}

/// The tree of a form's names.
#[derive(Default)]
pub(super) struct Node {
    value: Option<String>,
    children: BTreeMap<String, Node>,
}

impl Node {
    /// Reads a form, or a query, which is written alike.
    pub(super) fn read(text: &str) -> Result<Self, Error> {
        let mut root = Node::default();
        for (name, value) in parameters(text) {
            let mut node = &mut root;
            for (depth, part) in name.split('.').enumerate() {
                if DEPTH_MAX <= depth {
                    return Err(Error::client("MalformedInput", "A parameter is nested too deep"));
                }
                node = node.children.entry(part.to_owned()).or_default();
            }
            node.value = Some(value);
        }
        Ok(root)
    }

    /// The value of a name without parts.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.children.get(name)?.value.as_deref()
    }

    /// The members of a structure.
    pub(super) fn members(&self, shape: Shape, dialect: Dialect) -> Result<Members, Error> {
        let mut members = Members::new();
        for member in shape.members() {
            if let Some(value) = self.member(shape.shape_of(member), member, dialect)? {
                members.insert(member.name().to_owned(), value);
            }
        }
        Ok(members)
    }

    fn member(
        &self,
        shape: Shape,
        member: &Member,
        dialect: Dialect,
    ) -> Result<Option<Value>, Error> {
        let name = name_of(member, dialect);
        if let (ShapeKind::List { item, item_name: Some(item_name), .. }, true) =
            (shape.kind(), member.is_flattened())
            && let Some(node) = self.children.get(item_name)
        {
            return node.list(item, name.as_ref(), dialect).map(Some);
        }
        let Some(node) = self.children.get(name.as_ref()) else {
            return Ok(None);
        };
        let flat = member.is_flattened() || dialect == Dialect::Ec2;
        node.value_of(shape, flat, name.as_ref(), dialect).map(Some)
    }

    fn value_of(
        &self,
        shape: Shape,
        flat: bool,
        name: &str,
        dialect: Dialect,
    ) -> Result<Value, Error> {
        match shape.kind() {
            ShapeKind::Structure(_) => self.members(shape, dialect).map(Value::Object),
            ShapeKind::List { item, .. } if flat => self.list(item, name, dialect),
            ShapeKind::List { item, item_name, .. } => {
                let node = self.children.get(item_name.unwrap_or("member"));
                // Many clients, old ones of SQS and SNS among them, write `member` whatever the model says.
                let node = node.or_else(|| self.children.get("member"));
                node.map_or(Ok(Value::Array(Vec::new())), |node| node.list(item, name, dialect))
            }
            ShapeKind::Map { value, key_name, value_name, .. } => {
                let entries = if flat { Some(self) } else { self.children.get("entry") };
                let mut map = Members::new();
                for node in entries.into_iter().flat_map(Node::numbered) {
                    let key = node.text(key_name.unwrap_or("key")).unwrap_or_default().to_owned();
                    if let Some(node) = node.children.get(value_name.unwrap_or("value")) {
                        map.insert(key, node.value_of(value, false, name, dialect)?);
                    }
                }
                Ok(Value::Object(map))
            }
            _ => {
                let text = self.value.as_deref().unwrap_or_default();
                scalar::read(shape, text).ok_or_else(|| {
                    Error::client(
                        "MalformedInput",
                        format!("Value ({text}) for parameter {name} is invalid."),
                    )
                })
            }
        }
    }

    fn list(&self, item: Shape, name: &str, dialect: Dialect) -> Result<Value, Error> {
        let items = self.numbered().map(|node| node.value_of(item, false, name, dialect));
        items.collect::<Result<_, _>>().map(Value::Array)
    }

    /// The children whose names are numbers, in that order.
    fn numbered(&self) -> impl Iterator<Item = &Node> {
        let mut numbered: Vec<(u32, &Node)> = (self.children.iter())
            .filter_map(|(name, node)| Some((name.parse().ok()?, node)))
            .collect();
        numbered.sort_unstable_by_key(|(number, _)| *number);
        numbered.into_iter().map(|(_, node)| node)
    }
}

/// Names and values, decoded.
fn parameters(text: &str) -> impl Iterator<Item = (String, String)> {
    let decoded = |text: &str| {
        let text = text.replace('+', " ");
        String::from_utf8_lossy(&crate::sigv4::percent_decoded(&text)).into_owned()
    };
    text.split('&').filter(|parameter| !parameter.is_empty()).map(move |parameter| {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        (decoded(name), decoded(value))
    })
}

/// A form as it is written.
pub(super) struct Form {
    text: String,
    dialect: Dialect,
}

impl Form {
    pub(super) fn new(dialect: Dialect) -> Self {
        Form { text: String::new(), dialect }
    }

    pub(super) fn into_text(self) -> String {
        self.text
    }

    pub(super) fn push(&mut self, name: &str, value: &str) {
        if !self.text.is_empty() {
            self.text.push('&');
        }
        template::encode(&mut self.text, name, "");
        self.text.push('=');
        template::encode(&mut self.text, value, "");
    }

    /// Writes a structure's members below a name that ends in a dot, or at the root.
    pub(super) fn members(&mut self, prefix: &str, shape: Shape, members: &Members) {
        for member in shape.members() {
            let Some(value) = members.get(member.name()).filter(|value| !value.is_null()) else {
                continue;
            };
            let shape = shape.shape_of(member);
            let mut name = name_of(member, self.dialect).into_owned();
            let flat = member.is_flattened() || self.dialect == Dialect::Ec2;
            if let (ShapeKind::List { item_name: Some(item_name), .. }, true, Dialect::Query) =
                (shape.kind(), flat, self.dialect)
            {
                name = item_name.to_owned();
            }
            self.value(&format!("{prefix}{name}"), shape, flat, value);
        }
    }

    fn value(&mut self, name: &str, shape: Shape, flat: bool, value: &Value) {
        match (shape.kind(), value) {
            (ShapeKind::Structure(_), Value::Object(members)) => {
                self.members(&format!("{name}."), shape, members);
            }
            // An empty list is told apart from none, except by EC2.
            (ShapeKind::List { .. }, Value::Array(items)) if items.is_empty() => {
                if self.dialect == Dialect::Query {
                    self.push(name, "");
                }
            }
            (ShapeKind::List { item, item_name, .. }, Value::Array(items)) => {
                let below = if flat {
                    String::new()
                } else {
                    format!(".{}", item_name.unwrap_or("member"))
                };
                for (number, value) in (1..).zip(items) {
                    self.value(&format!("{name}{below}.{number}"), item, false, value);
                }
            }
            (ShapeKind::Map { value: shape, key_name, value_name, .. }, Value::Object(entries)) => {
                let below = if flat { "" } else { ".entry" };
                for (number, (key, value)) in (1..).zip(entries) {
                    let entry = format!("{name}{below}.{number}");
                    self.push(&format!("{entry}.{}", key_name.unwrap_or("key")), key);
                    self.value(
                        &format!("{entry}.{}", value_name.unwrap_or("value")),
                        shape,
                        false,
                        value,
                    );
                }
            }
            (_, value) => {
                if let Some(text) = scalar::write(shape, value, TimestampFormat::Iso8601) {
                    self.push(name, &text);
                }
            }
        }
    }
}

/// EC2 capitalizes names, unless the model says otherwise.
fn name_of(member: &Member, dialect: Dialect) -> std::borrow::Cow<'static, str> {
    if let Some(name) = member.query_name() {
        return name.into();
    }
    if dialect == Dialect::Query {
        return member.wire_name().into();
    }
    if !member.is_renamed() {
        return member.name().into();
    }
    let (first, rest) = member.wire_name().split_at(1);
    (first.to_ascii_uppercase() + rest).into()
}
